package web

import (
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"afterword/internal/fault"
	"afterword/internal/i18n"
	"afterword/internal/problem"
	"afterword/internal/program"
	"afterword/internal/response"
	"afterword/internal/score"
	"afterword/internal/survey"
)

// survey shows an invitation's survey to GET and HEAD, and takes an answer from POST.
func (v *visit) survey(t survey.Token) {
	s, known := v.program.SurveyByNumber(t.Number)
	switch {
	case !known:
		v.fail(errNoPage, v.wished(), nil)
	case v.r.Method == http.MethodGet || v.r.Method == http.MethodHead:
		v.show(t, s)
	case v.r.Method == http.MethodPost:
		v.take(t, s)
	default:
		v.method(http.MethodGet, http.MethodHead, http.MethodPost)
	}
}

// show keeps the hit as evidence, whatever it is, and draws the page with the link's rating chosen.
func (v *visit) show(t survey.Token, s program.Survey) {
	rec, err := v.Evidence.Look(v.r.Context(), t.ID)
	if err != nil {
		v.fail(err, v.wished(), nil)
		return
	}
	hit := hitOf(v.r, s.Scale, v.now)
	hit.Counts = v.program.CountUnconfirmed
	if err := v.Evidence.Note(v.r.Context(), rec, hit); err != nil {
		// A person is waiting for the page, and evidence only ever speaks against a machine.
		v.Log.LogAttrs(v.r.Context(), slog.LevelWarn, "hit not kept", slog.String("cause", err.Error()))
	}
	if !rec.Open(v.now) {
		v.closed(rec)
		return
	}
	given := stored(rec, hit.Rating)
	given.opened = hit.Rating
	if given.rating == nil && rec.Counted {
		given.rating = &rec.Rating
	}
	v.draw(http.StatusOK, v.form(s, rec, given), rec)
}

// take records an answer and thanks for it. What it cannot take it gives back as it was typed.
func (v *visit) take(t survey.Token, s program.Survey) {
	values, err := readForm(v.w, v.r)
	if err != nil {
		v.fail(err, v.wished(), nil)
		return
	}
	answer, err := answerOf(values)
	answer.Invitation, answer.Number = t.ID, t.Number
	var result response.Result
	var rec response.Record
	if err == nil {
		result, rec, err = v.Recorder.Answer(v.r.Context(), answer, v.now)
	}
	if fault.Is(err, fault.Invalid) && !v.wantsJSON() {
		v.refuse(t, s, values, err)
		return
	}
	v.took(s, values, answer, result, rec, err)
}

// took draws what became of an answer.
func (v *visit) took(s program.Survey, values url.Values, answer response.Answer, result response.Result, rec response.Record, err error) {
	switch {
	case err != nil:
		v.fail(err, v.wished(), v.again(values))
	case v.wantsJSON():
		status := http.StatusOK
		if result == response.Closed {
			status = problem.Status(fault.Closed)
		}
		v.state(status, result)
	case result == response.Closed:
		v.closed(rec)
	case result == response.Waiting:
		v.confirm(s, rec, answer)
	default:
		v.thank(s, rec)
	}
}

// refuse draws the page again with what was typed and what is wrong with it.
func (v *visit) refuse(t survey.Token, s program.Survey, values url.Values, cause error) {
	rec, err := v.Evidence.Look(v.r.Context(), t.ID)
	if err != nil {
		v.fail(err, v.wished(), v.again(values))
		return
	}
	if !rec.Open(v.now) {
		v.closed(rec)
		return
	}
	v.wrong(s, rec, values, cause)
}

// wrong draws the page of the record with what was typed and what is wrong with it.
func (v *visit) wrong(s program.Survey, rec response.Record, values url.Values, cause error) {
	words := v.Shell.words(rec.Language)
	f := v.form(s, rec, typed(s, values))
	switch {
	case errors.Is(cause, response.ErrLongComment):
		f.Wrong = words.T("page.survey.wrong.comment", "limit", response.CommentLimit)
	case errors.Is(cause, response.ErrLongReply):
		f.Wrong = words.T("page.survey.wrong.comment", "limit", response.ReplyLimit)
	case errors.Is(cause, response.ErrExtra):
		f.Wrong = words.T("page.survey.wrong.extra")
	default:
		f.Wrong = words.T("page.survey.wrong.rating")
	}
	v.draw(problem.Status(fault.KindOf(cause)), f, rec)
}

// confirm asks for a button, because a machine may have sent what there is.
func (v *visit) confirm(s program.Survey, rec response.Record, a response.Answer) {
	words := v.Shell.words(rec.Language)
	g := stored(rec, &a.Rating)
	g.opened = a.Opened
	f := v.form(s, rec, g)
	f.Note = []string{words.T("page.survey.confirm", "rating", words.Said(s, a.Rating))}
	f.Send = words.T("page.survey.confirm.yes", "rating", words.Said(s, a.Rating))
	v.draw(http.StatusOK, f, rec)
}

// again offers to send the same once more.
func (v *visit) again(values url.Values) *button {
	b := &button{Action: v.action, Label: v.Shell.words(v.wished()).T("page.busy.again"), Comment: values.Get("comment")}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if isExtra(name) || slices.Contains([]string{"rating", "opened", "shown"}, name) {
			for _, value := range values[name] {
				b.Hidden = append(b.Hidden, hidden{name, value})
			}
		}
	}
	return b
}

// given is what the page shows as filled in.
type given struct {
	rating, opened *int
	comment        string
	shown          bool // the comment is a stored one
	extras         response.Extras
	had            []string // what of them is stored: "causes" and names of fields
}

