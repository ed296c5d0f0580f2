package webhook

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func TestEveryPublishedVectorIsJudgedAsItsAuthorsDo(t *testing.T) {
	data, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []struct {
		ID, Provider, Secret, Body, Expect string
		Headers                            map[string]string
	}
	if err := json.Unmarshal(data, &vectors); err != nil {
		t.Fatal(err)
	}
	kinds := map[string]string{"shopify": "shopify", "zendesk": "zendesk", "standard_webhooks": "standard", "svix": "standard"}
	for _, v := range vectors {
		t.Run(v.ID, func(t *testing.T) {
			now, header := noon, http.Header{}
			for name, value := range v.Headers {
				header.Set(name, value)
				if strings.HasSuffix(strings.ToLower(name), "timestamp") {
					if now, err = parseTimestamp(value); err != nil {
						t.Fatal(err)
					}
				}
			}
			scheme := senders[kinds[v.Provider]].scheme
			err := scheme.verify(header, []byte(v.Body), []string{v.Secret}, now)
			if (err == nil) != (v.Expect == "valid") {
				t.Errorf("%v, expected %s", err, v.Expect)
			}
		})
	}
	if len(vectors) != 5 {
		t.Errorf("%d vectors", len(vectors))
	}
}

// secretOf is a secret as each kind of sender has it.
var secretOf = map[string]string{"shopify": "hush hush", "zendesk": "another secret", "standard": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}

func signed(t testing.TB, kind string, body []byte, at time.Time) http.Header {
	t.Helper()
	header, err := Sign(kind, secretOf[kind], body, at)
	if err != nil {
		t.Fatal(err)
	}
	return header
}

func TestOneChangedByteAnywhereIsRefused(t *testing.T) {
	body := []byte(`{"id":820982911946154508,"name":"#1030","total":"199.00"}`)
	for kind, sender := range senders {
		t.Run(kind, func(t *testing.T) {
			header, secret := signed(t, kind, body, noon), secretOf[kind]
			verify := func(h http.Header, b []byte, secret string) error {
				return sender.scheme.verify(h, b, []string{secret}, noon)
			}
			if err := verify(header, body, secret); err != nil {
				t.Fatalf("what is signed is refused: %v", err)
			}
			for i := range body {
				changed := append([]byte(nil), body...)
				changed[i] ^= 1
				if verify(header, changed, secret) == nil {
					t.Errorf("byte %d of the body may be changed", i)
				}
			}
			for _, shorter := range [][]byte{nil, body[1:], body[:len(body)-1], append([]byte(" "), body...)} {
				if verify(header, shorter, secret) == nil {
					t.Errorf("the body may be %q", shorter)
				}
			}
			names := sender.scheme.families[0]
			for _, name := range []string{names.signature, names.timestamp, names.delivery} {
				if name == names.delivery && kind != "standard" {
					continue // not signed; the order or the ticket makes the visit
				}
				value := header.Get(name)
				for i := range value {
					for _, other := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_, \n") {
						if value[i] == other {
							continue
						}
						changed := header.Clone()
						changed.Set(name, value[:i]+string(other)+value[i+1:])
						if err := verify(changed, body, secret); err == nil {
							t.Errorf("byte %d of %s may be %q", i, name, other)
						}
					}
				}
				for _, other := range []string{"", value + "=", value + "\n", value[:max(0, len(value)-1)]} {
					changed := header.Clone()
					changed.Set(name, other)
					if name != "" && verify(changed, body, secret) == nil {
						t.Errorf("%s may be %q", name, other)
					}
				}
			}
			for i := range secret {
				for _, other := range []byte("AQgw") { // in base64, the last bits of a key matter as well
					changed := secret[:i] + string(other) + secret[i+1:]
					if secret[i] != other && verify(header, body, changed) == nil {
						t.Errorf("byte %d of the secret may be %q", i, other)
					}
				}
			}
			for other := range senders {
				if other != kind && verify(signed(t, other, body, noon), body, secret) == nil {
					t.Errorf("the signature of %s is taken", other)
				}
			}
		})
	}
}

