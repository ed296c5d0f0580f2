package i18n

import (
	"strconv"
	"strings"

	"afterword/internal/score"
)

// Number writes a value with so many decimals, rounded half away from zero: "12,345.6" or "12 345,6".
func (p *Printer) Number(value float64, decimals int) string {
	digits := strconv.FormatFloat(score.Round(value, decimals), 'f', decimals, 64)
	digits, negative := strings.CutPrefix(digits, "-")
	whole, part, _ := strings.Cut(digits, ".")
	text := p.grouped(whole)
	if part != "" {
		text = p.digits("number.decimal", "{whole}", text, "{part}", part)
	}
	if negative {
		text = p.isolate("\u2212" + text)
	}
	return text
}

// Signed writes a difference with its sign, also when it is positive.
func (p *Printer) Signed(value float64, decimals int) string {
	text := p.Number(value, decimals)
	if score.Round(value, decimals) > 0 {
		text = p.isolate("+" + text)
	}
	return text
}

// Count writes a whole number.
func (p *Printer) Count(n int64) string { return p.Number(float64(n), 0) }

// Percent writes a share, 0 to 1, in per cent with one decimal.
func (p *Printer) Percent(share float64) string {
	return p.isolate(p.digits("number.percent", "{number}", p.Number(100*share, 1)))
}

// grouped parts a number into thousands.
func (p *Printer) grouped(whole string) string {
	first := (len(whole)-1)%3 + 1
	head := whole[:first]
	for rest := whole[first:]; rest != ""; rest = rest[3:] {
		head = p.digits("number.grouped", "{head}", head, "{tail}", rest[:3])
	}
	return head
}

// digits puts parts of one number together. T would keep each apart in right-to-left text.
func (p *Printer) digits(key string, parts ...string) string {
	return strings.NewReplacer(parts...).Replace(p.texts[key])
}
