package customer

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// Key is the secret behind the ids of customers: at least MinKey bytes, apart from all other keys and never rotated, because a
// suppression is found by it.
type Key []byte

// MinKey is the least length of a Key in bytes.
const MinKey = 32

// idBytes of a keyed hash make an id: enough that no two people ever share a row.
const idBytes = 16

// IDOf is the id of the person with the address, however it is written. It panics when the key is too short.
func (k Key) IDOf(address string) ID {
	if len(k) < MinKey {
		panic("customer: ids need a key")
	}
	mac := hmac.New(sha256.New, k)
	mac.Write([]byte(strings.ToLower(Address(address))))
	return ID(base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:idBytes]))
}

// Address is how an address is kept and mailed: without the space around it that forms let through, the domain in lower case. The
// local part keeps its case, because a few hosts mind it; ids do not (no host gives two people names that differ in case alone).
func Address(address string) string {
	local, domain := Split(strings.TrimSpace(address))
	if domain == "" {
		return local
	}
	return local + "@" + strings.ToLower(domain)
}

// Split cuts an address at its last '@'. Without one, domain is empty.
func Split(address string) (local, domain string) {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return address, ""
	}
	return address[:at], address[at+1:]
}

// The limits of RFC 5321, section 4.5.3.1.
const (
	longestAddress = 254
	longestLocal   = 64
	longestLabel   = 63
)

// Mailable tells whether SES can carry mail to the address as Address returns it: one dot-atom, an '@' and a domain of at least two
// labels, all ASCII (SES takes no other local parts; a domain in other letters comes in its ASCII form). Quoted local parts and
// address literals are allowed by the RFC and belong to no customer.
func Mailable(address string) bool {
	local, domain := Split(address)
	if len(address) > longestAddress || len(local) > longestLocal {
		return false
	}
	for atom := range strings.SplitSeq(local, ".") {
		if atom == "" || strings.ContainsFunc(atom, func(r rune) bool { return !letterOrDigit(r) && !strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r) }) {
			return false
		}
	}
	labels := strings.Split(domain, ".")
	for _, label := range labels {
		if label == "" || len(label) > longestLabel || label[0] == '-' || label[len(label)-1] == '-' ||
			strings.ContainsFunc(label, func(r rune) bool { return !letterOrDigit(r) && r != '-' }) {
			return false
		}
	}
	last := labels[len(labels)-1]
	return len(labels) > 1 && strings.ContainsFunc(last, func(r rune) bool { return r < '0' || r > '9' })
}

func letterOrDigit(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

// Free returns the customer without the place that the invitation held in the fatigue windows: it was never sent.
func (c Customer) Free(invitation string) Customer {
	var kept []Ask
	for _, ask := range c.Asks {
		if ask.Invitation != invitation {
			kept = append(kept, ask)
		}
	}
	c.Asks = kept
	return c
}
