package mail

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"afterword/internal/report"
	"afterword/internal/score"
)

// The ratings that any scale may have, for a table whose columns do not depend on the program.
const lowestRating, highestRating = 0, 10

// reportColumns are the names of the table's columns. Programs read them: they stay.
var reportColumns = []string{
	"period", "from", "to", "closed", "compared_with", "touchpoint", "survey", "metric", "scale_min", "scale_max", "direction", "convention",
	"n", "value", "interval_low", "interval_high", "note", "easy_share", "easy_low", "easy_high",
	"change", "change_low", "change_high", "verdict",
	"sent", "delivered", "bounced", "complained", "unsubscribed", "replies", "response_rate", "unconfirmed_clicks", "clicks_counted",
}

// ReportTable is the report for spreadsheets, RFC 4180 in UTF-8: one row for each touchpoint with the numbers as they are shown elsewhere,
// with plain dots. What is not known is empty. Distributions are in columns rating_0 to rating_10.
func ReportTable(r report.Report) ([]byte, error) {
	header := append([]string(nil), reportColumns...)
	for rating := lowestRating; rating <= highestRating; rating++ {
		header = append(header, "rating_"+strconv.Itoa(rating))
	}
	rows := [][]string{append(header, "audience")}
	for _, t := range r.Touchpoints {
		rows = append(rows, tableRow(r, t))
	}
	return Spreadsheet(rows)
}

// Spreadsheet writes rows as RFC 4180 in UTF-8. What others wrote goes through Harmless before.
func Spreadsheet(rows [][]string) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	if err := w.WriteAll(rows); err != nil {
		return nil, fmt.Errorf("write a table: %w", err)
	}
	return b.Bytes(), nil
}

func tableRow(r report.Report, t report.Touchpoint) []string {
	s := t.Score.Rounded(t.Scale)
	low, high := bounds(s.Interval)
	easyLow, easyHigh := bounds(s.EasyInterval)
	row := []string{
		r.Period.Name, r.Period.From.String(), r.Period.To.String(), strconv.FormatBool(r.Closed), r.Before.Name, Harmless(t.Name), Harmless(t.Survey),
		string(t.Scale.Metric), strconv.Itoa(t.Scale.Min), strconv.Itoa(t.Scale.Max), string(t.Scale.Direction), s.Convention,
		strconv.FormatInt(s.N, 10), dotted(s.Value), low, high, s.Note, dotted(s.EasyShare), easyLow, easyHigh,
	}
	if t.Change == nil {
		row = append(row, "", "", "", "")
	} else {
		c := t.Change.Rounded(t.Scale)
		low, high := bounds(&c.Interval)
		row = append(row, dotted(&c.Delta), low, high, string(c.Verdict))
	}
	rate := ""
	if share := t.ResponseRate(); share != nil {
		rounded := score.Round(*share, 3)
		rate = dotted(&rounded)
	}
	row = append(row, strconv.FormatInt(t.Sent, 10), strconv.FormatInt(t.Delivered, 10), strconv.FormatInt(t.Bounced, 10),
		strconv.FormatInt(t.Complained, 10), strconv.FormatInt(t.Unsubscribed, 10), strconv.FormatInt(t.Replies, 10), rate,
		strconv.FormatInt(t.Unconfirmed, 10), strconv.FormatBool(r.CountsClicks))
	for rating := lowestRating; rating <= highestRating; rating++ {
		count := ""
		if s.Distribution != nil && t.Scale.Contains(rating) {
			count = strconv.FormatInt(s.Distribution[rating], 10)
		}
		row = append(row, count)
	}
	return append(row, Harmless(r.For.String()))
}

func dotted(value *float64) string {
	if value == nil {
		return ""
	}
	return strconv.FormatFloat(*value, 'f', -1, 64)
}

func bounds(i *score.Interval) (low, high string) {
	if i == nil {
		return "", ""
	}
	return dotted(&i[0]), dotted(&i[1])
}

// What a spreadsheet takes for a formula when a cell begins with it, and the same after what may part cells within a text: where a comma
// stands in numbers, as in Swedish and Dutch, spreadsheets part a line at semicolons and do not see that a text is quoted.
const formulas = "-=+@＝＋－＠" // a dash comes first in a class

var within = regexp.MustCompile(`([;\t\r\n])([` + formulas + `])`)

// Harmless keeps a spreadsheet from taking a text, or a part of it, for a formula (OWASP, CSV injection). Numbers never come here.
func Harmless(text string) string {
	text = within.ReplaceAllString(text, "$1'$2")
	if first, size := utf8.DecodeRuneInString(text); size > 0 && strings.ContainsRune(formulas+"\t\r\n", first) {
		return "'" + text
	}
	return text
}
