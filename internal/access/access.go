// Package access says who may ask for what: systems ask the API with keys, each with scopes, a limit and an end; people of the owner's
// team sign in to the scoreboard by a link in a mail (SignIn). It keeps the owner's customers from
// whoever finds a key in a log or a repository: a key does one job, is known by its hash only, tells by its beginning what it is (so
// that scanners for leaked secrets find it), and is taken back within a minute.
//
// A key that is made here is "aw_" and the base64url of 41 random bytes: the first 12 characters after the prefix are its id, by which
// it is found in one read, and the other 43 are 256 secret bits, which is why a plain hash of it needs no salt. Keys that the owner
// writes into the system's secret may be of any form; they may do everything, and make the others.
package access

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"afterword/internal/fault"
)

// Scope is what a key may do.
type Scope string

// The scopes. Admin may do what the others may.
const (
	Any       Scope = ""          // needs a key and no scope
	Read      Scope = "read"      // look at scores, answers, decisions, cases, reports: customers by id only
	Visits    Scope = "visits"    // report visits, and nothing else
	Customers Scope = "customers" // find, see, import, export and erase customers: who they are
	Admin     Scope = "admin"     // change the program, audit, make and revoke keys
)

// Scopes lists what can be given to a key.
func Scopes() []Scope { return []Scope{Read, Visits, Customers, Admin} }

// Limits of requests, per key and clock minute.
const (
	PerMinute  = 600 // when nothing else is said
	MostMinute = 60_000
	Unlimited  = -1 // for a system that only its owner's machine can reach
)

// Key is a key as it is kept.
type Key struct {
	ID        string    `json:"id"` // 12 characters of base64url; of a written one, which of them it is
	Name      string    `json:"name"`
	Hash      []byte    `json:"hash"` // SHA-256 of all of the key
	Last      string    `json:"last"` // its last 4 characters, by which people tell keys apart
	Scopes    []Scope   `json:"scopes"`
	PerMinute int64     `json:"per_minute"`
	Created   time.Time `json:"created"`
	Expires   time.Time `json:"expires,omitzero"` // it is good before; zero: until it is revoked
}

// Bounds of keys, in characters.
const (
	least    = 24  // of one that the owner writes: a shorter one could be guessed
	Longest  = 512 // of what is looked at, for a stranger
	longName = 60
	idLength = 12
	tail     = 4
)

const prefix = "aw_"

var form = regexp.MustCompile(`^` + prefix + `[A-Za-z0-9_-]{55}$`)

// IDOf is the id that a key of the form made here names; false for any other text.
func IDOf(secret string) (id string, ok bool) {
	if !form.MatchString(secret) {
		return "", false
	}
	return secret[len(prefix) : len(prefix)+idLength], true
}

// Make makes a key, which is shown once and kept by its hash. perMinute 0 is PerMinute, a zero expires never. Fault: Invalid.
func Make(name string, scopes []Scope, perMinute int64, expires, now time.Time) (secret string, k Key, err error) {
	now = now.UTC().Truncate(time.Second)
	name = strings.TrimSpace(name)
	switch {
	case name == "" || utf8.RuneCountInString(name) > longName || !utf8.ValidString(name) || strings.ContainsFunc(name, unprintable):
		return "", k, fault.New(fault.Invalid, "a key has a name of 1 to %d characters on one line, for what will use it", longName)
	case len(scopes) == 0:
		return "", k, fault.New(fault.Invalid, "a key has at least one scope of %s", names(Scopes()))
	case perMinute < 0 || perMinute > MostMinute:
		return "", k, fault.New(fault.Invalid, "a key has a limit of 1 to %d requests a minute", MostMinute)
	case !expires.IsZero() && !expires.After(now):
		return "", k, fault.New(fault.Invalid, "the key would have expired already")
	}
	for _, scope := range scopes {
		if !slices.Contains(Scopes(), scope) {
			return "", k, fault.New(fault.Invalid, "there is no such scope; expected some of %s", names(Scopes()))
		}
	}
	if perMinute == 0 {
		perMinute = PerMinute
	}
	secret = draw()
	k = kept(secret, PerMinute, slices.Compact(slices.Sorted(slices.Values(scopes)))...)
	k.ID, _ = IDOf(secret)
	k.Name, k.PerMinute, k.Created, k.Expires = name, perMinute, now, expires.UTC().Truncate(time.Second)
	return secret, k, nil
}

// draw draws a key. Its id does not begin like a flag: people hand it to commands.
func draw() string {
	for {
		var random [41]byte
		rand.Read(random[:]) // never fails
		if text := base64.RawURLEncoding.EncodeToString(random[:]); text[0] != '-' {
			return prefix + text
		}
	}
}

// unprintable also holds for what turns the direction of a line: the name stands in tables.
func unprintable(r rune) bool { return !unicode.IsPrint(r) }

func names(scopes []Scope) string {
	var all []string
	for _, s := range scopes {
		all = append(all, string(s))
	}
	return strings.Join(all, ", ")
}

// Written keeps a key that the owner wrote. Fault: Invalid for one that could be guessed.
func Written(id, secret string, scopes ...Scope) (Key, error) {
	if len(secret) < least || len(secret) > Longest {
		return Key{}, fault.New(fault.Invalid, "an API key has %d to %d characters", least, Longest)
	}
	k := kept(secret, PerMinute, scopes...)
	k.ID = id
	return k, nil
}

// Local keeps a key of any length, without a limit: for a system that only its owner's machine can reach.
func Local(secret string, scopes ...Scope) Key {
	k := kept(secret, Unlimited, scopes...)
	k.ID = "local"
	return k
}

func kept(secret string, perMinute int64, scopes ...Scope) Key {
	hash := sha256.Sum256([]byte(secret))
	return Key{Hash: hash[:], Last: secret[max(0, len(secret)-tail):], Scopes: scopes, PerMinute: perMinute}
}

// Is tells whether a secret is this key, in a time that says nothing about how near it was.
func (k Key) Is(secret string) bool {
	hash := sha256.Sum256([]byte(secret))
	return subtle.ConstantTimeCompare(hash[:], k.Hash) == 1
}

// Expired tells whether a key has come to its end.
func (k Key) Expired(now time.Time) bool { return !k.Expires.IsZero() && !now.Before(k.Expires) }

// May tells whether a key may do what a scope says.
func (k Key) May(scope Scope) bool {
	return scope == Any || slices.Contains(k.Scopes, scope) || slices.Contains(k.Scopes, Admin)
}
