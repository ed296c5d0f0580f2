package api

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
)

func TestAnAddressIsWhatIsWrittenAndNothingNearIt(t *testing.T) {
	routes := []route{
		{method: http.MethodGet, path: "/api/customers/{id}"}, {method: http.MethodPost, path: "/api/customers/find"},
		{method: http.MethodGet, path: "/api/keys"}, {method: http.MethodPost, path: "/api/keys"},
	}
	for _, row := range []struct {
		method, path string
		found        int // -1: none
		allowed      []string
		id           string
	}{
		{"GET", "/api/customers/c-1", 0, []string{"GET"}, "c-1"},
		{"HEAD", "/api/customers/c-1", 0, []string{"GET"}, "c-1"},
		{"POST", "/api/customers/find", 1, []string{"GET", "POST"}, ""},
		{"GET", "/api/keys", 2, []string{"GET", "POST"}, ""},
		{"POST", "/api/keys", 3, []string{"GET", "POST"}, ""},
		{"DELETE", "/api/keys", -1, []string{"GET", "POST"}, ""},
		{"GET", "/api/customers/", -1, nil, ""},
		{"GET", "/api/customers", -1, nil, ""},
		{"GET", "/api/customers/c-1/", -1, nil, ""},
		{"GET", "/api//keys", -1, nil, ""},
		{"GET", "/api/./keys", -1, nil, ""},
	} {
		r := httptest.NewRequestWithContext(t.Context(), row.method, row.path, nil)
		found, allowed := find(routes, r)
		at := slices.IndexFunc(routes, func(each route) bool { return found != nil && each.method == found.method && each.path == found.path })
		if at != row.found || !slices.Equal(allowed, row.allowed) || r.PathValue("id") != row.id {
			t.Errorf("%s %s: route %d, %v, id %q", row.method, row.path, at, allowed, r.PathValue("id"))
		}
	}
}
