package webhook

import "crypto/sha1" //nolint:gosec // what Intercom signs with; as an HMAC, SHA-1 still holds

var intercomScheme = scheme{
	hash: sha1.New, signed: []part{bodyPart}, encoding: lowerHex{}, key: literal, prefix: "sha1=",
	families: []family{{signature: "X-Hub-Signature"}},
}
