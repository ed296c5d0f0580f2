package score

import (
	"strings"
	"testing"

	"afterword/internal/fault"
)

// groups writes the groups of all ratings, lowest first: B bad, n neutral, G good.
func groups(s Scale) string {
	var b strings.Builder
	for _, r := range s.Ratings() {
		b.WriteString(map[Group]string{Bad: "B", Neutral: "n", Good: "G"}[s.Group(r)])
	}
	return b.String()
}

func scaleOf(t testing.TB, metric Metric, max int, direction Direction) Scale {
	t.Helper()
	s, ok := Standard(metric, max, direction)
	if !ok {
		t.Fatalf("there is no standard scale %s to %d, %s", metric, max, direction)
	}
	return s
}

func TestEveryRatingOfAStandardScaleHasItsGroup(t *testing.T) {
	for _, row := range []struct {
		metric    Metric
		max       int
		direction Direction
		groups    string
		name      string
	}{
		{NPS, 10, Higher, "BBBBBBBnnGG", "0-10 recommendation"}, // 6 is a detractor: one vendor's help text leaves it nowhere
		{CSAT, 2, Higher, "BG", "1-2 satisfaction"},
		{CSAT, 3, Higher, "BnG", "1-3 satisfaction"},
		{CSAT, 5, Higher, "BBnGG", "1-5 satisfaction"},
		{CSAT, 7, Higher, "BBBnnGG", "1-7 satisfaction"},
		{CSAT, 10, Higher, "BBBBnnnGGG", "1-10 satisfaction"},
		{CES, 5, Higher, "BBnGG", "1-5 ease"},
		{CES, 7, Higher, "BBBnnGG", "1-7 ease"},
		{CES, 10, Higher, "BBBBnnnGGG", "1-10 ease"},
		{CES, 5, Lower, "GGnBB", "1-5 effort"},
		{CES, 7, Lower, "GGnnBBB", "1-7 effort"},
		{CES, 10, Lower, "GGGnnnBBBB", "1-10 effort"}, // 4 is not good, as turning 7-10 of the ease scale round would have it
	} {
		s := scaleOf(t, row.metric, row.max, row.direction)
		if got := groups(s); got != row.groups {
			t.Errorf("groups of %s: %s, want %s", s, got, row.groups)
		}
		if s.String() != row.name {
			t.Errorf("name %q, want %q", s, row.name)
		}
		if err := s.Valid(); err != nil {
			t.Errorf("%s: %v", s, err)
		}
		if s.Group(s.Min-1) != Neutral || s.Group(s.Max+1) != Neutral || s.Contains(s.Min-1) || s.Contains(s.Max+1) {
			t.Errorf("%s takes ratings from outside", s)
		}
	}
	if _, ok := Standard(CES, 6, Higher); ok {
		t.Error("a scale that nobody uses has groups")
	}
}

func TestTheNormalisedAnswerIsOneAtTheHappyEnd(t *testing.T) {
	for _, row := range []struct {
		max       int
		direction Direction
		rating    int
		want      float64
	}{
		{7, Higher, 7, 1}, {7, Higher, 4, 0.5}, {7, Higher, 1, 0},
		{5, Lower, 1, 1}, {5, Lower, 3, 0.5}, {5, Lower, 5, 0}, // 1 is little effort
		{10, Higher, 10, 1}, {10, Higher, 1, 0},
	} {
		if got := scaleOf(t, CES, row.max, row.direction).Normal(row.rating); got != row.want {
			t.Errorf("%d on 1-%d, %s: %v, want %v", row.rating, row.max, row.direction, got, row.want)
		}
	}
}

func TestAScaleSaysWhatIsWrongWithIt(t *testing.T) {
	for _, row := range []struct {
		scale Scale
		want  string // "" for a good one
	}{
		{Scale{CSAT, 1, 3, Higher, 3, 1}, ""},
		{Scale{CSAT, 1, 4, Higher, 3, 2}, ""}, // without a neutral answer
		{Scale{CSAT, 1, 6, Lower, 2, 5}, ""},  // school marks
		{Scale{"CSI", 1, 5, Higher, 4, 2}, `"CSI" is not a metric; expected CES, CSAT or NPS`},
		{Scale{CES, 1, 5, "up", 4, 2}, `"up" is not a direction`},
		{Scale{CES, 1, 11, Higher, 4, 2}, "1-11 is not a scale"},
		{Scale{CES, -1, 5, Higher, 4, 2}, "-1-5 is not a scale"},
		{Scale{CES, 5, 5, Higher, 5, 5}, "5-5 is not a scale"},
		{Scale{CES, 5, 1, Higher, 4, 2}, "5-1 is not a scale"},
		{Scale{NPS, 1, 10, Higher, 9, 6}, "NPS is asked on 0-10"},
		{Scale{NPS, 0, 10, Higher, 9, 5}, "NPS is asked on 0-10"},
		{Scale{CES, 1, 5, Higher, 3, 3}, "good_from 3 and bad_to 3 do not fit"},
		{Scale{CES, 1, 5, Higher, 6, 2}, "good_from 6"},
		{Scale{CES, 1, 5, Higher, 4, 0}, "bad_to 0"},
		{Scale{CES, 1, 5, Lower, 4, 2}, "good_from 4 and bad_to 2 do not fit the scale 1-5, lower_is_better"},
		{Scale{CES, 1, 5, Lower, 0, 4}, "good_from 0"},
	} {
		err := row.scale.Valid()
		switch {
		case row.want == "" && err != nil:
			t.Errorf("%+v: %v", row.scale, err)
		case row.want != "" && (!fault.Is(err, fault.Invalid) || !strings.Contains(fault.TextOf(err), row.want)):
			t.Errorf("%+v: %v, want %q", row.scale, err, row.want)
		}
	}
}
