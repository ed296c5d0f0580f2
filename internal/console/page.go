package console

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"path"
	"strings"
	"sync"

	"afterword/internal/i18n"
	"afterword/internal/web"
)

//go:embed templates/*.html assets/*
var files embed.FS

// policy lets a page use the style and the scripts that we serve, and send forms to us.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// page is one answer. Template names a file of templates/ without its ending, which defines "content"; there the dot is a view.
type page struct {
	Status   int // 0 is 200
	Title    string
	Template string
	Here     string // which of the places in the head this is; "" when it is none
	Charts   bool   // the page has charts to draw
	Data     any
}

// view is what a template sees.
type view struct {
	page
	*i18n.Printer
	Company string
	Places  []place
	Files   map[string]string // addresses of assets
	Who     string            // is signed in; "" for nobody
	Form    string            // what a form carries that changes something
}

// place is a page that every page leads to.
type place struct {
	Name, Link string
	Current    bool
}

// templates are parsed when the first page is drawn.
var templates = sync.OnceValue(func() map[string]*template.Template {
	frame := template.Must(template.ParseFS(files, "templates/page.html", "templates/part_*.html"))
	names, err := fs.Glob(files, "templates/*.html")
	if err != nil {
		panic(err) // the pattern is ours
	}
	sets := map[string]*template.Template{}
	for _, name := range names {
		content := strings.TrimSuffix(path.Base(name), ".html")
		if content != "page" && !strings.HasPrefix(content, "part_") {
			sets[content] = template.Must(template.Must(frame.Clone()).ParseFS(files, name))
		}
	}
	return sets
})

// show draws the page.
func (r request) show(p page) {
	v := view{page: p, Printer: r.words, Files: assetNames()}
	if r.program != nil {
		v.Company = r.program.Name
	}
	if r.who.Address != "" {
		v.Places, v.Who, v.Form = r.places(p.Here), nameOf(r.who.Member), r.who.Form()
	}
	var b bytes.Buffer
	if err := templates()[p.Template].ExecuteTemplate(&b, "page.html", v); err != nil {
		r.Log.ErrorContext(r.Context(), "page not drawn", "template", p.Template, "cause", err.Error())
		b.Reset()
		p.Status = 500
	}
	web.Send(r.ResponseWriter, r.Request, r.Log, web.Sheet{Status: max(p.Status, 200), Language: r.words.Language(), Policy: policy, Body: b.Bytes()})
}

// download answers with a file.
func (r request) download(name, kind string, body []byte) {
	r.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	web.Send(r.ResponseWriter, r.Request, r.Log, web.Sheet{Status: 200, Kind: kind, Policy: policy, Body: body})
}

func (r request) places(here string) []place {
	all := []place{
		{Name: r.words.T("console.place.scores"), Link: home}, {Name: r.words.T("console.decisions.title"), Link: decisionsAt},
		{Name: r.words.T("console.reports.title"), Link: reportsAt},
	}
	for i := range all {
		all[i].Current = all[i].Link == here
	}
	return all
}
