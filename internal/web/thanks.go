package web

import (
	"net/http"
	"strings"

	"afterword/internal/fault"
	"afterword/internal/problem"
	"afterword/internal/program"
	"afterword/internal/response"
)

// thanksPage is drawn from the record that the answer's write returned.
type thanksPage struct {
	Words       string // by the rating's group
	Answer      string
	Ticked      string // causes
	Asks        bool   // there is more that the customer may say: the form is open
	Until       string
	Form        form // to add a comment or to change the rating
	Unsubscribe string
}

func (v *visit) thank(s program.Survey, rec response.Record) {
	words := v.Shell.words(rec.Language)
	f := v.form(s, rec, stored(rec, &rec.Rating))
	f.Again, f.About, f.Note = true, "", nil
	if f.Comment == "" {
		f.Reason = words.T("page.thanks.comment")
	}
	page := thanksPage{
		Words:       words.T("page.thanks." + string(s.Scale.Group(rec.Rating))),
		Answer:      words.T("page.thanks.answer", "rated", words.Rated(s, rec.Rating)),
		Ticked:      strings.Join(words.Ticked(s, rec.Causes), " · "),
		Asks:        f.asks(),
		Until:       v.until(words, rec),
		Form:        f,
		Unsubscribe: v.unsubscribeLink(rec.Invitation),
	}
	v.Shell.Render(v.w, v.r, Page{
		Status: http.StatusOK, Language: rec.Language, Title: words.T("page.thanks.title") + " · " + v.program.Name, Brand: v.brand(),
		Template: "thanks", Data: page,
	})
}

// closed says, kindly, that nothing can be answered or changed any more. To whoever was erased it does not say that there was an
// answer.
func (v *visit) closed(rec response.Record) {
	if rec.Counted && !rec.Erased {
		v.message(problem.Status(fault.Closed), rec.Language, "answered", message{Done: true})
		return
	}
	v.message(problem.Status(fault.Closed), rec.Language, "expired", message{})
}
