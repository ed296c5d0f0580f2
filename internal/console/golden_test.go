package console_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/response"
	"afterword/internal/touchpoint"
)

var update = flag.Bool("update", false, "write the golden pages anew")

// inUse is a world in which each page has something to show.
func inUse(t *testing.T) *world {
	w := spoken(t)
	w.fill("purchase", "2026-11", 0, 1, 1, 1)
	w.fill("onboarding", "2026-11", 0, 1, 0, 2, 0, 0, 1, 3, 6, 9, 4)
	w.fill("onboarding", "2026-10", 3, 9, 4, 2, 1, 6, 1, 3, 2, 1, 1)
	w.say(1, "I waited for an hour.\nNobody called back.", func(a *response.Record) { a.Causes = []string{"long-wait"} })
	w.say(5, "سريع ولطيف", func(a *response.Record) { a.Language, a.Link, a.Cuts = "ar", "", nil })
	w.visit("support", touchpoint.Fatigue)
	w.visit("purchase", touchpoint.Planned, func(v *touchpoint.Visit) { v.PlannedAt = noon.Add(20 * time.Hour) })
	w.skips = []touchpoint.Skip{
		{Source: "shopify", Event: "products/update", Reason: touchpoint.Unmapped, Count: 1234, Last: noon.Add(-time.Hour)},
		{Source: "shopify", Event: "conversation.admin.closed_and_never_opened_again", Reason: touchpoint.Filtered, Count: 3, Last: noon.Add(-26 * time.Hour)},
		{Source: "shopify", Reason: touchpoint.NotUnderstood, Count: 2, Last: noon.Add(-50 * time.Hour)},
	}
	return w
}

// hashed is what another version of a file changes in the address of it.
var hashed = regexp.MustCompile(`(/assets/[a-z]+)\.[0-9a-f]{12}\.`)

func TestThePagesAreThese(t *testing.T) {
	for _, language := range []string{"en", "sv", "nl", "zh", "ar"} {
		for name, address := range map[string]string{
			"scores": "/scores", "series": "/series/support", "series-few": "/series/purchase?period=2026-Q4", "decisions": "/decisions", "reports": "/reports", "missing": "/nothing",
		} {
			t.Run(name+"/"+language, func(t *testing.T) {
				page := inUse(t).get(t, address, "Accept-Language", language).body
				path, got := filepath.Join("testdata", name+"."+language+".html"), hashed.ReplaceAllString(page, "$1.")
				if *update {
					if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), got); diff != "" {
					t.Errorf("the page changed (-update writes it anew):\n%s", diff)
				}
			})
		}
	}
}
