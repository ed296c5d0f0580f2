package api

import (
	"cmp"
	"net/http"

	"afterword/internal/access"
	"afterword/internal/customer"
	"afterword/internal/followup"
	"afterword/internal/problem"
	"afterword/internal/program"
	"afterword/internal/report"
	"afterword/internal/response"
	"afterword/internal/score"
	"afterword/internal/touchpoint"
)

// RouteOf is a route as the tests compare it with the document.
type RouteOf struct {
	Method, Path string
	Scope        access.Scope
	Status       int
}

// Routes lists the routes.
func Routes() (all []RouteOf) {
	for _, r := range (&API{}).routes() {
		all = append(all, RouteOf{r.method, r.path, r.scope, cmp.Or(r.status, http.StatusOK)})
	}
	return all
}

// Shapes are the values that are sent and received, by the names of their schemas.
var Shapes = map[string]any{
	"Score": Score{}, "Change": Change{}, "ScorePage": page[Score]{}, "Response": answer{}, "ResponsePage": page[answer]{}, "Account": account{}, "Opened": opened{}, "Verdict": verdict{}, "Case": shownCase{},
	"CasePage": page[shownCase]{}, "Visit": touchpoint.Visit{}, "VisitPage": page[touchpoint.Visit]{}, "Taken": Taken{}, "TakenResults": several[result]{},
	"TakenResult": result{}, "Applied": applied{}, "Findings": findings{}, "LastAudit": audited{}, "Rebuild": rebuilding{}, "Key": Key{}, "NewKey": NewKey{}, "KeyPage": page[Key]{},
	"Imported": Imported{}, "ImportedCustomers": several[customerResult]{}, "ImportedCustomer": customerResult{}, "ImportedResponses": several[responseResult]{}, "ImportedResponse": responseResult{},
	"HandedOut": HandedOut{}, "HandedOutResults": several[linkResult]{}, "HandedOutResult": linkResult{}, "Link": Link{}, "LinkPage": page[Link]{}, "Sources": Sources{}, "Source": Source{}, "Meaning": Meaning{}, "Skip": Skip{},
	"FoundPerson": foundPerson{}, "Person": person{}, "Customer": customer.Customer{}, "Ask": customer.Ask{}, "Happening": happening{},
	"Invitation": response.Record{}, "Hit": shownHit{}, "KeptCase": followup.Case{}, "CaseMail": followup.Mail{}, "Reply": response.Reply{}, "CaseEvent": followup.Event{}, "ErasedPerson": erasedPerson{},
	"Pause": Pause{}, "Report": Report{}, "ReportTouchpoint": ReportTouchpoint{}, "ReportPoint": ReportPoint{}, "ReportQuote": ReportQuote{}, "ReportCases": ReportCases{},
	"ReportCase": ReportCase{}, "ReportWhy": report.Why{}, "ReportMention": report.Mention{}, "ReportWord": report.Word{}, "ReportDriver": report.Driver{}, "ReportHour": report.Hour{}, "ReportCross": report.Cross{}, "ReportAxis": report.Axis{}, "ReportCell": report.Cell{},
	"Risk": score.Risk{}, "Gain": score.Gain{}, "Churn": score.Churn{}, "Benchmark": score.Benchmark{}, "ReportMove": report.Move{}, "ReportChange": score.Change{}, "ReportBoard": report.Board{}, "RankedSegment": score.Segment{}, "SegmentScore": score.Score{},
	"ProgramChange": report.Applied{}, "ProgramDifference": program.Difference{}, "Program": Program{}, "Problem": problem.Document{}, "ProgramProblem": problem.Line{},
	"Simulation": touchpoint.Simulation{}, "Comparison": touchpoint.Comparison{}, "Spread": touchpoint.Spread{},
}

// Asked are the values that are received only: what must be there is for the rules to say, not for the type.
var Asked = map[string]any{"WantedPerson": wantedPerson{}, "WantedErasure": wantedErasure{}, "ReportedVisit": visit{}, "WantedKey": wantedKey{}, "WantedVerdict": wantedVerdict{},
	"BroughtCustomer": broughtCustomer{}, "BroughtResponse": broughtResponse{}, "WantedSimulation": wantedSimulation{}, "ToldVisit": toldVisit{}}

// ScopeNamed is the scope with that name.
func ScopeNamed(name string) access.Scope { return access.Scope(name) }

// ShowReport is what a report is shown as.
var ShowReport = showReport
