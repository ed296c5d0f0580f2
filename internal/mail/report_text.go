package mail

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// The text part of a report is laid out for 72 columns, so that a reply can quote it on a terminal; labels stand in a column of
// their own.
const (
	columns     = 72
	labelColumn = 22
	barColumns  = 30
)

// wrap breaks a text into lines, each after the prefix; lines that the text has stay lines.
func wrap(prefix, text string) string {
	var lines []string
	for paragraph := range strings.SplitSeq(text, "\n") {
		lines = append(lines, broken(paragraph, columns-across(prefix))...)
	}
	return prefix + strings.Join(lines, "\n"+prefix)
}

// entry is a label and its value, which goes on below itself.
func entry(label, value string) string {
	label += strings.Repeat(" ", max(labelColumn-across(label), 1))
	gap := "\n" + strings.Repeat(" ", labelColumn)
	return strings.TrimRight(label+strings.Join(broken(value, columns-max(labelColumn, across(label))), gap), " ")
}

// bar draws a share of 0 to 1; what is there at all can be seen.
func bar(share float64) string {
	n := int(share*barColumns + 0.5)
	if share > 0 {
		n = max(n, 1)
	}
	return strings.Repeat("#", n)
}

// broken breaks a paragraph into lines of at most so many columns: between words, else, as Chinese is, anywhere.
func broken(paragraph string, most int) (lines []string) {
	var line strings.Builder
	used := 0
	flush := func() {
		lines = append(lines, line.String())
		line.Reset()
		used = 0
	}
	for _, word := range strings.FieldsFunc(paragraph, func(r rune) bool { return r == ' ' || r == '\t' }) {
		wide := across(word)
		switch {
		case used > 0 && used+1+wide <= most:
			line.WriteByte(' ')
			used++
		case used > 0:
			flush()
		}
		if wide <= most {
			line.WriteString(word)
			used += wide
			continue
		}
		for _, r := range word {
			if used > 0 && used+columnsOf(r) > most {
				flush()
			}
			line.WriteRune(r)
			used += columnsOf(r)
		}
	}
	flush()
	return lines
}

// across is how many columns a text takes.
func across(text string) (n int) {
	for _, r := range text {
		n += columnsOf(r)
	}
	return n
}

func columnsOf(r rune) int {
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}
