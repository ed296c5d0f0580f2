package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"hash"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// scheme is how a sender proves that a delivery is its own: the parameters of the one verifier.
type scheme struct {
	// hash is of the HMAC; nil for a sender that signs nothing and shows the secret itself, in a header.
	hash func() hash.Hash
	// signed lists the parts of what is signed, joined by separator.
	signed    []part
	separator string
	encoding  encoding
	// key turns the secret as the owner has it into the bytes of the key.
	key func(secret string) ([]byte, error)
	// families are sets of header names that the sender uses, the usual one first; the first whose signature is there is read.
	families []family
	// style is how a header holds signatures, each of which begins with prefix; those that begin otherwise are of other versions.
	style  style
	prefix string
	// tolerance is how far the sender's clock may be away, either way; 0 where no time is signed. A time that is a number is in units,
	// seconds where that is 0.
	tolerance time.Duration
	unit      time.Duration
	// inside finds what is signed, and its signatures, where they are in the body; nil: they are in headers.
	inside func(message) ([]claim, error)
	// seal puts the signatures into the body of a sample; nil where they are in headers.
	seal func(body []byte, mac func(parts [][]byte) string) ([]byte, error)
	// beside tells whether what has to be shown beside the signature is there, where that does not cover all that matters; nil: all is covered.
	beside func(m message, secrets []string) bool
}

// family is a set of headers. A style of fields has the time beside the signature.
type family struct{ signature, timestamp, delivery string }

// style is how a header holds signatures.
type style int

const (
	whole  style = iota // the header is one signature
	spaced              // several with spaces between
	fields              // t=TIME,v1=SIGNATURE,v1=SIGNATURE
)

// message is what came, as far as a signature may cover it.
type message struct {
	method string
	url    string // as the program gave it to the sender
	header http.Header
	body   []byte
}

// claim is what is signed, and the signatures of which one has to be good.
type claim struct {
	delivery, timestamp string
	parts               [][]byte
	given               [][]byte
}

// part is a part of what is signed.
type part int

const (
	deliveryPart part = iota
	timePart
	methodPart
	urlPart
	bodyPart
	firstPart // of a body that is a list, the first element alone; else the body
)

// Why a delivery is not believed; for the log.
var (
	errUnsigned  = errors.New("a header of the signature is missing or malformed")
	errSignature = errors.New("the signature is another")
	errStale     = errors.New("the signature is right, its time is not now")
	errUnshown   = errors.New("the secret that has to be shown in a header is missing or another")
)

// verify proves that who sent the message knows one of the secrets, now. Every comparison takes the same time whatever is compared.
func (s scheme) verify(m message, secrets []string, now time.Time) error {
	if s.hash == nil {
		if !shown(m.header, secrets) {
			return errUnshown
		}
		return nil
	}
	if s.beside != nil && !s.beside(m, secrets) { // first, because whoever cannot show it should not have a body read
		return errUnshown
	}
	claims, err := s.claims(m)
	if err != nil {
		return err
	}
	keys, unreadable := s.keys(secrets)
	for _, c := range claims {
		if !s.holds(c, keys) {
			return errors.Join(errSignature, unreadable)
		}
		if s.tolerance == 0 {
			continue
		}
		if at, err := parseTimestamp(c.timestamp, s.unit); err != nil || now.Sub(at).Abs() > s.tolerance {
			return errStale
		}
	}
	return nil
}

// claims are what the message claims to be signed: at least one, each with a signature.
func (s scheme) claims(m message) ([]claim, error) {
	if s.inside != nil {
		claims, err := s.inside(m)
		if err == nil && len(claims) == 0 {
			err = errUnsigned
		}
		return claims, err
	}
	c, err := s.read(m.header)
	if err != nil {
		return nil, err
	}
	c.parts, err = s.parts(m, c)
	return []claim{c}, err
}

