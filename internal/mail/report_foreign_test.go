package mail

import (
	"bytes"
	"encoding/csv"
	"io"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"afterword/internal/report"
	"afterword/internal/score"
	"afterword/internal/survey"
)

func TestASpreadsheetTakesNoTextForAFormula(t *testing.T) {
	r := told3()
	for i, name := range []string{"=1+1", "@SUM(A1)", "-x"} {
		r.Touchpoints[i].Name, r.Touchpoints[i].Survey = name, "\t"+name
	}
	files, err := writer(t).ReportFiles(acme(), r, "en", nil)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(files["report.csv"])).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	number := regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)
	for _, row := range rows {
		for i, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) && !number.MatchString(cell) {
				t.Errorf("%s is %q", rows[0][i], cell)
			}
		}
	}
	if rows[1][5] != "'=1+1" || len(rows) != 4 {
		t.Errorf("the first of %d rows is %q", len(rows), rows[1])
	}
}

func TestNoPartOfATextIsAFormulaWhereverASpreadsheetPartsTheLine(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "nice": "nice", "x;5": "x;5", "a-b; c = d": "a-b; c = d", "=1+1": "'=1+1", "-5": "'-5", "\tx": "'\tx", "＝1": "'＝1",
		"x;=cmd|' /C calc'!A0;y": "x;'=cmd|' /C calc'!A0;y", "x\n+1": "x\n'+1", "\r\n@x": "'\r\n'@x", ";=1": ";'=1", "\xff": "\xff",
	} {
		if got := Harmless(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

var reportElements = append(strings.Fields("h2 th span img"), ourElements...)

// checkReport holds what is true of every report, whatever foreign text went into it.
func checkReport(t *testing.T, letter survey.Letter) {
	t.Helper()
	parsed := parse(t, letter)
	for _, tag := range element.FindAllStringSubmatch(parsed.HTML, -1) {
		if !slices.Contains(reportElements, strings.ToLower(tag[1])) {
			t.Errorf("the report has an element %q", tag[0])
		}
	}
	tokens, open := html.NewTokenizer(strings.NewReader(parsed.HTML)), []string{}
	void := []string{"meta", "br", "img"}
	for {
		kind := tokens.Next()
		if kind == html.ErrorToken {
			break
		}
		name, _ := tokens.TagName()
		switch {
		case kind == html.StartTagToken && !slices.Contains(void, string(name)):
			open = append(open, string(name))
		case kind == html.EndTagToken && len(open) > 0 && open[len(open)-1] == string(name):
			open = open[:len(open)-1]
		case kind == html.EndTagToken:
			t.Fatalf("</%s> closes nothing, within %v", name, open)
		}
	}
	if len(open) > 0 || tokens.Err() != io.EOF {
		t.Errorf("%v stay open (%v)", open, tokens.Err())
	}
	for _, match := range attribute.FindAllStringSubmatch(parsed.HTML, -1) {
		if link := match[2]; !strings.HasPrefix(link, "https://") && !strings.HasPrefix(link, "cid:") {
			t.Errorf("the report links to %q", link)
		}
	}
	if strings.Contains(parsed.HTML, "ZgotmplZ") || strings.ContainsAny(parsed.GetHeader("Subject"), "\r\n\x00") {
		t.Error("something foreign came where it may not")
	}
}

func FuzzForeignTextStaysInItsPlaceInAReport(f *testing.F) {
	f.Add("<script>alert(1)</script>", "support", "https://acme.example/\"><script>", "2026-10-12", uint64(1))
	f.Add("=cmd|' /C calc'!A0\r\n\r\nBcc: victim@example.com", "<b>support</b>", "javascript:alert(1)", "<i>", uint64(2))
	f.Add("\u202egnp.exe\x00\x1b[31m\xff\xfe", "../../etc", "http://evil.example", "", uint64(3))
	f.Add("--afterword-0123\r\nContent-Type: multipart/mixed;\r\n boundary="+strings.Repeat("a", 60)+"\r\n", "a", "https://", "2026-99-99", uint64(4))
	f.Fuzz(func(t *testing.T, comment, touchpoint, link, day string, seed uint64) {
		r, random := told3(), rand.New(rand.NewPCG(seed, 1))
		for i := range r.Touchpoints {
			at := &r.Touchpoints[i]
			at.Name += touchpoint
			counts := make([]score.Counts, 1+random.IntN(3))
			for m := range counts {
				counts[m] = score.Counts{at.Scale.Min: random.Int64N(1 << random.IntN(40)), at.Scale.Max: random.Int64N(1 << random.IntN(40))}
			}
			*at = history(*at, october, counts...)
			at.Lowest = []report.Quote{{Rating: random.IntN(12), Comment: comment, Day: day, Subject: touchpoint, Link: link}}
			at.Delivered = random.Int64N(100) - 10
		}
		r.Cases.Oldest[0].Touchpoint, r.Cases.Oldest[0].Subject, r.Cases.Oldest[0].Desk, r.Cases.Oldest[0].TakenBy = touchpoint, comment, link, comment
		for _, language := range []string{"en", "ar"} {
			checkReport(t, mailed(t, r, language, map[string][]byte{r.Touchpoints[0].Name + "-trend.png": []byte("x")}))
		}
	})
}

func TestLongCommentsAreCutBetweenCharacters(t *testing.T) {
	if lines := excerpt(strings.Repeat("\u590d", longestQuote+1)); len(lines) != 1 || lines[0] != strings.Repeat("\u590d", longestQuote)+"\u2026" {
		t.Errorf("got %q", lines)
	}
	if lines := excerpt(" one\r\ntwo\u2028\nthree "); !slices.Equal(lines, []string{"one", "two", "", "three"}) {
		t.Errorf("got %q", lines)
	}
	if lines := excerpt(strings.Repeat("a\n", 50)); len(lines) != mostLines || lines[mostLines-1] != "a\u2026" {
		t.Errorf("got %q", lines)
	}
	if lines := excerpt(" \n\x00 "); lines != nil {
		t.Errorf("got %q", lines)
	}
}
