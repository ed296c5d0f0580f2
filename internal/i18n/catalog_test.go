package i18n

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

// everyCatalog is the shipped languages and the right-to-left one that only tests speak.
func everyCatalog(t *testing.T) *Catalogs {
	t.Helper()
	arabic, err := Load(os.DirFS("testdata"))
	if err != nil {
		t.Fatal(err)
	}
	return Shipped().With(arabic)
}

func TestTheShippedLanguagesAreThese(t *testing.T) {
	if diff := cmp.Diff([]string{"en", "nl", "sv", "zh"}, Shipped().Languages()); diff != "" {
		t.Error(diff)
	}
}

func TestEveryLanguageSaysEverythingWithTheSamePlaceholders(t *testing.T) {
	catalogs := everyCatalog(t)
	english := catalogs.For("en").texts
	for _, tag := range catalogs.Languages() {
		texts := catalogs.For(tag).texts
		for key, want := range english {
			got, ok := texts[key]
			if !ok {
				t.Errorf("%s lacks %s", tag, key)
				continue
			}
			if strings.TrimSpace(got) == "" || got != strings.TrimSpace(got) {
				t.Errorf("%s: %s is empty or has space around it: %q", tag, key, got)
			}
			if diff := cmp.Diff(placeholders(want), placeholders(got)); diff != "" {
				t.Errorf("%s: %s has other placeholders than en:\n%s", tag, key, diff)
			}
			if rest := placeholder.ReplaceAllString(got, ""); strings.ContainsAny(rest, "{}<>") {
				t.Errorf("%s: %s holds a broken placeholder or markup: %q", tag, key, got)
			}
		}
		for key := range texts {
			if _, ok := english[key]; !ok {
				t.Errorf("%s has %s, which en lacks", tag, key)
			}
		}
	}
}

func placeholders(text string) []string {
	found := placeholder.FindAllString(text, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

// A text left in English by mistake would pass every other check. Words that are the same in two languages are listed.
func TestNoLanguageIsLeftInEnglish(t *testing.T) {
	same := map[string]bool{"sv group.neutral": true, "sv touchpoint.support": true, "nl touchpoint.support": true, "nl touchpoint.onboarding": true, "nl state.open": true,
		"sv console.column.trend": true, "sv console.by.team": true, "nl console.by.team": true, "nl console.by.product": true, "sv console.column.period": true, "nl console.column.trend": true, "nl console.period.week": true}
	catalogs := everyCatalog(t)
	english := catalogs.For("en").texts
	for _, tag := range catalogs.Languages() {
		if tag == "en" {
			continue
		}
		for key, text := range catalogs.For(tag).texts {
			onlyNames := strings.IndexFunc(placeholder.ReplaceAllString(text, ""), unicode.IsLetter) < 0
			dated := strings.HasPrefix(key, "date.")
			if text == english[key] && !onlyNames && !dated && !same[tag+" "+key] {
				t.Errorf("%s: %s is the English text %q", tag, key, text)
			}
		}
	}
}

// JSON readers take the last of two equal keys without a word.
func TestNoCatalogSaysAThingTwice(t *testing.T) {
	for _, path := range []string{"catalog/en.json", "catalog/nl.json", "catalog/sv.json", "catalog/zh.json", "testdata/ar.json"} {
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		decoder, seen := json.NewDecoder(file), map[string]bool{}
		for n := 0; ; n++ {
			token, err := decoder.Token()
			if err != nil {
				break
			}
			if key, ok := token.(string); ok && n%2 == 1 {
				if seen[key] {
					t.Errorf("%s says %s twice", path, key)
				}
				seen[key] = true
			}
		}
	}
}

func TestABrokenCatalogIsNamed(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/fr.json", []byte(`{"a": 1}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(os.DirFS(dir)); err == nil || !strings.Contains(err.Error(), "fr.json") {
		t.Errorf("got %v, want an error that names fr.json", err)
	}
}
