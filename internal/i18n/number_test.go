package i18n

import (
	"testing"
	"time"

	"afterword/internal/period"
)

func TestNumbersAreWrittenAsTheLanguageDoes(t *testing.T) {
	catalogs := everyCatalog(t)
	for _, row := range []struct {
		language string
		value    float64
		decimals int
		want     string
	}{
		{"en", 3.345, 2, "3.35"},
		{"sv", 3.345, 2, "3,35"},
		{"nl", -0.005, 2, "\u22120,01"},
		{"en", -0.004, 2, "0.00"},
		{"en", 999, 0, "999"},
		{"en", 1000, 0, "1,000"},
		{"sv", 1234567.25, 1, "1\u00a0234\u00a0567,3"},
		{"nl", 12345.5, 1, "12.345,5"},
		{"zh", 12345, 0, "12,345"},
		{"ar", 1234.5, 1, "1,234.5"},
		{"ar", -7.2, 1, "\u2068\u22127.2\u2069"},
	} {
		if got := catalogs.For(row.language).Number(row.value, row.decimals); got != row.want {
			t.Errorf("%s: %v is %q, want %q", row.language, row.value, got, row.want)
		}
	}
}

func TestADifferenceHasItsSign(t *testing.T) {
	for value, want := range map[float64]string{0.25: "+0.3", -0.25: "\u22120.3", 0: "0.0", 0.04: "0.0", -0.04: "0.0"} {
		if got := For("en").Signed(value, 1); got != want {
			t.Errorf("%v is %q, want %q", value, got, want)
		}
	}
}

func TestSharesAreWrittenInPerCent(t *testing.T) {
	catalogs := everyCatalog(t)
	for language, want := range map[string]string{"en": "24.7%", "sv": "24,7\u00a0%", "nl": "24,7%", "zh": "24.7%", "ar": "\u206824.7%\u2069"} {
		if got := catalogs.For(language).Percent(0.2468); got != want {
			t.Errorf("%s: %q, want %q", language, got, want)
		}
	}
}

func TestPeriodsAreNamedInWords(t *testing.T) {
	day := period.NewDay(2026, time.November, 1)
	days, err := period.Between(day, day.Add(19))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		language string
		period   period.Period
		want     string
	}{
		{"en", period.Month(day), "November 2026"},
		{"sv", period.Month(day), "november 2026"},
		{"zh", period.Month(day), "2026年11月"},
		{"en", period.Quarter(day), "Q4 2026"},
		{"nl", period.Quarter(day), "kwartaal 4 2026"},
		{"en", period.Week(period.NewDay(2026, time.January, 5)), "week 2, 2026"},
		{"en", period.Week(period.NewDay(2026, time.May, 14)), "week 20, 2026"},
		{"zh", period.Year(day), "2026年"},
		{"en", days, "1 November 2026 to 20 November 2026"},
		{"sv", days, "1 november 2026 till 20 november 2026"},
	} {
		if got := For(row.language).Period(row.period); got != row.want {
			t.Errorf("%s: %s is %q, want %q", row.language, row.period.Name, got, row.want)
		}
	}
}
