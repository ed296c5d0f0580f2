package webhook

import (
	"crypto/sha256"
	"time"
)

// hubspotScheme is the third version of HubSpot's signature. The first two are plain hashes without a time and are not taken. The address
// is the one that HubSpot was given, byte for byte: what a request says of its own may have been changed on the way.
var hubspotScheme = scheme{
	hash: sha256.New, signed: []part{methodPart, urlPart, bodyPart, timePart}, encoding: standardBase64, key: literal,
	families:  []family{{signature: "X-HubSpot-Signature-v3", timestamp: "X-HubSpot-Request-Timestamp"}},
	tolerance: 300 * time.Second, unit: time.Millisecond,
}
