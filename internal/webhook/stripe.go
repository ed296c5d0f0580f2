package webhook

import (
	"crypto/sha256"
	"time"
)

// stripeScheme takes the endpoint's secret as it is, whsec_ and all. Stripe's own library refuses old times only; a time to come is as
// little now.
var stripeScheme = scheme{
	hash: sha256.New, signed: []part{timePart, bodyPart}, separator: ".", encoding: lowerHex{}, key: literal,
	families: []family{{signature: "Stripe-Signature"}}, style: fields, prefix: "v1=", tolerance: 300 * time.Second,
}
