package webhook

import (
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	stripewebhook "github.com/stripe/stripe-go/v72/webhook"
)

// The signature is the same in all versions of the library; the newest take half a minute to compile.
func TestStripesOwnLibraryAgrees(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	judged := func(header string, body []byte) (theirs, ours bool) {
		m := message{header: http.Header{"Stripe-Signature": {header}}, body: body}
		return stripewebhook.ValidatePayloadIgnoringTolerance(body, header, secret) == nil, stripe.scheme.verify(m, []string{secret}, noon) == nil
	}
	for range 500 {
		body := make([]byte, random.IntN(300))
		for i := range body {
			body[i] = byte(random.IntN(256))
		}
		header, _, err := stripe.scheme.sign("", []string{secret}, body, noon)
		if err != nil {
			t.Fatal(err)
		}
		written := fmt.Sprintf("t=%d,v1=%s", noon.Unix(), hex.EncodeToString(stripewebhook.ComputeSignature(noon, body, secret)))
		if header.Get("Stripe-Signature") != written {
			t.Fatalf("we sign %s, the library %s", header, written)
		}
		for _, good := range []string{written, "v0=00," + written, strings.Replace(written, ",", ",v1=00,v1=!,", 1)} {
			if theirs, ours := judged(good, body); !theirs || !ours {
				t.Fatalf("%s: the library %v, we %v", good, theirs, ours)
			}
		}
		// Of what is changed we never take more than the library; we want small letters and one time.
		at := random.IntN(len(written))
		changed := written[:at] + string("0123456789abcdefABCDEF=,tv"[random.IntN(26)]) + written[at+1:]
		if theirs, ours := judged(changed, body); ours && !theirs {
			t.Fatalf("we take %s", changed)
		}
		if i := random.IntN(len(body) + 1); i < len(body) {
			body[i]++
			if theirs, ours := judged(written, body); theirs || ours {
				t.Fatalf("a changed body: the library %v, we %v", theirs, ours)
			}
		}
	}
}
