package webhook

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"math/rand/v2"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"

	"afterword/internal/program"
)

// proven is what a message claims to be signed, each claim as one text; nothing for a sender that signs nothing.
func proven(s scheme, m message) (all []string) {
	if s.hash == nil {
		return nil
	}
	claims, err := s.claims(m)
	if err != nil {
		return nil
	}
	for _, c := range claims {
		all = append(all, string(bytes.Join(c.parts, []byte("\x00"))))
	}
	return all
}

// noise is a message of random bytes, in headers that the kind reads.
func noise(random *rand.Rand, m message) message {
	text := func(most int) []byte {
		b := make([]byte, random.IntN(most))
		for i := range b {
			b[i] = byte(random.IntN(256))
		}
		return b
	}
	header := http.Header{}
	for name := range m.header {
		header.Set(name, string(text(80)))
	}
	return message{m.method, m.url, header, text(400)}
}

// mutated is the message with some of its bytes changed, left out, doubled, or taken from elsewhere in it.
func mutated(random *rand.Rand, m message) message {
	change := func(b []byte) []byte {
		b = bytes.Clone(b)
		for range 1 + random.IntN(3) {
			if len(b) == 0 {
				return []byte{byte(random.IntN(256))}
			}
			at, from := random.IntN(len(b)), random.IntN(len(b))
			switch random.IntN(5) {
			case 0:
				b[at] ^= 1 << random.IntN(8)
			case 1:
				b = slices.Delete(b, at, min(len(b), at+1+random.IntN(8)))
			case 2:
				b = slices.Insert(b, at, bytes.Clone(b[from:min(len(b), from+1+random.IntN(8))])...)
			case 3:
				b[at] = b[from]
			case 4:
				b = b[:at]
			}
		}
		return b
	}
	header := m.header.Clone()
	for _, name := range slices.Sorted(maps.Keys(header)) {
		switch random.IntN(4) {
		case 0:
			header.Set(name, string(change([]byte(header.Get(name)))))
		case 1:
			if random.IntN(4) == 0 {
				header.Del(name)
			}
		}
	}
	body := m.body
	if random.IntN(2) == 0 {
		body = change(body)
	}
	return message{m.method, m.url, header, body}
}

func TestNoForgeryIsTaken(t *testing.T) {
	rounds := 2000
	if testing.Short() {
		rounds = 300
	}
	unknown := []string{"known to nobody at all", strings.Repeat("9a", 32), "no:body", "whsec_" + strings.Repeat("A", 32)}
	for kind, s := range schemes {
		random, m := rand.New(rand.NewPCG(7, uint64(len(kind)))), delivered(t, kind)
		signed, changed := proven(s, m), 0
		for range rounds {
			if forged := noise(random, m); s.verify(forged, secretsOf[kind], noon) == nil || s.verify(forged, unknown, noon) == nil {
				t.Fatalf("%s takes noise: %q", kind, forged)
			}
			forged := mutated(random, m)
			if s.verify(forged, unknown, noon) == nil {
				t.Fatalf("%s takes it for a secret that nobody knows: %q", kind, forged)
			}
			if s.verify(forged, secretsOf[kind], noon) != nil {
				changed++
				continue
			}
			// What is not covered may be another: then all that is covered is as it was signed, and what is shown is still shown.
			if s.hash == nil {
				if !shown(forged.header, secretsOf[kind]) {
					t.Fatalf("%s takes what shows no secret: %q", kind, forged)
				}
			} else if !slices.Equal(proven(s, forged), signed) {
				t.Fatalf("%s takes %q for %q", kind, forged, m)
			}
		}
		if changed < rounds/10 {
			t.Errorf("%s: %d of %d were refused, which tests little", kind, changed, rounds)
		}
	}
}

// allocated is the least that a call allocates, in bytes.
func allocated(call func()) uint64 {
	least := ^uint64(0)
	for range 5 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		call()
		runtime.ReadMemStats(&after)
		least = min(least, after.TotalAlloc-before.TotalAlloc)
	}
	return least
}

// large is a body of about so many bytes that the kind may send.
func large(kind string, size int) []byte {
	filler := strings.Repeat("x", size)
	switch kind {
	case program.Adyen: // within what is not signed
		return []byte(strings.Replace(bodies[kind], "a@b.example", filler+"a@b.example", 1))
	case program.Track:
		return []byte(strings.Replace(bodies[kind], "track", filler+"track", 1))
	}
	return []byte(`{"id":1,"filler":"` + filler + `"}`)
}

