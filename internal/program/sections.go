package program

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"

	"afterword/internal/fault"
	"afterword/internal/score"
)

func (p *Program) survey(e entry) Survey {
	f := e.fields("number", "metric", "scale", "direction", "good_from", "bad_to", "presentation", "agree", "question", "low", "high", "reasons",
		"causes", "questions")
	f.need("number", "a number of its own from 1 to 65535, never used again")
	reasons := f.section("reasons").fields("good", "neutral", "bad")
	s := Survey{
		ID:       e.name,
		Number:   f.whole("number", 0, 1, 65535),
		Scale:    f.scale(),
		Agree:    f.flag("agree", false),
		Question: p.texts(f, "question"),
		Low:      p.texts(f, "low"),
		High:     p.texts(f, "high"),
		Reasons:  Reasons{p.texts(reasons, "good"), p.texts(reasons, "neutral"), p.texts(reasons, "bad")},
	}
	s.Presentation = f.presentation(s.Scale)
	s.Causes = p.causes(f)
	s.Questions = p.questions(f, s)
	if s.Agree && s.Scale.Metric != "" && (s.Scale.Metric != score.CES || s.Scale.Direction != score.Higher) {
		f.of["agree"].wrong("CES, higher is better", "nobody agrees or disagrees on the scale %s", s.Scale)
	}
	return s
}

// presentation is how the ratings of the scale look. What is wrong with the scale itself is said where it is read.
func (f fields) presentation(scale score.Scale) Presentation {
	p := Presentation(f.text("presentation", string(Numbers)))
	n, ok := f.of["presentation"]
	if !ok || !n.refer(string(p), "a presentation", presentations) || scale.Metric == "" {
		return p
	}
	if err := p.Fits(scale); err != nil {
		wrong, expected, _ := strings.Cut(fault.TextOf(err), "; expected ")
		n.wrong(expected, "%s", wrong)
	}
	return p
}

// scale is what a survey's metric, scale, direction, good_from and bad_to say; the zero Scale when they say nothing good.
func (f fields) scale() score.Scale {
	metric, direction := f.text("metric", ""), f.text("direction", string(score.Higher))
	good := f.need("metric", "CES, CSAT or NPS")
	if n, ok := f.of["metric"]; ok {
		good = n.refer(metric, "a metric", []string{string(score.CES), string(score.CSAT), string(score.NPS)}) && good
	}
	if n, ok := f.of["direction"]; ok {
		good = n.refer(direction, "a direction", []string{string(score.Higher), string(score.Lower)}) && good
	}
	if !f.need("scale", "its lowest and highest rating, such as 1-5") {
		return score.Scale{}
	}
	low, high, _ := strings.Cut(f.text("scale", ""), "-")
	least, noLeast := strconv.Atoi(strings.TrimSpace(low))
	most, noMost := strconv.Atoi(strings.TrimSpace(high))
	if noLeast != nil || noMost != nil {
		f.of["scale"].wrong("its lowest and highest rating, such as 1-5", "%s is not a scale", f.of["scale"].written())
		good = false
	}
	usual, known := score.Standard(score.Metric(metric), most, score.Direction(direction))
	s := score.Scale{Metric: score.Metric(metric), Min: least, Max: most, Direction: score.Direction(direction),
		GoodFrom: f.whole("good_from", usual.GoodFrom, 0, 10), BadTo: f.whole("bad_to", usual.BadTo, 0, 10)}
	_, hasGood := f.of["good_from"]
	_, hasBad := f.of["bad_to"]
	known = known && usual.Min == least
	switch err := s.Valid(); {
	case !good:
		return score.Scale{}
	case !known && s.Metric != score.NPS && !(hasGood && hasBad):
		f.of["scale"].wrong("both, because this scale has no usual groups", "good_from or bad_to is missing")
		return score.Scale{}
	case err != nil:
		wrong, expected, _ := strings.Cut(fault.TextOf(err), "; expected ")
		f.of["scale"].wrong(expected, "%s", wrong)
		return score.Scale{}
	}
	return s
}

// texts is a field that is a text for each language, or one text in the program's first language.
func (p *Program) texts(f fields, name string) Text {
	n, ok := f.of[name]
	if !ok {
		return nil
	}
	return p.textsAt(n)
}

