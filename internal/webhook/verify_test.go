package webhook

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"afterword/internal/program"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// schemes are those of all senders, and the secrets as each kind of sender has them.
var schemes = map[string]scheme{
	"shopify": shopify.scheme, "zendesk": zendesk.scheme, "standard": standard.scheme, "stripe": stripe.scheme, "woocommerce": woocommerce.scheme,
	"bigcommerce": bigcommerce.scheme, "adyen": adyen.scheme, "helpscout": helpscout.scheme, "intercom": intercom.scheme, "hubspot": hubspot.scheme,
	"segment": track.scheme, "calendly": calendly.scheme, "auth0": auth0.scheme, "clerk": clerk.scheme,
	"freshdesk": freshdesk.scheme, "gorgias": gorgias.scheme,
	"generic of the body": schemeOf(program.Auth{Hash: "sha512", Header: "X-Body-Signature", Encoding: "base64", Signed: program.SignedBody}),
	"generic with a time": schemeOf(program.Auth{
		Hash: "sha1", Header: "X-Timed-Signature", Prefix: "sha1=", Encoding: "hex", Signed: program.SignedTimestampColon, Timestamp: "X-Signed-At",
	}),
	"generic with an id": schemeOf(program.Auth{
		Hash: "sha256", Header: "X-Named-Signature", Encoding: "hex", Signed: program.SignedIDDot, Timestamp: "X-Named-At", ID: "X-Named-Id", Key: "base64",
	}),
}

var secretsOf = map[string][]string{
	"shopify": {"hush hush"}, "zendesk": {"another secret"}, "standard": {"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}, "stripe": {"whsec_stripe"},
	"woocommerce": {"a&b\"c'd<e>"}, "bigcommerce": {"the app's client secret"}, "adyen": {strings.Repeat("0123456789ABCDEF", 4), "adyen:pass word"},
	"helpscout": {"asdffdsa"}, "intercom": {"the app's secret"}, "hubspot": {"yyyyyyyy-yyyy"}, "segment": {"shared"}, "calendly": {"signing key"},
	"auth0": {"a token of some length"}, "clerk": {"whsec_c2lnbmVkLWJ5LWNsZXJrLWFuZC1zdml4"},
	"freshdesk": {"a secret of the rule"}, "gorgias": {"a secret of the integration"},
	"generic of the body": {"a secret of the owner's"}, "generic with a time": {"another of the owner's"}, "generic with an id": {"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
}

const hookURL = "https://feedback.example.com/hooks/hubspot"

// vector is a published signature, or one that was computed after the sender's documents.
type vector struct {
	ID, Provider, Secret, Method, URL, Body, Expect, Signature string
	Content                                                    string `json:"signed_content"`
	Headers                                                    map[string]string
}

func readVectors(t testing.TB) (vectors []vector) {
	t.Helper()
	data, err := os.ReadFile("testdata/vectors.json")
	if err == nil {
		err = json.Unmarshal(data, &vectors)
	}
	if err != nil || len(vectors) != 19 {
		t.Fatalf("%d vectors: %v", len(vectors), err)
	}
	return vectors
}

// message is the delivery of a vector, and the time at which it was signed.
func (v vector) message(s scheme) (message, time.Time) {
	m := message{method: v.Method, url: v.URL, header: http.Header{}, body: []byte(v.Body)}
	for name, value := range v.Headers {
		m.header.Set(name, value)
	}
	if s.tolerance > 0 {
		if c, err := s.read(m.header); err == nil {
			if at, err := parseTimestamp(c.timestamp, s.unit); err == nil {
				return m, at
			}
		}
	}
	return m, noon
}

func TestEveryPublishedVectorIsJudgedAsItsAuthorsDo(t *testing.T) {
	kinds := map[string]string{"standard_webhooks": "standard", "svix": "clerk"}
	for _, v := range readVectors(t) {
		t.Run(v.ID, func(t *testing.T) {
			s, ok := schemes[cmp.Or(kinds[v.Provider], v.Provider)]
			if !ok {
				t.Fatal("there is no sender", v.Provider)
			}
			secrets := []string{v.Secret}
			switch v.ID {
			case "adyen-rawstring-1": // of another product of theirs: text and signature, no delivery
				keys, err := s.keys(secrets)
				if err != nil || s.encoding.EncodeToString(s.mac(keys[0], [][]byte{[]byte(v.Content)})) != v.Signature {
					t.Errorf("another signature: %v", err)
				}
				return
			case "hubspot-v1-node", "hubspot-v2-node-post": // are what they claim to be, and are not taken
				m, now := v.message(s)
				sum := sha256.Sum256([]byte(v.Secret + map[string]string{"hubspot-v2-node-post": v.Method + v.URL}[v.ID] + v.Body))
				if hex.EncodeToString(sum[:]) != m.header.Get("X-HubSpot-Signature") {
					t.Error("the vector is another")
				}
				if err := s.verify(m, secrets, now); !errors.Is(err, errUnsigned) {
					t.Errorf("a plain hash without a time is taken: %v", err)
				}
				return
			}
			m, now := v.message(s)
			if v.Provider == "adyen" {
				secrets = append(secrets, "user:pass")
				m.header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(secrets[1])))
			}
			if err := s.verify(m, secrets, now); (err == nil) != (v.Expect == "valid") {
				t.Errorf("%v, expected %s", err, v.Expect)
			}
		})
	}
}

