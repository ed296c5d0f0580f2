package score

import "testing"

func TestAShareOfFewIsTheirNumberAlone(t *testing.T) {
	if s := ShareOf(3, 4); s != (Share{Of: 4}) {
		t.Errorf("%+v", s)
	}
	s := ShareOf(9, 10)
	if s.Hits != 9 || s.Of != 10 || *s.Value != 0.9 || Round(s.Interval[0], 4) != 0.5958 || Round(s.Interval[1], 4) != 0.9821 {
		t.Errorf("%+v", s)
	}
}
