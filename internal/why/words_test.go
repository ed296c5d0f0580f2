package why

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/theme"
)

func say(stem, written string) []theme.Word {
	return []theme.Word{{Language: "en", Stem: stem, Written: written}}
}

func TestAWordIsToldWhenFiveHaveSaidIt(t *testing.T) {
	w := NewWords()
	for range 4 {
		w.Add(say("anna", "anna"))
		w.Add(say("sofa", "sofas"))
	}
	for range 3 {
		w.Add(say("sofa", "sofa"))
	}
	for range 9 {
		w.Add(append(say("box", "box"), theme.Word{Language: "nl", Stem: "box", Written: "box"}))
	}
	want := []Word{{"en", "box", 9}, {"nl", "box", 9}, {"en", "sofas", 7}}
	if diff := cmp.Diff(want, w.List(10)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want[:1], w.List(1)); diff != "" {
		t.Error(diff)
	}
}

// A million answers of which each says a word of its own, and some say what many do.
func TestFrequentWordsSurviveAFloodOfRareOnes(t *testing.T) {
	w, r, said := NewWords(), rand.New(rand.NewPCG(7, 8)), map[string]int64{}
	n := 200_000
	if testing.Short() {
		n = 40_000
	}
	for i := range n {
		word := fmt.Sprint("rare", i)
		if at := r.IntN(500); at < 40 { // forty words that are said in one answer of 500 each
			word = fmt.Sprint("common", at)
			said[word]++
		}
		w.Add(say(word, word))
	}
	if len(w.at) > mostWords || len(w.rarest) > mostWords {
		t.Fatalf("%d words are kept", len(w.at))
	}
	told := map[string]bool{}
	for _, word := range w.List(1000) {
		if told[word.Word] = true; word.AtLeast > said[word.Word] {
			t.Errorf("%s was said by %d, and at least %d are told", word.Word, said[word.Word], word.AtLeast)
		}
	}
	for word := range said {
		if !told[word] {
			t.Errorf("%s is lost", word)
		}
	}
}

func TestAWordKeepsFewForms(t *testing.T) {
	w := NewWords()
	for i := range 100 {
		w.Add(say("x", fmt.Sprint("x", i)))
	}
	if forms := w.rarest[0].forms; len(forms) != mostForms {
		t.Error(forms)
	}
}
