package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/api"
	"afterword/internal/program"
	"afterword/internal/touchpoint"
)

// table reads what was printed: the numbers of each line, by touchpoint and reason.
func table(out string) map[string][]int {
	rows := map[string][]int{}
	for _, found := range regexp.MustCompile(`(?m)^ +(\S+|in sum) +(\S+)((?: +[+-]?\d+)+)\s*$`).FindAllStringSubmatch(out, -1) {
		var numbers []int
		for _, text := range strings.Fields(found[3]) {
			n, _ := strconv.Atoi(text)
			numbers = append(numbers, n)
		}
		rows[found[1]+" "+found[2]] = numbers
	}
	return rows
}

// visited is a system to which some customers' visits were reported: each of four bought thrice, and one more has no address.
func visited(t *testing.T) string {
	t.Helper()
	url := system(t)
	var visits []map[string]any
	for n := range 12 {
		visits = append(visits, map[string]any{
			"touchpoint": "purchase", "subject": fmt.Sprint("order-", n), "address": fmt.Sprintf("maria%d@customer.example", n%4),
			"at": time.Now().Add(time.Duration(n-40) * time.Minute).UTC().Format(time.RFC3339),
		})
	}
	visits = append(visits, map[string]any{"touchpoint": "support", "subject": "ticket"})
	body, err := bodyOf(map[string]any{"visits": visits})
	if err == nil {
		err = target{url: url, key: key}.call(t.Context(), http.MethodPost, "/api/visits", "application/json", body, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return url
}

func TestAProgramIsTriedOnPastVisitsBesideTheOneInForce(t *testing.T) {
	url := visited(t)
	for _, c := range []struct {
		name    string
		changed *strings.Replacer
		want    map[string]string
	}{
		{"an unchanged one", strings.NewReplacer(), map[string]string{
			"purchase planned": "[4 4 4 0]", "purchase fatigue": "[8 8 8 0]", "support no-address": "[1 1 1 0]",
			"in sum planned": "[4 4 4 0]", "in sum fatigue": "[8 8 8 0]", "in sum no-address": "[1 1 1 0]", "in sum visits": "[13 13 13 0]",
		}},
		{"without windows", strings.NewReplacer("all_window: 45d", "all_window: 0", "metric_window: 90d", "metric_window: 0"), map[string]string{
			"purchase planned": "[4 4 12 8]", "purchase fatigue": "[8 8 0 -8]", "support no-address": "[1 1 1 0]",
			"in sum planned": "[4 4 12 8]", "in sum fatigue": "[8 8 0 -8]", "in sum no-address": "[1 1 1 0]", "in sum visits": "[13 13 13 0]",
		}},
		{"with a touchpoint off", strings.NewReplacer("    delay: 2h\n", "    delay: 2h\n    off: true\n"), map[string]string{
			"purchase planned": "[4 4 0 -4]", "purchase off": "[0 0 12 12]", "purchase fatigue": "[8 8 0 -8]", "support no-address": "[1 1 1 0]",
			"in sum planned": "[4 4 0 -4]", "in sum off": "[0 0 12 12]", "in sum fatigue": "[8 8 0 -8]", "in sum no-address": "[1 1 1 0]", "in sum visits": "[13 13 13 0]",
		}},
	} {
		out, err := run(t, url, "simulate", "--days", "2", file(t, c.changed.Replace(program.DefaultText())))
		if err != nil || strings.Contains(out, "@") || strings.Contains(out, "order-") {
			t.Fatalf("%s: %v\n%s", c.name, err, out)
		}
		got := map[string]string{}
		for line, numbers := range table(out) {
			got[line] = fmt.Sprint(numbers)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
		for _, says := range []string{"13 visits (the last 2 days)", "nothing was changed", "\ntoday: most mails on 20", "\nchanged: ", "\nnot simulated: waiting for the daily quota", "\nnot found: events that the program had no touchpoint for"} {
			if !strings.Contains(out, says) {
				t.Errorf("%s: it does not say %q:\n%s", c.name, says, out)
			}
		}
	}
	if out, err := run(t, url, "simulate", file(t, program.DefaultText())); err != nil || !strings.Contains(out, "(the last 30 days)") {
		t.Errorf("%v\n%s", err, out)
	}
}

func csvFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "visits.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAProgramIsTriedOnVisitsOfAFile(t *testing.T) {
	url := system(t)
	changed := file(t, strings.NewReplacer("consent: false ", "consent: {countries: [DE]} ", "all_window: 45d", "all_window: 7d", "metric_window: 90d", "metric_window: 7d", "daily_quota: 0", "daily_quota: 1").Replace(program.DefaultText()))
	out, err := run(t, url, "simulate", changed, "--visits", csvFile(t, "\ufeffat;touchpoint;address;subject;property:country;consent;test;zone;since;source;language;customer;received\n"+
		"2026-03-02T09:00:00Z;purchase;maria@customer.example;1;SE;;;Europe/Stockholm;2020-01-01;shopify;sv;;\n"+
		"2026-03-02T09:00:00Z;purchase;bo@customer.example;2;DE;;;;;;;;\n"+
		"2026-03-02T09:00:00Z;purchase;eva@customer.example;3;DE;given;;;;;;;2026-03-02T09:05:00Z\n"+
		"2026-03-10T09:00:00Z;purchase;Maria@customer.example;4;SE;;false;;;;;;\n"+
		"2026-03-10T09:00:00Z;purchase;Maria@customer.example;4;SE;;;;;;;;\n"+
		"2026-03-10T09:00:00Z;support;ann@acme.example;5;SE;;;;;;;;\n"+
		"2026-03-10T09:00:00Z;support;test@customer.example;6;SE;;true;;;;;;\n"+
		"2026-03-10T09:00:00Z;support;;;SE;;;;;;;somebody;\n"))
	if err != nil {
		t.Fatal(err)
	}
	rows := table(out)
	for line, want := range map[string]string{
		"purchase planned": "[3 3 0]", "purchase fatigue": "[1 0 -1]", "purchase no-consent": "[0 1 1]", "purchase repeated": "[1 1 0]",
		"support staff": "[1 1 0]", "support test": "[1 1 0]", "support planned": "[1 1 0]", "in sum visits": "[8 8 0]",
	} {
		if fmt.Sprint(rows[line]) != want {
			t.Errorf("%s: %v, want %s", line, rows[line], want)
		}
	}
	for _, says := range []string{"staff: the address is not known, so that it may be staff's (visits: 1 today, 1 changed)", "today: most mails on 2026-03-02: 3\n", "changed: most mails on 2026-03-02: 2; 2 are beyond the quota of 1 a day"} {
		if !strings.Contains(out, says) {
			t.Errorf("it does not say %q:\n%s", says, out)
		}
	}
}

// What programs for tables write: a mark before the first column's quotation mark, lines that end as on Windows, TRUE, and times without
// a zone, which are the program's.
func TestVisitsAreReadAsSpreadsheetsWriteThem(t *testing.T) {
	west := program.Default()
	west.Zone = time.FixedZone("west", -8*3600)
	got, err := readVisits(strings.NewReader("\ufeff\"at\";\"touchpoint\";\"test\";\"since\";\"property:note\"\r\n"+
		"2026-03-02 09:30;purchase;TRUE;2020-01-31;\"two\r\nlines; and more\"\r\n"+
		"2026-03-02;purchase;FALSE;;\r\n"+
		"2026-03-02T09:30:00+01:00;purchase;;;\r\n"), "visits.csv", west, program.Default())
	want := []record{
		{"at": "2026-03-02T09:30:00-08:00", "touchpoint": "purchase", "test": true, "customer_since": "2020-01-31T00:00:00-08:00", "properties": map[string]string{"note": "two\nlines; and more"}},
		{"at": "2026-03-02T00:00:00-08:00", "touchpoint": "purchase"},
		{"at": "2026-03-02T09:30:00+01:00", "touchpoint": "purchase"},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

func TestEachBadLineOfAFileIsToldAndNothingIsPrinted(t *testing.T) {
	url, good := system(t), file(t, program.DefaultText())
	row := "2026-03-02T09:00:00Z,purchase,maria@customer.example,%d\n"
	many := "at,touchpoint,address,subject\n" + strings.Repeat(fmt.Sprintf(row, 1), touchpoint.MostReplayed+1)
	large := "at,touchpoint,address,property:notes\n" + strings.Repeat("2026-03-02T09:00:00Z,purchase,maria@customer.example,"+strings.Repeat("x", 500)+"\n", api.MaxSimulation/500)
	for _, c := range []struct {
		arguments []string
		text      string
		want      string
	}{
		{nil, "", "is empty; expected a first line"},
		{nil, "at,touchpoint\n", "has no visits"},
		{nil, "at,touchpoint,colour\n", `visits.csv:1: there is no column "colour"; expected some of address, at, consent`},
		{nil, "at,touchpoint,at\n", "visits.csv:1: the column \"at\" is there twice"},
		{nil, "at,address\n", `visits.csv:1: the column "touchpoint" is missing`},
		{nil, "at,touchpoint,property:\n", `no column "property:"`},
		{nil, "at,touchpoint\n2026-03-02,purchase\nsoon,purchase\n2026-03-02,dance\n", "visits.csv:3: at: \"soon\" is not a time; expected such as 2026-11-20T09:12:00Z, 2026-11-20 09:12 or 2026-11-20\n" + "*"},
		{nil, "at,touchpoint\n2026-03-02,purchase\nsoon,purchase\n2026-03-02,dance\n", "visits.csv:4: touchpoint: neither program has \"dance\"; expected one of "},
		{nil, "at,touchpoint\n2026-03-02,purchase,1\n2026-03-02,dance\n", "visits.csv:2: wrong number of fields"},
		{nil, "at,touchpoint\n2026-03-02,purchase,1\n2026-03-02,dance\n", "visits.csv:3: touchpoint"},
		{nil, "at,touchpoint\n2026-03-02,\"purchase\n", "visits.csv:2: extraneous or missing"},
		{nil, "at,touchpoint,subject\n2026-03-02,purchase,\"two\nlines\"\n,purchase,x\n", "visits.csv:4: at: the time is missing"},
		{nil, "at,touchpoint,test,consent\n2026-03-02,purchase,yes,\n2026-03-02,purchase,,no\n1970-01-01,purchase,,\n", "visits.csv:2: test: \"yes\" is neither true nor false\n" + "*"},
		{nil, "at,touchpoint,test,consent\n2026-03-02,purchase,yes,\n2026-03-02,purchase,,no\n1970-01-01,purchase,,\n", "visits.csv:3: consent: \"no\" is no consent"},
		{nil, "at,touchpoint,test,consent\n2026-03-02,purchase,yes,\n2026-03-02,purchase,,no\n1970-01-01,purchase,,\n", "visits.csv:4: at: \"1970-01-01\" is before the year 2000"},
		{nil, "at,touchpoint,address,customer\n2026-03-02,purchase,maria@customer.example,m\n", "not both"},
		{nil, "at,touchpoint,source\n2026-03-02,purchase,woo\n", `source: neither program has "woo"; expected one of adyen, api, `},
		{nil, "at,touchpoint,property:city\n2026-03-02,purchase,Malm\xf6\n", "visits.csv:2: property:city: this is not UTF-8; save the file as CSV UTF-8"},
		{nil, "at,touchpoint,property:l\xe4n\n", "visits.csv:1: this is not UTF-8"},
		{nil, many, "more than 20000 visits"},
		{nil, large, "is too large: its visits make"},
		{[]string{"--days", "3"}, "at,touchpoint\n", "say --days or --visits"},
	} {
		out, err := run(t, url, append([]string{"simulate", good, "--visits", csvFile(t, c.text)}, c.arguments...)...)
		if err == nil || !strings.Contains(err.Error(), strings.TrimSuffix(c.want, "*")) || out != "" {
			t.Errorf("%.80q: %.300v, want %s; printed %q", c.text, err, c.want, out)
		}
	}
	for _, c := range []struct {
		arguments []string
		want      string
	}{
		{[]string{"simulate"}, "usage: afterword simulate FILE"},
		{[]string{"simulate", good, "--days", "0"}, `"0" is not a number of days; expected 1 to 366`},
		{[]string{"simulate", good, "--days", "soon"}, `"soon" is not a number of days`},
		{[]string{"simulate", good, "--visits", "nowhere.csv"}, "nowhere.csv"},
		{[]string{"simulate", file(t, "company: Acme\n"), "--days", "3"}, "line 1: from is missing"},
		{[]string{"scores", "2026-Q4", "--days", "3"}, "scores takes no --days"},
	} {
		if out, err := run(t, url, c.arguments...); err == nil || !strings.Contains(err.Error(), c.want) || out != "" {
			t.Errorf("%v: %v, want %q", c.arguments, err, c.want)
		}
	}
}
