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
	return frame{Printer: catalogs.For(i18n.Match(wish, p.Languages)), Brand: brandOf(p)}
}

// Start is where lines begin, for attributes that know no other words: "left" or "right".
func (f frame) Start() string {
	if f.Dir() == "rtl" {
		return "right"
	}
	return "left"
}

// End is where lines end.
func (f frame) End() string {
	if f.Dir() == "rtl" {
		return "left"
	}
	return "right"
}

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

// outlook writes markup that only Outlook on Windows reads: html/template drops all comments, also these. What goes in is ours.
func outlook(format string, widths ...int) template.HTML {
	args := make([]any, len(widths))
	for i, width := range widths {
		args[i] = width
	}
	return template.HTML("<!--[if mso]>" + fmt.Sprintf(format, args...) + "<![endif]-->")
}

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