// Not even Adyen's and Segment's, of which the signature covers parts that have to be found, need a copy of the body.
func TestVerifyingAllocatesNoMoreForALargeBody(t *testing.T) {
	for kind, s := range schemes {
		cost := map[int]uint64{}
		for _, size := range []int{1 << 10, MaxBody - 1000} {
			header, body, err := s.sign(hookURL, secretsOf[kind], large(kind, size), noon)
			if err != nil {
				t.Fatal(err)
			}
			m := message{http.MethodPost, hookURL, header, body}
			cost[size] = allocated(func() {
				if err := s.verify(m, secretsOf[kind], noon); err != nil {
					t.Fatal(kind, err)
				}
			})
		}
		if few, many := cost[1<<10], cost[MaxBody-1000]; many > few+1<<10 || few > 16<<10 {
			t.Errorf("%s allocates %d bytes for a kilobyte and %d for a megabyte", kind, few, many)
		}
	}
}

// Whoever has no password makes us read no notification, however many items or whatever long fields it has.
func TestAStrangersNotificationIsNotRead(t *testing.T) {
	items := []byte(`{"notificationItems":[` + strings.Repeat(`{"NotificationRequestItem":{}},`, 30000) + `{}]}`)
	long := []byte(strings.Replace(bodies["adyen"], "order:1030", strings.Repeat("x", 1<<20-1000), 1))
	for _, body := range [][]byte{items, long} {
		cost := allocated(func() {
			if adyen.scheme.verify(message{http.MethodPost, hookURL, http.Header{}, body}, secretsOf["adyen"], noon) == nil {
				t.Error("a stranger is believed")
			}
		})
		if cost > 16<<10 {
			t.Errorf("it allocates %d bytes", cost)
		}
	}
	if _, _, err := adyen.scheme.sign(hookURL, secretsOf["adyen"], long, noon); !errors.Is(err, errLong) {
		t.Errorf("a reference of a megabyte: %v", err)
	}
}

func TestTheFirstOfAListIsFoundAsJSONFindsIt(t *testing.T) {
	random, lists := rand.New(rand.NewPCG(3, 4)), 0
	for range 20000 {
		body := []byte(` [ `)
		for range random.IntN(12) {
			body = append(body, []string{`{"a":`, `"b"`, `}`, `[`, `]`, `,`, `"\\"`, `"\"]"`, `1`, ` `, `null`, `"{"`}[random.IntN(12)]...)
		}
		body = append(body, ']')
		var whole []json.RawMessage
		if json.Unmarshal(body, &whole) != nil || len(whole) == 0 {
			continue
		}
		lists++
		if first, more, err := elements(body); err != nil || !bytes.Equal(first, whole[0]) || more != (len(whole) > 1) {
			t.Fatalf("%s: %s, %v, %v", body, first, more, err)
		}
	}
	if lists < 100 {
		t.Errorf("%d lists", lists)
	}
	for body, want := range map[string]string{`{"a":1}`: `{"a":1}`, ``: ``, ` [`: "", `[]`: "", `[{"a":1}`: "", `["]`: ""} {
		if first, more, err := elements([]byte(body)); string(first) != want || more || (err != nil) != (want == "" && body != "") {
			t.Errorf("%q: %q, %v, %v", body, first, more, err)
		}
	}
}

// A captured delivery with an id of the other family's beside it would be another delivery.
func TestTheDeliveryIsTheOneThatIsSigned(t *testing.T) {
	body := []byte(`{"type":"onboarding.completed"}`)
	header := signed(t, "standard", body, noon)
	for _, name := range []string{"Signature", "Timestamp", "Id"} {
		header.Set("Svix-"+name, header.Get("Webhook-"+name))
		header.Del("Webhook-" + name)
	}
	header.Set("Webhook-Id", "msg_forged")
	if err := standard.scheme.verify(message{header: header, body: body}, secretsOf["standard"], noon); err != nil {
		t.Fatal(err)
	}
	if events, err := standard.events(header, body); err != nil || events[0].Delivery != header.Get("Svix-Id") {
		t.Errorf("the delivery is %q, %v; want %q", events[0].Delivery, err, header.Get("Svix-Id"))
	}
}
