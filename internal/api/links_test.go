package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"afterword/internal/api"
	"afterword/internal/survey"
	"afterword/internal/touchpoint"
)

func TestALinkIsMadeForACustomerWithoutAMail(t *testing.T) {
	w := filled()
	w.base = "https://feedback.example.com/"
	rec := ask(t, w, http.MethodPost, "/api/links", `{"touchpoint":"support","subject":"4711","address":"maria@example.com","language":"sv"}`)
	var made api.HandedOut
	if err := json.Unmarshal(rec.Body.Bytes(), &made); err != nil || rec.Code != http.StatusOK {
		t.Fatal(rec.Code, rec.Body, err)
	}
	if len(w.events) != 1 || !w.events[0].ByLink || w.events[0].Address != "maria@example.com" || w.events[0].Subject != "4711" {
		t.Errorf("taken: %+v", w.events)
	}
	if !strings.HasPrefix(made.URL, "https://feedback.example.com/s/") || made.Reason != touchpoint.Handed || !made.ExpiresAt.Equal(now.AddDate(0, 0, 30)) {
		t.Errorf("%s", rec.Body)
	}
	if strings.Contains(rec.Body.String(), "maria") {
		t.Error("the answer repeats the address")
	}
}

// The survey may have been changed since: the link is of the one that was asked then.
func TestALinkThatWasMadeBeforeIsTheSame(t *testing.T) {
	w := filled()
	w.handed = survey.Invitation{Number: 7, ExpiresAt: now.Add(time.Hour)}
	rec := ask(t, w, http.MethodPost, "/api/links", `{"touchpoint":"support","subject":"4711","address":"maria@example.com"}`)
	var made api.HandedOut
	if err := json.Unmarshal(rec.Body.Bytes(), &made); err != nil {
		t.Fatal(err)
	}
	links, _ := w.Links(t.Context())
	_, token, _ := strings.Cut(made.URL, "/s/")
	opened, err := links.Keys.Open(survey.ForSurvey, token)
	if err != nil || opened.Number != 7 || opened.ID != made.ID || !made.Repeated || !made.ExpiresAt.Equal(now.Add(time.Hour)) {
		t.Errorf("%s opens %+v, %v", rec.Body, opened, err)
	}
}

func TestWhoIsNotAskedHasNoLink(t *testing.T) {
	rec := ask(t, filled(), http.MethodPost, "/api/links", `{"links":[{"touchpoint":"support","subject":"1"},{"touchpoint":"support","subject":"2","address":"a@b.example"},{"touchpoint":"suport"}]}`)
	var answer struct {
		Results []struct {
			Link    *api.HandedOut
			Problem *struct{ Status int }
		}
	}
	if err := json.Unmarshal(rec.Body.Bytes(), &answer); err != nil || len(answer.Results) != 3 {
		t.Fatal(rec.Code, rec.Body, err)
	}
	r := answer.Results
	if r[0].Link == nil || r[0].Link.URL != "" || r[0].Link.ExpiresAt != nil || r[0].Link.Reason != touchpoint.NoAddress {
		t.Errorf("without an address: %s", rec.Body)
	}
	if r[1].Link == nil || !strings.HasPrefix(r[1].Link.URL, "/s/") || r[2].Problem == nil || r[2].Problem.Status != http.StatusBadRequest {
		t.Errorf("%s", rec.Body)
	}
	for body, want := range map[string]string{`{"links":[]}`: "0 links", `{"links":[{}],"more":1}`: `no field \"more\"`, `{"links":7}`: "number"} {
		if rec := ask(t, filled(), http.MethodPost, "/api/links", body); rec.Code != http.StatusBadRequest || !strings.Contains(rec.Body.String(), want) {
			t.Errorf("%s: %d %s", body, rec.Code, rec.Body)
		}
	}
}

// Where the owner has named no address of his own, the links lead to the one that was asked.
func TestTheLinksForEverybodyAreListed(t *testing.T) {
	w := filled()
	w.base = "https://"
	golden(t, "links", ask(t, w, http.MethodGet, "/api/links", "").Body.Bytes())
	golden(t, "links-support", ask(t, w, http.MethodGet, "/api/links?touchpoint=support", "").Body.Bytes())
	if rec := ask(t, w, http.MethodGet, "/api/links?touchpoint=return", ""); strings.TrimSpace(rec.Body.String()) != `{"items":[]}` {
		t.Errorf("without a link: %s", rec.Body)
	}
	if rec := ask(t, w, http.MethodGet, "/api/links?touchpoint=none", ""); rec.Code != http.StatusBadRequest {
		t.Errorf("no such touchpoint: %d", rec.Code)
	}
}
