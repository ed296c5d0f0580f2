package program

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"
)

// The most themes of a program, and of each theme the most words in one language, the most letters of one and the most words of a
// phrase: finding themes is part of taking an answer.
const (
	MaxThemes     = 20
	MaxThemeWords = 50
	MaxWordRunes  = 40
	MaxPhrase     = 4
)

// Theme is something that comments are about, told by words.
type Theme struct {
	ID    string
	Name  Text                // for reports; empty: the id
	Words map[string][]string // by base or full BCP 47 tag: words and phrases, the last word of which may end in * for any ending
}

// WordsIn returns the words for a language, else for its base language ("zh" for "zh-Hant").
func (t Theme) WordsIn(tag string) []string {
	for ; tag != ""; tag = parent(tag) {
		if words, ok := t.Words[tag]; ok {
			return words
		}
	}
	return nil
}

// themes is the field of that name.
func (p *Program) themes(f fields) (themes []Theme) {
	for _, e := range f.named("themes", "") {
		themes = append(themes, p.theme(e))
	}
	if len(themes) > MaxThemes {
		f.of["themes"].wrong(fmt.Sprintf("at most %d", MaxThemes), "%d themes are more than anybody compares", len(themes))
	}
	return themes
}

// theme reads one of them. Its languages may be any: what the program does not speak yet is there for when it does.
func (p *Program) theme(e entry) Theme {
	f := e.fields("name", "words")
	t := Theme{ID: e.name, Words: map[string][]string{}}
	if n, ok := f.of["name"]; ok && n.Kind == yaml.ScalarNode {
		t.Name = Text{p.Languages[0]: n.text()}
	} else if ok {
		t.Name = Text{}
		n.byLanguage("names by language, such as en: Delivery", func(tag string, name node) { t.Name[tag] = name.text() })
	}
	if !f.need("words", "the words that tell it, by language, such as {en: [delivery, courier]}") {
		return t
	}
	n := f.of["words"]
	n.byLanguage("words by language, such as en: [delivery, courier]", func(tag string, list node) {
		t.Words[tag] = fields{n, map[string]node{tag: list}}.words(tag)
	})
	if n.Kind == yaml.MappingNode && len(n.Content) == 0 {
		n.wrong("some, such as {en: [delivery, courier]}", "no words tell this theme")
	}
	return t
}

// byLanguage reads what stands under each language, any language.
func (n node) byLanguage(expected string, read func(tag string, of node)) {
	for _, e := range n.entries(expected) {
		tag, err := language.Parse(e.name)
		if err != nil {
			e.wrong("such as en, sv or pt-BR", "%.40q is not a language", e.name)
			continue
		}
		read(tag.String(), e.node)
	}
}

// words is a field that is a list of words and phrases.
func (f fields) words(name string) (words []string) {
	for _, n := range f.list(name, "a list, such as [delivery, out of stock]") {
		text := n.text()
		word := strings.Join(strings.Fields(text), " ")
		switch {
		case text == "" && !n.empty(): // said already
		case !tells(word):
			n.wrong(fmt.Sprintf("a word, or a phrase of at most %d, with a letter in each; * only at its very end, after three letters", MaxPhrase),
				"%s tells no theme", n.written())
		case utf8.RuneCountInString(word) > MaxWordRunes:
			n.wrong(fmt.Sprintf("at most %d letters", MaxWordRunes), "%s is too long", n.written())
		case slices.Contains(words, word):
			n.wrong("each word once", "%s stands here a second time", word)
		default:
			words = append(words, word)
		}
	}
	if len(words) > MaxThemeWords {
		f.of[name].wrong(fmt.Sprintf("at most %d in one language", MaxThemeWords), "there are %d words", len(words))
	}
	return words
}

// tells whether a word or a phrase may tell a theme.
func tells(phrase string) bool {
	stem, open := strings.CutSuffix(phrase, "*")
	parts := strings.Fields(stem)
	if len(parts) == 0 || len(parts) > MaxPhrase || strings.Contains(stem, "*") {
		return false
	}
	if open && utf8.RuneCountInString(parts[len(parts)-1]) < 3 || open && strings.HasSuffix(stem, " ") {
		return false
	}
	return !slices.ContainsFunc(parts, func(part string) bool { return !strings.ContainsFunc(part, unicode.IsLetter) })
}
