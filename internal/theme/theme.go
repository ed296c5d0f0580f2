// Package theme tells what a comment is about, by the words that the owner's program lists for each theme: nothing is learned and
// nothing leaves the account, so that an owner can see why a comment has a theme and mend the list. It also finds the words that no
// list has, from which an owner learns what a theme is missing for.
//
// English and Swedish words are compared by their stems (Porter's Snowball algorithms). Dutch has no stemmer in that library, and other
// languages of ours have none that we would vouch for: their words are compared as they are written, and the owner says with a * where
// any ending will do. Languages that are written without spaces between words, such as Chinese, are searched as they stand.
//
// Reading a comment costs a pass over its at most 5,000 characters, so that it may be done while an answer is taken.
package theme

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kljensen/snowball/english"
	"github.com/kljensen/snowball/swedish"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"afterword/internal/program"
)

// mostBytes bounds what is read of a comment: as many as the longest that is stored has.
const mostBytes = 4 * 5000

// Finder finds themes. It is made once for a program and may be used by many at a time.
type Finder struct {
	ids      []string
	first    string // the language of who has none
	lexicons map[string]*lexicon
}

// NewFinder prepares the program's themes.
func NewFinder(p *program.Program) *Finder {
	f := &Finder{first: p.Languages[0], lexicons: map[string]*lexicon{}}
	spoken := append([]string{}, p.Languages...)
	for _, t := range p.Themes {
		f.ids = append(f.ids, t.ID)
		for tag := range t.Words {
			spoken = append(spoken, tag)
		}
	}
	for _, tag := range spoken {
		if f.lexicons[tag] == nil {
			f.lexicons[tag] = newLexicon(tag, p.Themes)
		}
	}
	return f
}

// Themes are the themes of a comment, by id, in the order of the program. language is the customer's, a BCP 47 tag; "" when it is not
// known: then the program's first is taken.
func (f *Finder) Themes(language, comment string) (ids []string) {
	if len(f.ids) == 0 || comment == "" {
		return nil
	}
	found := f.lexicon(language).read(comment).themes
	for i, id := range f.ids {
		if found&(1<<i) != 0 {
			ids = append(ids, id)
		}
	}
	return ids
}

// lexicon is that of the language, or of the one that it belongs to; one without words for a language that no list is in.
func (f *Finder) lexicon(language string) *lexicon {
	if language == "" {
		language = f.first
	}
	for tag := language; tag != ""; tag = tag[:max(0, strings.LastIndexByte(tag, '-'))] {
		if l := f.lexicons[tag]; l != nil {
			return l
		}
	}
	return newLexicon(language, nil)
}

// lexicon is the words of all themes in one language. Themes are sets of bits, by their place in the program, which has 20 at most.
type lexicon struct {
	base   string // of the language
	exact  map[string][]phrase
	open   map[string]uint32 // words with any ending
	within []within          // in a language without spaces
}

// phrase is one whose first word is known: the stems of the others, the last of which may be open to any ending.
type phrase struct {
	rest   []string
	open   bool
	themes uint32
}

type within struct {
	word   string
	themes uint32
}

// unspaced are the languages whose words stand without spaces between them.
var unspaced = map[string]bool{"zh": true, "yue": true, "ja": true, "th": true, "lo": true, "km": true, "my": true}

func newLexicon(language string, themes []program.Theme) *lexicon {
	base, _, _ := strings.Cut(language, "-")
	l := &lexicon{base: base, exact: map[string][]phrase{}, open: map[string]uint32{}}
	for i, t := range themes {
		for _, word := range t.WordsIn(language) {
			l.add(word, 1<<i)
		}
	}
	return l
}

func (l *lexicon) add(word string, theme uint32) {
	text, open := strings.CutSuffix(folded(word), "*")
	if unspaced[l.base] {
		l.within = append(l.within, within{text, theme})
		return
	}
	var stems []string
	words := split(text)
	for i, w := range words {
		if open && i == len(words)-1 {
			stems = append(stems, w)
			break
		}
		stems = append(stems, l.stem(w))
	}
	switch {
	case len(stems) == 0: // nothing but marks
	case open && len(stems) == 1:
		l.open[stems[0]] |= theme
	default:
		l.exact[stems[0]] = append(l.exact[stems[0]], phrase{stems[1:], open, theme})
	}
}

