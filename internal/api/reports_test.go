package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/api"
	"afterword/internal/period"
	reports "afterword/internal/report"
)

func TestAReportIsAnsweredWithWhatItsMailSays(t *testing.T) {
	rec := ask(t, filled(), http.MethodGet, "/api/reports?period=2026-11", "")
	var r api.Report
	if err := json.Unmarshal(rec.Body.Bytes(), &r); err != nil || rec.Code != http.StatusOK {
		t.Fatalf("%d %s, %v", rec.Code, rec.Body, err)
	}
	if r.Period != "2026-11" || r.Before != "2026-10" || r.From.String() != "2026-11-01" || r.To.String() != "2026-11-30" || r.Closed || len(r.Touchpoints) != 3 {
		t.Errorf("%+v", r)
	}
	support := r.Touchpoints[2]
	if s := support.Score; s.Touchpoint != "support" || s.N != 100 || *s.Value != 3.45 || s.Sent != 412 || s.Change.Verdict != "no reliable change" || support.Replies != 100 {
		t.Errorf("%+v", support)
	}
	if n := len(support.Trend); n != reports.TrendPeriods || support.Trend[n-1].Period != "2026-11" || support.Trend[n-1].N != 100 {
		t.Errorf("a trend of %d: %+v", n, support.Trend)
	}
	if len(support.Lowest) != 1 || support.Lowest[0].Comment != "It <b>broke</b> & stayed so." || r.Cases.Open != 1 || r.Cases.Oldest[0].Rating != 1 {
		t.Errorf("%+v, %+v", support.Lowest, r.Cases)
	}
	for _, personal := range []string{"c-1", `"customer"`} {
		if strings.Contains(rec.Body.String(), personal) {
			t.Errorf("the report says who a customer is: %s", rec.Body)
		}
	}
}

func TestAReportOfAPeriodThatIsNoneOrStillToComeIsRefused(t *testing.T) {
	for name, says := range map[string]string{
		"2026-12": "the period 2026-12 begins on 2026-12-01, which is still to come", "november": "is not a period", "2027": "still to come",
	} {
		if rec := ask(t, filled(), http.MethodGet, "/api/reports?period="+name, ""); rec.Code != http.StatusBadRequest && rec.Code != http.StatusUnprocessableEntity || !strings.Contains(rec.Body.String(), says) {
			t.Errorf("%s: %d %s", name, rec.Code, rec.Body)
		}
	}
	if rec := ask(t, filled(), http.MethodGet, "/api/reports?period=2026-10-20..2026-11-22", ""); rec.Code != http.StatusOK {
		t.Errorf("a range that ends today: %d %s", rec.Code, rec.Body)
	}
}

func TestAReportIsForAnAudience(t *testing.T) {
	for asked, says := range map[string]string{"leadership": `"audience":"leadership"`, "": `"audience":"leadership"`, "desk:care": `"audience":"desk:care"`,
		"desk:none": `the program has no desk`, "everybody": `is no audience; expected leadership, desk:NAME, team:NAME or agent:NAME`} {
		if rec := ask(t, filled(), http.MethodGet, "/api/reports?period=2026-11&audience="+asked, ""); !strings.Contains(rec.Body.String(), says) {
			t.Errorf("%s: %d %.300s", asked, rec.Code, rec.Body)
		}
	}
}

func TestAReportThatWasShownIsShownAgainTheSame(t *testing.T) {
	w := filled()
	p, err := w.Current(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range []string{"2026-11", "2026-W47", "2026-Q4", "2026-11-01..2026-11-20"} {
		var shown api.Report
		if err := json.Unmarshal(ask(t, w, http.MethodGet, "/api/reports?period="+in, "").Body.Bytes(), &shown); err != nil {
			t.Fatal(err)
		}
		back, err := shown.Gathered(p)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(shown, api.ShowReport(back), cmp.Comparer(func(a, b period.Day) bool { return a == b })); diff != "" {
			t.Errorf("%s: shown (-), shown again (+): %s", in, diff)
		}
	}
	delete(p.Surveys, "support-ces-v1")
	var shown api.Report
	if err := json.Unmarshal(ask(t, w, http.MethodGet, "/api/reports?period=2026-11", "").Body.Bytes(), &shown); err != nil {
		t.Fatal(err)
	}
	if _, err := shown.Gathered(p); err == nil || !strings.Contains(err.Error(), "support-ces-v1") {
		t.Errorf("of a survey that the program does not have: %v", err)
	}
}

func TestTheProgramInForceIsShownAsItWasWritten(t *testing.T) {
	w := filled()
	for _, row := range []struct {
		applied, begins string
		version         int
	}{{"", "# The program of Afterword", 0}, {"company: Löv\n", "company: Löv\n", 7}} {
		w.applied = row.applied
		var shown api.Program
		rec := ask(t, w, http.MethodGet, "/api/admin/program", "")
		if err := json.Unmarshal(rec.Body.Bytes(), &shown); err != nil || shown.Version != row.version || !strings.HasPrefix(shown.Text, row.begins) {
			t.Errorf("%d %.80s, %v", rec.Code, rec.Body, err)
		}
	}
	if rec := askAs(t, handler(t, w), readKey, http.MethodGet, "/api/admin/program", ""); rec.Code != http.StatusForbidden {
		t.Errorf("a key that may only read gets %d", rec.Code)
	}
}
