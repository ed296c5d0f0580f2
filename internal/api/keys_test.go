package api_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/access"
	"afterword/internal/api"
)

// made makes a key with the admin's and returns it.
func made(t *testing.T, h http.Handler, body string) api.NewKey {
	t.Helper()
	var key api.NewKey
	rec := askAs(t, h, adminKey, http.MethodPost, "/api/admin/keys", body)
	if err := json.Unmarshal(rec.Body.Bytes(), &key); err != nil || rec.Code != http.StatusCreated {
		t.Fatal(rec.Code, rec.Body, err)
	}
	return key
}

func TestEachScopeOpensItsOwnRoutes(t *testing.T) {
	w := filled()
	h := handler(t, w)
	for _, scope := range access.Scopes() {
		key := made(t, h, `{"name":"for one thing","scopes":["`+string(scope)+`"]}`)
		for _, route := range api.Routes() {
			if route.Path == "/api/admin/audit" && scope == access.Admin {
				continue // opens, as the test of the audit shows
			}
			rec := askAs(t, h, key.Secret, route.Method, strings.NewReplacer("{id}", "no-such-id").Replace(route.Path)+"?no-such-parameter=1", "")
			opens := scope == access.Admin || route.Scope == access.Any || route.Scope == scope
			if opens != (rec.Code != http.StatusForbidden) || rec.Code == http.StatusUnauthorized {
				t.Errorf("a key for %s is answered %d by %s %s, which needs %q", scope, rec.Code, route.Method, route.Path, route.Scope)
			}
		}
	}
}

func TestAKeyIsShownOnceAndKnownByItsEnd(t *testing.T) {
	w := filled()
	h := handler(t, w)
	key := made(t, h, `{"name":"crm export","scopes":["visits","read","read"],"expires":"2026-12-01T00:00:00+01:00"}`)
	expires := time.Date(2026, 11, 30, 23, 0, 0, 0, time.UTC)
	want := api.Key{ID: key.ID, Name: "crm export", Scopes: []access.Scope{access.Read, access.Visits}, PerMinute: 600, Created: now, Expires: &expires, Last: key.Secret[len(key.Secret)-4:]}
	if diff := cmp.Diff(want, key.Key); diff != "" {
		t.Error(diff)
	}
	for id, kept := range w.keys {
		if text, err := json.Marshal(kept); err != nil || strings.Contains(string(text), key.Secret[15:]) || id != key.ID {
			t.Errorf("kept as %s, %v", text, err)
		}
	}
	rec := askAs(t, h, adminKey, http.MethodGet, "/api/admin/keys", "")
	var page struct{ Items []api.Key }
	if err := json.Unmarshal(rec.Body.Bytes(), &page); err != nil || !cmp.Equal(page.Items, []api.Key{want}) || strings.Contains(rec.Body.String(), key.Secret[15:]) {
		t.Errorf("%s, %v", rec.Body, err)
	}
	if rec := askAs(t, h, key.Secret, http.MethodGet, "/api/scores", ""); rec.Code != http.StatusOK {
		t.Errorf("the key is answered %d", rec.Code)
	}
	w.later = expires.Sub(now)
	if rec := askAs(t, h, key.Secret, http.MethodGet, "/api/scores", ""); rec.Code != http.StatusUnauthorized {
		t.Errorf("the expired key is answered %d", rec.Code)
	}
}

