package webhook

import "crypto/sha256"

var woocommerceScheme = scheme{
	hash: sha256.New, signed: []part{bodyPart}, encoding: standardBase64, key: htmlKey,
	families: []family{{signature: "X-WC-Webhook-Signature"}},
}