func (p *Program) textsAt(n node) Text {
	if n.Kind == yaml.ScalarNode {
		return Text{p.Languages[0]: n.text()}
	}
	text := Text{}
	for _, e := range n.entries("a text, or texts by language, such as en: ...") {
		tag, err := language.Parse(e.name)
		asked := slices.ContainsFunc(p.Languages, func(l string) bool { return l == tag.String() || parent(l) == tag.String() })
		if err != nil || !asked {
			e.refer(e.name, "one of the program's languages", p.Languages)
			continue
		}
		text[tag.String()] = e.text()
	}
	return text
}

func (p *Program) desk(e entry) Desk {
	f := e.fields("people", "due", "hours", "time_zone", "escalate", "language")
	d := Desk{
		Name:     e.name,
		People:   f.people("people"),
		Due:      f.working("due", 8*time.Hour),
		Hours:    f.hours(Hours{[7]bool{false, true, true, true, true, true, false}, 9 * time.Hour, 17 * time.Hour}),
		Zone:     f.zone(p.Zone),
		Escalate: f.people("escalate"),
		Language: f.text("language", p.Languages[0]),
	}
	f.need("people", "a list of who works here, such as [Anna Berg <anna@acme.example>]")
	if n, ok := f.of["people"]; ok && n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
		n.wrong("at least one", "nobody works here")
	}
	if n, ok := f.of["language"]; ok {
		n.refer(d.Language, "one of the program's languages", p.Languages)
	}
	return d
}

// working is a length of working time. Days and weeks are refused: of a desk that works eight hours a day, 2d would be six days.
func (f fields) working(name string, otherwise time.Duration) time.Duration {
	if n, ok := f.of[name]; ok && strings.ContainsAny(n.Value, "dw") {
		n.wrong("working hours, such as 4h or 16h", "%s could mean days by the calendar", n.written())
		return otherwise
	}
	return f.span(name, otherwise, time.Minute, 1000*time.Hour)
}

// refer tells whether the value is one of the names, and says so when it is not, unless something is said already: that the place
// holds no text, or that there are no names at all.
func (n node) refer(value, what string, names []string) bool {
	if slices.Contains(names, value) {
		return true
	}
	if n.Kind != yaml.ScalarNode || len(names) == 0 {
		return false
	}
	wrong, expected := choice(value, what, slices.Clone(names))
	n.wrong(expected, "%s", wrong)
	return false
}

func (p *Program) touchpoint(e entry) Touchpoint {
	f := e.fields("survey", "desk", "off", "shadow", "window", "delay", "max_age", "min_account_age", "sample", "reminder", "expires", "filter", "subject", "links",
		"every", "weekdays")
	t := Touchpoint{
		Name:     e.name,
		Survey:   f.text("survey", ""),
		Off:      f.flag("off", false),
		Shadow:   f.flag("shadow", false),
		Window:   f.span("window", 0, 0, 3650*day),
		Delay:    f.span("delay", time.Hour, 0, 90*day),
		MaxAge:   f.span("max_age", 7*day, time.Hour, 365*day),
		MinAge:   f.span("min_account_age", 0, 0, 3650*day),
		Sample:   f.share("sample", 1),
		Reminder: f.span("reminder", 0, 0, 365*day),
		Expires:  f.span("expires", 30*day, day, 365*day),
		Desk:     f.text("desk", ""),
		Filter:   f.filter("filter", "such as country: SE"),
		Subject:  f.text("subject", OwnSubject),
		Links:    f.links(),
	}
	if f.need("survey", "the id of the survey that asks about it") {
		f.of["survey"].refer(t.Survey, "a survey of this program", slices.Collect(maps.Keys(p.Surveys)))
	}
	if f.need("desk", "the name of the desk that works its unhappy answers") {
		f.of["desk"].refer(t.Desk, "a desk of this program", slices.Collect(maps.Keys(p.Desks)))
	}
	if n, ok := f.of["subject"]; ok {
		n.refer(t.Subject, "a kind of subject", []string{OwnSubject, SharedSubject})
	}
	f.turns(&t)
	if t.Reminder != 0 && (t.Reminder < time.Hour || t.Reminder >= t.Expires) {
		f.of["reminder"].wrong("from 1h to less than expires, or 0 for none", "%q is no time for a reminder of a survey that expires after %s",
			written(t.Reminder), written(t.Expires))
	}
	return t
}
