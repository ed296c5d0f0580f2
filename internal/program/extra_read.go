package program

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"afterword/internal/score"
)

var groups = []string{string(score.Good), string(score.Neutral), string(score.Bad)}

// causes is the field of that name: what customers may tick, in the order in which it is offered.
func (p *Program) causes(f fields) (causes []Cause) {
	n, ok := f.of["causes"]
	if !ok {
		return nil
	}
	shown := 0
	for _, e := range n.all("causes by a name of your own or one of " + strings.Join(ShippedCauses, ", ")) {
		if !e.isName() {
			continue
		}
		c := p.cause(e)
		if causes = append(causes, c); !c.Off {
			shown++
		}
	}
	if shown > MaxCauses {
		n.wrong(fmt.Sprintf("at most %d that are not off", MaxCauses), "%d causes are more than anybody reads", shown)
	}
	return causes
}

// cause is one of them. One that comes with Afterword needs nothing under its name.
func (p *Program) cause(e entry) Cause {
	c := Cause{ID: e.name, For: []score.Group{score.Bad, score.Neutral}}
	if e.empty() {
		e.Node = &yaml.Node{Kind: yaml.MappingNode, Line: e.Line}
	}
	f := e.fields("text", "for", "desk", "off")
	c.Text, c.Off, c.Desk = p.texts(f, "text"), f.flag("off", false), f.text("desk", "")
	if !slices.Contains(ShippedCauses, c.ID) {
		f.needWords("text", "a few words for customers, such as {en: The wrong item}; only "+
			strings.Join(ShippedCauses, ", ")+" have some of their own")
	}
	if _, ok := f.of["for"]; ok {
		c.For = f.groups("for")
	}
	if n, ok := f.of["desk"]; ok {
		n.refer(c.Desk, "a desk of this program", slices.Collect(maps.Keys(p.Desks)))
	}
	return c
}

// groups is a field that names groups of ratings.
func (f fields) groups(name string) (named []score.Group) {
	for _, n := range f.some(name) {
		if group := n.text(); n.refer(group, "a group of ratings", groups) {
			named = append(named, score.Group(group))
		}
	}
	return named
}

// some is a field that is one text or a list of them.
func (f fields) some(name string) []node {
	n, ok := f.of[name]
	switch {
	case !ok:
		return nil
	case n.Kind == yaml.ScalarNode:
		return []node{n}
	}
	parts := f.list(name, "one, or a list such as [a, b]")
	if n.Kind == yaml.SequenceNode && len(parts) == 0 {
		n.wrong("at least one", "the list is empty")
	}
	return parts
}

// questions is the field of that name: the extra questions, in the order in which they are asked.
func (p *Program) questions(f fields, s Survey) (questions []Question) {
	asked, reached := 0, map[string][]int{}
	for _, n := range f.list("questions", "a list of questions, each beginning with - id: ...") {
		if n.Kind != yaml.MappingNode {
			n.wrong("a question, such as {id: hint, ask: Any hint, kind: text}", "%s is none", n.written())
			continue
		}
		s.Questions = questions
		q := p.question(n, s)
		if questions = append(questions, q); !q.Off {
			asked++
		}
		if reached[q.ID] = s.reach(q, reached); len(reached[q.ID]) == 0 && !q.Off && s.Scale.Metric != "" {
			n.wrong("conditions that hold together, on what is not off, or off: true", "nobody is ever asked this")
		}
	}
	if asked > MaxQuestions {
		f.of["questions"].wrong(fmt.Sprintf("at most %d that are not off", MaxQuestions), "%d questions are more than anybody answers", asked)
	}
	return questions
}

// question is one of them; s has the causes and the questions before it.
func (p *Program) question(n node, s Survey) Question {
	f := n.fields("id", "off", "ask", "kind", "options", "scale", "low", "high", "if")
	q := Question{ID: f.text("id", ""), Off: f.flag("off", false), Ask: p.texts(f, "ask"), Kind: QuestionKind(f.text("kind", "")),
		Low: p.texts(f, "low"), High: p.texts(f, "high")}
	if f.need("id", "a short name of its own, such as solved, never used again for another question") {
		if id := f.of["id"]; (entry{q.ID, id}).isName() {
			if _, taken := s.Extra(q.ID); taken {
				id.wrong("each id once", "%s is the id of another question already", q.ID)
			}
		}
	}
	q.If = f.condition(s)
	kinds := []string{string(OneOf), string(ManyOf), string(ScaleKind), string(TextKind)}
	if shipped, ok := ShippedQuestions[q.ID]; ok && q.Kind == "" {
		if n, ok := f.of["options"]; ok {
			n.wrong("kind as well, or another id", "%s comes with options of its own", q.ID)
		}
		q.Kind, q.Options = shipped.Kind, shipped.Options
		f.ratings(q.Kind)
		return q
	}
	f.needWords("ask", "the question in words, such as {en: \"Was it easy to find?\"}")
	if f.need("kind", "one of "+strings.Join(kinds, ", ")) && f.of["kind"].refer(string(q.Kind), "a kind of question", kinds) {
		q.Options = p.options(f, q.Kind)
		q.Min, q.Max = f.ratings(q.Kind)
	}
	return q
}

