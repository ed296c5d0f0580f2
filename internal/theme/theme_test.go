package theme

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"afterword/internal/program"
)

func TestTheShippedThemesAreFoundInEveryLanguage(t *testing.T) {
	f := NewFinder(program.Default())
	for _, row := range []struct{ language, comment, want string }{
		{"en", "Two deliveries, both DELAYED!", "delivery wait"},
		{"en", "The parcel’s box was damaged", "delivery quality"},
		{"en", "It took ages; and the checkout crashed.", "wait website"},
		{"en", "It took for ages", ""}, // no phrase
		{"en", "I am happy", ""},       // app is no part of a word
		{"en", "I can't log-in to the SITE", "website"},
		{"en-GB", "pricing", "price"},
		{"sv", "Leveransen blev försenad och personalen otrevlig", "delivery wait staff"},
		{"sv", "Jättedyrt.", ""},
		{"sv", "Dyrt! Webbplatsen kraschade när jag skulle logga in", "price website"},
		{"sv", "LEVERANSTIDEN", "delivery"}, // a compound, by its *
		{"nl", "De bezorger was vriendelijk maar de prijzen zijn hoog", "delivery price staff"},
		{"nl", "Het pakketje kwam te laat aan", "delivery wait"},
		{"zh", "快递太慢了，客服态度不好", "delivery wait staff"},
		{"zh-Hant", "員工服務很熱情", "staff"},
		{"zh", "这个app打不开网站", "website"},
		{"", "The delivery", "delivery"}, // the program's first language
		{"de", "Die delivery", ""},       // no list is in German
		{"en", "", ""},
		{"zh", "ｗｅｂ网站", "website"},
		{"en", "ＤＥＬＩＶＥＲＹ", "delivery"},   // wide letters
		{"sv", "fo\u0308rsenad", "wait"}, // ö in two characters
	} {
		if got := strings.Join(f.Themes(row.language, row.comment), " "); got != row.want {
			t.Errorf("%s %q: %q, want %q", row.language, row.comment, got, row.want)
		}
	}
}

// finder has one language and themes of some words each.
func finder(language string, themes ...[]string) *Finder {
	p := &program.Program{Languages: []string{language}}
	for i, words := range themes {
		p.Themes = append(p.Themes, program.Theme{ID: fmt.Sprint("t", i), Words: map[string][]string{language: words}})
	}
	return NewFinder(p)
}

func TestAWordIsFoundAsItsListSays(t *testing.T) {
	for _, row := range []struct {
		language, word, comment string
		want                    bool
	}{
		{"en", "delivery", "deliveries", true},
		{"en", "delivery", "redelivery", false},
		{"en", "deliver*", "deliverable", true},
		{"nl", "levering", "leveringen", false}, // as it is written
		{"nl", "levering*", "leveringen", true},
		{"nl", "levering*", "levering", true},
		{"nl", "prijs kwaliteit*", "De prijs-kwaliteitverhouding", true},
		{"nl", "prijs kwaliteit*", "prijs en kwaliteit", false},
		{"en", "out of stock", "They were OUT  OF\nSTOCK.", true},
		{"en", "out of stock", "out of", false},
		{"en", "e-mail", "an e-mail came", true},
		{"en", "it's", "it’s", true},
		{"zh", "app", "这个app很好", true},
		{"zh", "app", "happy", false},
		{"zh", "app", "apps app", true},
		{"zh", "快*", "很快", true}, // any ending is what a search in a text is anyway
	} {
		if got := finder(row.language, []string{row.word}).Themes(row.language, row.comment) != nil; got != row.want {
			t.Errorf("%s %q in %q: %t", row.language, row.word, row.comment, got)
		}
	}
}

