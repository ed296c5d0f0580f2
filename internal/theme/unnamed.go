package theme

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/kljensen/snowball/english"
	"github.com/kljensen/snowball/swedish"
)

// Word is a word that no theme has.
type Word struct {
	Language string // base language of the comment
	Stem     string // what its forms have in common
	Written  string // in small letters
}

// Unnamed are the words of a comment that no theme catches, each stem once, for a list of what many customers say: words that say
// nothing by themselves are left out, and so is whatever could lead to a person or an order: what holds a digit or an @, addresses of
// the web, and single letters. A name cannot be told from a word, so that nobody may show a word before several customers have said
// it. Of Chinese, which has no spaces, each two characters that stand together are a word.
func (f *Finder) Unnamed(language, comment string) (words []Word) {
	l := f.lexicon(language)
	seen := map[string]bool{}
	add := func(stem, written string) {
		if !seen[stem] && utf8.RuneCountInString(stem) <= 40 {
			seen[stem] = true
			words = append(words, Word{l.base, stem, written})
		}
	}
	if unspaced[l.base] {
		for _, pair := range l.pairs(folded(clipped(comment))) {
			add(pair, pair)
		}
		return words
	}
	for _, t := range l.read(plain(comment)).tokens {
		if !t.caught && !stops(l.base, t.written) && utf8.RuneCountInString(t.written) > 2 {
			add(t.stem, t.written)
		}
	}
	return words
}

// plain is a comment without what is no plain word.
func plain(comment string) string {
	fields := strings.Fields(clipped(comment))
	return strings.Join(slices.DeleteFunc(fields, func(field string) bool {
		return strings.ContainsAny(field, "@/\\_#=+&") || strings.ContainsFunc(field, unicode.IsNumber) || dotted(field)
	}), " ")
}

// dotted tells whether there is a dot between letters, as in acme.example.
func dotted(field string) bool {
	before, after, ok := strings.Cut(strings.Trim(field, ".…"), ".")
	return ok && before != "" && after != ""
}

// pairs are the pairs of Chinese characters that stand together, outside of what tells a theme.
func (l *lexicon) pairs(text string) (pairs []string) {
	for _, w := range l.within {
		text = strings.ReplaceAll(text, w.word, " ")
	}
	last := ' '
	for _, r := range text {
		if !unicode.Is(unicode.Han, r) || strings.ContainsRune(stopCharacters, r) {
			r = ' '
		}
		if last != ' ' && r != ' ' {
			pairs = append(pairs, string([]rune{last, r}))
		}
		last = r
	}
	return pairs
}

// stops tells whether a word says nothing by itself.
func stops(base, word string) bool {
	switch base {
	case "en":
		return english.IsStopWord(word) || moreEnglish()[word]
	case "sv":
		return swedish.IsStopWord(word) || moreSwedish()[word]
	case "nl":
		return dutch()[word]
	}
	return false
}

// set is words to look up, made when they are first asked for: who takes answers never does.
func set(words string) func() map[string]bool {
	return sync.OnceValue(func() map[string]bool {
		all := map[string]bool{}
		for word := range strings.FieldsSeq(words) {
			all[word] = true
		}
		return all
	})
}

// What the stemmers' lists leave out; the Dutch list is that of the Snowball project, shortened.
var (
	moreEnglish = set(`also always anything around away back came could didn't doesn't don't even ever everything get gets getting go going
		gone got hadn't hasn't haven't i'd i'll i'm i've isn't it's let like made make many may maybe might much must never nothing one
		please put really said say see since something still take thank thanks that's they're thing things though thought told took
		two us use used using want wanted wasn't weren't well went won't would wouldn't yet you're can't couldn't`)
	moreSwedish = set(`aldrig alltid bara bort både då därför efter fick får få för gick går gå gör göra gjorde ha hela heller igen inga ingenting ja
		jo kom kommer lite man med mer mest måste nej också omkring redan sa säger ska skulle snart som tack ta tar tog tror två tyckte
		tycker var vara verkligen vet vill ville väl ännu även`)
	dutch = set(`aan al alles als altijd andere ben bij daar dan dat de der deze die dit doch doen door dus een eens en er ge geen geweest haar
		had heb hebben heeft hem het hier hij hoe hun iemand iets ik in is ja je kan kon kunnen maar me meer men met mij mijn moet na naar
		niet niets nog nu of om omdat onder ons ook op over reeds te tegen toch toen tot u uit uw van veel voor want waren was wat werd wezen
		wie wil worden wordt wij we zal ze zelf zich zij zijn zo zonder zou heel erg goed ging gaan gaat komt kwam jullie dank bedankt`)
)

// stopCharacters are Chinese characters that only tie others together.
const stopCharacters = "的了是我你他她它们們在和就都也不很没沒有这這那个個一要会會说說到去还還为為吗嗎呢吧啊以与與及或被把给給让讓对對从從但而且所因"
