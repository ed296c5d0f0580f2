package console_test

import (
	"context"
	"encoding/csv"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"afterword/internal/console"
	"afterword/internal/fault"
	"afterword/internal/followup"
	"afterword/internal/period"
	"afterword/internal/touchpoint"
)

func (w *world) VisitsOn(_ context.Context, touchpoints []string, day string, _ period.Span) (page []touchpoint.Visit, next string, err error) {
	for _, v := range w.visits {
		if v.Day == day && slices.Contains(touchpoints, v.Touchpoint) {
			page = append(page, v)
		}
	}
	return page, "", nil
}

func (w *world) OpenCases(context.Context, period.Span) ([]followup.Case, string, error) {
	return nil, "", nil
}

func (w *world) ClosedCases(context.Context, period.Span) ([]followup.Case, string, error) {
	return nil, "", nil
}

func (w *world) ProgramVersion(context.Context, int) ([]byte, time.Time, error) {
	return nil, time.Time{}, fault.New(fault.NotFound, "there is no such version")
}

// visit adds a visit of today.
func (w *world) visit(touchpointName string, reason touchpoint.Reason, change ...func(*touchpoint.Visit)) {
	v := touchpoint.Visit{
		Decision: touchpoint.Decision{Reason: reason, Explanation: "It was so."}, Touchpoint: touchpointName, Source: "zendesk", Subject: "60356",
		Link: "https://help.example.com/60356", Customer: "the-customers-id", ReceivedAt: noon.Add(-time.Hour), Day: "2026-11-20",
	}
	for _, c := range change {
		c(&v)
	}
	w.visits = append(w.visits, v)
}

var verdicts = regexp.MustCompile(`<span class="verdict[^"]*">([^<]*)</span>`)

func TestEachDecisionOfADayIsSaidInTheReadersWords(t *testing.T) {
	w := newWorld(t)
	w.visit("support", touchpoint.Fatigue)
	w.visit("purchase", touchpoint.Planned, func(v *touchpoint.Visit) { v.PlannedAt = noon.Add(time.Hour) })
	w.visit("support", touchpoint.Staff, func(v *touchpoint.Visit) { v.Day = "2026-11-19" })
	for query, want := range map[string][]string{
		"": {"Not asked: was asked a short while ago", "Asked"}, "?touchpoint=purchase": {"Asked"}, "?day=2026-11-19": {"Not asked: one of our own"}, "?day=2026-11-18": nil,
	} {
		page := w.get(t, "/decisions"+query).body
		var got []string
		for _, found := range verdicts.FindAllStringSubmatch(page, -1) {
			got = append(got, found[1])
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s says %q, want %q", query, got, want)
		}
		if strings.Contains(page, "the-customers-id") {
			t.Errorf("%s names a customer", query)
		}
	}
	for query, status := range map[string]int{"?day=yesterday": 400, "?touchpoint=nothing": 400, "?cursor=none": 400} {
		if got := w.get(t, "/decisions"+query).status; got != status {
			t.Errorf("%s: status %d, want %d", query, got, status)
		}
	}
}

func TestEveryReasonHasItsWords(t *testing.T) {
	w := newWorld(t)
	for _, reason := range []touchpoint.Reason{
		touchpoint.NotFetched, touchpoint.NoAddress, touchpoint.InvalidAddress, touchpoint.Test, touchpoint.Staff, touchpoint.RoleAddress, touchpoint.NoConsent, touchpoint.Suppressed,
		touchpoint.Off, touchpoint.Filtered, touchpoint.TooOld, touchpoint.NewAccount, touchpoint.SampledOut, touchpoint.OpenCase, touchpoint.Fatigue,
		touchpoint.Shadow, touchpoint.ReopenedSince, touchpoint.AskedBefore, touchpoint.Planned, touchpoint.Handed,
	} {
		w.visit("support", reason)
	}
	if page := w.get(t, "/decisions").body; strings.Contains(page, "console.reason") || len(verdicts.FindAllString(page, -1)) != 20 {
		t.Errorf("a reason has no words: %s", page)
	}
}

func TestWhatAnErasedVisitWasAboutIsNotTold(t *testing.T) {
	w := newWorld(t)
	w.visit("support", touchpoint.Planned, func(v *touchpoint.Visit) {
		v.Erased, v.Subject, v.Link = true, "a-veil", "https://help.example.com/veil"
	})
	if page := w.get(t, "/decisions").body; strings.Contains(page, "veil") {
		t.Error("it is told")
	}
}

func TestASearchNeedsAFormOfThePage(t *testing.T) {
	w := newWorld(t)
	for _, form := range []string{"address=anna@example.com", "address=anna@example.com&form=", "customer=the-customers-id&form=forged"} {
		got := w.ask(t, http.MethodPost, "/decisions", form, "Cookie", console.Cookie+"="+cookie, "Sec-Fetch-Site", "same-origin")
		if got.status != http.StatusForbidden || strings.Contains(got.body, "anna@") {
			t.Errorf("%s: status %d", form, got.status)
		}
	}
	if got := w.ask(t, http.MethodPost, "/decisions", "address=anna@example.com"); got.header.Get("Location") != "/sign-in?to=%2Fdecisions" {
		t.Errorf("who is not signed in is led to %s", got.header.Get("Location"))
	}
}

func TestDecisionsAreThereForASpreadsheet(t *testing.T) {
	w := newWorld(t)
	w.visit("support", touchpoint.Fatigue, func(v *touchpoint.Visit) { v.Subject = "=1+1" })
	rows, err := csv.NewReader(strings.NewReader(w.get(t, "/decisions.csv").body)).ReadAll()
	want := []string{"2026-11-20T11:00:00Z", "support", "fatigue", "It was so.", "zendesk", "'=1+1", ""}
	if err != nil || len(rows) != 2 || !slices.Equal(rows[1], want) {
		t.Errorf("%v, %v", rows, err)
	}
}

func TestReportsAreListedShownAndDownloaded(t *testing.T) {
	w := spoken(t)
	list := w.get(t, "/reports").body
	for _, want := range []string{`href="/reports/2026-11"`, `href="/reports/2026-W47"`, `href="/reports/2026-Q4/report.csv"`, `href="/reports/2025/report.txt"`} {
		if !strings.Contains(list, want) {
			t.Errorf("the list lacks %s", want)
		}
	}
	page := w.get(t, "/reports/2026-11")
	if policy := page.header.Get("Content-Security-Policy"); !strings.Contains(page.body, "3.45") || !strings.Contains(policy, "; sandbox ") || strings.Contains(policy, "script") {
		t.Errorf("the report is drawn under %s: %.300s", policy, page.body)
	}
	for file, want := range map[string]string{"report.csv": "text/csv; charset=utf-8", "report.txt": "text/plain; charset=utf-8"} {
		got := w.get(t, "/reports/2026-11/"+file)
		if got.header.Get("Content-Type") != want || !strings.Contains(got.header.Get("Content-Disposition"), "report-2026-11"+file[len("report"):]) || !strings.Contains(got.body, "3.45") {
			t.Errorf("%s is %v: %.200s", file, got.header, got.body)
		}
	}
	for address, status := range map[string]int{"/reports/2027-11": 400, "/reports/never": 400, "/reports/2026-11/report.html": 404} {
		if got := w.get(t, address).status; got != status {
			t.Errorf("%s: status %d, want %d", address, got, status)
		}
	}
}