func TestAThemeWithoutWordsOfALanguageTakesThoseOfTheOneItBelongsTo(t *testing.T) {
	p := &program.Program{Languages: []string{"pt-BR"}, Themes: []program.Theme{
		{ID: "a", Words: map[string][]string{"pt": {"entrega"}}}, {ID: "b", Words: map[string][]string{"pt-BR": {"trem"}, "pt": {"comboio"}}}}}
	f := NewFinder(p)
	if got := f.Themes("pt-BR", "entrega do trem, comboio"); !slices.Equal(got, []string{"a", "b"}) {
		t.Error(got)
	}
	if got := f.Themes("pt-BR", "comboio"); got != nil {
		t.Error(got)
	}
	if got := f.Themes("pt-PT", "comboio"); !slices.Equal(got, []string{"b"}) {
		t.Error(got)
	}
}

func unnamed(f *Finder, language, comment string) string {
	var words []string
	for _, w := range f.Unnamed(language, comment) {
		words = append(words, w.Written)
	}
	return strings.Join(words, " ")
}

func TestUnnamedWordsAreNoThemesNoFillersAndNothingPersonal(t *testing.T) {
	f := NewFinder(program.Default())
	for _, row := range []struct{ language, comment, want string }{
		{"en", "The delivery of my sofa was terrible, TERRIBLE", "sofa terrible"},
		{"en", "Sofas and a sofa", "sofas"}, // one stem, as it was first written
		{"en", "Mail anna.berg@acme.example or www.acme.example/x, call 0701234567, order SE-4711, acme.example ok", "mail call order"},
		{"en", "It took ages to warm up", "warm"}, // the phrase is a theme
		{"en", "a b cd", ""},
		{"sv", "Soffan var inte bekväm", "soffan bekväm"},
		{"nl", "De bank is niet stevig", "bank stevig"},
		{"zh", "沙发很舒服，快递慢", "沙发 舒服"},
		{"zh", "我的沙发3张A", "沙发"},
		{"de", "Das Sofa", "das sofa"}, // no list of fillers
	} {
		if got := unnamed(f, row.language, row.comment); got != row.want {
			t.Errorf("%s %q: %q, want %q", row.language, row.comment, got, row.want)
		}
	}
}

// The longest comment that is stored, of the costliest kinds, against the longest lists.
func TestTheCostOfACommentIsBounded(t *testing.T) {
	var lists [][]string
	for i := range program.MaxThemes {
		var words []string
		for j := range program.MaxThemeWords {
			words = append(words, fmt.Sprintf("a%s%d b%d*", strings.Repeat("a", j%30), i, j), strings.Repeat("a", 3+j%30)+"*")
		}
		lists = append(lists, words)
	}
	for _, language := range []string{"en", "sv", "nl", "zh"} {
		f := finder(language, lists...)
		for _, comment := range []string{strings.Repeat("a", 5000), strings.Repeat("a ", 2500), strings.Repeat("aaaa b1 ", 625), strings.Repeat("快", 5000)} {
			began := time.Now()
			f.Themes(language, comment)
			f.Unnamed(language, comment)
			if took := time.Since(began); took > 2*time.Second {
				t.Errorf("%s %.10s...: %s", language, comment, took)
			}
		}
	}
}

func FuzzThemes(f *testing.F) {
	p := program.Default()
	finder := NewFinder(p)
	for _, comment := range []string{"", "'", "a''b", "\xff\xfe", "ﬁ ß İ", "快递", strings.Repeat("e\u0301", 9000), "yyyy's", "''s", "sskt", "ies", "y", "åäö't"} {
		f.Add(comment)
	}
	f.Fuzz(func(t *testing.T, comment string) {
		for _, language := range p.Languages {
			ids := finder.Themes(language, comment)
			if !slices.Equal(ids, finder.Themes(language, strings.ToUpper(strings.ToLower(comment)))) && isASCII(comment) {
				t.Errorf("%s %q: capitals make a difference", language, comment)
			}
			for _, w := range finder.Unnamed(language, comment) {
				if strings.ContainsAny(w.Written, "@0123456789 ") || w.Stem == "" {
					t.Errorf("%s %q: %+v", language, comment, w)
				}
			}
		}
	})
}

func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r > 127 })
}

func BenchmarkThemes(b *testing.B) {
	f := NewFinder(program.Default())
	for b.Loop() {
		f.Themes("en", "The delivery was late, the parcel damaged, and nobody at the service desk could say when a new one would come.")
	}
}