// stored is a page with what is stored filled in.
func stored(rec response.Record, rating *int) given {
	g := given{rating: rating, comment: rec.Comment, shown: rec.Comment != "", extras: rec.Extras}
	if len(rec.Causes) > 0 {
		g.had = append(g.had, hadCauses)
	}
	for _, r := range rec.Replies {
		g.had = append(g.had, replyField+r.Question)
	}
	return g
}

// typed is a page with what was typed filled in, however wrong it is; a rating that the scale does not have is left out.
func typed(s program.Survey, values url.Values) given {
	return given{
		rating: within(s.Scale, number(values["rating"])), opened: within(s.Scale, number(values["opened"])),
		comment: values.Get("comment"), shown: values.Has("shown"), extras: extrasOf(s, values), had: values[hadField],
	}
}

func within(scale score.Scale, rating *int) *int {
	if rating == nil || !scale.Contains(*rating) {
		return nil
	}
	return rating
}

// form is the survey's form as templates/answer.html draws it.
type form struct {
	Action          string
	About, Question string
	Again           bool     // below a heading of its own
	Note            []string // lines
	Wrong           string
	Choices         []choice
	Look            program.Presentation // other than numbers
	Columns         int                  // of a long scale on a narrow screen; 0: one row
	Min, Max        int
	Low, High       string // labels of the ends; "" where each rating shows what it means
	Reason          string // the question for the reason
	Reasons         []reason
	Causes          *causes
	Extras          []extra
	Comment         string
	Shown           bool
	Opened, Known   string // the rating of the link; the one that is stored for sure
	Send            string
	Language        string // of the page, where answers are counted by what comments are about
	Trap            string // name of a field that no person sees; "": none
}

type choice struct {
	Rating int
	Name   string // for screen readers: "5 of 5: Very easy"
	Said   string // within a sentence, where that is not the number
	Word   string // what it means, where that is shown
	Face   int    // 1, the saddest, to 5
	Up     bool   // of thumbs
	Group  score.Group
	Chosen bool
}

// reason is the question for the reason when the rating is of the group.
type reason struct {
	Group score.Group
	Text  string
}

// surveyPage is the survey's page.
type surveyPage struct {
	Form        form
	Unsubscribe string // "": nobody is known who could be
	Tongues     []tongue
}

func (v *visit) draw(status int, f form, rec response.Record) {
	v.Shell.Render(v.w, v.r, Page{
		Status: status, Language: rec.Language, Title: v.Shell.words(rec.Language).T("page.survey.title", "company", v.program.Name), Brand: v.brand(),
		Template: "survey", Script: "survey.js", Data: surveyPage{f, v.unsubscribeLink(rec.Invitation), v.tongues(rec)},
	})
}

func (v *visit) unsubscribeLink(inv survey.Invitation) string {
	if inv.Anybody() {
		return ""
	}
	return "/u/" + v.Keys.Mint(survey.Token{Purpose: survey.ForUnsubscribe, ID: inv.ID, Number: inv.Number})
}

// longScale is the most ratings that fit in one row of a narrow screen, each wide enough for a thumb.
const longScale = 7

func (v *visit) form(s program.Survey, rec response.Record, g given) form {
	words := v.Shell.words(rec.Language)
	f := form{
		Action:   v.action,
		About:    words.About(v.program.Touchpoints[rec.Touchpoint], rec.Subject, v.program.Name),
		Question: words.Question(s, rec.Touchpoint, v.program.Name),
		Min:      s.Scale.Min, Max: s.Scale.Max,
		Reason:  words.T("page.thanks.comment"),
		Comment: g.comment, Shown: g.shown,
		Send: words.T("page.survey.send"),
	}
	if v.program.CutsBy(program.ByTheme) {
		f.Language = words.Language()
	}
	f.Look, f.Choices = look(s), choices(s, words, g.rating)
	if f.Look != program.Words && f.Look != program.Thumbs {
		f.Low, f.High = words.Ends(s)
	}
	if n := len(f.Choices); n > longScale {
		f.Columns = (n + 1) / 2
	}
	for _, group := range []score.Group{score.Good, score.Neutral, score.Bad} {
		f.Reasons = append(f.Reasons, reason{group, words.Reason(s, group)})
	}
	if g.rating != nil {
		f.Reason = words.Reason(s, s.Scale.Group(*g.rating))
	}
	f.Causes, f.Extras = causesOf(s, words, g), questionsOf(s, words, g)
	if g.opened != nil {
		f.Opened = strconv.Itoa(*g.opened)
	}
	if rec.Counted {
		f.Note = []string{words.T("page.thanks.answer", "rated", words.Rated(s, rec.Rating)), v.until(words, rec)}
		if rec.Act == response.Explicit {
			f.Known = strconv.Itoa(rec.Rating)
		}
	}
	return f
}

// look is how the ratings look, "" for plain numbers.
func look(s program.Survey) program.Presentation {
	if s.Presentation == program.Numbers {
		return ""
	}
	return s.Presentation
}

func choices(s program.Survey, words *i18n.Printer, chosen *int) (all []choice) {
	for _, rating := range s.Scale.Ratings() {
		group := s.Scale.Group(rating)
		c := choice{
			Rating: rating, Name: words.Spoken(s, rating), Said: words.Said(s, rating), Group: group, Up: group == score.Good,
			Chosen: chosen != nil && *chosen == rating,
		}
		switch look(s) {
		case program.Faces:
			c.Face, c.Word = words.Face(s, rating), words.Word(s, rating)
		case program.Words, program.Thumbs:
			c.Word = words.Word(s, rating)
		}
		all = append(all, c)
	}
	return all
}

func (v *visit) until(words *i18n.Printer, rec response.Record) string {
	return words.T("page.thanks.until", "date", words.Day(rec.EditUntil.In(v.program.Zone)))
}
