package console_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"afterword/internal/period"
	"afterword/internal/touchpoint"
)

// Skips tells those of the days on which they were last met, and keeps which days were asked for.
func (w *world) Skips(_ context.Context, source string, from, to period.Day) (found []touchpoint.Skip, err error) {
	w.asked = append(w.asked, source+" "+from.String()+".."+to.String())
	for _, s := range w.skips {
		if day := period.DayOf(s.Last, w.Zone); s.Source == source && !day.Before(from) && !to.Before(day) {
			found = append(found, s)
		}
	}
	return found, w.fails
}

func TestEventsThatLedToNoVisitAreToldForAWeek(t *testing.T) {
	w := newWorld(t)
	const title = "Events that led to no visit"
	if page := w.get(t, "/decisions").body; strings.Contains(page, title) {
		t.Error("it is told that there are none")
	}
	for _, reason := range []touchpoint.Reason{touchpoint.Unmapped, touchpoint.Filtered, touchpoint.NotUnderstood, touchpoint.Ping, touchpoint.NotVisited} {
		w.skips = append(w.skips, touchpoint.Skip{Source: "zendesk", Event: "<b>" + string(reason), Reason: reason, Count: 7, Last: noon})
	}
	w.asked = nil
	page := w.get(t, "/decisions").body
	if !slices.Contains(w.asked, "zendesk 2026-11-14..2026-11-20") || !slices.Contains(w.asked, "shopify 2026-11-14..2026-11-20") {
		t.Errorf("asked for %v", w.asked)
	}
	if strings.Count(page, "&lt;b&gt;") != 5 || strings.Contains(page, "console.skipped") || !strings.Contains(page, title) {
		t.Errorf("an event is missing, has no words, or is not escaped: %s", page)
	}
	if page := w.get(t, "/decisions?day=2026-11-19").body; strings.Contains(page, title) {
		t.Error("what happened later is told")
	}
	for _, address := range []string{"/decisions?cursor=MjAyNi0xMS0yMFQwOTozMDowMFojQUFBQUFBQUFBQUFBQUFBQUFBQUE", "/decisions.csv"} {
		w.asked = nil
		if got := w.get(t, address); got.status != http.StatusOK || len(w.asked) > 0 {
			t.Errorf("%s: status %d, and reads %v", address, got.status, w.asked)
		}
	}
}
