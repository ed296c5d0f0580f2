package score

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOnesOwnHistoryIsTheNewestPeriodAndAllTogether(t *testing.T) {
	csat := scaleOf(t, CSAT, 5, Higher)
	now := Counts{5: 90, 1: 10}
	type seen struct {
		name    string
		n       int64
		value   float64
		verdict Verdict
	}
	for _, row := range []struct {
		name   string
		before []Past
		want   []seen
	}{
		{"none", nil, nil},
		{"nobody answered", []Past{{"2026-09", nil}, {"2026-10", Counts{}}}, nil},
		{"too few to show", []Past{{"2026-10", Counts{5: 4}}}, nil},
		{"one", []Past{{"2026-09", nil}, {"2026-10", Counts{5: 60, 1: 40}}}, []seen{{"2026-10", 100, 60, Better}}},
		{"two", []Past{{"2026-09", Counts{5: 100}}, {"2026-10", Counts{5: 60, 1: 40}}}, []seen{{"2026-10", 100, 60, Better}, {"2026-09..2026-10", 200, 80, Better}}},
		{"the newest has too few", []Past{{"2026-08", Counts{5: 9, 1: 1}}, {"2026-09", nil}, {"2026-10", Counts{5: 3}}}, []seen{{"2026-08", 10, 90, NoChange}}},
		{"only all together have enough", []Past{{"2026-09", Counts{5: 3}}, {"2026-10", Counts{5: 3}}}, nil},
	} {
		var got []seen
		for _, b := range History(csat, now, row.before) {
			if b.Kind != OwnHistory || b.Interval == nil || b.Convention != csat.Convention() {
				t.Errorf("%s: %+v", row.name, b)
			}
			got = append(got, seen{b.Name, b.N, Round(b.Value, 1), b.Change.Verdict})
		}
		if diff := cmp.Diff(row.want, got, cmp.AllowUnexported(seen{})); diff != "" {
			t.Errorf("%s: %s", row.name, diff)
		}
	}
}

func TestTheTableOfIndustriesIsThatOfTheSource(t *testing.T) {
	keys, sum := map[string]bool{}, 0.0
	for _, i := range Industries {
		if keys[i.Key] || i.Name == "" || i.Value < 60 || i.Value > 90 {
			t.Errorf("%+v", i)
		}
		keys[i.Key] = true
		sum += i.Value + i.Also
	}
	if len(keys) != 48 || sum != 3714.4 {
		t.Errorf("%d rows, together %v", len(keys), sum)
	}
	for key, want := range map[string]float64{"internet-retail": 81, "banks": 78, "subscription-television": 64, "us-postal-service": 73, "united-states": 74.4} {
		if i, ok := IndustryOf(key); !ok || i.Value != want {
			t.Errorf("%s: %v", key, i.Value)
		}
	}
	if _, ok := IndustryOf(""); ok {
		t.Error("an industry without a name")
	}
}

func TestAnOutsideFigureSaysWhatItIsNot(t *testing.T) {
	for key, want := range map[string][]string{
		"banks":                        {ACSICaveat},
		"cooperative-energy-utilities": {ACSICaveat, "with 77 and 73"},
		"health-stores":                {ACSICaveat, "shorter variant"},
		"ambulatory-care":              {ACSICaveat, "mistranslation"},
	} {
		i, _ := IndustryOf(key)
		b := i.Benchmark()
		for _, words := range want {
			if !strings.Contains(b.Caveat, words) || b.Date != "2020" || b.Source == "" || b.Change != nil {
				t.Errorf("%s: %+v", key, b)
			}
		}
		if (b.Caveat == ACSICaveat) != (len(want) == 1) {
			t.Errorf("%s: %q", key, b.Caveat)
		}
	}
	f := Figure{Value: 4.1, Scale: scaleOf(t, CES, 5, Higher), Source: "Branch survey", Date: "2026-03"}.Benchmark()
	if f.Kind != OwnFigure || f.Value != 4.1 || f.Caveat != OtherSource || f.Convention != "mean of 1-5, higher is easier" || f.Change != nil {
		t.Errorf("%+v", f)
	}
}
