package i18n

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"afterword/internal/program"
	"afterword/internal/score"
)

// kind names the question that a survey's scale goes with. An effort scale, on which the lowest rating is the happiest, asks another
// question than an ease scale: turning only the labels round would make people answer the wrong way (the reason that CES
// was reversed in 2013). So does one on which people agree with a statement.
func kind(survey program.Survey) string {
	switch {
	case survey.Agree:
		return "agree"
	case survey.Scale.Metric == score.CES && survey.Scale.Direction == score.Lower:
		return "effort"
	}
	return strings.ToLower(string(survey.Scale.Metric))
}

// own is the owner's text in this language. One that the owner wrote in other languages only is taken from the nearest of these:
// the shipped wording would ask another question, and its answers would be counted as answers to the owner's. "" when there is none.
func (p *Printer) own(text program.Text) string {
	if own := text.In(p.language); own != "" || len(text) == 0 {
		return own
	}
	written := slices.Sorted(maps.Keys(text))
	if _, ok := text[Default]; ok {
		written = append([]string{Default}, written...)
	}
	return text[Match(p.language, written)]
}

// Question is the rated question of the survey at the touchpoint: the owner's wording, else the shipped one.
func (p *Printer) Question(survey program.Survey, touchpoint, company string) string {
	if own := p.own(survey.Question); own != "" {
		return own
	}
	key := "question." + touchpoint + "." + kind(survey)
	if _, ok := p.texts[key]; !ok {
		key = "question." + kind(survey)
	}
	return p.T(key, "company", company)
}

// Reason is the question for the reason, which depends on how happy the rating was, and on what was rated: whoever would not recommend
// somebody has not necessarily seen anything go wrong.
func (p *Printer) Reason(survey program.Survey, group score.Group) string {
	reasons := map[score.Group]program.Text{score.Good: survey.Reasons.Good, score.Neutral: survey.Reasons.Neutral, score.Bad: survey.Reasons.Bad}
	if own := p.own(reasons[group]); own != "" {
		return own
	}
	key := "reason." + kind(survey) + "." + string(group)
	if _, ok := p.texts[key]; !ok {
		key = "reason." + string(group)
	}
	return p.T(key)
}

// numbered are the touchpoints whose subject is a number that the customer knows: of an order, a ticket, an invoice.
var numbered = map[string]bool{"purchase": true, "delivery": true, "support": true, "return": true, "invoice": true}

// longestNumber is the length in characters up to which a subject is taken for a number that a person would recognise. The ids of
// deliveries and records that stand in for it when a source has none are longer.
const longestNumber = 20

// About says what it is about as the customer would: "Your order #1030". The subject is left out where the customer could not
// know it: one that is shared between customers, an internal id.
func (p *Printer) About(touchpoint program.Touchpoint, subject, company string) string {
	key := "about." + touchpoint.Name
	if _, ok := p.texts[key]; !ok {
		key = "about.general"
	}
	about := p.T(key, "company", company)
	known := numbered[touchpoint.Name] && touchpoint.Subject != "shared"
	if !known || subject == "" || utf8.RuneCountInString(subject) > longestNumber {
		return about
	}
	return p.T("about.numbered", "about", about, "subject", subject)
}

// Why says why the customer gets a mail, in one sentence.
func (p *Printer) Why(touchpoint, company string) string {
	key := "why." + touchpoint
	if _, ok := p.texts[key]; !ok {
		key = "why.general"
	}
	return p.T(key, "company", company)
}

// Touchpoint is the touchpoint's name for a desk; the owner's own touchpoints keep the owner's name.
func (p *Printer) Touchpoint(name string) string { return p.named("touchpoint."+name, name) }

// LanguageName is the name of a language for a desk, or its tag when the catalogs do not name it.
func (p *Printer) LanguageName(tag string) string { return p.named("language."+tag, tag) }

func (p *Printer) named(key, unnamed string) string {
	if text, ok := p.texts[key]; ok {
		return text
	}
	return unnamed
}