// signed are the headers with which a source of the shipped program signs a body.
func signed(t testing.TB, kind string, body []byte, at time.Time) http.Header {
	t.Helper()
	header, _, err := Sign(program.Source{Kind: kind}, secretsOf[kind], body, at)
	if err != nil {
		t.Fatal(err)
	}
	return header
}

// bodies are what each kind of sender may send; for those that are not named, any JSON.
var bodies = map[string]string{
	"segment": `[{"type":"track","messageId":"1"},{"type":"track","messageId":"2"}]`,
	"adyen": `{"live":"false","notificationItems":[{"NotificationRequestItem":{"additionalData":{"shopperEmail":"a@b.example"},"amount":{"currency":"EUR","value":1000},` +
		`"eventCode":"AUTHORISATION","eventDate":"2026-11-20T10:00:00+01:00","merchantAccountCode":"Acme","merchantReference":"order:1030","pspReference":"7914073381342284","success":"true"}}]}`,
}

// delivered is a good delivery of the kind.
func delivered(t testing.TB, kind string) message {
	t.Helper()
	body := []byte(cmp.Or(bodies[kind], `{"id":820982911946154508,"name":"#1030","total":"199.00"}`))
	header, sealed, err := schemes[kind].sign(hookURL, secretsOf[kind], body, noon)
	if err != nil {
		t.Fatal(err)
	}
	return message{http.MethodPost, hookURL, header, sealed}
}

// spoiled yields the message with one change each of what has to prove it: the bytes that are covered, each header of the signature, the
// address and the method.
func spoiled(kind string, m message) iter.Seq2[string, message] {
	s := schemes[kind]
	return func(yield func(string, message) bool) {
		for i := range m.body {
			if !covered(kind, m.body, i) {
				continue
			}
			body := bytes.Clone(m.body)
			body[i] ^= 1
			if !yield(fmt.Sprintf("byte %d of the body", i), message{m.method, m.url, m.header, body}) {
				return
			}
		}
		if slices.Contains(s.signed, bodyPart) {
			for _, other := range [][]byte{nil, m.body[1:], m.body[:len(m.body)-1], append([]byte(" "), m.body...), append(bytes.Clone(m.body), '\n')} {
				if !yield(fmt.Sprintf("the body %q", other), message{m.method, m.url, m.header, other}) {
					return
				}
			}
		}
		for name := range m.header {
			if strings.HasSuffix(name, "-Id") && !slices.Contains(s.signed, deliveryPart) {
				continue // not signed; the order or the ticket makes the visit
			}
			value := m.header.Get(name)
			texts := []string{"", value + "=", value + "\n", value[:len(value)-1]}
			for i := range value {
				for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_, \n") {
					if value[i] != c && !(name == "Authorization" && i < 6) {
						texts = append(texts, value[:i]+string(c)+value[i+1:])
					}
				}
			}
			for _, text := range texts {
				header := m.header.Clone()
				header.Set(name, text)
				if !yield(name+" "+strconv.Quote(text), message{m.method, m.url, header, m.body}) {
					return
				}
			}
		}
		if slices.Contains(s.signed, urlPart) {
			_ = yield("another address", message{m.method, m.url + "/", m.header, m.body}) && yield("another method", message{"PUT", m.url, m.header, m.body})
		}
	}
}

// covered tells whether the proof of a kind covers the byte of a body.
func covered(kind string, body []byte, i int) bool {
	if kind == "adyen" {
		for _, value := range []string{"EUR", "1000", "AUTHORISATION", "Acme", "order:1030", "7914073381342284", "true"} {
			if at := bytes.Index(body, []byte(value)); i >= at && i < at+len(value) {
				return true
			}
		}
		return false
	}
	if kind == "segment" { // the first event; the others are believed for the secret that is shown
		return i > 0 && i < len(`[{"type":"track","messageId":"1"}`)
	}
	return schemes[kind].hash != nil
}

