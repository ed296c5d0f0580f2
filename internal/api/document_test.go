package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/google/go-cmp/cmp"

	"afterword/internal/api"
)

// documented is the document as it is served.
var documented = sync.OnceValues(func() (*openapi3.T, error) {
	r := httptest.NewRequest(http.MethodGet, "/api/openapi.json", nil)
	r.Header.Set("Authorization", "Bearer "+readKey)
	rec := httptest.NewRecorder()
	unchecked(filled()).ServeHTTP(rec, r)
	doc, err := openapi3.NewLoader().LoadFromData(rec.Body.Bytes())
	if err == nil {
		err = doc.Validate(context.Background())
	}
	return doc, err
})

func document(t testing.TB) *openapi3.T {
	t.Helper()
	doc, err := documented()
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

var router = sync.OnceValues(func() (routers.Router, error) {
	doc, err := documented()
	if err != nil {
		return nil, err
	}
	return gorillamux.NewRouter(doc)
})

// checked holds each request that was answered well, and each answer, against the document.
func checked(t testing.TB, next http.Handler) http.Handler {
	t.Helper()
	document(t)
	find, err := router()
	if err != nil {
		t.Fatal(err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		rec := httptest.NewRecorder()
		next.ServeHTTP(rec, r)
		maps.Copy(w.Header(), rec.Header())
		w.WriteHeader(rec.Code)
		if rec.Body.Len() > 0 {
			if _, err := w.Write(rec.Body.Bytes()); err != nil {
				t.Fatal(err)
			}
		}
		asked := r.Clone(r.Context())
		if asked.Method == http.MethodHead { // which is GET without the body
			return
		}
		asked.Body = io.NopCloser(bytes.NewReader(body))
		route, values, err := find.FindRoute(asked)
		if err != nil {
			if rec.Code != http.StatusNotFound && rec.Code != http.StatusMethodNotAllowed && rec.Code != http.StatusUnauthorized && rec.Code != http.StatusTooManyRequests {
				t.Errorf("%s %s answers %d and is not in the document", r.Method, r.URL.Path, rec.Code)
			}
			return
		}
		input := &openapi3filter.RequestValidationInput{
			Request: asked, PathParams: values, Route: route,
			Options: &openapi3filter.Options{IncludeResponseStatus: true, RejectWhenRequestBodyNotSpecified: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
		}
		if rec.Code < 300 {
			if err := openapi3filter.ValidateRequest(r.Context(), input); err != nil {
				t.Errorf("%s %s is answered well, but by the document: %v", r.Method, r.URL, err)
			}
			if route.Operation.Responses.Status(rec.Code) == nil {
				t.Errorf("%s %s answers %d, which is not in the document", r.Method, r.URL.Path, rec.Code)
			}
		}
		err = openapi3filter.ValidateResponse(r.Context(), &openapi3filter.ResponseValidationInput{
			RequestValidationInput: input, Status: rec.Code, Header: rec.Header(), Body: io.NopCloser(bytes.NewReader(rec.Body.Bytes())), Options: input.Options,
		})
		if err != nil {
			t.Errorf("%s %s answers %d, but by the document: %v", r.Method, r.URL, rec.Code, err)
		}
	})
}

func TestTheDocumentHasEveryRouteAndNoOther(t *testing.T) {
	var want []api.RouteOf
	for path, item := range document(t).Paths.Map() {
		for method, operation := range item.Operations() {
			scope, named := operation.Extensions["x-scope"].(string)
			if !named {
				t.Errorf("%s %s names no scope", method, path)
			}
			if operation.Summary == "" || operation.OperationID == "" || operation.Responses.Default() == nil {
				t.Errorf("%s %s has no summary, no name, or no answer for what goes wrong", method, path)
			}
			route := api.RouteOf{Method: method, Path: path, Scope: api.ScopeNamed(scope), Status: http.StatusOK}
			for _, status := range []int{http.StatusCreated, http.StatusAccepted} {
				if operation.Responses.Status(status) != nil {
					route.Status = status
				}
			}
			want = append(want, route)
		}
	}
	byName := func(a, b api.RouteOf) int { return strings.Compare(a.Path+a.Method, b.Path+b.Method) }
	got := slices.SortedFunc(slices.Values(api.Routes()), byName)
	slices.SortFunc(want, byName)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("document (-), code (+): %s", diff)
	}
}

var expectedParameters = regexp.MustCompile(`there is no parameter "no-such-parameter" here; expected ([a-z_, ]+)`)

func TestTheDocumentHasEveryParameterAndNoOther(t *testing.T) {
	for path, item := range document(t).Paths.Map() {
		for method, operation := range item.Operations() {
			var want []string
			for _, p := range slices.Concat(item.Parameters, operation.Parameters) {
				if p.Value.In == "query" {
					want = append(want, p.Value.Name)
				}
				if p.Value.Description == "" {
					t.Errorf("%s %s: %s is not described", method, path, p.Value.Name)
				}
			}
			rec := ask(t, filled(), method, strings.NewReplacer("{", "", "}", "").Replace(path)+"?no-such-parameter=1", "")
			said := expectedParameters.FindStringSubmatch(rec.Body.String())
			if said == nil {
				var problem struct{ Detail string }
				if err := json.Unmarshal(rec.Body.Bytes(), &problem); err != nil {
					t.Fatal(err)
				}
				said = expectedParameters.FindStringSubmatch(problem.Detail)
			}
			if said == nil {
				t.Errorf("%s %s takes any parameter: %d %s", method, path, rec.Code, rec.Body)
				continue
			}
			got := strings.Split(said[1], ", ")
			if said[1] == "none" {
				got = nil
			}
			slices.Sort(got)
			slices.Sort(want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s %s: document (-), code (+): %s", method, path, diff)
			}
		}
	}
}

// pointed is the type behind a pointer; fields behind one may all be missing.
func pointed(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

// fields lists the JSON fields of a struct, and those that are always there.
func fields(of reflect.Type) (all, always []string) {
	for f := range of.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" {
			inner, innerAlways := fields(pointed(f.Type))
			if all = append(all, inner...); f.Type.Kind() != reflect.Pointer {
				always = append(always, innerAlways...)
			}
			continue
		}
		all = append(all, name)
		if !strings.HasPrefix(options, "omit") {
			always = append(always, name)
		}
	}
	return all, always
}

