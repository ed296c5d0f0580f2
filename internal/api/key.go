package api

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"

	"afterword/internal/fault"
	"afterword/internal/problem"
)

// Scope is what a key may do.
type Scope string

// The scopes.
const (
	Read  Scope = "read"  // look at scores, answers, decisions, cases
	Admin Scope = "admin" // change the program, audit
)

// Key is a key as it is kept: its hash only. A key is random and long, so that a plain hash of it needs no salt.
type Key struct {
	Hash   [sha256.Size]byte
	Scopes []Scope
}

// MinKey is the least length of a key, in characters.
const MinKey = 24

// NewKey keeps a key with its scopes. Fault: Invalid for one that could be guessed.
func NewKey(secret string, scopes ...Scope) (Key, error) {
	if len(secret) < MinKey || len(secret) > maxKey {
		return Key{}, fault.New(fault.Invalid, "an API key has %d to %d characters", MinKey, maxKey)
	}
	return LocalKey(secret, scopes...), nil
}

// LocalKey keeps a key of any length: for a system that only its owner's machine can reach.
func LocalKey(secret string, scopes ...Scope) Key {
	return Key{Hash: sha256.Sum256([]byte(secret)), Scopes: scopes}
}

// maxKey bounds what is hashed for a stranger.
const maxKey = 512

// Keys knows the keys that are valid.
type Keys interface {
	// APIKeys returns all of them. Faults: Transient.
	APIKeys(ctx context.Context) ([]Key, error)
}

// FixedKeys are keys that do not change while the process runs.
type FixedKeys []Key

// APIKeys returns the keys.
func (k FixedKeys) APIKeys(context.Context) ([]Key, error) { return k, nil }

var (
	errNoKey  = fault.New(fault.Unauthorized, "this address needs a key: Authorization: Bearer KEY")
	errBadKey = fault.New(fault.Unauthorized, "this key is not valid")
)

// authorize returns the scopes of the request's key. Every key that there is is compared, all of it, so that the time says nothing
// about how near a guess was.
func (a *API) authorize(r *http.Request) (map[Scope]bool, error) {
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || len(r.Header.Values("Authorization")) != 1 {
		return nil, errNoKey
	}
	if len(secret) > maxKey {
		return nil, errBadKey
	}
	keys, err := a.Keys.APIKeys(r.Context())
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256([]byte(secret))
	var scopes map[Scope]bool
	for _, key := range keys {
		if subtle.ConstantTimeCompare(hash[:], key.Hash[:]) == 1 {
			scopes = map[Scope]bool{}
			for _, scope := range key.Scopes {
				scopes[scope] = true
			}
		}
	}
	if scopes == nil {
		return nil, errBadKey
	}
	return scopes, nil
}

// refuse answers a request whose key does not suffice, in the words of RFC 6750. scope is the one that lacks.
func (a *API) refuse(w http.ResponseWriter, r *http.Request, err error, scope Scope) {
	challenge := `Bearer realm="afterword"`
	switch {
	case scope != "":
		challenge += `, error="insufficient_scope", scope="` + string(scope) + `"`
	case err == errBadKey:
		challenge += `, error="invalid_token"`
	}
	if kind := fault.KindOf(err); kind == fault.Unauthorized || kind == fault.Forbidden {
		w.Header().Set("WWW-Authenticate", challenge)
	}
	problem.Write(w, r, a.Log, err)
}
