package touchpoint_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"afterword/internal/customer"
	"afterword/internal/program"
	"afterword/internal/touchpoint"
)

func drawn(p *program.Program, share float64, subject string, round int, who customer.ID, now time.Time) bool {
	e := order()
	tp := p.Touchpoints["purchase"]
	tp.Sample = share
	p.Touchpoints["purchase"] = tp
	e.Subject, e.Zone = subject, "" // a zone is read from a file
	decision, _ := touchpoint.Decide(p, customer.Customer{ID: who}, e, round, now)
	return decision.Reason == touchpoint.Planned
}

func TestASampleIsStableAndAsLargeAsItSays(t *testing.T) {
	const visits = 3000
	p := shop()
	for _, share := range []float64{0, 1e-12, 0.01, 0.1, 0.3, 0.5, 0.9, 0.99, 1} {
		n := 0
		for visit := range visits {
			subject := fmt.Sprint("#", visit)
			first := drawn(p, share, subject, 1, "maria", noon)
			if again := drawn(p, share, subject, 2, "bo", noon.Add(time.Hour)); again != first {
				t.Fatalf("a share of %g: the same visit is drawn %v and %v", share, first, again)
			}
			if first {
				n++
			}
		}
		// Four standard deviations of so many independent draws: one run of many thousands would miss it, if it were not always the same.
		if want, margin := share*visits, 4*math.Sqrt(share*(1-share)*visits); math.Abs(float64(n)-want) > margin {
			t.Errorf("a share of %g: %d of %d visits were drawn, want %.0f ± %.0f", share, n, visits, want, margin)
		}
	}
}

// A larger share asks about the same visits and others: a trial that goes well is widened, not begun anew.
func TestAVisitIsDrawnFromItsShareOnwards(t *testing.T) {
	p := shop()
	for visit := range 50 {
		subject := fmt.Sprint("ticket ", visit)
		least, most := 0.0, 1.0 // drawn at most, not at least
		for middle := 0.5; middle > least && middle < most; middle = (least + most) / 2 {
			if drawn(p, middle, subject, 1, "maria", noon) {
				most = middle
			} else {
				least = middle
			}
		}
		for _, share := range []float64{0, least / 2, math.Nextafter(least, 0), least, most, math.Nextafter(most, 1), (most + 1) / 2, 1} {
			if got := drawn(p, share, subject, 1, "maria", noon); got != (share >= most) {
				t.Errorf("%s is drawn at a share of %g and, at %g, %v", subject, most, share, got)
			}
		}
	}
}