func TestTheDocumentHasEveryFieldAndNoOther(t *testing.T) {
	schemas := document(t).Components.Schemas
	known := map[string]bool{"Interval": true, "Reason": true, "Scope": true, "ReportedVisits": true, "WantedLinks": true, "BroughtCustomers": true, "BroughtResponses": true} // are no structs
	for _, shapes := range []map[string]any{api.Shapes, api.Asked} {
		for name, value := range shapes {
			known[name] = true
			if schemas[name] == nil {
				t.Errorf("there is no schema %s", name)
				continue
			}
			schema := schemas[name].Value
			all, always := fields(reflect.TypeOf(value))
			slices.Sort(all)
			slices.Sort(always)
			if diff := cmp.Diff(slices.Sorted(maps.Keys(schema.Properties)), all); diff != "" {
				t.Errorf("%s: document (-), code (+): %s", name, diff)
			}
			required := slices.Sorted(slices.Values(schema.Required))
			if _, asked := api.Asked[name]; !asked && !slices.Equal(required, always) {
				t.Errorf("%s: required (-), always there (+): %s", name, cmp.Diff(required, always))
			}
			if schema.AdditionalProperties.Has == nil || *schema.AdditionalProperties.Has {
				t.Errorf("%s may have other properties", name)
			}
		}
	}
	for name := range schemas {
		if !known[name] {
			t.Errorf("no value of the code is a %s", name)
		}
	}
}

func TestTheExamplesOfTheDocumentAreAnsweredWell(t *testing.T) {
	for path, item := range document(t).Paths.Map() {
		for method, operation := range item.Operations() {
			if operation.RequestBody == nil {
				continue
			}
			media := operation.RequestBody.Value.Content.Get("application/json")
			if media == nil {
				continue
			}
			if media.Example == nil {
				t.Errorf("%s %s shows no example of its body", method, path)
			}
			body, err := json.Marshal(media.Example)
			if err != nil {
				t.Fatal(err)
			}
			if rec := ask(t, filled(), method, path, string(body)); rec.Code >= 300 {
				t.Errorf("%s %s: the example is answered %d %s", method, path, rec.Code, rec.Body)
			}
		}
	}
}
