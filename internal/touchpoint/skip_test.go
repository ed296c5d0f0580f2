package touchpoint_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/touchpoint"
)

func TestSkipsOfOneNameAndReasonAreOne(t *testing.T) {
	skip := func(event string, reason touchpoint.Reason, count int, hours ...time.Duration) touchpoint.Skip {
		s := touchpoint.Skip{Source: "shopify", Event: event, Reason: reason, Count: count}
		if len(hours) == 2 {
			s.First, s.Last = noon.Add(hours[0]*time.Hour), noon.Add(hours[1]*time.Hour)
		}
		return s
	}
	got := touchpoint.Sum([]touchpoint.Skip{
		skip("products/update", touchpoint.Unmapped, 2, 3, 4), skip(" products/\nupdate", touchpoint.Unmapped, 1),
		skip("products/update", touchpoint.Unmapped, 3, 1, 2), skip("orders/paid", touchpoint.Filtered, 0, 0, 5), skip("orders/paid", touchpoint.Unmapped, 1, 5, 5),
		skip("anna@example.com", touchpoint.Unmapped, 1), skip(strings.Repeat("å", 100), touchpoint.NotUnderstood, 1),
	}, 10)
	want := []touchpoint.Skip{
		skip("products/update", touchpoint.Unmapped, 5, 1, 4), skip("products/ update", touchpoint.Unmapped, 1), skip("", touchpoint.Unmapped, 1),
		skip("orders/paid", touchpoint.Filtered, 1, 0, 5), skip("orders/paid", touchpoint.Unmapped, 1, 5, 5), skip(strings.Repeat("å", 40), touchpoint.NotUnderstood, 1),
	}
	want = []touchpoint.Skip{want[0], want[2], want[3], want[4], want[1], want[5]} // by count, then by name
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got): %s", diff)
	}
}

func TestTheLeastFrequentNamesBeyondTheMostAreForgottenAndTheirEventsAreNot(t *testing.T) {
	var skips []touchpoint.Skip
	total := 0
	for i := range 300 {
		skips = append(skips, touchpoint.Skip{Source: "standard", Event: fmt.Sprint("event ", i), Reason: touchpoint.Unmapped, Count: 1 + i})
		total += 1 + i
	}
	sum := touchpoint.Sum(skips, 10)
	if len(sum) != 11 || sum[0].Event != "" || sum[1].Event != "event 299" || sum[10].Event != "event 290" {
		t.Errorf("%v", sum)
	}
	for _, s := range sum {
		total -= s.Count
	}
	if total != 0 {
		t.Errorf("%d events are missing", total)
	}
}
