package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"afterword/internal/access"
	"afterword/internal/fault"
	"afterword/internal/period"
	"afterword/internal/problem"
)

// Written knows the keys that the owner wrote into the system's secret: with them the others are made.
type Written interface {
	// APIKeys returns all of them. Faults: Transient.
	APIKeys(ctx context.Context) ([]access.Key, error)
}

// FixedKeys are written keys that do not change while the process runs.
type FixedKeys []access.Key

// APIKeys returns the keys.
func (k FixedKeys) APIKeys(context.Context) ([]access.Key, error) { return k, nil }

// Keys keeps the keys that were made here.
type Keys interface {
	// Key reads a key by its id, strongly. Faults: NotFound, Transient.
	Key(ctx context.Context, id string) (access.Key, error)
	// KeepKey keeps a new key. Faults: Conflict (there is one with that id), Transient.
	KeepKey(ctx context.Context, k access.Key) error
	// Keys lists keys by when they were made, newest first. next is the position after the page, "" at the end. Faults: Transient.
	Keys(ctx context.Context, span period.Span) (page []access.Key, next string, err error)
	// RevokeKey forgets a key. Faults: NotFound, Transient.
	RevokeKey(ctx context.Context, id string) error
}

// memory is how long a key that was made here is used before it is read again: a revoked one works that long at most, where another
// process than the one that revoked it has used it before.
const memory = time.Minute

// known remembers keys that were shown and found good. Those that are not good are not remembered, so that guessing fills nothing.
type known struct {
	mu   sync.Mutex
	keys map[string]remembered
}

type remembered struct {
	access.Key
	until time.Time
}

func (k *known) get(id string, now time.Time) (access.Key, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	found, ok := k.keys[id]
	return found.Key, ok && now.Before(found.until)
}

func (k *known) put(key access.Key, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.keys == nil {
		k.keys = map[string]remembered{}
	}
	k.keys[key.ID] = remembered{key, now.Add(memory)}
}

func (k *known) forget(id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.keys, id)
}

var (
	errNoKey  = fault.New(fault.Unauthorized, "this address needs a key: Authorization: Bearer KEY")
	errBadKey = fault.New(fault.Unauthorized, "this key is not valid: it is unknown, revoked or expired")
)

// authorize returns the request's key.
func (a *API) authorize(r *http.Request) (access.Key, error) {
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || len(r.Header.Values("Authorization")) != 1 {
		return access.Key{}, errNoKey
	}
	if secret == "" || len(secret) > access.Longest {
		return access.Key{}, errBadKey
	}
	written, err := a.Written.APIKeys(r.Context())
	if err != nil {
		return access.Key{}, err
	}
	found := access.Key{}
	for _, key := range written { // all of them, so that the time does not tell which it was
		if key.Is(secret) {
			found = key
		}
	}
	if found.ID != "" {
		return found, nil
	}
	return a.made(r.Context(), secret)
}

// made returns the key that was made here and is this secret: one read, of the row that it names, at most once a minute.
func (a *API) made(ctx context.Context, secret string) (access.Key, error) {
	id, ok := access.IDOf(secret)
	if !ok {
		return access.Key{}, errBadKey
	}
	now := a.Now()
	key, fresh := a.known.get(id, now)
	if !fresh {
		var err error
		if key, err = a.Keys.Key(ctx, id); fault.Is(err, fault.NotFound) {
			return access.Key{}, errBadKey
		} else if err != nil {
			return access.Key{}, fmt.Errorf("read a key: %w", err)
		}
	}
	if !key.Is(secret) || key.Expired(now) {
		return access.Key{}, errBadKey
	}
	if !fresh {
		a.known.put(key, now)
	}
	return key, nil
}

// refuse answers a request whose key does not suffice, in the words of RFC 6750. scope is the one that lacks.
func (a *API) refuse(w http.ResponseWriter, r *http.Request, err error, scope access.Scope) {
	challenge := `Bearer realm="afterword"`
	switch {
	case scope != access.Any:
		challenge += `, error="insufficient_scope", scope="` + string(scope) + `"`
	case errors.Is(err, errBadKey):
		challenge += `, error="invalid_token"`
	}
	if kind := fault.KindOf(err); kind == fault.Unauthorized || kind == fault.Forbidden {
		w.Header().Set("WWW-Authenticate", challenge)
	}
	problem.Write(w, r, a.Log, err)
}