func TestOneChangedByteAnywhereIsRefused(t *testing.T) {
	for kind, s := range schemes {
		t.Run(kind, func(t *testing.T) {
			m, secrets := delivered(t, kind), secretsOf[kind]
			if err := s.verify(m, secrets, noon); err != nil {
				t.Fatalf("what is signed is refused: %v", err)
			}
			changes := 0
			for what, other := range spoiled(kind, m) {
				if changes++; s.verify(other, secrets, noon) == nil {
					t.Errorf("%s is taken", what)
				}
			}
			if changes < 50 {
				t.Errorf("%d changes", changes)
			}
			for n, secret := range secrets {
				for i := range secret {
					for _, c := range []byte("AQgw2") { // in base64, the last bits of a key matter as well
						changed := slices.Clone(secrets)
						if changed[n] = secret[:i] + string(c) + secret[i+1:]; secret[i] != c && s.verify(m, changed, noon) == nil {
							t.Errorf("byte %d of the secret may be %q", i, c)
						}
					}
				}
			}
			for other := range schemes {
				if from := delivered(t, other); !reflect.DeepEqual(schemes[other].families, s.families) && s.verify(from, secrets, noon) == nil {
					t.Errorf("a delivery of %s is taken", other)
				}
			}
		})
	}
}

func TestASignatureIsGoodNearItsTimeOnly(t *testing.T) {
	for kind, tolerance := range map[string]time.Duration{
		"zendesk": 600 * time.Second, "standard": 300 * time.Second, "stripe": 300 * time.Second, "bigcommerce": 300 * time.Second,
		"hubspot": 300 * time.Second, "calendly": 180 * time.Second,
	} {
		m, s := delivered(t, kind), schemes[kind]
		for away, want := range map[time.Duration]error{
			0: nil, tolerance: nil, -tolerance: nil, tolerance + time.Second: errStale, -tolerance - time.Second: errStale, 9000 * time.Hour: errStale,
		} {
			if err := s.verify(m, secretsOf[kind], noon.Add(away)); !errors.Is(err, want) {
				t.Errorf("%s, %s later: %v, want %v", kind, away, err, want)
			}
		}
	}
	for _, kind := range []string{"shopify", "woocommerce", "adyen", "helpscout", "intercom", "segment", "auth0", "freshdesk", "gorgias"} { // sign no time
		if err := schemes[kind].verify(delivered(t, kind), secretsOf[kind], noon.Add(9000*time.Hour)); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

func TestAnISOTimeIsSignedAsItWasWritten(t *testing.T) {
	body, secret := []byte(`{"ticket_id":"88"}`), "hush"
	for written, want := range map[string]error{
		"2026-11-20T12:00:00Z": nil, "2026-11-20T13:00:00+01:00": nil, "2026-11-20T12:11:00Z": errStale, "2026-11-20 12:00": errUnsigned, "": errUnsigned,
		"0": errStale, "-1": errUnsigned, "+1795176000": errUnsigned, "99999999999999999999": errUnsigned, "9999999999999999": errUnsigned, "9999999999999": errStale, "1795176000.5": errUnsigned,
	} {
		mac := zendesk.scheme.mac([]byte(secret), [][]byte{[]byte(written), body})
		header := http.Header{}
		header.Set("X-Zendesk-Webhook-Signature", standardBase64.EncodeToString(mac))
		header.Set("X-Zendesk-Webhook-Signature-Timestamp", written)
		if err := zendesk.scheme.verify(message{header: header, body: body}, []string{secret}, noon); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", written, err, want)
		}
	}
}

func TestTwoSecretsMayBeLiveAndSeveralSignaturesGiven(t *testing.T) {
	body := []byte(`{}`)
	header, secret := signed(t, "standard", body, noon), secretsOf["standard"][0]
	good := header.Get("Webhook-Signature")
	for _, row := range []struct {
		rule      string
		secrets   []string
		signature string
		want      error
	}{
		{"the new one", []string{secret, "old"}, good, nil},
		{"the old one", []string{"new", secret}, good, nil},
		{"beside one that cannot be read", []string{"whsec_!", secret}, good, nil},
		{"neither", []string{"new", "old"}, good, errSignature},
		{"none", nil, good, errSignature},
		{"among others, of other versions too", []string{secret}, "v1a,AAAA v2,BBBB v1,CCCC " + good, nil},
		{"of another version", []string{secret}, "v1a" + good[2:], errUnsigned},
		{"without a version", []string{secret}, good[3:], errUnsigned},
		{"with commas between", []string{secret}, "v1,AAAA," + good, errUnsigned},
	} {
		h := header.Clone()
		h.Set("Webhook-Signature", row.signature)
		if err := standard.scheme.verify(message{header: h, body: body}, row.secrets, noon); !errors.Is(err, row.want) {
			t.Errorf("%s: %v, want %v", row.rule, err, row.want)
		}
	}
	for _, unreadable := range []string{"whsec_", "whsec_!", "whsec_AAA"} {
		if err := standard.scheme.verify(message{header: header, body: body}, []string{unreadable}, noon); err == nil || strings.Contains(err.Error(), unreadable) {
			t.Errorf("%s: %v", unreadable, err)
		}
	}
}

func TestADeliveryIDIsThereAndHasNoFullStop(t *testing.T) {
	body, at := []byte(`{}`), "1795176000"
	for id, want := range map[string]error{"msg_1": nil, "msg_1.1": errUnsigned, "": errUnsigned} {
		mac := standard.scheme.mac([]byte("hush"), [][]byte{[]byte(id), []byte(at), body})
		header := http.Header{"Webhook-Id": {id}, "Webhook-Timestamp": {at}, "Webhook-Signature": {"v1," + standardBase64.EncodeToString(mac)}}
		if err := standard.scheme.verify(message{header: header, body: body}, []string{"hush"}, noon); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", id, err, want)
		}
	}
}

