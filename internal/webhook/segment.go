package webhook

import "crypto/sha1" //nolint:gosec // what Segment signs with; as an HMAC, SHA-1 still holds

// segmentScheme signs the first event of a batch alone: the others are believed only with the secret in a header.
var segmentScheme = scheme{
	hash: sha1.New, signed: []part{firstPart}, encoding: lowerHex{}, key: literal,
	families: []family{{signature: "X-Signature"}},
	beside: func(m message, secrets []string) bool {
		_, more, err := elements(m.body)
		return err == nil && (!more || shown(m.header, secrets))
	},
}