func TestARevokedKeyStopsAtOnceHereAndElsewhereWithinAMinute(t *testing.T) {
	w := filled()
	here, elsewhere := handler(t, w), handler(t, w)
	key := made(t, here, `{"name":"crm","scopes":["read"]}`)
	status := func(h http.Handler) int {
		return askAs(t, h, key.Secret, http.MethodGet, "/api/scores", "").Code
	}
	if status(here) != http.StatusOK || status(elsewhere) != http.StatusOK {
		t.Fatal("the key does not work")
	}
	if rec := askAs(t, here, adminKey, http.MethodDelete, "/api/admin/keys/"+key.ID, ""); rec.Code != http.StatusNoContent || rec.Body.Len() > 0 {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
	if got := status(here); got != http.StatusUnauthorized {
		t.Errorf("it is answered %d where it was revoked", got)
	}
	w.later = time.Minute
	if got := status(elsewhere); got != http.StatusUnauthorized {
		t.Errorf("it is answered %d elsewhere after a minute", got)
	}
	if rec := askAs(t, here, adminKey, http.MethodDelete, "/api/admin/keys/"+key.ID, ""); rec.Code != http.StatusNotFound {
		t.Errorf("revoking it again is answered %d", rec.Code)
	}
}

func TestAKeyNearAGoodOneIsNone(t *testing.T) {
	w := filled()
	h := handler(t, w)
	secret := made(t, h, `{"name":"crm","scopes":["read"]}`).Secret
	for name, near := range map[string]string{
		"its id with another secret": secret[:len(secret)-1] + string('A'+(secret[len(secret)-1]-'A'+1)%2), "another id": "aw_AAAAAAAAAAAA" + secret[15:], "its id": secret[3:15],
		"without its prefix": secret[3:], "more": secret + "A", "in capitals": strings.ToUpper(secret),
	} {
		if rec := askAs(t, h, near, http.MethodGet, "/api/scores", ""); near != secret && rec.Code != http.StatusUnauthorized {
			t.Errorf("%s is answered %d", name, rec.Code)
		}
	}
}

func TestAKeyIsAskedForPlainly(t *testing.T) {
	h := handler(t, filled())
	for body, want := range map[string]string{
		`{"scopes":["read"]}`:               "name",
		`{"name":"crm"}`:                    "at least one scope",
		`{"name":"crm","scopes":["write"]}`: "no such scope",
		`{"name":"crm","scopes":["read"],"expires":"2026-11-22T12:00:00Z"}`: "expired already",
		`{"name":"crm","scopes":["read"],"expires":"next year"}`:            "not a time",
		`{"name":"crm","scopes":["read"],"per_minute":60001}`:               "60000",
		`{"name":"crm","scopes":["read"],"per_minute":-1}`:                  "60000",
		`{"name":"crm","scope":["read"]}`:                                   `no field \"scope\"`,
		`{"name":"` + strings.Repeat("x", 61) + `","scopes":["read"]}`:      "60 characters",
		`{"name":"a\nb","scopes":["read"]}`:                                 "one line",
		`{"name":"crm","scopes":"read"}`:                                    `\"scopes\" is a JSON string`,
		`{"name":"crm","scopes":["read"]} {}`:                               "more after",
		`{"name":"crm","scopes":["read"],"anna@acme.example":1}`:            "not the JSON that is expected",
		`["crm"]`: "JSON array",
	} {
		rec := askAs(t, h, adminKey, http.MethodPost, "/api/admin/keys", body)
		if rec.Code != http.StatusBadRequest || !strings.Contains(rec.Body.String(), want) || strings.Contains(rec.Body.String(), "anna") {
			t.Errorf("%s: %d %s, want %q", body, rec.Code, rec.Body, want)
		}
	}
}

func TestAKeyHasSoManyRequestsAMinute(t *testing.T) {
	w := filled()
	h := handler(t, w)
	rec := askAs(t, h, readKey, http.MethodGet, "/api/scores", "")
	if got := rec.Header().Get("RateLimit-Policy") + " " + rec.Header().Get("RateLimit"); got != `"minute";q=600;w=60 "minute";r=599;t=60` {
		t.Errorf("%s", got)
	}
	w.full, w.later = true, 15*time.Second+time.Millisecond
	for range 2 { // the second time without asking
		rec = askAs(t, h, readKey, http.MethodGet, "/api/scores", "")
		if rec.Code != http.StatusTooManyRequests || rec.Header().Get("Retry-After") != "45" || rec.Header().Get("RateLimit") != `"minute";r=0;t=45` {
			t.Errorf("%d %v", rec.Code, rec.Header())
		}
		w.full = false
	}
	if rec := askAs(t, h, adminKey, http.MethodGet, "/api/scores", ""); rec.Code != http.StatusOK {
		t.Errorf("another key is answered %d", rec.Code)
	}
	w.later = time.Minute
	if rec := askAs(t, h, readKey, http.MethodGet, "/api/scores", ""); rec.Code != http.StatusOK {
		t.Errorf("the next minute is answered %d", rec.Code)
	}
	if before := w.asked["read"]; askAs(t, h, "aw_no-such-key", http.MethodGet, "/api/scores", "").Code != http.StatusUnauthorized || w.asked["read"] != before || len(w.asked) != 2 {
		t.Errorf("a stranger is counted: %v", w.asked)
	}
}

func TestNoKeyAddressOrBodyIsLogged(t *testing.T) {
	var log bytes.Buffer
	w := filled()
	w.log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h := handler(t, w)
	secret := made(t, h, `{"name":"crm","scopes":["visits"]}`).Secret
	for _, body := range []string{
		`{"touchpoint":"support","subject":"1","address":"anna@acme.example","name":"Anna Lind"}`,
		`{"touchpoint":"anna@acme.example","subject":"1"}`, `{"anna@acme.example":1}`, `{"touchpoint":"support","at":"anna@acme.example"}`, `{"touchpoint":"support","subject":"1","source":"anna@acme.example"}`,
		`{"visits":[{"address":["anna@acme.example"]},{"touchpoint":"anna@acme.example"}]}`, `{"visits":"anna@acme.example"}`, `anna@acme.example`,
	} {
		askAs(t, h, secret, http.MethodPost, "/api/visits", body)
	}
	askAs(t, h, secret+"x", http.MethodPost, "/api/visits", "{}")
	askAs(t, h, secret, http.MethodGet, "/api/scores?touchpoint=x", "")
	for _, never := range []string{"anna", "Anna", secret[15:]} {
		if strings.Contains(log.String(), never) {
			t.Errorf("%q is in the log:\n%s", never, log.String())
		}
	}
	if !strings.Contains(log.String(), "visit decided") {
		t.Errorf("the visit is not in the log: %s", log.String())
	}
}

func FuzzAKeyIsGoodOrRefused(f *testing.F) {
	for _, seed := range []string{"", "Bearer ", "Bearer " + readKey, "bearer  " + readKey, "Bearer aw_" + strings.Repeat("A", 55), "Basic YTpi", "Bearer aw_\x00", "Bearer é"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		w := filled()
		h := unchecked(w)
		rec := askWith(t, h, header)
		if rec.Code != http.StatusUnauthorized && !(rec.Code == http.StatusOK && (strings.HasSuffix(header, " "+readKey) || strings.HasSuffix(header, " "+adminKey))) {
			t.Errorf("%q: %d", header, rec.Code)
		}
		if !json.Valid(rec.Body.Bytes()) {
			t.Errorf("%q: %s", header, rec.Body)
		}
	})
}
