package customer

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"afterword/internal/fault"
)

// Hasher turns addresses into ids with the suppression key. The key is never rotated: an id must find the row of somebody who
// unsubscribed years ago and whose address is long erased.
type Hasher struct{ key []byte }

// NewHasher makes a hasher of a key of at least 32 bytes; a shorter one is fault.Invalid.
func NewHasher(key []byte) (Hasher, error) {
	if len(key) < 32 {
		return Hasher{}, fault.New(fault.Invalid, "the suppression key has %d bytes; expected at least 32", len(key))
	}
	return Hasher{append([]byte(nil), key...)}, nil
}

// ID is the customer's id. Letters before the @ do not matter here, since hosts that tell them apart are not met: the same person
// must not be asked twice, or after unsubscribing, for having typed a capital. A +tag does: it may be somebody else's mailbox.
func (h Hasher) ID(address string) ID {
	mac := hmac.New(sha256.New, h.key)
	mac.Write([]byte(strings.ToLower(Address(address))))
	return ID(base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16]))
}

// Veil stands for what a source called something that was an erased customer's: the same for the same text, and nobody without the key
// can tell which text that was. No address has the zero byte that begins what is hashed, so that no veil is an id.
func (h Hasher) Veil(text string) string {
	mac := hmac.New(sha256.New, h.key)
	mac.Write([]byte("\x00veil\x00" + text))
	return "~" + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16])
}