// options is the field of that name.
func (p *Program) options(f fields, kind QuestionKind) (options []Option) {
	n, ok := f.of["options"]
	switch {
	case !kind.Chooses() && ok:
		n.wrong("them with one-of or many-of only", "a question of the kind %s has no options", kind)
		return nil
	case !kind.Chooses():
		return nil
	case !f.need("options", "2 to 10 answers to choose from, such as {yes: {en: Yes}, no: {en: No}}"):
		return nil
	}
	all := n.all("answers to choose from, such as {yes: {en: Yes}, no: {en: No}}")
	for _, e := range all {
		switch {
		case e.wordless():
			e.wrong("some, such as {en: Yes}", "the option %.40s has no words", e.name)
		case e.isName():
			options = append(options, Option{e.name, p.textsAt(e.node)})
		}
	}
	if count := len(all); n.Kind == yaml.MappingNode && (count < 2 || count > MaxOptions) {
		n.wrong(fmt.Sprintf("2 to %d, each with its words", MaxOptions), "a question with %d options is none to choose from", count)
	}
	return options
}

// ratings is the field scale of a question.
func (f fields) ratings(kind QuestionKind) (least, most int) {
	for _, name := range []string{"scale", "low", "high"} {
		if n, ok := f.of[name]; ok && kind != ScaleKind {
			n.wrong("it with the kind scale only", "a question of the kind %s has no %s", kind, name)
		}
	}
	if kind != ScaleKind || !f.need("scale", "its lowest and highest number, such as 1-5") {
		return 0, 0
	}
	n := f.of["scale"]
	least, most, ok := between(n.Value)
	if !ok || n.Kind != yaml.ScalarNode || least >= most || most > 10 {
		n.wrong("its lowest and highest number, from 0 to 10, such as 1-5", "%s is not a scale", n.written())
		return 0, 0
	}
	return least, most
}

// between reads "1-5", and "3" as 3-3.
func between(text string) (least, most int, ok bool) {
	low, high, two := strings.Cut(text, "-")
	if !two {
		high = low
	}
	first, noFirst := strconv.ParseUint(strings.TrimSpace(low), 10, 8)
	last, noLast := strconv.ParseUint(strings.TrimSpace(high), 10, 8)
	return int(first), int(last), noFirst == nil && noLast == nil
}

// condition is the field if.
func (f fields) condition(s Survey) (when If) {
	n, ok := f.of["if"]
	if !ok {
		return when
	}
	of := n.fields("group", "rating", "cause", "answer")
	when.Groups = of.groups("group")
	if n, ok := of.of["rating"]; ok {
		least, most, ok := between(n.Value)
		if !ok || n.Kind != yaml.ScalarNode || s.Scale.Metric != "" && (least > most || !s.Scale.Contains(least) || !s.Scale.Contains(most)) {
			n.wrong("ratings of this survey, such as 3 or 1-2", "%s is not", n.written())
		}
		for rating := least; ok && rating <= most; rating++ {
			when.Ratings = append(when.Ratings, rating)
		}
	}
	var causes []string
	for _, c := range s.Causes {
		causes = append(causes, c.ID)
	}
	if n, ok := of.of["cause"]; ok && len(causes) == 0 {
		n.wrong("one that stands under causes", "this survey has no causes")
	}
	when.Causes = of.ids("cause", "a cause of this survey", causes)
	if n, ok := of.of["answer"]; ok {
		when.Chosen = n.answers(s)
	}
	return when
}

// ids is a field of one or several of the ids; what they are is said of one that is none.
func (f fields) ids(name, what string, known []string) (named []string) {
	for _, n := range f.some(name) {
		if id := n.text(); n.refer(id, what, known) {
			named = append(named, id)
		}
	}
	return named
}

// answers are the options of questions before, one of which must be chosen of each.
func (n node) answers(s Survey) map[string][]string {
	var earlier []string
	for _, q := range s.Questions {
		if q.Kind.Chooses() {
			earlier = append(earlier, q.ID)
		}
	}
	chosen := map[string][]string{}
	of := fields{n, map[string]node{}}
	for _, e := range n.entries("an earlier question with what was chosen, such as solved: no") {
		q, ok := s.Extra(e.name)
		if !ok || !q.Kind.Chooses() {
			wrong, expected := choice(e.name, "an earlier question with options", earlier)
			if len(earlier) == 0 {
				expected = "a question with options before this one"
			}
			e.wrong(expected, "%s", wrong)
			continue
		}
		var options []string
		for _, o := range q.Options {
			options = append(options, o.ID)
		}
		of.of[e.name] = e.node
		chosen[e.name] = of.ids(e.name, "an option of "+e.name, options)
	}
	return chosen
}
