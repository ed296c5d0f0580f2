package webhook

import (
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/program"
	"afterword/internal/touchpoint"
)

// mapOf are a source's expressions by field.
func mapOf(fields map[string]string) map[string]program.Expression {
	all := map[string]program.Expression{}
	line := 10
	for field, text := range fields {
		all[field] = program.Expression{Text: text, Line: line}
		line++
	}
	return all
}

func genericEvents(t *testing.T, fields map[string]string, header http.Header, body string) ([]touchpoint.Event, error) {
	t.Helper()
	source := program.Source{Name: "own", Kind: program.Generic, Map: mapOf(fields)}
	if wrong := Problems(&program.Program{Sources: map[string]program.Source{"own": source}}); len(wrong) > 0 {
		t.Fatal(wrong)
	}
	s, _ := senderOf(source)
	return s.events(header, []byte(body))
}

const booking = `{"kind":"booking.done","id":820982911946154508,"user":{"mail":"maria@customer.example","first":"Maria","last":"Lind","lang":"sv-SE","zone":"Europe/Stockholm","since":"2024-02-29"},
 "when":1795165920,"total":1299.50,"vip":true,"sandbox":false,"terms":"1","rooms":[{"name":"Sea","price":900},{"name":"Attic","price":399.5}],"labels":["new",7,null,{"x":1}],"nothing":null}`

func TestAProgramSaysWhatIsFoundWhereInAGenericBody(t *testing.T) {
	header := http.Header{"X-Topic": {"bookings"}}
	got, err := genericEvents(t, map[string]string{
		"event": `header("x-topic") + "/" + item.kind`, "delivery": `header("X-Id")`, "subject": "body.id", "link": `"https://admin.acme.example/b/" + body.id`, "at": "body.when",
		"address": "body.user.mail", "name": `join([body.user.first, body.user.middle, body.user.last], " ")`, "language": "body.user.lang", "time_zone": "body.user.zone",
		"customer_since": "body.user.since", "consent": "body.terms", "test": "body.sandbox", "reopened": `body.kind in ["booking.changed"]`,
		"properties.amount": "body.total", "properties.product": `find(body.rooms, .price > 500).name`, "properties.rooms": "len(body.rooms)", "properties.tags": "body.labels",
		"properties.vip": `body.vip ? "yes" : "no"`, "properties.missing": "body.company.name", "properties.other": "body.user", "properties.none": "body.nothing ?? body.nowhere",
		"properties.dear": `map(filter(body.rooms, #.price >= 399.5), lower(#.name))`, "properties.short": `"x-" + body.nothing`, "properties.host": `split(body.user.mail, "@")[1]`,
	}, header, booking)
	if err != nil {
		t.Fatal(err)
	}
	digest := got[0].Delivery
	want := touchpoint.Event{
		Name: "bookings/booking.done", Subject: "820982911946154508", Link: "https://admin.acme.example/b/820982911946154508", At: time.Unix(1795165920, 0),
		Address: "maria@customer.example", Person: "Maria Lind", Language: "sv-SE", Zone: "Europe/Stockholm", Since: time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC), Consent: touchpoint.Given,
		Properties: map[string]string{"amount": "1299.5", "product": "Sea", "rooms": "2", "tags": "new,7", "vip": "yes", "dear": "sea,attic", "host": "customer.example"},
	}
	if diff := cmp.Diff([]touchpoint.Event{want}, got); diff != "" || digest != "" {
		t.Error(diff)
	}
}

