package survey

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strconv"

	"afterword/internal/fault"
)

// Purpose says what a token opens, so that a link for one thing never opens another.
type Purpose byte

// The purposes.
const (
	ForSurvey      Purpose = 's' // the survey page of an invitation
	ForUnsubscribe Purpose = 'u' // no more surveys for the customer of an invitation
	ForCase        Purpose = 'c' // a case, for the people of its desk
	ForLink        Purpose = 'l' // a touchpoint's link for everybody
	ForSlip        Purpose = 'a' // an answer that its page is about to give, see Slip
)

// Token is what a link says once it is proven to be ours.
type Token struct {
	Purpose Purpose
	ID      string // of the invitation, or of the case, which has the id of its invitation; of a link for everybody; of a slip
	Number  int    // of the survey, 1 to 65535; in a case's token who holds it (package followup), from 0; 0 in a link for everybody
}

// The parts of a token, in bytes: purpose, id, survey number, key id, and the first half of HMAC-SHA256 over all of these.
const (
	idBytes     = 15
	signedBytes = 1 + idBytes + 2 + 1
	macBytes    = 16
	tokenLength = (8*(signedBytes+macBytes) + 5) / 6 // characters
)

// MinKey is the least length of a key for tokens, in bytes.
const MinKey = 32

// strict refuses set bits after the last byte, so that each token has one spelling only.
var strict = base64.RawURLEncoding.Strict()

// errToken is the one answer to every token that is not good, so that nobody learns why it is not.
var errToken = fault.New(fault.NotFound, "this link is not one of ours, or it is not complete")

// Keys mint and open tokens. The newest key mints, all open: a key that is added breaks no mail that was sent before.
type Keys struct {
	secrets map[byte][]byte
	newest  byte
}

// NewKeys makes Keys of secrets by key id. The highest id is the newest. Fault: Invalid, never with the secret in it.
func NewKeys(secrets map[byte][]byte) (Keys, error) {
	if len(secrets) == 0 {
		return Keys{}, fault.New(fault.Invalid, "there is no key for tokens, at least one is needed")
	}
	keys := Keys{secrets: map[byte][]byte{}}
	for id, secret := range secrets {
		if len(secret) < MinKey {
			return Keys{}, fault.New(fault.Invalid, "the token key %d has %d bytes, at least %d are needed", id, len(secret), MinKey)
		}
		keys.secrets[id] = secret
		keys.newest = max(keys.newest, id)
	}
	return keys, nil
}

// Mint makes the token, 47 characters of base64url. It panics on an id that is not one of ours, on a number out of range and on
// Keys without a key: all of them are mistakes of the program.
func (k Keys) Mint(t Token) string {
	raw := make([]byte, 0, signedBytes+macBytes)
	raw = append(raw, byte(t.Purpose))
	id, err := strict.DecodeString(t.ID)
	if err != nil || len(id) != idBytes {
		panic("survey: no invitation has the id " + strconv.Quote(t.ID))
	}
	raw = append(raw, id...)
	if t.Number < 0 || t.Number > 1<<16-1 {
		panic("survey: no survey has the number " + strconv.Itoa(t.Number))
	}
	raw = binary.BigEndian.AppendUint16(raw, uint16(t.Number))
	raw = append(raw, k.newest)
	return strict.EncodeToString(append(raw, k.mac(raw)...))
}

// Open reads a token that is to be for the purpose. Fault: NotFound, the same for a forged, a mutilated and a foreign one.
func (k Keys) Open(purpose Purpose, token string) (Token, error) {
	if len(token) != tokenLength { // also because the decoder passes over line ends
		return Token{}, errToken
	}
	raw, err := strict.DecodeString(token)
	if err != nil || len(raw) != signedBytes+macBytes {
		return Token{}, errToken
	}
	signed, mac := raw[:signedBytes], raw[signedBytes:]
	if _, known := k.secrets[signed[signedBytes-1]]; !known || !hmac.Equal(mac, k.mac(signed)) || Purpose(signed[0]) != purpose {
		return Token{}, errToken
	}
	return Token{
		Purpose: purpose,
		ID:      strict.EncodeToString(signed[1 : 1+idBytes]),
		Number:  int(binary.BigEndian.Uint16(signed[1+idBytes:])),
	}, nil
}

// mac signs with the key that the signed bytes name last.
func (k Keys) mac(signed []byte) []byte {
	secret := k.secrets[signed[len(signed)-1]]
	if len(secret) < MinKey {
		panic("survey: tokens need a key")
	}
	h := hmac.New(sha256.New, secret)
	h.Write(signed)
	return h.Sum(nil)[:macBytes]
}

// IDOf is the id of the invitation about a visit: 20 characters of base64url, the first 15 bytes of SHA-256 over the visit's name,
// each part with its length before it, so that no two names run together.
func IDOf(touchpoint, source, subject string, round int) string {
	h := sha256.New()
	for _, part := range []string{touchpoint, source, subject, strconv.Itoa(round)} {
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(part))))
		h.Write([]byte(part))
	}
	return strict.EncodeToString(h.Sum(nil)[:idBytes])
}
