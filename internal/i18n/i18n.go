// Package i18n holds every word that customers and desks read, in their language: one embedded JSON catalog a language, the
// shipped wording of questions and scales, and the way dates are written.
//
// The field's rules that it encodes: a customer answers in ten seconds or not at all, so the wording is short and does not lead;
// both ends of a scale have a label, and the label follows the scale's direction, so that 1 is never taken for the wrong end; a
// question asks about one thing.
//
// # Keys
//
// A key is words joined by dots, the first of which says who uses it:
//
//	date       months, weekdays, periods and their order             Printer.Day, Printer.Moment, Printer.Date, Printer.Period
//	number     decimals, thousands and per cent                      Printer.Number, Printer.Signed, Printer.Count, Printer.Percent
//	question   the rated question by touchpoint and kind of scale    Printer.Question
//	ends       labels of a scale's ends                              Printer.Ends
//	word       what the ratings between the ends mean                Printer.Word
//	reason     the question for the reason, by group                 Printer.Reason
//	cause      what customers may tick                               Printer.Cause
//	extra      the extra questions that are shipped                  Printer.Ask, Printer.Option
//	about      what a mail or page is about, as a heading            Printer.About
//	why        why a customer gets a mail, by touchpoint             Printer.Why
//	touchpoint names of touchpoints, for desks                       Printer.Touchpoint
//	language   names of languages, for desks                         Printer.LanguageName
//	group      names of good, neutral and bad, for desks
//	rating     a rating on its scale                                 Printer.Spoken, Printer.Said, Printer.Rated
//	mail       survey mail and reminder
//	page       what customers see after a click
//	task       mail to a desk
//	state      states of a case
//	case       pages for a desk
//	report     how a period went, for those in charge               also Printer.Value, Printer.Convention and others
//	console    the pages of the team
//
// A text holds placeholders in braces: {company}. Tests hold that every catalog has every key with the same placeholders and that
// every key is used, so a missing one is a mistake of this repository and never a customer's problem.
package i18n

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/language"
)

// Default is the language of last resort; its catalog is always there.
const Default = "en"

//go:embed catalog/*.json
var embedded embed.FS

// Catalogs are the languages that can be spoken.
type Catalogs struct{ printers map[string]*Printer }

// Shipped returns the languages of this repository. They are parsed when first asked for, not when the program starts: most
// functions never speak.
var Shipped = sync.OnceValue(func() *Catalogs {
	dir, err := fs.Sub(embedded, "catalog")
	if err != nil {
		panic(err)
	}
	catalogs, err := Load(dir)
	if err != nil {
		panic(err)
	}
	return catalogs
})

// Load reads the catalogs at the root of dir, each named by its BCP 47 tag: sv.json.
func Load(dir fs.FS) (*Catalogs, error) {
	names, err := fs.Glob(dir, "*.json")
	if err != nil {
		return nil, fmt.Errorf("list catalogs: %w", err)
	}
	loaded := &Catalogs{printers: make(map[string]*Printer, len(names))}
	for _, name := range names {
		data, err := fs.ReadFile(dir, name)
		if err != nil {
			return nil, fmt.Errorf("read catalog %s: %w", name, err)
		}
		tag := strings.TrimSuffix(name, ".json")
		printer := &Printer{language: tag, dir: direction(tag)}
		if err := json.Unmarshal(data, &printer.texts); err != nil {
			return nil, fmt.Errorf("parse catalog %s: %w", name, err)
		}
		loaded.printers[printer.language] = printer
	}
	return loaded, nil
}

// With returns these languages and more; where both know one, that of more.
func (c *Catalogs) With(more *Catalogs) *Catalogs {
	both := maps.Clone(c.printers)
	maps.Copy(both, more.printers)
	return &Catalogs{printers: both}
}

// Languages lists the tags, sorted.
func (c *Catalogs) Languages() []string { return slices.Sorted(maps.Keys(c.printers)) }

// For returns the printer of the language that is nearest to the wanted BCP 47 tag; Default's when none is near. A wanted variety
// of a language keeps its tag ("nl-BE" speaks Dutch), so that an owner's texts for that variety are found.
func (c *Catalogs) For(want string) *Printer {
	if printer, ok := c.printers[want]; ok {
		return printer
	}
	others := slices.DeleteFunc(c.Languages(), func(tag string) bool { return tag == Default })
	nearest := c.printers[Match(want, append([]string{Default}, others...))]
	tag, err := language.Parse(want)
	if err != nil || !sameLanguage(tag, nearest.language) {
		return nearest
	}
	variety := *nearest
	variety.language = tag.String()
	return &variety
}

// For returns a shipped language's printer: see Catalogs.For.
func For(want string) *Printer { return Shipped().For(want) }

// Printer writes in one language.
type Printer struct {
	language string
	dir      string
	texts    map[string]string
}

// Language is the BCP 47 tag, for the lang attribute.
func (p *Printer) Language() string { return p.language }

// Dir is the direction of reading, for the dir attribute: "ltr" or "rtl".
func (p *Printer) Dir() string { return p.dir }

// T returns the text of the key with its placeholders filled in: T("rating.of", "rating", 4, "max", 5). The result is plain
// text; templates escape it.
func (p *Printer) T(key string, args ...any) string {
	text, ok := p.texts[key]
	if !ok {
		return key
	}
	if len(args) == 0 {
		return text
	}
	pairs := make([]string, 0, len(args))
	for i := 0; i+1 < len(args); i += 2 {
		pairs = append(pairs, fmt.Sprintf("{%v}", args[i]), p.isolate(args[i+1]))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// The marks of Unicode's bidirectional algorithm that keep a foreign word from reordering its neighbours (UAX 9, 2.7).
const (
	firstStrongIsolate    = "\u2068"
	popDirectionalIsolate = "\u2069"
)

// isolate keeps "#1030" or a Latin name in one piece within right-to-left text.
func (p *Printer) isolate(value any) string {
	text, ok := value.(string)
	if !ok || p.dir == "ltr" || strings.ContainsFunc(text, rightToLeft) {
		return fmt.Sprint(value)
	}
	return firstStrongIsolate + text + popDirectionalIsolate
}

func rightToLeft(r rune) bool {
	return unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana, unicode.Nko, unicode.Adlam, unicode.Hanifi_Rohingya)
}
