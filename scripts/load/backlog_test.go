package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"afterword/internal/access"
	"afterword/internal/api"
	"afterword/internal/function"
	"afterword/internal/secrets"
	"afterword/internal/store"
	"afterword/internal/survey"
	"afterword/internal/table"
)

// begins is a Friday morning, within the sending hours of the shipped program.
var begins = time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)

// parts are those of a process on an engine, without a carrier.
func parts(t testing.TB, engine table.Table, now func() time.Time) function.Parts {
	t.Helper()
	key, err := access.Written("check", apiKey, access.Admin)
	if err != nil {
		t.Fatal(err)
	}
	secret := func(context.Context) ([]byte, error) {
		return []byte(`{"seed":"` + strings.Repeat("s", 64) + `"}`), nil
	}
	kept := store.New(engine)
	return function.Parts{
		Store: kept, Programs: function.Programs(kept, now), Secrets: &secrets.Keeper{Read: secret, Now: now}, Keys: api.FixedKeys{key},
		Public: "https://feedback.example.com", Domain: "eu-west-1.amazonses.com", Now: now, Log: slog.New(slog.DiscardHandler),
	}
}

// planned reports so many purchases through the API, of a customer each, and returns the numbers of their invitations.
func planned(t testing.TB, engine table.Table, now func() time.Time, n int) map[string]int {
	t.Helper()
	handler := function.API(parts(t, engine, now), func(context.Context, time.Duration) error { return nil })
	ids := make(map[string]int, n)
	for from := 0; from < n; from += 250 {
		var visits []map[string]string
		for i := from; i < min(n, from+250); i++ {
			visits = append(visits, map[string]string{
				"touchpoint": "purchase", "subject": fmt.Sprint(i), "address": fmt.Sprintf("c%d@customer.example", i), "language": "en",
			})
		}
		for _, id := range reportVisits(t, handler, visits) {
			ids[id] = len(ids)
		}
	}
	if len(ids) != n {
		t.Fatalf("%d of %d were planned", len(ids), n)
	}
	return ids
}

func reportVisits(t testing.TB, handler http.Handler, visits []map[string]string) (ids []string) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"visits": visits})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/visits", bytes.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+apiKey)
	r.Header.Set("Content-Type", "application/json")
	rec := httptest.NewRecorder()
	handler.ServeHTTP(rec, r)
	var answer struct {
		Results []struct{ Visit *api.Taken }
	}
	if err := json.Unmarshal(rec.Body.Bytes(), &answer); err != nil || rec.Code != http.StatusOK {
		t.Fatalf("%d %.300s, %v", rec.Code, rec.Body, err)
	}
	for _, result := range answer.Results {
		if result.Visit == nil || result.Visit.Reason != "planned" {
			t.Fatalf("a visit was not planned: %.600s", rec.Body)
		}
		ids = append(ids, result.Visit.ID)
	}
	return ids
}

// invitations reads what became of them, a hundred at a time.
func invitations(t testing.TB, engine table.Table, plan map[string]int, see func(number int, inv survey.Invitation)) {
	t.Helper()
	kept := store.New(engine)
	ids := make([]string, len(plan))
	for id, n := range plan {
		ids[n] = id
	}
	for some := range slices.Chunk(ids, 100) {
		found, err := kept.Invitations(t.Context(), some)
		if err != nil {
			t.Fatal(err)
		}
		for i, inv := range found {
			see(plan[some[i]], inv)
		}
	}
}

// open tells how many are still to be sent, or on their way. While there are many the office knows it without looking.
func (o *office) open(t testing.TB, engine table.Table) (n int) {
	t.Helper()
	if left := len(o.carried) - o.total; left > 0 {
		return left
	}
	invitations(t, engine, o.plan, func(_ int, inv survey.Invitation) {
		if inv.State == survey.Planned || inv.State == survey.Claimed {
			n++
		}
	})
	return n
}

// check holds what became of each invitation against the letters that were carried. Unsent are those unknown ones without a letter.
func (o *office) check(t testing.TB, engine table.Table) (sent, unknown, unsent int) {
	t.Helper()
	invitations(t, engine, o.plan, func(n int, inv survey.Invitation) {
		letters := o.carried[n]
		switch {
		case inv.State == survey.Sent && letters == 1:
			sent++
		case inv.State == survey.Unknown && letters <= 1:
			unknown++
			unsent += 1 - int(letters)
		default:
			t.Errorf("invitation %s is %s, and %d letters were carried", inv.ID, inv.State, letters)
		}
	})
	return sent, unknown, unsent
}
