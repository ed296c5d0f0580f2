// Package web draws the pages that customers and desks open from a mail: the survey, its thanks, unsubscribing, a case. They are
// the face of the company that asks, so they are calm, small and quick: one request, nothing from a third party, readable from 320
// pixels up, in light and dark, from right to left, by keyboard and screen reader, and complete without scripts.
//
// The rule of the field that shapes them: a GET or HEAD shows and never acts, because mail scanners open every link; only a POST
// by a person's act does (package response).
package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"

	"afterword/internal/i18n"
	"afterword/internal/program"
)

//go:embed templates/*.html *.css *.js
var files embed.FS

// Brand is whose pages they are.
type Brand struct {
	Name  string // the company, as customers know it
	Color string // #rrggbb; the pages move it as far as text on it and beside it needs to be read
	Logo  string // https URL of an image, or "": the only thing that a page may load from elsewhere
}

// Shell draws pages around their content: templates/page.html with the style, the brand and the headers that every page has.
type Shell struct {
	Log   *slog.Logger
	Words func(language string) *i18n.Printer // nil: the shipped languages
}

func (s *Shell) words(language string) *i18n.Printer {
	if s.Words == nil {
		return i18n.For(language)
	}
	return s.Words(language)
}

// Page is one answer. Template names a file of templates/ without its ending, which defines "content" and may define "footer";
// there the dot has Data, Brand, Language, Dir and Title, and {{.T "key" args}} speaks the page's language.
type Page struct {
	Status   int
	Language string // BCP 47, of the words and of the html element
	Title    string
	Brand    Brand
	Template string
	Script   string // a file of this package that runs in the page, such as "survey.js", or ""
	Data     any
}

// view is what a template sees.
type view struct {
	Page
	Style, Script template.HTML
	words         *i18n.Printer
}

// T is a text in the page's language.
func (v view) T(key string, args ...any) string { return v.words.T(key, args...) }

// Dir is the direction in which the page is read.
func (v view) Dir() string { return v.words.Dir() }

// templates are parsed when the first page is drawn, so that a function that draws none does not pay for them. Each is a set of
// its own around page.html.
var templates = sync.OnceValue(func() map[string]*template.Template {
	shell := template.Must(template.ParseFS(files, "templates/page.html", "templates/answer.html"))
	names, err := fs.Glob(files, "templates/*.html")
	if err != nil {
		panic(err) // the pattern is ours
	}
	sets := map[string]*template.Template{}
	for _, name := range names {
		content := strings.TrimSuffix(path.Base(name), ".html")
		if content != "page" && content != "answer" {
			sets[content] = template.Must(template.Must(shell.Clone()).ParseFS(files, name))
		}
	}
	return sets
})

// Render answers with the page; to HEAD with its headers alone.
func (s *Shell) Render(w http.ResponseWriter, r *http.Request, p Page) {
	words := s.words(p.Language)
	p.Language = words.Language() // what is spoken, if that is another than what was wished
	style := brandStyle(p.Brand) + embedded("style.css")
	script := ""
	if p.Script != "" {
		script = embedded(p.Script)
	}
	body, err := draw(p, words, style, script)
	if err != nil {
		s.Log.LogAttrs(r.Context(), slog.LevelError, "page not drawn", slog.String("template", p.Template), slog.String("cause", err.Error()))
		http.Error(w, "something went wrong on our side", http.StatusInternalServerError)
		return
	}
	Send(w, r, s.Log, Sheet{Status: p.Status, Language: p.Language, Policy: contentPolicy(p.Brand, style, script), Body: body})
}

func draw(p Page, words *i18n.Printer, style, script string) ([]byte, error) {
	v := view{Page: p, words: words, Style: template.HTML("<style>" + style + "</style>")}
	if script != "" {
		v.Script = template.HTML("<script>" + script + "</script>")
	}
	var b bytes.Buffer
	if err := templates()[p.Template].ExecuteTemplate(&b, "page.html", v); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func embedded(name string) string {
	text, err := files.ReadFile(name)
	if err != nil {
		panic(err) // a name in our own code
	}
	return string(text)
}

// contentPolicy lets the page use its own style and script, by their hashes, its own address for forms and the brand's logo, and
// nothing else.
func contentPolicy(b Brand, style, script string) string {
	images := "data:"
	if logo, err := url.Parse(b.Logo); err == nil && logo.Scheme == "https" {
		images += " https://" + logo.Host
	}
	policy := "default-src 'none'; style-src " + hashOf(style) + "; img-src " + images
	if script != "" {
		policy += "; script-src " + hashOf(script) + "; connect-src 'self'"
	}
	return policy + "; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
}

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// The cards of the pages: --card of style.css in light and in dark.
var (
	lightCard = program.Color{R: 0xff, G: 0xff, B: 0xff}
	darkCard  = program.Color{R: 0x1b, G: 0x1e, B: 0x24}
)

// brandStyle is the brand's colour as the style sheet uses it, on the light and on the dark card.
func brandStyle(b Brand) string {
	brand, ok := program.ParseColor(b.Color)
	if !ok {
		brand = program.Color{R: 0x24, G: 0x57, B: 0xc5}
	}
	light, dark := brand.On(lightCard), brand.On(darkCard)
	var css strings.Builder
	css.WriteString(":root {")
	for _, use := range []struct {
		name        string
		light, dark program.Color
	}{{"brand", light.Fill, dark.Fill}, {"brand-text", light.Text, dark.Text}, {"edge", light.Edge, dark.Edge}, {"accent", light.Link, dark.Link}} {
		fmt.Fprintf(&css, " --%s-light: %s; --%s-dark: %s;", use.name, use.light, use.name, use.dark)
	}
	css.WriteString(" }\n")
	return css.String()
}
