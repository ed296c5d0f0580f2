package web

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"time"

	"afterword/internal/fault"
	"afterword/internal/problem"
	"afterword/internal/program"
	"afterword/internal/response"
	"afterword/internal/survey"
)

// link is a touchpoint's link for everybody, as a request found it.
type link struct {
	id         string
	name       string
	touchpoint program.Touchpoint
}

// What the address of an answer by a link says beside the link: its slip, and the language of the page.
const (
	slipField     = "a"
	languageField = "language"
)

// trapField is a field that no person sees. A program that fills in forms gives itself away by it.
const trapField = "homepage"

// everybody serves a touchpoint's link for everybody: the survey to GET and HEAD, which store nothing, and an answer by POST.
func (v *visit) everybody(t survey.Token) {
	l := link{id: t.ID}
	var known bool
	l.touchpoint, l.name, known = survey.LinkOf(v.program, t.ID)
	switch {
	case !known || l.touchpoint.Off || l.touchpoint.Shadow:
		v.shut()
	case v.r.Method == http.MethodGet || v.r.Method == http.MethodHead:
		v.offer(http.StatusOK, l, given{}, "")
	case v.r.Method == http.MethodPost:
		v.handIn(l)
	default:
		v.method(http.MethodGet, http.MethodHead, http.MethodPost)
	}
}

// shut says that the link is closed.
func (v *visit) shut() {
	if v.wantsJSON() {
		v.state(problem.Status(fault.Closed), response.Closed)
		return
	}
	v.message(problem.Status(fault.Closed), v.wished(), "expired", message{})
}

// offer draws the touchpoint's survey with a new slip.
func (v *visit) offer(status int, l link, g given, wrong string) {
	var chance [survey.SlipChance]byte
	_, _ = rand.Read(chance[:]) // never fails
	s, _ := v.program.SurveyOf(l.touchpoint.Name)
	slip := survey.Slip(l.id, v.now, chance)
	v.action = v.handInAt(survey.Token{Purpose: survey.ForSlip, ID: slip, Number: s.Number})
	rec := response.Record{Invitation: survey.Anonymous(v.program, l.touchpoint, s, l.name, slip, v.wished(), v.now)}
	f := v.form(s, rec, g)
	f.Wrong, f.Trap = wrong, trapField
	v.draw(status, f, rec)
}

// handInAt is where an answer with the slip goes.
func (v *visit) handInAt(slip survey.Token) string {
	return v.r.URL.Path + "?" + url.Values{slipField: {v.Keys.Mint(slip)}, languageField: {v.wished()}}.Encode()
}

// handIn takes an answer. Without a good slip, or from who filled in what nobody sees, what was typed comes back to be sent once more:
// that harms no person.
func (v *visit) handIn(l link) {
	values, err := readForm(v.w, v.r)
	if err != nil {
		v.fail(err, v.wished(), nil)
		return
	}
	slip, err := v.Keys.Open(survey.ForSlip, v.r.URL.Query().Get(slipField))
	at, fits := survey.SlipOf(slip.ID, l.id)
	s, asked := v.program.SurveyByNumber(slip.Number)
	if err != nil || !fits || !asked || values.Get(trapField) != "" {
		v.onceMore(l, values)
		return
	}
	inv := survey.Anonymous(v.program, l.touchpoint, s, l.name, slip.ID, v.wished(), v.now.UTC().Truncate(time.Second))
	v.about(inv.ID)
	v.action = v.handInAt(slip)
	answer, err := answerOf(values)
	answer.Invitation, answer.Number, answer.Act, answer.Opened, answer.Anybody = inv.ID, inv.Number, response.Explicit, nil, &inv
	rec := response.Record{Invitation: inv}
	if v.now.Sub(at) > survey.SlipAge { // then it still changes an answer, and makes none
		answer.Anybody = nil
		var gone error
		switch rec, gone = v.Evidence.Look(v.r.Context(), inv.ID); {
		case fault.Is(gone, fault.NotFound):
			v.onceMore(l, values)
			return
		case gone != nil:
			err = gone
		}
	}
	var result response.Result
	if err == nil {
		var stored response.Record
		if result, stored, err = v.Recorder.Answer(v.r.Context(), answer, v.now); err == nil {
			rec, v.action = stored, "/s/"+v.Keys.Mint(survey.Token{Purpose: survey.ForSurvey, ID: stored.ID, Number: stored.Number})
		}
	}
	if fault.Is(err, fault.Invalid) && !v.wantsJSON() {
		v.wrong(s, rec, values, err)
		return
	}
	v.took(s, values, answer, result, rec, err)
}

// onceMore gives back what was typed, on a page with a new slip.
func (v *visit) onceMore(l link, values url.Values) {
	err := fault.New(fault.Invalid, "this answer was not sent from a page of this link, or the page lay open for too long")
	if v.wantsJSON() {
		v.fail(err, v.wished(), nil)
		return
	}
	s, _ := v.program.SurveyOf(l.touchpoint.Name)
	v.offer(problem.Status(fault.Invalid), l, typed(s, values), v.Shell.words(v.wished()).T("page.link.again"))
}

// tongue is a language that a page can be read in instead.
type tongue struct{ Tag, Name, Query string }

// tongues lists the program's languages on the page of a link for everybody, of whom nothing is known but what the browser wishes.
func (v *visit) tongues(rec response.Record) (all []tongue) {
	if !rec.Anybody() || rec.Revision > 0 || v.r.Method == http.MethodPost || len(v.program.Languages) < 2 {
		return nil
	}
	for _, tag := range v.program.Languages {
		if words := v.Shell.words(tag); tag != rec.Language {
			all = append(all, tongue{words.Language(), words.T("language.own"), "?" + languageField + "=" + url.QueryEscape(tag)})
		}
	}
	return all
}