// longestWord is how many bytes of a word count; what is longer is no word that anybody lists.
const longestWord = 4 * program.MaxWordRunes

// stem is what all forms of a word have in common, as far as the language has a stemmer here.
func (l *lexicon) stem(word string) string {
	switch {
	case len(word) > longestWord:
	case l.base == "en":
		return english.Stem(word, true)
	case l.base == "sv":
		return swedish.Stem(word, true)
	}
	return word
}

// token is a word of a comment.
type token struct {
	written, stem string
	caught        bool // it is part of what tells a theme
}

// reading is a comment as it was read.
type reading struct {
	tokens []token
	themes uint32
}

func (l *lexicon) read(comment string) (r reading) {
	text := folded(clipped(comment))
	if unspaced[l.base] {
		for _, w := range l.within {
			if has(text, w.word) {
				r.themes |= w.themes
			}
		}
		return r
	}
	words := split(text)
	r.tokens = make([]token, len(words))
	for i, word := range words {
		r.tokens[i] = token{written: word, stem: l.stem(word)}
	}
	for i := range r.tokens {
		r.themes |= l.at(r.tokens[i:])
	}
	return r
}

// at is the themes that the words tell from the first of them on. It marks those that did.
func (l *lexicon) at(tokens []token) (themes uint32) {
	word := tokens[0].written
	for end := range min(len(word), longestWord) {
		if found := l.open[word[:end+1]]; found != 0 {
			themes |= found
			tokens[0].caught = true
		}
	}
	for _, p := range l.exact[tokens[0].stem] {
		if !p.follows(tokens[1:]) {
			continue
		}
		themes |= p.themes
		for i := range 1 + len(p.rest) {
			tokens[i].caught = true
		}
	}
	return themes
}

func (p phrase) follows(tokens []token) bool {
	if len(tokens) < len(p.rest) {
		return false
	}
	for i, stem := range p.rest {
		if p.open && i == len(p.rest)-1 {
			return strings.HasPrefix(tokens[i].written, stem)
		}
		if tokens[i].stem != stem {
			return false
		}
	}
	return true
}

// clipped is what is read of a comment.
func clipped(text string) string {
	if len(text) <= mostBytes {
		return text
	}
	text = text[:mostBytes]
	for len(text) > 0 && !utf8.RuneStart(text[len(text)-1]) {
		text = text[:len(text)-1]
	}
	return text[:len(text)-1]
}

// folded is a text as texts are compared: one form of each character, capitals and wide forms made alike, one kind of apostrophe.
func folded(text string) string {
	return strings.ReplaceAll(cases.Fold().String(norm.NFKC.String(text)), "’", "'")
}

// split cuts a folded text into its words: letters, their marks and digits; an apostrophe within a word is part of it.
func split(text string) (words []string) {
	start, last := -1, ' '
	for i, r := range text + " " {
		switch {
		case unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r):
			if start < 0 {
				start = i
			}
		case r == '\'' && start >= 0 && last != '\'':
		case start >= 0:
			words = append(words, strings.Trim(text[start:i], "'"))
			start = -1
		}
		last = r
	}
	return words
}

// has tells whether a word stands in a text without spaces. One in letters of an alphabet stands by itself: app is not in happy.
func has(text, word string) bool {
	for from := 0; word != ""; {
		at := strings.Index(text[from:], word)
		if at < 0 {
			return false
		}
		at += from
		before, _ := utf8.DecodeLastRuneInString(text[:at])
		after, _ := utf8.DecodeRuneInString(text[at+len(word):])
		first, _ := utf8.DecodeRuneInString(word)
		last, _ := utf8.DecodeLastRuneInString(word)
		if !(alphabetic(before) && alphabetic(first)) && !(alphabetic(last) && alphabetic(after)) {
			return true
		}
		from = at + len(word)
	}
	return false
}

// alphabetic tells whether words of the character's script stand apart by themselves.
func alphabetic(r rune) bool {
	return unicode.In(r, unicode.Latin, unicode.Cyrillic, unicode.Greek) || unicode.IsDigit(r)
}
