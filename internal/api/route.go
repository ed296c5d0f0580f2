package api

import (
	"net/http"
	"strings"

	"afterword/internal/access"
)

// route is one address of the API and one method.
type route struct {
	method string
	path   string // a segment in braces, such as {id}, stands for any; answer reads it with PathValue
	scope  access.Scope
	answer func(*http.Request) (any, error) // the value of a 200, as JSON; nil: a 204
	status int                              // 0: 200
}

func (a *API) routes() []route {
	return []route{
		{method: http.MethodGet, path: "/api/scores", scope: access.Read, answer: a.scores},
		{method: http.MethodGet, path: "/api/responses", scope: access.Read, answer: a.responses},
		{method: http.MethodGet, path: "/api/responses/{id}", scope: access.Read, answer: a.account},
		{method: http.MethodGet, path: "/api/decisions", scope: access.Read, answer: a.decisions},
		{method: http.MethodGet, path: "/api/sources", scope: access.Read, answer: a.sources},
		{method: http.MethodGet, path: "/api/cases", scope: access.Read, answer: a.cases},
		{method: http.MethodGet, path: "/api/reports", scope: access.Read, answer: a.reports},
		{method: http.MethodPost, path: "/api/visits", scope: access.Visits, answer: a.visits},
		{method: http.MethodGet, path: "/api/links", scope: access.Read, answer: a.links},
		{method: http.MethodPost, path: "/api/links", scope: access.Visits, answer: a.handOut},
		{method: http.MethodGet, path: "/api/admin/program", scope: access.Admin, answer: a.program},
		{method: http.MethodPost, path: "/api/customers/import", scope: access.Customers, answer: a.importCustomers},
		{method: http.MethodPost, path: "/api/responses/import", scope: access.Admin, answer: a.importResponses},
		{method: http.MethodPost, path: "/api/customers/find", scope: access.Customers, answer: a.findCustomer},
		{method: http.MethodPost, path: "/api/customers/export", scope: access.Customers, answer: a.exportCustomer},
		{method: http.MethodPost, path: "/api/customers/erase", scope: access.Customers, answer: a.eraseCustomer},
		{method: http.MethodGet, path: "/api/customers/{id}", scope: access.Customers, answer: a.customerHistory},
		{method: http.MethodPost, path: "/api/admin/apply", scope: access.Admin, answer: a.apply},
		{method: http.MethodPost, path: "/api/admin/audit", scope: access.Admin, answer: a.audit},
		{method: http.MethodGet, path: "/api/admin/audit", scope: access.Admin, answer: a.lastAudit},
		{method: http.MethodPost, path: "/api/admin/rebuild", scope: access.Admin, answer: a.rebuild, status: http.StatusAccepted},
		{method: http.MethodGet, path: "/api/admin/rebuild", scope: access.Admin, answer: a.rebuildState},
		{method: http.MethodPost, path: "/api/admin/simulate", scope: access.Admin, answer: a.simulate},
		{method: http.MethodPost, path: "/api/admin/verdict", scope: access.Admin, answer: a.reverse},
		{method: http.MethodGet, path: "/api/admin/sending", scope: access.Admin, answer: a.sending},
		{method: http.MethodPost, path: "/api/admin/resume", scope: access.Admin, answer: a.resume},
		{method: http.MethodPost, path: "/api/admin/keys", scope: access.Admin, answer: a.makeKey, status: http.StatusCreated},
		{method: http.MethodGet, path: "/api/admin/keys", scope: access.Admin, answer: a.listKeys},
		{method: http.MethodDelete, path: "/api/admin/keys/{id}", scope: access.Admin, answer: a.revokeKey},
		{method: http.MethodGet, path: "/api/openapi.json", scope: access.Any, answer: a.document},
	}
}

// find returns the route of a request, whose path values it sets, and the methods that its address takes: none when there is no such
// address, no route when there is another method only. HEAD is GET without the body. Unlike http.ServeMux it neither redirects nor
// cleans a path: what is not written exactly so is not there.
func find(routes []route, r *http.Request) (found *route, allowed []string) {
	for i, each := range routes {
		values, ok := match(each.path, r.URL.Path)
		if !ok {
			continue
		}
		allowed = append(allowed, each.method)
		if r.Method == each.method || r.Method == http.MethodHead && each.method == http.MethodGet {
			found = &routes[i]
			for name, value := range values {
				r.SetPathValue(name, value)
			}
		}
	}
	return found, allowed
}

// match tells whether a path is of a form, and what stands where the form has braces.
func match(form, path string) (values map[string]string, ok bool) {
	want, got := strings.Split(form, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return nil, false
	}
	for i, segment := range want {
		switch name, open := strings.CutPrefix(segment, "{"); {
		case open && got[i] != "" && len(got[i]) <= maxValue:
			if values == nil {
				values = map[string]string{}
			}
			values[strings.TrimSuffix(name, "}")] = got[i]
		case segment != got[i]:
			return nil, false
		}
	}
	return values, true
}
