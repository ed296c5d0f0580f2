package main

import (
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// written is a file to import, in a folder of its own.
func written(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func contents(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return string(text)
}

// sentOf reads a file as it would be sent.
func sentOf(t *testing.T, what, text, columns string) (bodies, refused []string) {
	t.Helper()
	i := &importing{imported: importable[what], file: written(t, "rows.csv", text), touchpoint: "support", local: time.FixedZone("west", -8*3600)}
	if _, _, err := i.survey(columns); err != nil {
		return nil, []string{strings.ReplaceAll(err.Error(), i.file, "rows.csv")}
	}
	s, err := openSheet(strings.NewReader(text), "rows.csv", "")
	if err != nil {
		t.Fatal(err)
	}
	for {
		raw, line, err := s.next()
		if raw == nil {
			return bodies, refused
		}
		if w, some := i.rowOf(raw, line, err); w.refused != "" {
			refused = append(refused, fmt.Sprintf("%d: %s", w.line, w.refused))
		} else if some {
			bodies = append(bodies, strings.TrimSpace(string(w.body)))
		}
	}
}

// What spreadsheets and former tools write is read as it is meant, and what cannot be is told with its line.
func TestTheRowsOfAFileAreReadAsTheyAreMeant(t *testing.T) {
	for name, c := range map[string]struct {
		what, text, columns string
		want, refused       []string
	}{
		"a mark, semicolons, Windows' line ends, quoted lines": {
			what: "responses", text: "\ufeff\"id\";rating;answered_at;comment\r\n1;5;2026-03-02 09:30;\"two\r\nlines; and \"\"more\"\"\"\r\n",
			want: []string{`{"answered_at":"2026-03-02T09:30:00-08:00","comment":"two\nlines; and \"more\"","id":"1","rating":5,"touchpoint":"support"}`},
		},
		"tabs, blank rows, spaces, a column without a name": {
			what: "customers", text: "address\tname\t\n\t\t\n a@b.example \t Anna, Berg \t17\n",
			want: []string{`{"address":"a@b.example","name":"Anna, Berg"}`},
		},
		"people of a former tool": {
			what: "customers", text: "id,email,name,created_at,phone_number,last_sent_at,last_responded_at,next_survey_scheduled_at\n1001,a@b.example,,1767000000,,1767100000,1767110000,\n",
			want: []string{`{"address":"a@b.example","customer_since":"2025-12-29T09:20:00Z","last_asked":"2025-12-30T13:06:40Z"}`},
		},
		"who left a former tool": {
			what: "customers", text: "person_id,email,unsubscribed_at,bounced_at\n1,a@b.example,1767100000,\n2,b@b.example,,2025-12-30 13:06:40 UTC\n3,c@b.example,1767100000,2025-12-30\n",
			want: []string{
				`{"address":"a@b.example","status":"unsubscribed","status_at":"2025-12-30T13:06:40Z"}`, `{"address":"b@b.example","status":"bounced","status_at":"2025-12-30T13:06:40Z"}`,
				`{"address":"c@b.example","status":"bounced","status_at":"2025-12-30T00:00:00-08:00"}`,
			},
		},
		"answers of a former tool": {
			what: "responses", text: "Survey Response ID,Score,Comment,Created At,Person Email,Plan,Notes,Touchpoint\n5001,9,,2026-01-01T00:00:00+01:00,a@b.example,Pro,none,purchase\n",
			columns: "Plan=property:plan",
			want:    []string{`{"address":"a@b.example","answered_at":"2026-01-01T00:00:00+01:00","id":"5001","properties":{"plan":"Pro"},"rating":9,"touchpoint":"purchase"}`},
		},
		"columns of one's own": {
			what: "customers", text: "Kunde,Rest\na@b.example,x\n", columns: "Kunde=address, Rest=-", want: []string{`{"address":"a@b.example"}`},
		},
		"whether somebody agreed, what is measured": {
			what: "customers", text: "address,agreed,last_asked,metric,status\na,YES,2026-01-02,nps,Unsubscribed\nb,no,,,\nc,maybe,,,\nd,,soon,,\n",
			want:    []string{`{"address":"a","agreed":true,"last_asked":"2026-01-02T00:00:00-08:00","metric":"NPS","status":"unsubscribed"}`, `{"address":"b","agreed":false}`},
			refused: []string{`4: agreed: "maybe" is neither yes nor no`, `5: last_asked: "soon" is not a time; expected such as 2026-11-20T09:12:00Z, 2026-11-20 09:12 or 2026-11-20`},
		},
		"what is wrong with a row": {
			what: "responses", text: "id,rating,answered_at\n1,good,2026-01-02\n2,5\n3,5,2026-01-02,more\n4,5,2026-01-02 09:00:00 CET\n5,5,1999-12-31\n6,5,2026-01-02\xf6\n",
			refused: []string{`2: rating: "good" is not a whole number`, `3: it has 2 fields; expected 3`, `4: it has 4 fields; expected 3`,
				`5: answered_at: "2026-01-02 09:00:00 CET" is not a time; expected such as 2026-11-20T09:12:00Z, 2026-11-20 09:12 or 2026-11-20`,
				`6: answered_at: "1999-12-31" is before the year 2000`, `7: answered_at: this is not UTF-8; save the file as CSV UTF-8`},
		},
		"a column that is none":            {what: "customers", text: "address,colour,property:plan,\"What's new, if any?\"\na,red,,\n", columns: "address=address", refused: []string{`rows.csv:1: there is no column "colour", "property:plan", "What's new, if any?"; expected some of address, agreed, bounced_at, complained_at, consent, language, last_asked, metric, name, since, status, status_at, unsubscribed_at, zone; --columns names them otherwise or leaves them out (--columns 'address=address,colour=-,property:plan=-,"What'\''s new, if any?=-"')`}},
		"columns are left out as was said": {what: "customers", text: "address,colour,\"What's new, if any?\",a=b\nc,red,,\n", columns: `colour=-,"What's new, if any?=-",a=b=-`, want: []string{`{"address":"c"}`}},
		"a column that is missing":         {what: "responses", text: "id,rating\n1,2\n", refused: []string{`rows.csv:1: the column "answered_at" is missing; --columns names them otherwise or leaves them out (--columns 'Score=rating,Notes=-')`}},
		"two for the same":                 {what: "customers", text: "email,address\na,b\n", refused: []string{`rows.csv:1: the columns "email" and "address" are both the address; --columns names them otherwise or leaves them out (--columns 'Score=rating,Notes=-')`}},
		"nothing":                          {what: "visits", text: "", refused: []string{"rows.csv is empty; expected a first line with the columns, such as touchpoint,address,subject,at"}},
		"no rows":                          {what: "visits", text: "touchpoint\n", refused: []string{"rows.csv has no rows"}},
		"a quotation mark that does not end": {what: "visits", text: "touchpoint,subject\npurchase,1\npurchase,\"2\npurchase,3\n",
			refused: []string{`rows.csv:4: extraneous or missing " in quoted-field; where the next row begins is not sure, so nothing was imported`}},
	} {
		bodies, refused := sentOf(t, c.what, c.text, c.columns)
		if diff := cmp.Diff(c.want, bodies); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if diff := cmp.Diff(c.refused, refused); diff != "" {
			t.Errorf("%s, refused: %s", name, diff)
		}
	}
}

var rowKey = regexp.MustCompile(`"(?:idempotency_key|id)":"(row-[0-9a-f]{32}-\d+)"`)

// A row is known by what it says, so that it is the same in a file that was mended or sorted; rows that say the same are several.
func TestARowIsKnownWhereverItStands(t *testing.T) {
	for what, text := range map[string]string{"visits": "touchpoint,at\n%s", "responses": "rating,answered_at\n%s"} {
		keys := func(rows ...string) map[string]bool {
			all := map[string]bool{}
			bodies, _ := sentOf(t, what, fmt.Sprintf(text, strings.Join(rows, "\n")), "")
			for _, body := range bodies {
				all[rowKey.FindStringSubmatch(body)[1]] = true
			}
			return all
		}
		a, b := "5,2026-01-02", "4,2026-01-03"
		if what == "visits" {
			a, b = "purchase,2026-01-02", "support,2026-01-03"
		}
		first := keys(a, b, a)
		if diff := cmp.Diff(first, keys(b, "soon,soon", a, a)); diff != "" || len(first) != 3 {
			t.Errorf("%s: %v %s", what, first, diff)
		}
	}
	if bodies, _ := sentOf(t, "responses", "id,rating,answered_at\n7,4,2026-01-03\n", ""); !strings.Contains(bodies[0], `"id":"7"`) {
		t.Errorf("its own id is lost: %s", bodies)
	}
}

const broughtVisits = "touchpoint;address;subject;property:agent\n" +
	"purchase;anna@customer.example;1;Bo\n" +
	"purchase;anna@customer.example;2;Bo\n" +
	"suport;bo@customer.example;3;\"Bo; the \"\"boss\"\"\"\n" +
	"purchase;cy@customer.example;;\n" +
	"purchase;cy@customer.example;;;too much\n"

// The journey of an owner: a dry run, the import, the rows that were refused mended and imported again.
func TestAFileIsTriedImportedAndItsRefusedRowsMended(t *testing.T) {
	url := system(t)
	path := written(t, "visits.csv", broughtVisits)
	rejected := filepath.Join(filepath.Dir(path), "visits.rejects.csv")
	decisions := func() string {
		out, err := getText(t, url+"/api/decisions?touchpoint=purchase&day="+time.Now().In(stockholm(t)).Format(time.DateOnly))
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	out, err := run(t, url, "import", "visits", path, "--dry-run")
	for _, says := range []string{"dry run of 5 rows", "nothing was changed", "1  fatigue", "line 3: another survey of the customer has its time on", "2  refused", "line 4: the program has no such touchpoint; expected", "line 6: it has 5 fields; expected 4", "2  planned"} {
		if err != nil || !strings.Contains(out, says) {
			t.Fatalf("%v, it does not say %q:\n%s", err, says, out)
		}
	}
	if strings.Contains(decisions(), `"id"`) || contents(t, rejected)+contents(t, path+".import.json") != "" {
		t.Fatal("the dry run left something")
	}
	out, err = run(t, url, "import", "visits", path)
	if err == nil || !strings.Contains(err.Error(), "2 rows were refused: "+rejected) || !strings.Contains(out, "3 rows were taken") || !strings.Contains(out, "2  planned") {
		t.Fatalf("%v\n%s", err, out)
	}
	want := "rejected_line;rejected_because;touchpoint;address;subject;property:agent\n" +
		"4;\"the program has no such touchpoint; expected X\";suport;bo@customer.example;3;\"Bo; the \"\"boss\"\"\"\n" +
		"6;\"it has 5 fields; expected 4\";purchase;cy@customer.example;;;too much\n"
	got := regexp.MustCompile(`expected [a-z, -]+"`).ReplaceAllString(contents(t, rejected), `expected X"`)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
	if contents(t, path+".import.json") != "" {
		t.Error("the journal of an import that is over is still there")
	}
	if _, err := run(t, url, "import", "visits", path); err == nil || !strings.Contains(err.Error(), "mend and import it") {
		t.Errorf("the rows that are being mended would be lost: %v", err)
	}
	mended := strings.NewReplacer("suport", "support", ";too much", "").Replace(contents(t, rejected))
	if err := os.WriteFile(rejected, []byte(mended), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := run(t, url, "import", "visits", rejected); err != nil || !strings.Contains(out, "1  planned") || !strings.Contains(out, "1  known already") {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err = run(t, url, "import", "visits", path, "--restart"); err == nil || !strings.Contains(out, "3  known already") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestCustomersAndAnswersOfAFormerToolAreImported(t *testing.T) {
	url := system(t)
	people := written(t, "people.csv", "email,last_sent_at\nanna@customer.example,"+time.Now().Add(-24*time.Hour).UTC().Format(time.RFC3339)+"\n")
	if out, err := run(t, url, "import", "customers", people); err != nil || !strings.Contains(out, "1  added") {
		t.Fatalf("%v\n%s", err, out)
	}
	visit := written(t, "visit.csv", "touchpoint,address,subject\npurchase,anna@customer.example,1\n")
	if out, err := run(t, url, "import", "visits", visit, "--dry-run"); err != nil || !strings.Contains(out, "1  fatigue") {
		t.Errorf("%v\n%s", err, out)
	}
	answers := written(t, "answers.csv", "score,created_at\n1,2025-03-01\n1,2025-03-01\n5,2025-03-02\n")
	if out, err := run(t, url, "import", "responses", answers, "--touchpoint", "support"); err != nil || !strings.Contains(out, "3  added") {
		t.Fatalf("%v\n%s", err, out)
	}
	if out, err := run(t, url, "import", "responses", answers, "--touchpoint", "support"); err != nil || !strings.Contains(out, "3  unchanged") {
		t.Errorf("%v\n%s", err, out)
	}
	if err := (target{url: url, key: key}).call(t.Context(), http.MethodPost, "/local/clock", "application/json", []byte(`{"advance":"1m"}`), nil); err != nil { // the streams are drained
		t.Fatal(err)
	}
	if out, err := run(t, url, "scores", "2025-03", "support"); err != nil || !regexp.MustCompile(`fewer than 5 answers +3 `).MatchString(out) {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err := run(t, url, "audit"); err != nil || !strings.Contains(out, "0 responses lagging, 0 counts differing") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestAnImportThatCannotBeIsRefusedPlainly(t *testing.T) {
	url := system(t)
	good := written(t, "good.csv", "touchpoint,subject\npurchase,1\n")
	begun := written(t, "begun.csv", "touchpoint,subject\npurchase,2\n")
	if err := os.WriteFile(begun+".import.json", []byte(`{"kind":"visits","system":"`+url+`","file":"another","settings":"\n","rows":1,"rejects":"`+filepath.Dir(begun)+`/begun.rejects.csv"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, arguments := range map[string][]string{
		`"invoices" cannot be imported; expected customers, responses, visits`: {"invoices", good},
		"no such file": {"visits", "nowhere.csv"},
		"begun.csv changed since this import began, 1 rows ago; --restart begins anew":                           {"visits", begun},
		`the column "touchpoint" is missing; --touchpoint names the one of all rows`:                             {"visits", written(t, "bare.csv", "subject\n1\n")},
		`--columns is such as Score=rating,Team=property:team,Notes=-,"Why, if we may ask?=-"; "subject" is not`: {"visits", good, "--columns", "subject"},
		`there is no column "Order" in the file`:                                                                 {"visits", good, "--columns", "Order=subject"},
		"usage: afterword import WHAT FILE":                                                                      {"visits"},
	} {
		if out, err := run(t, url, append([]string{"import"}, arguments...)...); err == nil || !strings.Contains(err.Error(), want) || out != "" {
			t.Errorf("%v: %v, want %q; printed %q", arguments, err, want, out)
		}
	}
	if _, err := run(t, url, "import", "visits", begun, "--restart"); err != nil {
		t.Error(err)
	}
}

func TestTroublesThatPassAreWaitedForAndOthersStop(t *testing.T) {
	busy := `{"results":[{"visit":{"reason":"planned"}},{"problem":{"status":503}}]}`
	for name, c := range map[string]struct {
		answers []any // a status, or a body
		waits   []time.Duration
		asked   []int // how many rows each time
		stops   string
	}{
		"one row":        {[]any{busy, `{"results":[{"visit":{"reason":"planned"}}]}`}, []time.Duration{time.Second}, []int{2, 1}, ""},
		"all":            {[]any{503, 429, 502, busy, `{"results":[{"visit":{"reason":"planned"}}]}`}, []time.Duration{7 * time.Second, 7 * time.Second, 7 * time.Second, time.Second}, []int{2, 2, 2, 2, 1}, ""},
		"a wrong key":    {[]any{401}, nil, []int{2}, "401"},
		"a broken row":   {[]any{`{"results":[{"visit":{"reason":"planned"}},{"problem":{"status":500,"title":"Internal Server Error"}}]}`}, nil, []int{2}, "line 3: the system fails"},
		"another system": {[]any{`{"results":[]}`}, nil, []int{2}, "0 results for 2 rows"},
	} {
		var asked []int
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var body struct{ Visits []json.RawMessage }
			if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
				t.Error(err)
			}
			asked = append(asked, len(body.Visits))
			if len(asked) > len(c.answers) {
				w.WriteHeader(http.StatusTeapot)
				return
			}
			switch answer := c.answers[len(asked)-1].(type) {
			case int:
				w.Header().Set("Retry-After", "7")
				w.WriteHeader(answer)
			case string:
				fmt.Fprint(w, answer)
			}
		}))
		var waits []time.Duration
		i := &importing{imported: importable["visits"], on: target{url: server.URL}, said: &strings.Builder{}}
		i.wait = func(_ context.Context, d time.Duration) error {
			waits = append(waits, d)
			return nil
		}
		outcomes, err := i.deliver(t.Context(), []row{{line: 2, body: []byte("{}")}, {line: 3, body: []byte("{}")}, {line: 4, refused: "soon"}}, false)
		server.Close()
		if c.stops != "" && (err == nil || !strings.Contains(err.Error(), c.stops)) || c.stops == "" && err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(c.asked, asked) + cmp.Diff(c.waits, waits); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if c.stops == "" && (outcomes[0].what != "planned" || outcomes[1].what != "planned" || outcomes[2].refused != "soon") {
			t.Errorf("%s: %v", name, outcomes)
		}
	}
	i := &importing{imported: importable["visits"], on: target{url: "http://127.0.0.1:1"}, said: &strings.Builder{}, wait: func(context.Context, time.Duration) error { return nil }}
	if _, err := i.deliver(t.Context(), []row{{line: 2, body: []byte("{}")}}, false); err == nil || !strings.Contains(err.Error(), "it does not pass: the system at") {
		t.Errorf("nobody answers: %v", err)
	}
}

func stockholm(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func getText(t *testing.T, url string) (string, error) {
	t.Helper()
	text, err := target{key: key}.send(t.Context(), http.MethodGet, url, http.Header{}, nil)
	return string(text), err
}

// Customers come again all over a file that goes in many requests: what a dry run foretells is what happens.
func TestADryRunForetellsWhatTheImportDoes(t *testing.T) {
	url := system(t)
	text := "\ufefftouchpoint;address;subject;property:note\r\n"
	for n := range 1300 {
		touchpoint := []string{"purchase", "support", "purchase", "nothing"}[n%4]
		text += fmt.Sprintf("%s;\"c%d@customer.example\";%d;\"a \"\"note\"\"\r\nof two lines\"\r\n", touchpoint, n*7%90, n%1200)
	}
	path := written(t, "visits.csv", text)
	sums := func(out string) string {
		return strings.Join(regexp.MustCompile(`(?m)^ +\d+  (known already|[a-z-]+)`).FindAllString(out, -1), "\n")
	}
	foretold, err := run(t, url, "import", "visits", path, "--dry-run")
	if err != nil {
		t.Fatal(err)
	}
	out, _ := run(t, url, "import", "visits", path) // of the refused rows
	if diff := cmp.Diff(sums(foretold), sums(out)); diff != "" || strings.Count(sums(out), "\n") < 3 {
		t.Errorf("%s\n%s", diff, out)
	}
}

// A rejects file is opened in a spreadsheet to be mended: nothing in it is a formula there, and what comes back is what was said.
func TestNothingOfARefusedRowIsAFormulaAndNothingIsLost(t *testing.T) {
	url := system(t)
	said := []string{"=HYPERLINK(\"http://x.example\")", "+46 8 123", "-5", "'=1", "''", "'tis", "plain"}
	text := "touchpoint,subject,address,property:agent\n"
	for n, note := range said {
		text += fmt.Sprintf("nothing,%d,c%d@customer.example,\"%s\"\n", n, n, strings.ReplaceAll(note, `"`, `""`))
	}
	path := written(t, "visits.csv", text)
	rejected := strings.TrimSuffix(path, ".csv") + ".rejects.csv"
	for range 2 { // also when they are refused again
		if _, err := run(t, url, "import", "visits", path); err == nil {
			t.Fatal("no row was refused")
		}
		rows, err := csv.NewReader(strings.NewReader(contents(t, rejected))).ReadAll()
		if err != nil || len(rows) != len(said)+1 {
			t.Fatal(rows, err)
		}
		for _, row := range rows[1:] {
			if note := row[len(row)-1]; strings.ContainsAny(note[:1], "=+-@") {
				t.Errorf("a spreadsheet computes %s", note)
			}
		}
		path, rejected = rejected, strings.TrimSuffix(rejected, ".csv")+".rejects.csv"
	}
	mended := written(t, "mended.csv", strings.ReplaceAll(contents(t, path), "nothing", "purchase"))
	if out, err := run(t, url, "import", "visits", mended); err != nil {
		t.Fatal(err, out)
	}
	var page struct {
		Items []struct{ Properties map[string]string }
	}
	if err := (target{url, key}).call(t.Context(), http.MethodGet, "/api/decisions?touchpoint=purchase&day="+time.Now().In(stockholm(t)).Format(time.DateOnly), "", nil, &page); err != nil {
		t.Fatal(err)
	}
	var kept []string
	for _, item := range page.Items {
		kept = append(kept, item.Properties["agent"])
	}
	slices.Sort(kept)
	slices.Sort(said)
	if diff := cmp.Diff(said, kept); diff != "" {
		t.Error(diff)
	}
}

// What was written of a batch that comes again is written once.
func TestARefusedRowIsToldOnceAlsoWhenItsBatchComesAgain(t *testing.T) {
	url := system(t)
	path := written(t, "visits.csv", "touchpoint,subject\nnothing,1\nnothing,2\n")
	if _, err := run(t, url, "import", "visits", path); err == nil {
		t.Fatal("no row was refused")
	}
	rejected := filepath.Join(filepath.Dir(path), "visits.rejects.csv")
	whole := contents(t, rejected)
	sum := sha256.Sum256([]byte(contents(t, path)))
	first := strings.Index(whole, "3,")
	text, err := json.Marshal(journal{Kind: "visits", System: url, File: hex.EncodeToString(sum[:]), Settings: "\n", Rows: 1, Rejects: rejected, Bytes: int64(first), Sums: map[string]int{"refused": 1}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path+".import.json", text, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := run(t, url, "import", "visits", path)
	if diff := cmp.Diff(whole, contents(t, rejected)); diff != "" || err == nil || !strings.Contains(out, "going on after 1 of 2 rows") || !strings.Contains(out, "2  refused") {
		t.Errorf("%s\n%v\n%s", diff, err, out)
	}
}