func TestASignatureIsGoodNearItsTimeOnly(t *testing.T) {
	body := []byte(`{}`)
	for kind, tolerance := range map[string]time.Duration{"zendesk": 600 * time.Second, "standard": 300 * time.Second} {
		header, sender := signed(t, kind, body, noon), senders[kind]
		for away, want := range map[time.Duration]error{
			0: nil, tolerance: nil, -tolerance: nil, tolerance + time.Second: errStale, -tolerance - time.Second: errStale, 9000 * time.Hour: errStale,
		} {
			if err := sender.scheme.verify(header, body, []string{secretOf[kind]}, noon.Add(away)); !errors.Is(err, want) {
				t.Errorf("%s, %s later: %v, want %v", kind, away, err, want)
			}
		}
	}
	// Shopify signs no time.
	if err := shopify.scheme.verify(signed(t, "shopify", body, noon), body, []string{secretOf["shopify"]}, noon.Add(9000*time.Hour)); err != nil {
		t.Error(err)
	}
}

func TestAnISOTimeIsSignedAsItWasWritten(t *testing.T) {
	body, secret := []byte(`{"ticket_id":"88"}`), "hush"
	for written, want := range map[string]error{
		"2026-11-20T12:00:00Z": nil, "2026-11-20T13:00:00+01:00": nil, "2026-11-20T12:11:00Z": errStale, "2026-11-20 12:00": errUnsigned, "": errUnsigned,
		"0": errStale, "-1": errUnsigned, "+1795176000": errUnsigned, "99999999999999999999": errUnsigned, "9999999999999": errUnsigned, "1795176000.5": errUnsigned,
	} {
		mac, err := zendesk.scheme.mac(secret, "", written, body)
		if err != nil {
			t.Fatal(err)
		}
		header := http.Header{}
		header.Set("X-Zendesk-Webhook-Signature", standardBase64.EncodeToString(mac))
		header.Set("X-Zendesk-Webhook-Signature-Timestamp", written)
		if err := zendesk.scheme.verify(header, body, []string{secret}, noon); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", written, err, want)
		}
	}
}

func TestTwoSecretsMayBeLiveAndSeveralSignaturesGiven(t *testing.T) {
	body := []byte(`{}`)
	header, secret := signed(t, "standard", body, noon), secretOf["standard"]
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
		if err := standard.scheme.verify(h, body, row.secrets, noon); !errors.Is(err, row.want) {
			t.Errorf("%s: %v, want %v", row.rule, err, row.want)
		}
	}
	for _, unreadable := range []string{"whsec_", "whsec_!", "whsec_AAA"} {
		if err := standard.scheme.verify(header, body, []string{unreadable}, noon); err == nil || strings.Contains(err.Error(), unreadable) {
			t.Errorf("%s: %v", unreadable, err)
		}
	}
}

func TestADeliveryIDIsThereAndHasNoFullStop(t *testing.T) {
	body, at := []byte(`{}`), "1795176000"
	for id, want := range map[string]error{"msg_1": nil, "msg_1.1": errUnsigned, "": errUnsigned} {
		mac, err := standard.scheme.mac("hush", id, at, body)
		if err != nil {
			t.Fatal(err)
		}
		header := http.Header{"Webhook-Id": {id}, "Webhook-Timestamp": {at}, "Webhook-Signature": {"v1," + standardBase64.EncodeToString(mac)}}
		if err := standard.scheme.verify(header, body, []string{"hush"}, noon); !errors.Is(err, want) {
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
		ours, err := Sign("standard", secret, body, noon)
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
		if err := standard.scheme.verify(header, body, []string{secret}, noon); err != nil {
			t.Fatalf("we refuse the library's signature: %v", err)
		}
		if i := random.IntN(len(body) + 1); i < len(body) {
			body[i]++
			if library.VerifyIgnoringTimestamp(body, header) == nil || standard.scheme.verify(header, body, []string{secret}, noon) == nil {
				t.Fatal("a changed body is taken")
			}
		}
	}
}

func FuzzVerify(f *testing.F) {
	for kind := range senders {
		body := []byte(`{"id":1}`)
		header := signed(f, kind, body, noon)
		names := senders[kind].scheme.families[0]
		f.Add(kind, header.Get(names.signature), header.Get(names.timestamp), header.Get(names.delivery), body)
	}
	f.Add("standard", "v1, v1,=", "2026-11-20T12:00:00Z", ".", []byte(nil))
	f.Fuzz(func(t *testing.T, kind, signature, timestamp, delivery string, body []byte) {
		sender, ok := senders[kind]
		if !ok {
			return
		}
		names := sender.scheme.families[0]
		header := http.Header{}
		header.Set(names.signature, signature)
		header.Set(names.delivery, delivery)
		if names.timestamp != "" {
			header.Set(names.timestamp, timestamp)
		}
		// Nobody but the test knows this secret: what is taken for it is a forgery.
		if sender.scheme.verify(header, body, []string{"known to nobody at all"}, noon) == nil {
			t.Errorf("%s takes a forgery", kind)
		}
	})
}
