package web_test

import (
	"net/http"
	"strings"
	"testing"

	"afterword/internal/customer"
	"afterword/internal/response"
	"afterword/internal/survey"
	"afterword/internal/table"
)

// status is the customer's, and how many unsubscribed from the mails of that day.
func (s *site) status(t *testing.T, inv survey.Invitation) (customer.Customer, int64) {
	t.Helper()
	var c customer.Customer
	item, err := s.table.Get(t.Context(), table.Key{Table: table.Feedback, Partition: "C#" + string(inv.Customer), Sort: "profile"}, true)
	if err != nil {
		t.Fatal(err)
	}
	if item != nil {
		if err := table.Decode(item, &c); err != nil {
			t.Fatal(err)
		}
	}
	sends, err := s.table.Get(t.Context(), table.Key{Table: table.Scorebook, Partition: "N#" + inv.Touchpoint + "#" + inv.Survey, Sort: inv.SentDay}, true)
	if err != nil {
		t.Fatal(err)
	}
	n, _ := sends["unsubscribed"].(int64)
	return c, n
}

func TestOpeningTheLinkUnsubscribesNobody(t *testing.T) {
	s := open(t)
	inv := s.invite(t, "purchase", "en")
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		if page := s.ask(t, method, s.links().Unsubscribe(inv), ""); page.status != http.StatusOK {
			t.Errorf("%s: %d", method, page.status)
		}
	}
	if c, n := s.status(t, inv); c.Status != customer.Reachable || c.Revision != 1 || n != 0 {
		t.Errorf("the customer is %+v, %d unsubscribed", c, n)
	}
	if rec := s.record(t, inv); rec.Hits != 0 || rec.Clicked {
		t.Errorf("it counted as a click: %+v", rec.Invitation)
	}
}

// RFC 8058: one POST by the mail provider, in either encoding, without cookies, without a redirect.
func TestOneClickUnsubscribesAtOnceAndOnce(t *testing.T) {
	body, kind := multipartForm(t, "List-Unsubscribe", "One-Click")
	for name, send := range map[string]func(*testing.T, *site, string) answer{
		"urlencoded": func(t *testing.T, s *site, link string) answer {
			return s.ask(t, http.MethodPost, link, "List-Unsubscribe=One-Click", "Content-Type", formType)
		},
		"multipart": func(t *testing.T, s *site, link string) answer {
			return s.ask(t, http.MethodPost, link, body, "Content-Type", kind)
		},
		"the page's button": func(t *testing.T, s *site, link string) answer {
			page := s.get(t, link).body
			if !strings.Contains(page, `<input type="hidden" name="List-Unsubscribe" value="One-Click">`) || !strings.Contains(page, `<form method="post" action="`+strings.TrimPrefix(link, s.server.URL)+`">`) {
				t.Fatalf("the page has another button:\n%s", page)
			}
			return s.post(t, link, "List-Unsubscribe", "One-Click")
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			inv := s.invite(t, "purchase", "en")
			for range 3 {
				page := send(t, s, s.links().Unsubscribe(inv))
				if page.status != http.StatusOK || !strings.Contains(page.body, "You will get no more surveys from Acme.") {
					t.Errorf("%d\n%s", page.status, page.body)
				}
			}
			c, n := s.status(t, inv)
			if c.Status != customer.Unsubscribed || !c.StatusAt.Equal(s.clock()) || c.Revision != 2 || c.Address == "" || n != 1 {
				t.Errorf("the customer is %+v, %d unsubscribed", c, n)
			}
		})
	}
}

func TestAReasonThatStopsMailsAlreadyIsKept(t *testing.T) {
	for _, status := range []customer.Status{customer.Complained, customer.Bounced, customer.Erased} {
		s := open(t)
		inv := s.invite(t, "purchase", "en")
		s.put(t, table.Key{Table: table.Feedback, Partition: "C#" + string(inv.Customer), Sort: "profile"}, customer.Customer{ID: inv.Customer, Revision: 7, Status: status})
		page := s.post(t, s.links().Unsubscribe(inv), "List-Unsubscribe", "One-Click")
		if c, n := s.status(t, inv); page.status != http.StatusOK || c.Status != status || c.Revision != 7 || n != 0 {
			t.Errorf("%s: %d, the customer is %+v, %d unsubscribed", status, page.status, c, n)
		}
	}
}

func TestWhoIsNotThereIsNotMadeByUnsubscribing(t *testing.T) {
	s := open(t)
	inv := s.invite(t, "purchase", "en", func(r *response.Record) { r.Customer = "somebody" })
	if _, err := s.table.Write(t.Context(), table.Write{Kind: table.Delete, Key: table.Key{Table: table.Feedback, Partition: "C#somebody", Sort: "profile"}}); err != nil {
		t.Fatal(err)
	}
	page := s.post(t, s.links().Unsubscribe(inv), "List-Unsubscribe", "One-Click")
	if c, n := s.status(t, inv); page.status != http.StatusOK || c.ID != "" || n != 0 {
		t.Errorf("%d, the customer is %+v, %d unsubscribed", page.status, c, n)
	}
}

func TestAForeignFormUnsubscribesNobody(t *testing.T) {
	for name, c := range map[string]struct {
		body, kind string
		status     int
	}{
		"another value": {"List-Unsubscribe=No", formType, 400},
		"nothing":       {"", formType, 400},
		"JSON":          {`{"List-Unsubscribe":"One-Click"}`, "application/json", 415},
		"too much":      {"List-Unsubscribe=One-Click&x=" + strings.Repeat("x", 96<<10), formType, 413},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			inv := s.invite(t, "purchase", "en")
			page := s.ask(t, http.MethodPost, s.links().Unsubscribe(inv), c.body, "Content-Type", c.kind)
			if cust, n := s.status(t, inv); page.status != c.status || cust.Status != customer.Reachable || n != 0 {
				t.Errorf("%d, want %d; the customer is %+v", page.status, c.status, cust)
			}
		})
	}
}
