package period

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/fault"
)

func day(t testing.TB, text string) Day {
	t.Helper()
	d, err := ParseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestAPeriodHasItsDaysAndAPredecessor(t *testing.T) {
	for _, row := range []struct {
		name, from, to string
		days           int
		previous       string
	}{
		{"2026-11", "2026-11-01", "2026-11-30", 30, "2026-10"},
		{"2026-01", "2026-01-01", "2026-01-31", 31, "2025-12"},
		{"2024-02", "2024-02-01", "2024-02-29", 29, "2024-01"}, // leap year
		{"2100-02", "2100-02-01", "2100-02-28", 28, "2100-01"}, // none
		{"2026-W47", "2026-11-16", "2026-11-22", 7, "2026-W46"},
		{"2026-W01", "2025-12-29", "2026-01-04", 7, "2025-W52"},
		{"2026-W53", "2026-12-28", "2027-01-03", 7, "2026-W52"},
		{"2027-W01", "2027-01-04", "2027-01-10", 7, "2026-W53"},
		{"2020-W53", "2020-12-28", "2021-01-03", 7, "2020-W52"},
		{"2026-Q1", "2026-01-01", "2026-03-31", 90, "2025-Q4"},
		{"2026-Q4", "2026-10-01", "2026-12-31", 92, "2026-Q3"},
		{"2024-Q1", "2024-01-01", "2024-03-31", 91, "2023-Q4"},
		{"2026", "2026-01-01", "2026-12-31", 365, "2025"},
		{"2024", "2024-01-01", "2024-12-31", 366, "2023"},
		{"2026-11-01..2026-11-20", "2026-11-01", "2026-11-20", 20, "2026-10-12..2026-10-31"},
		{"2026-11-22..2026-11-22", "2026-11-22", "2026-11-22", 1, "2026-11-21..2026-11-21"},
		{"2024-02-29..2024-03-01", "2024-02-29", "2024-03-01", 2, "2024-02-27..2024-02-28"},
		{"1970", "1970-01-01", "1970-12-31", 365, "1969"},
	} {
		p, err := Parse(row.name)
		if err != nil {
			t.Errorf("%s: %v", row.name, err)
			continue
		}
		got := fmt.Sprint(p.Name, " ", p.From, " ", p.To, " ", p.Days(), " ", p.Previous().Name)
		if want := fmt.Sprint(row.name, " ", row.from, " ", row.to, " ", row.days, " ", row.previous); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if p.Stored() == strings.Contains(row.name, "..") {
			t.Errorf("%s is stored: %v", row.name, p.Stored())
		}
		if before := p.Previous(); before.To.Add(1) != p.From {
			t.Errorf("%s ends on %s, %s begins on %s", before.Name, before.To, p.Name, p.From)
		} else if after := before.Next(); after.From != p.From || p.Stored() && after != p {
			t.Errorf("after %s comes %s, want %s", before.Name, after.Name, p.Name)
		}
	}
}

func TestANameThatIsNoPeriodIsRefused(t *testing.T) {
	for _, name := range []string{
		"", "2026-13", "2026-00", "2026-1", "2026-W00", "2026-W54", "2025-W53", "2026-W1", "2026-w47", "2026-Q0", "2026-Q5", "2026-Q04",
		"2026-QW1", "2026-", "26", "+2026", "02026", " 2026", "2026 ", "1969", "3000", "-2026", "2026-11-22", "2026-99999999999999999999",
		"2026-9223372036854775807", "2026--1", "2026-W-1",
		"2026-11-01..", "..2026-11-01", "..", "2026-11-01..2026-11-31", "2026-11-1..2026-11-02", "2026-11-02..2026-11-01",
		"2026-11-01..2026-11-02..2026-11-03", "1969-12-31..2026-01-01", "2026-11-01..3000-01-01", "２０２６", strings.Repeat("9", 10000),
	} {
		p, err := Parse(name)
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "expected") || len(err.Error()) > 400 {
			t.Errorf("%.60q: %v, %v", name, p, err)
		}
	}
}