func TestTheStandardsOwnLibraryAgrees(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		key, body := make([]byte, 24+random.IntN(40)), make([]byte, random.IntN(300))
		for _, b := range [][]byte{key, body} {
			for i := range b {
				b[i] = byte(random.IntN(256))
			}
		}
		secret := secretPrefix + standardBase64.EncodeToString(key)
		library, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			t.Fatal(err)
		}
		ours, _, err := Sign(program.Source{Kind: program.Standard}, []string{secret}, body, noon)
		if err != nil {
			t.Fatal(err)
		}
		if err := library.VerifyIgnoringTimestamp(body, ours); err != nil {
			t.Fatalf("the library refuses our signature: %v", err)
		}
		theirs, err := library.Sign("msg_1", noon, body)
		if err != nil {
			t.Fatal(err)
		}
		header := http.Header{"Webhook-Id": {"msg_1"}, "Webhook-Timestamp": {"1795176000"}, "Webhook-Signature": {theirs}}
		if err := standard.scheme.verify(message{header: header, body: body}, []string{secret}, noon); err != nil {
			t.Fatalf("we refuse the library's signature: %v", err)
		}
		if i := random.IntN(len(body) + 1); i < len(body) {
			body[i]++
			if library.VerifyIgnoringTimestamp(body, header) == nil || standard.scheme.verify(message{header: header, body: body}, []string{secret}, noon) == nil {
				t.Fatal("a changed body is taken")
			}
		}
	}
}

func FuzzVerify(f *testing.F) {
	for kind := range schemes {
		m := delivered(f, kind)
		names := family{}
		if len(schemes[kind].families) > 0 {
			names = schemes[kind].families[0]
		}
		f.Add(kind, m.header.Get(names.signature), m.header.Get(names.timestamp), m.header.Get(names.delivery), m.body)
	}
	f.Add("standard", "v1, v1,=", "2026-11-20T12:00:00Z", ".", []byte(nil))
	f.Add("stripe", "t=1795176000,t=1,v1=", "", "", []byte(nil))
	f.Add("segment", "00", "", "", []byte(`[{},`))
	f.Add("adyen", "", "", "", []byte(`{"notificationItems":[{},{"NotificationRequestItem":null}]}`))
	f.Fuzz(func(t *testing.T, kind, signature, timestamp, delivery string, body []byte) {
		s, ok := schemes[kind]
		if !ok {
			return
		}
		header := http.Header{"Authorization": {"Basic " + signature}}
		header.Set(SecretHeader, signature)
		if len(s.families) > 0 {
			names := s.families[0]
			for name, value := range map[string]string{names.signature: signature, names.delivery: delivery, names.timestamp: timestamp} {
				if name != "" {
					header.Set(name, value)
				}
			}
		}
		// Nobody but the test knows these secrets: what is taken for them is a forgery.
		unknown := []string{"known to nobody at all", strings.Repeat("9a", 32), "no:body"}
		if s.verify(message{http.MethodPost, hookURL, header, body}, unknown, noon) == nil && signature != unknown[0] {
			t.Errorf("%s takes a forgery", kind)
		}
	})
}
