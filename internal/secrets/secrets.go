// Package secrets reads what must never be written down elsewhere: the keys of the links in mails, the key of the hashes by which
// customers are found, and what senders of webhooks sign with. They live in one secret of AWS Secrets Manager and in memory; on one
// machine in a file.
//
// The secret is JSON. The stack makes it with a seed alone, from which the first keys are derived (HKDF, RFC 5869), so that nobody
// has to invent any; an owner adds the senders' secrets, and later keys for links:
//
//	{"seed": "...", "tokens": {"2": "base64 of 32 bytes or more"}, "suppression": "base64 ...", "sources": {"shopify": ["...", "..."]},
//	 "fetch": {"bigcommerce": "a token of its API, for sources whose events do not say who the customer is"},
//	 "api": ["a key of 24 characters or more, for scripts"]}
//
// A link's key is named by a number from 1 to 255. The highest one signs new links, all of them are good, so that rotating does not
// break mail that was sent. The suppression key is never rotated: with another one, nobody who unsubscribed would be found again.
package secrets

import (
	"bytes"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strconv"

	"afterword/internal/customer"
	"afterword/internal/fault"
	"afterword/internal/survey"
)

// Least length of a key and of the seed, in bytes.
const leastKey = 32

// Secret is what the system knows and nobody else does. Printing one shows nothing.
type Secret struct {
	Links     survey.Keys
	Customers customer.Hasher
	sources   map[string][]string
	fetch     map[string]string
	api       []string
}

// Source returns the live secrets of a source, several while one replaces another; none when there are none.
func (s Secret) Source(name string) []string { return s.sources[name] }

// Fetch returns the token with which the source is asked for what its events leave out; "" when there is none.
func (s Secret) Fetch(source string) string { return s.fetch[source] }

// API returns the keys with which the owner's scripts call.
func (s Secret) API() []string { return s.api }

// String keeps a secret out of logs.
func (Secret) String() string { return "secrets.Secret" }

// GoString keeps it out of them with %#v as well.
func (s Secret) GoString() string { return s.String() }

type written struct {
	Seed        string              `json:"seed"`
	Tokens      map[string]string   `json:"tokens"`
	Suppression string              `json:"suppression"`
	Sources     map[string][]string `json:"sources"`
	Fetch       map[string]string   `json:"fetch"`
	API         []string            `json:"api"`
}

// Parse reads a secret. Errors name what is wrong and never what it says. Fault: Invalid.
func Parse(text []byte) (Secret, error) {
	var w written
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if decoder.Decode(&w) != nil { // its error may quote the text
		return Secret{}, fault.New(fault.Invalid, `the secret is not JSON of the form {"seed":"...","tokens":{"2":"..."},"suppression":"...","sources":{"shopify":["..."]}}`)
	}
	links, err := w.links()
	if err != nil {
		return Secret{}, err
	}
	suppression, err := w.key("suppression", w.Suppression)
	if err != nil {
		return Secret{}, err
	}
	s := Secret{sources: w.Sources, fetch: w.Fetch, api: w.API}
	if s.Links, err = survey.NewKeys(links); err != nil {
		return Secret{}, fault.New(fault.Invalid, "the secret's tokens are not keys for links")
	}
	if s.Customers, err = customer.NewHasher(suppression); err != nil {
		return Secret{}, fault.New(fault.Invalid, "the secret's suppression key is not usable")
	}
	return s, nil
}

// links are the keys as written, and key 1 derived from the seed where it is not.
func (w written) links() (map[byte][]byte, error) {
	keys := map[byte][]byte{}
	for name, text := range w.Tokens {
		id, err := strconv.ParseUint(name, 10, 8)
		if err != nil || id == 0 {
			return nil, fault.New(fault.Invalid, "the secret's tokens are named by numbers from 1 to 255")
		}
		if keys[byte(id)], err = w.key("tokens."+name, text); err != nil {
			return nil, err
		}
	}
	if _, first := keys[1]; !first && (w.Seed != "" || len(keys) == 0) {
		key, err := w.key("tokens.1", "")
		if err != nil {
			return nil, err
		}
		keys[1] = key
	}
	return keys, nil
}

// key decodes a key, or derives it from the seed when it is not written.
func (w written) key(name, text string) ([]byte, error) {
	if text == "" {
		if len(w.Seed) < leastKey {
			return nil, fault.New(fault.Invalid, "the secret has neither %s nor a seed of at least %d characters", name, leastKey)
		}
		return hkdf.Key(sha256.New, []byte(w.Seed), nil, "afterword "+name, leastKey)
	}
	key, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(key) < leastKey {
		return nil, fault.New(fault.Invalid, "the secret's %s is not the base64 of %d bytes or more", name, leastKey)
	}
	return key, nil
}
