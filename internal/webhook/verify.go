package webhook

import (
	"crypto/hmac"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// scheme is how a sender signs: the parameters of the one verifier.
type scheme struct {
	hash func() hash.Hash
	// signed lists the parts of what is signed, joined by separator: deliveryPart, timePart, bodyPart.
	signed    []part
	separator string
	encoding  encoding
	// key turns the secret as the owner has it into the bytes of the key.
	key func(secret string) ([]byte, error)
	// families are sets of header names that the sender uses, the usual one first; the first whose signature is there is read.
	families []family
	// prefix stands before a signature; several signatures stand with spaces between. "" where the header is one signature.
	prefix string
	// tolerance is how far the sender's clock may be away, either way; 0 where no time is signed.
	tolerance time.Duration
}

type family struct{ signature, timestamp, delivery string }

// part is a part of what is signed.
type part int

const (
	deliveryPart part = iota
	timePart
	bodyPart
)

// encoding is how the bytes of a signature are written.
type encoding interface {
	EncodeToString([]byte) string
	DecodeString(string) ([]byte, error)
}

// strictBase64 takes one spelling of a signature only, without line ends, which the decoder would pass over.
type strictBase64 struct{ *base64.Encoding }

var standardBase64 = strictBase64{base64.StdEncoding.Strict()}

func (e strictBase64) DecodeString(s string) ([]byte, error) {
	if strings.ContainsAny(s, "\r\n") {
		return nil, base64.CorruptInputError(0)
	}
	return e.Encoding.DecodeString(s)
}

// Why a delivery is not believed; for the log.
var (
	errUnsigned  = errors.New("a header of the signature is missing or malformed")
	errSignature = errors.New("the signature is another")
	errStale     = errors.New("the signature is right, its time is not now")
)

// verify proves that one of the secrets signed the body, now. Every comparison takes the same time whatever is compared.
func (s scheme) verify(header http.Header, body []byte, secrets []string, now time.Time) error {
	names, given := s.signatures(header)
	if len(given) == 0 {
		return errUnsigned
	}
	delivery, timestamp := header.Get(names.delivery), header.Get(names.timestamp)
	if slices.Contains(s.signed, deliveryPart) && (delivery == "" || strings.Contains(delivery, s.separator)) {
		return errUnsigned // with a separator in it, its end could be taken for another part
	}
	at, err := parseTimestamp(timestamp)
	if s.tolerance > 0 && err != nil {
		return errUnsigned
	}
	matched, why := false, errSignature
	for _, secret := range secrets {
		want, err := s.mac(secret, delivery, timestamp, body)
		if err != nil { // the other one may still be good
			why = fmt.Errorf("a secret of the source cannot be read: %w", err)
			continue
		}
		for _, have := range given {
			if hmac.Equal(want, have) {
				matched = true
			}
		}
	}
	switch {
	case !matched:
		return why
	case s.tolerance > 0 && now.Sub(at).Abs() > s.tolerance:
		return errStale
	}
	return nil
}

// signatures decodes the signatures of the first family of headers that has any; those of other versions are passed over.
func (s scheme) signatures(header http.Header) (family, [][]byte) {
	for _, names := range s.families {
		value := header.Get(names.signature)
		if value == "" {
			continue
		}
		list := []string{value}
		if s.prefix != "" {
			list = strings.Split(value, " ")
		}
		var decoded [][]byte
		for _, one := range list {
			coded, ours := strings.CutPrefix(one, s.prefix)
			signature, err := s.encoding.DecodeString(coded)
			if ours && err == nil {
				decoded = append(decoded, signature)
			}
		}
		return names, decoded
	}
	return family{}, nil
}

// mac signs. The parts may be empty where the sender does not sign them.
func (s scheme) mac(secret, delivery, timestamp string, body []byte) ([]byte, error) {
	key, err := s.key(secret)
	if err != nil {
		return nil, err
	}
	h := hmac.New(s.hash, key)
	for i, p := range s.signed {
		if i > 0 {
			h.Write([]byte(s.separator))
		}
		switch p {
		case deliveryPart:
			h.Write([]byte(delivery))
		case timePart:
			h.Write([]byte(timestamp))
		case bodyPart:
			h.Write(body)
		}
	}
	return h.Sum(nil), nil
}

// parseTimestamp reads a header's time: unix seconds, or ISO 8601.
func parseTimestamp(s string) (time.Time, error) {
	if seconds, err := strconv.ParseInt(s, 10, 64); err == nil {
		if len(s) > 12 || s[0] == '+' || s[0] == '-' { // far beyond any clock
			return time.Time{}, errUnsigned
		}
		return time.Unix(seconds, 0), nil
	}
	return time.Parse(time.RFC3339, s)
}

// Keys of secrets.

// literal takes the secret's own bytes.
func literal(secret string) ([]byte, error) { return []byte(secret), nil }

// secretPrefix marks a secret of Standard Webhooks, which is base64 after it.
const secretPrefix = "whsec_"

// decodedKey decodes a secret that says that it is coded; any other is taken as it is.
func decodedKey(secret string) ([]byte, error) {
	coded, is := strings.CutPrefix(secret, secretPrefix)
	if !is {
		return []byte(secret), nil
	}
	key, err := standardBase64.DecodeString(coded)
	if err == nil && len(key) == 0 {
		err = errors.New("it is empty")
	}
	return key, err
}
