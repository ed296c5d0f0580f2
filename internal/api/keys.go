package api

import (
	"net/http"
	"time"

	"afterword/internal/access"
	"afterword/internal/fault"
	"afterword/internal/period"
)

// Key is a key as the API shows it: never the secret but where it is made.
type Key struct {
	ID        string         `json:"id"`
	Name      string         `json:"name"`
	Scopes    []access.Scope `json:"scopes"`
	PerMinute int64          `json:"per_minute"`
	Created   time.Time      `json:"created"`
	Expires   *time.Time     `json:"expires"` // null: never
	Expired   bool           `json:"expired"`
	Last      string         `json:"last"` // the last 4 characters of the key
}

// NewKey is a key that was just made, with the secret that is shown this once.
type NewKey struct {
	Key
	Secret string `json:"key"`
}

func showKey(k access.Key, now time.Time) Key {
	return Key{
		ID: k.ID, Name: k.Name, Scopes: k.Scopes, PerMinute: k.PerMinute, Created: k.Created, Expires: some(k.Expires), Expired: k.Expired(now), Last: k.Last,
	}
}

// wantedKey is a key as it is asked for.
type wantedKey struct {
	Name      string         `json:"name"`
	Scopes    []access.Scope `json:"scopes"`
	PerMinute int64          `json:"per_minute"` // 0: the usual
	Expires   string         `json:"expires"`    // RFC 3339; "": never
}

func (a *API) makeKey(r *http.Request) (any, error) {
	if _, err := readQuery(r); err != nil {
		return nil, err
	}
	var wanted wantedKey
	if err := readJSON(r, &wanted); err != nil {
		return nil, err
	}
	var expires time.Time
	if wanted.Expires != "" {
		var err error
		if expires, err = time.Parse(time.RFC3339, wanted.Expires); err != nil {
			return nil, fault.New(fault.Invalid, `"expires" is not a time such as 2027-01-31T12:00:00Z`)
		}
	}
	secret, key, err := access.Make(wanted.Name, wanted.Scopes, wanted.PerMinute, expires, a.Now())
	if err != nil {
		return nil, err
	}
	if err := a.Keys.KeepKey(r.Context(), key); err != nil {
		return nil, err
	}
	return NewKey{showKey(key, a.Now()), secret}, nil
}

func (a *API) listKeys(r *http.Request) (any, error) {
	query, err := readQuery(r, "cursor")
	if err != nil {
		return nil, err
	}
	now := a.Now()
	today := period.DayOf(now, time.UTC)
	span, err := readSpan(query["cursor"], period.Period{To: today.Add(1)}, time.UTC)
	if err != nil {
		return nil, err
	}
	keys, next, err := a.Keys.Keys(r.Context(), span)
	if err != nil {
		return nil, err
	}
	return pageOf(keys, next, func(k access.Key) (Key, bool) { return showKey(k, now), true }), nil
}

func (a *API) revokeKey(r *http.Request) (any, error) {
	if _, err := readQuery(r); err != nil {
		return nil, err
	}
	id := r.PathValue("id")
	err := a.Keys.RevokeKey(r.Context(), id)
	a.known.forget(id) // afterwards: a request meanwhile may have remembered it
	return nil, err
}