// read reads the first family of headers that has a signature; signatures of other versions are passed over.
func (s scheme) read(header http.Header) (claim, error) {
	names := familyOf(s.families, header)
	c := claim{delivery: header.Get(names.delivery), timestamp: header.Get(names.timestamp)}
	list := []string{header.Get(names.signature)}
	switch s.style {
	case spaced:
		list = strings.Split(list[0], " ")
	case fields:
		list = strings.Split(list[0], ",")
		c.timestamp = ""
	}
	for _, one := range list {
		if at, is := strings.CutPrefix(one, "t="); is && s.style == fields {
			if c.timestamp != "" {
				return c, errUnsigned
			}
			c.timestamp = at
			continue
		}
		coded, ours := strings.CutPrefix(one, s.prefix)
		if signature, err := s.encoding.DecodeString(coded); ours && err == nil && len(signature) > 0 {
			c.given = append(c.given, signature)
		}
	}
	if len(c.given) == 0 {
		return c, errUnsigned
	}
	// With a separator in it, an id's end could be taken for another part.
	if slices.Contains(s.signed, deliveryPart) && (c.delivery == "" || strings.Contains(c.delivery, s.separator)) {
		return c, errUnsigned
	}
	if _, err := parseTimestamp(c.timestamp, s.unit); s.tolerance > 0 && err != nil {
		return c, errUnsigned
	}
	return c, nil
}

// familyOf is the first of the families whose signature is there; without any, the usual one.
func familyOf(families []family, header http.Header) family {
	for _, names := range families {
		if header.Get(names.signature) != "" {
			return names
		}
	}
	return families[0]
}

// parts are what is signed, in order. Nothing large is copied.
func (s scheme) parts(m message, c claim) ([][]byte, error) {
	parts := make([][]byte, len(s.signed))
	for i, p := range s.signed {
		switch p {
		case deliveryPart:
			parts[i] = []byte(c.delivery)
		case timePart:
			parts[i] = []byte(c.timestamp)
		case methodPart:
			parts[i] = []byte(m.method)
		case urlPart:
			parts[i] = []byte(m.url)
		case bodyPart:
			parts[i] = m.body
		case firstPart:
			first, _, err := elements(m.body)
			if err != nil {
				return nil, errUnsigned
			}
			parts[i] = first
		}
	}
	return parts, nil
}

// keys are those of the secrets that can be read; why is what is wrong with the others.
func (s scheme) keys(secrets []string) (keys [][]byte, why error) {
	for _, secret := range secrets {
		key, err := s.key(secret)
		if err != nil { // another one may still be good
			why = fmt.Errorf("a secret of the source cannot be read: %w", err)
			continue
		}
		keys = append(keys, key)
	}
	return keys, why
}

// holds tells whether one of the signatures is one of the keys'.
func (s scheme) holds(c claim, keys [][]byte) bool {
	matched := false
	for _, key := range keys {
		want := s.mac(key, c.parts)
		for _, have := range c.given {
			if hmac.Equal(want, have) {
				matched = true
			}
		}
	}
	return matched
}

func (s scheme) mac(key []byte, parts [][]byte) []byte {
	h := hmac.New(s.hash, key)
	for i, p := range parts {
		if i > 0 {
			h.Write([]byte(s.separator))
		}
		h.Write(p)
	}
	return h.Sum(nil)
}

// SecretHeader is where a sender that signs nothing shows the secret, unless it does so as a bearer's.
const SecretHeader = "Afterword-Secret"

// shown tells whether one of the secrets stands in a header.
func shown(header http.Header, secrets []string) bool {
	bearer := ""
	if kind, rest, ok := strings.Cut(header.Get("Authorization"), " "); ok && strings.EqualFold(kind, "Bearer") {
		bearer = rest
	}
	matched := false
	for _, secret := range secrets {
		for _, have := range []string{header.Get(SecretHeader), bearer} {
			if same(have, secret) {
				matched = true
			}
		}
	}
	return matched
}

// same compares in a time that tells nothing, not even about the lengths.
func same(a, b string) bool {
	one, other := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(one[:], other[:]) == 1
}

// parseTimestamp reads a header's time: a number of units since 1970, or ISO 8601.
func parseTimestamp(s string, unit time.Duration) (time.Time, error) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		if len(s) > 15 || s[0] == '+' || s[0] == '-' {
			return time.Time{}, errUnsigned
		}
		if unit == time.Millisecond {
			return time.UnixMilli(n), nil
		}
		return time.Unix(n, 0), nil
	}
	return time.Parse(time.RFC3339, s)
}
