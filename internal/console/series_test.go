package console_test

import (
	"encoding/csv"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/response"
	"afterword/internal/score"
)

// spoken is a world in which customers answered about support.
func spoken(t *testing.T) *world {
	w := newWorld(t)
	w.fill("support", "2026-11", 0, 20, 15, 5, 20, 40)
	w.fill("support", "2026-10", 0, 20, 15, 5, 20, 45)
	w.fill("support", "2026-09", 0, 1, 1)
	w.agents = map[string]score.Counts{"Anna": {5: 30, 4: 10, 1: 2}, "Mei": {5: 6}, "Johan": {3: 20, 2: 6, 1: 6}, "Pieter": {4: 3}, "": {5: 4, 2: 8}}
	return w
}

var quoted = regexp.MustCompile(`(?s)<p class="words"[^>]*>(.*?)</p>`)

// words are the comments of a page, in their order.
func words(page string) (all []string) {
	for _, found := range quoted.FindAllStringSubmatch(page, -1) {
		all = append(all, html.UnescapeString(found[1]))
	}
	return all
}

func TestATouchpointIsShownInDepth(t *testing.T) {
	w := spoken(t)
	w.say(1, "I waited for an hour.")
	page := w.get(t, "/series/support").body
	for _, want := range []string{
		"3.45", "95% interval 3.12 to 3.76", "no reliable change", "mean of 1\u20135, higher is easier", "24.7% (100 of 405)", "7, not counted", "60.0%",
		`data-value="3.45" data-low="3.12" data-high="3.76"`, "October 2026", "too few answers", "Unhappy 1\u20132", "I waited for an hour.", "agent: Anna",
	} {
		if !strings.Contains(html.UnescapeString(page), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if got := w.get(t, "/series/nothing").status; got != http.StatusNotFound {
		t.Errorf("a touchpoint that there is not: status %d", got)
	}
	w.Program.CountUnconfirmed = true
	if page := w.get(t, "/series/support").body; strings.Contains(page, "not counted") {
		t.Error("clicks that are counted are said not to be")
	}
}

func TestCommentsAreThoseThatTheFilterAsksFor(t *testing.T) {
	w := spoken(t)
	w.say(1, "bad, Anna")
	w.say(3, "so-so, Mei", func(a *response.Record) { a.Cuts = map[string]string{"agent": "Mei"} })
	w.say(5, "bra", func(a *response.Record) { a.Language = "sv" })
	w.say(1, "", func(a *response.Record) {})
	w.say(1, "withdrawn", func(a *response.Record) { a.Counted = false })
	w.say(1, "erased", func(a *response.Record) { a.Erased = true })
	w.say(1, "of another touchpoint", func(a *response.Record) { a.Touchpoint = "other" })
	for query, want := range map[string][]string{
		"":                             {"bad, Anna", "so-so, Mei", "bra"},
		"group=bad":                    {"bad, Anna"},
		"group=neutral&language=en":    {"so-so, Mei"},
		"language=sv":                  {"bra"},
		"segment=agent:Mei":            {"so-so, Mei"},
		"segment=agent:nobody":         nil,
		"group=nonsense&language=xx":   {"bad, Anna", "so-so, Mei", "bra"},
		"period=2026-10":               nil,
		"segment=agent:Anna&group=bad": {"bad, Anna"},
	} {
		if diff := cmp.Diff(want, words(w.get(t, "/series/support?"+query).body)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
	if page := w.get(t, "/series/support?segment=agent:guessed").body; strings.Contains(page, "guessed") {
		t.Error("what was made up is repeated beside customers' words")
	}
}

func TestCommentsArePagedToTheirEnd(t *testing.T) {
	w := spoken(t)
	var want []string
	for i := range 50 {
		want = append(want, fmt.Sprintf("comment %d", i))
		w.say(1+i%5, want[i])
	}
	var got []string
	for address, pages := "/series/support", 0; address != ""; pages++ {
		page := w.get(t, address).body
		got = append(got, words(page)...)
		found := regexp.MustCompile(`class="more" href="([^"]+)#comments"`).FindStringSubmatch(page)
		if address = ""; found != nil {
			address = html.UnescapeString(found[1])
		}
		if pages > 50 {
			t.Fatal("there is no end")
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if status := w.get(t, "/series/support?cursor=nonsense").status; status != http.StatusBadRequest {
		t.Errorf("a cursor that is none: status %d", status)
	}
}

// evil is what somebody writes who wants it to run where it is read.
const evil = `</textarea><script>alert(1)</script><img src=x onerror=alert(1)>" onmouseover="alert(1)`

func TestWhatOthersWriteIsShownAndNeverRuns(t *testing.T) {
	w := spoken(t)
	w.Program.Name = evil
	w.say(1, evil, func(a *response.Record) {
		a.Subject, a.Link, a.Language = evil, "javascript:alert(1)", `en" onload="alert(1)`
		a.Cuts, a.Causes = map[string]string{evil: evil}, []string{evil}
	})
	for _, address := range []string{"/series/support", "/scores", "/series/support?group=%22%3E%3Cscript%3E&language=%22%3E%3Cscript%3E&period=2026-11&segment=%3Cscript%3E:%3Cscript%3E"} {
		page := w.get(t, address).body
		for _, bad := range []string{"<script>", "<img", `" onmouseover`, `" onload`, `href="javascript:`} {
			if strings.Contains(page, bad) {
				t.Errorf("%s holds %s", address, bad)
			}
		}
	}
	if got := words(w.get(t, "/series/support").body); !cmp.Equal(got, []string{evil}) {
		t.Errorf("said is %q", got)
	}
}

func TestNoPageTellsWhoACustomerIs(t *testing.T) {
	w := spoken(t)
	w.say(1, "I waited.")
	for _, address := range []string{"/series/support", "/series/support/comments.csv"} {
		if page := w.get(t, address).body; strings.Contains(page, "the-customers-id") {
			t.Errorf("%s names a customer", address)
		}
	}
}

func TestASpreadsheetTakesNothingForAFormula(t *testing.T) {
	w := spoken(t)
	w.say(1, "=HYPERLINK(\"https://evil.example\")", func(a *response.Record) { a.Subject, a.Source, a.Causes = "@SUM(1)", "-1+1", []string{"+1"} })
	w.say(1, "\t=1, \"quoted\"\nand more")
	got := w.get(t, "/series/support/comments.csv?group=bad")
	if kind := got.header.Get("Content-Type"); kind != "text/csv; charset=utf-8" || !strings.HasPrefix(got.header.Get("Content-Disposition"), "attachment;") {
		t.Errorf("it is %s, %s", kind, got.header.Get("Content-Disposition"))
	}
	rows, err := csv.NewReader(strings.NewReader(got.body)).ReadAll()
	if err != nil || len(rows) != 3 {
		t.Fatalf("%v: %s", err, got.body)
	}
	for _, row := range rows[1:] {
		for i, cell := range row {
			if strings.ContainsAny(cell[:min(1, len(cell))], "=+-@\t\r\n") {
				t.Errorf("%s is %q", rows[0][i], cell)
			}
		}
	}
}

func TestTheTrendIsThereForASpreadsheet(t *testing.T) {
	rows, err := csv.NewReader(strings.NewReader(spoken(t).get(t, "/series/support/trend.csv").body)).ReadAll()
	if err != nil || len(rows) != 14 {
		t.Fatal(len(rows), err)
	}
	want := []string{"support", "support-ces-v1", "CES", "mean of 1-5, higher is easier", "2026-11", "2026-11-01", "2026-11-30", "100", "3.45", "3.12", "3.76", ""}
	if diff := cmp.Diff(want, rows[13]); diff != "" {
		t.Error(diff)
	}
	if few := rows[11]; few[7] != "2" || few[8] != "" || few[11] != "fewer than 5 answers" {
		t.Errorf("of two answers it tells %v", few)
	}
}

var rankedLine = regexp.MustCompile(`(?s)<td class="number place">([^<]*)</td><th scope="row">(?:<a [^>]*>)?([^<]*)<.*?<td class="number">(?:<b>([^<]*)</b>|<span class="soft">([^<]*)</span>)`)

func TestARankingTooLongForAPageSaysSo(t *testing.T) {
	w := newWorld(t)
	w.fill("support", "2026-11", 0, 0, 0, 0, 0, 530)
	w.agents = map[string]score.Counts{}
	for n := range 53 {
		w.agents[fmt.Sprint("agent ", n)] = score.Counts{5: 10}
	}
	if page := w.get(t, "/series/support?by=agent").body; !strings.Contains(page, "3 more are in the CSV.") {
		t.Error("three are left out, and nobody is told")
	}
	if rows := strings.Count(w.get(t, "/series/support/segments.csv?by=agent").body, "\n"); rows != 54 {
		t.Errorf("the CSV has %d rows", rows)
	}
}

func TestSegmentsAreRankedByWhatTheySurelyAre(t *testing.T) {
	w := spoken(t)
	var got []string
	page := w.get(t, "/series/support").body
	for _, found := range rankedLine.FindAllStringSubmatch(page, -1) {
		got = append(got, strings.Join(found[1:], "|"))
	}
	// Mei's six answers are all the best there are, and say less than Anna's forty-two. Pieter has too few, and one more is hidden with him.
	want := []string{"1|Anna|4.57|", "2|Johan|2.44|", "3|not known|3.00|", "|Mei||hidden", "|Pieter||hidden"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !strings.Contains(page, "Hidden lines have fewer than 5 answers") || !strings.Contains(page, "segment=agent%3AAnna#comments") {
		t.Error("what is hidden is not said, or nothing leads to what was said about Anna")
	}
	if page := w.get(t, "/series/support?by=product").body; !strings.Contains(page, "No answers to compare") {
		t.Error("a property without answers is not said to have none")
	}
	w.agents = map[string]score.Counts{"": {5: 40}}
	if page := w.get(t, "/series/support").body; !strings.Contains(page, "No answers to compare") {
		t.Error("answers of which nothing is known are compared with each other")
	}
	w.Program.Segments = nil
	if page := w.get(t, "/series/support").body; strings.Contains(page, `id="segments"`) {
		t.Error("a program that names no segments is shown some")
	}
}

func TestAScoreWithoutNeighboursHasItsIntervalInTheSmallTrend(t *testing.T) {
	w := newWorld(t)
	w.fill("support", "2026-11", 0, 2, 2, 2, 2, 2)
	page := w.get(t, "/scores").body
	if strings.Count(page, "<polygon") != 1 || strings.Count(page, "<circle") != 1 || strings.Contains(page, "<polyline") {
		t.Errorf("it is drawn otherwise: %s", page)
	}
}

func TestSegmentsAreThereForASpreadsheet(t *testing.T) {
	w := spoken(t)
	w.agents["=cmd()"] = score.Counts{1: 90}
	rows, err := csv.NewReader(strings.NewReader(w.get(t, "/series/support/segments.csv?by=agent").body)).ReadAll()
	if err != nil || len(rows) != 7 || rows[1][6] != "Anna" || rows[1][8] != "4.57" || rows[6][6] != "Pieter" || rows[6][8] != "" {
		t.Fatalf("%v, %v", rows, err)
	}
	for _, row := range rows {
		if strings.HasPrefix(row[6], "=") {
			t.Errorf("a formula: %q", row[6])
		}
	}
}
