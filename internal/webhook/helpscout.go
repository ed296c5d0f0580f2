package webhook

import "crypto/sha1" //nolint:gosec // what Help Scout signs with; as an HMAC, SHA-1 still holds

var helpscoutScheme = scheme{
	hash: sha1.New, signed: []part{bodyPart}, encoding: standardBase64, key: literal,
	families: []family{{signature: "X-HelpScout-Signature"}},
}