func TestABatchOfAGenericSenderIsAnEventEach(t *testing.T) {
	body := `{"account":"a-1","events":[{"who":"a@b.example"},{"who":"c@b.example","gone":true}]}`
	fields := map[string]string{"each": "body.events", "address": "item.who", "properties.account": "body.account", "reopened": "item.gone"}
	got, err := genericEvents(t, fields, nil, body)
	if err != nil || len(got) != 2 {
		t.Fatal(got, err)
	}
	if got[0].Delivery == got[1].Delivery || got[0].Delivery == "" {
		t.Errorf("the deliveries are %q and %q", got[0].Delivery, got[1].Delivery)
	}
	again, _ := genericEvents(t, fields, nil, body)
	if diff := cmp.Diff(got, again); diff != "" {
		t.Error("the same bytes are another delivery", diff)
	}
	got[0].Delivery, got[1].Delivery = "", ""
	want := []touchpoint.Event{
		{Name: "event", Address: "a@b.example", Properties: map[string]string{"account": "a-1"}},
		{Name: "event", Address: "c@b.example", Reopened: true, Properties: map[string]string{"account": "a-1"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, each := range []string{"body.account", "body.nowhere", "body.a.b"} {
		if got, err := genericEvents(t, map[string]string{"each": each}, nil, body); err == nil {
			t.Errorf("%s are the events %v", each, got)
		}
	}
}

func TestWhatIsNoGenericBodyIsRefused(t *testing.T) {
	for _, body := range []string{"", " ", "null", "[]", `"x"`, "1", "{", `{"id":1}{"id":2}`, `{"id":}`, `{"id" 1}`, `[1,2`, "[1 2]", `{1:2}`, "\x00", "<xml/>", strings.Repeat("[", 40) + strings.Repeat("]", 40),
		"[" + strings.Repeat("1,", mostValues) + "1]"} {
		if got, err := genericEvents(t, map[string]string{"address": "body.a"}, nil, body); err == nil {
			t.Errorf("%.20q is %v", body, got)
		}
	}
}

func TestTheOwnerIsToldWhatIsWrongWithAnExpression(t *testing.T) {
	for _, row := range []struct{ field, text, want string }{
		{"event", "bdy.type", "unknown name bdy, at character 1"},
		{"event", "body.type +", "unexpected token EOF, at character 11"},
		{"event", ".type", "unexpected token Operator(\".\"), at character 1"},
		{"event", `filter(body.l, # == "x"`, "unexpected token EOF, at character 23"},
		{"event", "toJSON(body)", "unknown name toJSON, at character 1"},
		{"event", "reduce(body.l, #acc + #)", "there is no function reduce"},
		{"event", "sortBy(body.l, #)", "there is no function sortBy"},
		{"event", "now()", "unknown name now, at character 1"},
		{"event", `repeat("x", 1000)`, "unknown name repeat, at character 1"},
		{"event", "1..1000000", "there is no operator .."},
		{"event", "2 ** 70", "there is no operator **"},
		{"event", `body.a matches body.b`, "there is no operator matches"},
		{"event", `$env["+"]`, "there is no $env"},
		{"event", `header(5)`, "cannot use int as argument (type string) to call header, at character 8"},
		{"event", "", "it is empty"},
		{"event", strings.Repeat("body.a or ", 60) + "body.b", "it has 606 bytes, more than 500"},
		{"event", "[" + strings.Repeat("1,", 220) + "1]", "compilation failed: expression exceeds maximum allowed nodes, at character 403"},
		{"adress", "body.a", "there is no such field"},
		{"properties.", "body.a", "there is no such field"},
	} {
		p := &program.Program{Sources: map[string]program.Source{"own": {Kind: program.Generic, Map: map[string]program.Expression{row.field: {Text: row.text, Line: 7}}}}}
		wrong := Problems(p)
		if len(wrong) != 1 || wrong[0].Wrong != row.want || wrong[0].Line != 7 || wrong[0].Path != "sources.own.map."+row.field {
			t.Errorf("%.40s: %q", row.text, wrong)
		}
	}
	many := map[string]string{}
	for i := range mostExpressions + 1 {
		many[fmt.Sprint("properties.p", i)] = "body.a"
	}
	if wrong := Problems(&program.Program{Sources: map[string]program.Source{"own": {Kind: program.Generic, Map: mapOf(many)}}}); len(wrong) != 1 || wrong[0].Wrong != "it has 41 fields" || wrong[0].Line != 10 {
		t.Errorf("41 fields: %v", wrong)
	}
	if wrong := Problems(program.Default()); len(wrong) > 0 {
		t.Errorf("the shipped program: %v", wrong)
	}
}

// A stranger cannot send anything generic, because it is not signed; a sender that went astray, or was taken over, can.
func TestNoBodyMakesExpressionsLongOrLarge(t *testing.T) {
	list := func(one string, n int) string {
		return `{"t":"` + strings.Repeat("x", 2000) + `","l":[` + strings.TrimSuffix(strings.Repeat(one+",", n), ",") + `]}`
	}
	bodies := map[string]string{
		"as many values as may be": list("1", mostValues-10),
		"a megabyte of values":     list("1", MaxBody/2-1100),
		"texts":                    list(`"`+strings.Repeat("y", 80)+`"`, 12000),
		"nested deeper":            strings.Repeat(`{"l":[`, MaxBody/8) + strings.Repeat("]}", MaxBody/8),
		"a megabyte of one text":   `{"l":["` + strings.Repeat("z", MaxBody-30) + `"]}`,
		"events":                   list(`{"l":[`+strings.TrimSuffix(strings.Repeat("1,", 30), ",")+`]}`, 499),
	}
	if testing.Short() {
		delete(bodies, "a megabyte of values")
		delete(bodies, "texts")
		delete(bodies, "a megabyte of one text")
	}
	programs := map[string]string{
		"loops in loops":       `map(body.l, len(filter(body.l, any(body.l, # == #))))`,
		"long texts":           `map(body.l, body.t + "-" + "a")`,
		"texts that grow":      `let a = body.t; let b = a + a; let c = b + b; map(body.l, c + c)`,
		"many comparisons":     "all(body.l, " + strings.Repeat("# == # and ", 30) + "true)",
		"looked for in lists":  "filter(body.l, " + strings.Repeat("# in body.l or ", 20) + "true)",
		"long paths":           "all(body.l, " + strings.Repeat("body.l != # and ", 25) + "true)",
		"joined and split":     `map(body.l, split(join(split(body.t, ""), " "), ""))`,
		"lists of lists":       "map(body.l, [body.l, [body.l], map(body.l, [#])])",
		"small letters":        "map(body.l, " + strings.Repeat("lower(upper(", 15) + "body.t" + strings.Repeat("))", 15) + ")",
		"searched":             "all(body.l, " + strings.Repeat("body.t contains body.t and ", 15) + "true)",
		"lengths":              "all(body.l, " + strings.Repeat("len(body.t) > 0 and ", 20) + "true)",
		"an each that is long": "body.l",
	}
	for name, body := range bodies {
		if len(body) > MaxBody {
			t.Fatalf("%s: %d bytes", name, len(body))
		}
		for how, text := range programs {
			fields := map[string]string{"each": "body.l", "address": text}
			for i := range mostExpressions - 2 {
				fields[fmt.Sprint("properties.p", i)] = text
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			began := time.Now()
			_, _ = genericEvents(t, fields, nil, body)
			took, made := time.Since(began), uint64(0)
			if runtime.ReadMemStats(&after); after.TotalAlloc > before.TotalAlloc {
				made = (after.TotalAlloc - before.TotalAlloc) >> 20
			}
			t.Logf("%-27s %-22s %10s %3d MB", name, how, took.Round(10*time.Microsecond), made)
			if made > 64 { // what takes long makes much, or is stopped by its steps
				t.Errorf("%s, %s: %s and %d MB", name, how, took, made)
			}
		}
	}
}

func TestAGenericSampleBecomesAnEventInTheFieldsWords(t *testing.T) {
	s := readSample(t, "generic-activated")
	sender, _ := senderOf(program.Default().Sources["generic"])
	got, err := sender.events(s.header(), []byte(s.Body))
	if err != nil {
		t.Fatal(err)
	}
	want := touchpoint.Event{
		Name: "account.activated", Delivery: "d-7001", Subject: "4711", Link: "https://app.acme.example/accounts/4711", At: time.Date(2026, 11, 20, 9, 12, 0, 0, time.UTC),
		Address: "ines.costa@customer.example", Person: "Inês Costa", Language: "en-GB", Zone: "Europe/Lisbon", Properties: map[string]string{"plan": "pro", "agent": "Mei"},
	}
	if diff := cmp.Diff([]touchpoint.Event{want}, got); diff != "" {
		t.Error(diff)
	}
}

func TestAGenericSenderIsBelievedAsTheProgramSays(t *testing.T) {
	body := []byte(`{"id":1}`)
	for _, auth := range []program.Auth{
		{Bearer: true},
		{Hash: "sha1", Header: "X-Sign", Encoding: "hex", Signed: program.SignedBody, Prefix: "sha1="},
		{Hash: "sha256", Header: "X-Sign", Encoding: "base64", Signed: program.SignedBody},
		{Hash: "sha512", Header: "X-Sign", Encoding: "hex", Signed: program.SignedTimestampBody, Timestamp: "X-Time"},
		{Hash: "sha256", Header: "X-Sign", Encoding: "hex", Signed: program.SignedTimestampDot, Timestamp: "X-Time", Prefix: "v1="},
		{Hash: "sha256", Header: "X-Sign", Encoding: "base64", Signed: program.SignedTimestampColon, Timestamp: "X-Time"},
	} {
		source := program.Source{Name: "own", Kind: program.Generic, Auth: auth}
		header, body, err := Sign(source, []string{"the secret"}, body, noon)
		if err != nil {
			t.Fatal(err)
		}
		s, _ := senderOf(source)
		judge := func(body []byte, secret string, away time.Duration) error {
			return s.scheme.verify(message{http.MethodPost, "", header, body}, []string{secret}, noon.Add(away))
		}
		limit := 5 * time.Minute
		if err := judge(body, "the secret", limit); err != nil || judge(body, "the secret", -limit) != nil {
			t.Errorf("%+v: its own delivery: %v", auth, err)
		}
		if judge(body, "another", 0) == nil {
			t.Errorf("%+v: another secret is good", auth)
		}
		if !auth.Bearer && judge([]byte(`{"id":2}`), "the secret", 0) == nil {
			t.Errorf("%+v: another body is good", auth)
		}
		if auth.Timestamp != "" && (judge(body, "the secret", limit+time.Second) == nil || judge(body, "the secret", -limit-time.Second) == nil) {
			t.Errorf("%+v: another time is good", auth)
		}
		if auth.Timestamp != "" {
			header.Set("X-Time", fmt.Sprint(noon.Unix()+1))
			if judge(body, "the secret", 0) == nil {
				t.Errorf("%+v: a time that was not signed is good", auth)
			}
		}
	}
}
