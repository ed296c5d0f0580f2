package mail

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"net/url"
	"strings"
	"sync"
	texttemplate "text/template"

	"afterword/internal/i18n"
	"afterword/internal/program"
)

// frame is what every mail has around its content.
type frame struct {
	*i18n.Printer
	Brand              brand
	Subject, Preheader string // the preheader is what mailboxes show beside the subject
	Start, End         string // where lines begin and end, for attributes that know no other words: "left" or "right"
}

// brand is whose mail it is, in colours that people can read whatever the owner chose.
type brand struct {
	Name, Logo  string
	Light, Dark program.Palette
}

// The cards of the templates, as on the web pages, so that the way from the mail to the page is no break.
var (
	lightCard    = program.Color{R: 0xff, G: 0xff, B: 0xff}
	darkCard     = program.Color{R: 0x1b, G: 0x1e, B: 0x24}
	defaultColor = program.Color{R: 0x24, G: 0x57, B: 0xc5}
)

func brandOf(p *program.Program) brand {
	color, ok := program.ParseColor(p.Color)
	if !ok {
		color = defaultColor
	}
	b := brand{Name: oneLine(p.Name), Light: color.On(lightCard), Dark: color.On(darkCard)}
	if strings.HasPrefix(p.Logo, "https://") {
		b.Logo = p.Logo
	}
	return b
}

// frame speaks the offered language that is nearest to the wish.
func (w Writer) frame(p *program.Program, wish string) frame {
	catalogs := w.Catalogs
	if catalogs == nil {
		catalogs = i18n.Shipped()
	}
	f := frame{Printer: catalogs.For(i18n.Match(wish, p.Languages)), Brand: brandOf(p), Start: "left", End: "right"}
	if f.Dir() == "rtl" {
		f.Start, f.End = f.End, f.Start
	}
	return f
}

//go:generate ../../scripts/mails
//go:embed templates/*
var files embed.FS

// Templates are parsed when the first mail is written, not when the program starts.
var (
	htmlTemplates = sync.OnceValue(func() *template.Template {
		return template.Must(template.New("").Funcs(template.FuncMap{"outlook": outlook, "mailto": mailto}).ParseFS(files, "templates/*.html"))
	})
	textTemplates = sync.OnceValue(func() *texttemplate.Template {
		return texttemplate.Must(texttemplate.New("").Funcs(texttemplate.FuncMap{"wrap": wrap, "entry": entry, "bar": bar}).ParseFS(files, "templates/*.txt"))
	})
)

// outlook writes one half of a comment that Outlook on Windows takes as a condition: html/template drops all comments, also these. What
// stands between the halves is markup like any other, escaped by its place.
func outlook(half string) template.HTML { return template.HTML(half) }

// mailto links an address. What could be taken for more than an address is escaped.
func mailto(address string) string { return "mailto:" + url.PathEscape(address) }

// render writes both parts of the message by the templates of that name.
func (m *message) render(name string, content any) error {
	for _, part := range []struct {
		into *string
		by   interface {
			ExecuteTemplate(w io.Writer, name string, data any) error
		}
		file string
	}{{&m.html, htmlTemplates(), name + ".html"}, {&m.text, textTemplates(), name + ".txt"}} {
		var b bytes.Buffer
		if err := part.by.ExecuteTemplate(&b, part.file, content); err != nil {
			return fmt.Errorf("write %s: %w", part.file, err)
		}
		*part.into = b.String()
	}
	return nil
}
