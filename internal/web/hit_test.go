package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/fault"
	"afterword/internal/response"
	"afterword/internal/table"
)

func TestTheLinksRatingIsChosenIfItIsOne(t *testing.T) {
	for query, want := range map[string]string{
		"?r=4": `value="4"`, "?r=1": `value="1"`, "?r=5": `value="5"`, "": "", "?r=": "", "?r=0": "", "?r=6": "", "?r=x": "", "?r=4&r=5": "", "?r=4a": "",
		"?r=%zz": "", "?r=04": `value="4"`, "?rating=4": "", "?r=4;r=5": "",
	} {
		t.Run(query, func(t *testing.T) {
			s := open(t)
			page := s.get(t, s.links().Survey(s.invite(t, "purchase", "en"))+query)
			var chosen string
			for line := range strings.Lines(page.body) {
				if strings.Contains(line, " checked>") {
					_, after, _ := strings.Cut(line, `name="rating" `)
					chosen, _, _ = strings.Cut(after, " ")
				}
			}
			if page.status != http.StatusOK || chosen != want {
				t.Errorf("%d, chosen is %s, want %s", page.status, chosen, want)
			}
		})
	}
}

func TestAHitIsKeptWithWhatSpeaksAgainstIt(t *testing.T) {
	for name, c := range map[string]struct {
		method, query string
		headers       []string
		clicked       bool
		want          table.Item
	}{
		"a browser":    {"GET", "?r=4", []string{"Sec-Fetch-Dest", "document", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-User", "?1"}, true, nil},
		"HEAD":         {"HEAD", "?r=4", nil, false, table.Item{"method": "HEAD", "rating": int64(4)}},
		"the honeypot": {"GET", "?r=x", nil, false, table.Item{"method": "GET", "honeypot": true}},
		"fetched ahead": {"GET", "?r=4", []string{"Sec-Purpose", "prefetch;prerender"}, false,
			table.Item{"method": "GET", "rating": int64(4), "against": []any{"sec-purpose: prefetch", "sec-purpose: prerender"}}},
		"fetched ahead by others": {"GET", "?r=4", []string{"Purpose", "prefetch", "X-Moz", "Prefetch", "X-Purpose", "preview"}, false,
			table.Item{"method": "GET", "rating": int64(4), "against": []any{"purpose: prefetch", "x-purpose: preview", "x-moz: prefetch"}}},
		"fetched by a script": {"GET", "?r=4", []string{"Sec-Fetch-Dest", "empty", "Sec-Fetch-Mode", "cors"}, false,
			table.Item{"method": "GET", "rating": int64(4), "against": []any{"sec-fetch-dest: not a document", "sec-fetch-mode: not a navigation"}}},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			inv := s.invite(t, "purchase", "en")
			page := s.ask(t, c.method, s.links().Survey(inv)+c.query, "", append(c.headers, "Accept-Encoding", "identity")...)
			if page.status != http.StatusOK || (page.body == "") != (c.method == "HEAD") || page.header.Get("Content-Length") == "" {
				t.Errorf("%d, %d bytes", page.status, len(page.body))
			}
			hits, err := s.table.Query(t.Context(), table.Query{Table: table.Feedback, Partition: "I#" + inv.ID, From: "hit#", To: "hit#~", Strong: true})
			kept := min(1, len(c.want))
			if err != nil || len(hits.Items) != kept {
				t.Fatalf("%d hits, %v", len(hits.Items), err)
			}
			rec := s.record(t, inv)
			if rec.Clicked != c.clicked || rec.Revision != 0 || rec.Hits != int64(kept) || !rec.FirstHitAt.Equal(s.clock()) {
				t.Errorf("clicked %v, revision %d, %d hits, the first at %s", rec.Clicked, rec.Revision, rec.Hits, rec.FirstHitAt)
			}
			if kept == 0 {
				return // what a browser asks for says nothing against a person: the invitation has it
			}
			for _, attr := range []string{"at", table.AttrPartition, table.AttrSort, table.AttrExpires, table.AttrWriter} {
				delete(hits.Items[0], attr)
			}
			if diff := cmp.Diff(c.want, hits.Items[0]); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A page whose hit cannot be kept is shown all the same: a person is waiting for it.
func TestAPageDoesNotWaitForItsEvidence(t *testing.T) {
	s := open(t)
	inv := s.invite(t, "purchase", "en")
	rec := s.record(t, inv)
	s.Evidence = &response.Evidence{Hits: deaf{rec}}
	if page := s.get(t, s.links().Rating(inv, 4)); page.status != http.StatusOK || !strings.Contains(page.body, " checked>") {
		t.Errorf("%d", page.status)
	}
}

type deaf struct{ response.Record }

func (d deaf) RecordOf(context.Context, string) (response.Record, error) { return d.Record, nil }

func (deaf) NoteHit(context.Context, response.Record, response.Note) error {
	return fault.New(fault.Transient, "the table is busy")
}

// The bridge to Lambda writes whatever it is given, unlike net/http's server.
func TestHEADIsAnsweredWithoutABody(t *testing.T) {
	s := open(t)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(http.MethodHead, s.links().Survey(s.invite(t, "purchase", "en")), nil))
	if w.Code != http.StatusOK || w.Body.Len() != 0 {
		t.Errorf("%d, %d bytes", w.Code, w.Body.Len())
	}
}
