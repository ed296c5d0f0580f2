package webhook

import (
	"crypto/sha256"
	"time"
)

// bigcommerceScheme is Standard Webhooks with the bytes of the app's client secret as they are.
var bigcommerceScheme = scheme{
	hash: sha256.New, signed: []part{deliveryPart, timePart, bodyPart}, separator: ".", encoding: standardBase64, key: literal,
	families: []family{{signature: "Webhook-Signature", timestamp: "Webhook-Timestamp", delivery: "Webhook-Id"}},
	style:    spaced, prefix: "v1,", tolerance: 300 * time.Second,
}