func TestADayLiesInItsWeekMonthQuarterAndYear(t *testing.T) {
	for d, want := range map[string][]string{
		"2026-11-22": {"2026-W47", "2026-11", "2026-Q4", "2026"}, // a Sunday
		"2026-11-23": {"2026-W48", "2026-11", "2026-Q4", "2026"},
		"2027-01-01": {"2026-W53", "2027-01", "2027-Q1", "2027"},
		"2027-01-03": {"2026-W53", "2027-01", "2027-Q1", "2027"},
		"2027-01-04": {"2027-W01", "2027-01", "2027-Q1", "2027"},
		"2024-12-30": {"2025-W01", "2024-12", "2024-Q4", "2024"},
		"2024-02-29": {"2024-W09", "2024-02", "2024-Q1", "2024"},
		"2026-06-30": {"2026-W27", "2026-06", "2026-Q2", "2026"},
		"2026-07-01": {"2026-W27", "2026-07", "2026-Q3", "2026"},
	} {
		var got []string
		for _, p := range Containing(day(t, d)) {
			got = append(got, p.Name)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s:\n%s", d, diff)
		}
	}
}

func TestAKindOfPeriodIsThatOfItsDay(t *testing.T) {
	var got []Period
	for _, kind := range []Kind{Weekly, Monthly, Quarterly, Yearly} {
		got = append(got, kind.Of(day(t, "2027-01-01")))
	}
	if diff := cmp.Diff(Containing(day(t, "2027-01-01")), got, cmp.Comparer(func(a, b Day) bool { return a == b })); diff != "" {
		t.Error(diff)
	}
}

func TestThePeriodsOfAKindFollowEachOtherWithoutAGap(t *testing.T) {
	for i := range 4 {
		current := Containing(day(t, "2019-12-25"))[i]
		for d := day(t, "2019-12-25"); d.Before(day(t, "2033-01-10")); d = d.Add(1) {
			p := Containing(d)[i]
			if !p.Contains(d) || p.Contains(p.From.Add(-1)) || p.Contains(p.To.Add(1)) {
				t.Fatalf("%s does not lie in %+v", d, p)
			}
			if p != current && (p.Previous() != current || p.From != d) {
				t.Fatalf("%s begins on %s after %s", p.Name, d, current.Name)
			}
			if again, err := Parse(p.Name); err != nil || again != p {
				t.Fatalf("%+v reads as %+v, %v", p, again, err)
			}
			current = p
		}
	}
}

func TestARangeEndsNoEarlierThanItBegins(t *testing.T) {
	if _, err := Between(day(t, "2026-11-02"), day(t, "2026-11-01")); !fault.Is(err, fault.Invalid) {
		t.Errorf("got %v", err)
	}
}

func TestAPeriodBeginsAndEndsByTheClocksOfItsZone(t *testing.T) {
	stockholm, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	p, err := Parse("2026-10")
	if err != nil {
		t.Fatal(err)
	}
	start, end := p.Start(stockholm), p.End(stockholm)
	if start.UTC().Format(time.RFC3339) != "2026-09-30T22:00:00Z" || end.UTC().Format(time.RFC3339) != "2026-10-31T23:00:00Z" {
		t.Errorf("%s to %s", start, end)
	}
}

func ExampleParse() {
	p, _ := Parse("2026-W53")
	fmt.Println(p.From, p.To, p.Previous().Name, DayOf(time.Date(2026, 12, 31, 23, 30, 0, 0, time.UTC), time.UTC))
	// Output: 2026-12-28 2027-01-03 2026-W52 2026-12-31
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{"2026-11", "2026-W47", "2026-Q4", "2026", "2026-11-01..2026-11-20", "2026-W53", "2025-W53", "x"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		p, err := Parse(name)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%q: %v", name, err)
			}
			return
		}
		if p.Name != name || p.To.Before(p.From) || p.Days() < 1 {
			t.Errorf("%q reads as %+v", name, p)
		}
		if before := p.Previous(); before.To.Add(1) != p.From || before.Stored() != p.Stored() {
			t.Errorf("%+v follows %+v", p, before)
		}
		if !p.Stored() {
			return
		}
		for _, of := range Containing(p.From) {
			if of.Name == name && of == p {
				return
			}
		}
		t.Errorf("%+v does not contain its first day", p)
	})
}
