package webhook

import (
	"crypto/sha256"
	"time"
)

var calendlyScheme = scheme{
	hash: sha256.New, signed: []part{timePart, bodyPart}, separator: ".", encoding: lowerHex{}, key: literal,
	families: []family{{signature: "Calendly-Webhook-Signature"}}, style: fields, prefix: "v1=", tolerance: 180 * time.Second,
}
