package console

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"afterword/internal/fault"
	"afterword/internal/mail"
	"afterword/internal/period"
	"afterword/internal/program"
	"afterword/internal/response"
	"afterword/internal/score"
)

// A page of comments is read in parts: as many as hold enough that fit the filter, and no more than so many. So it costs the same
// whatever the filter is.
const (
	answersRead    = 100 // in one part
	partsRead      = 4
	enoughComments = 20
)

// Answers lists answers.
type Answers interface {
	// ResponsesTo lists the responses to surveys by when they were first given, newest first. next is the position after the page, ""
	// at the end. Faults: Transient.
	ResponsesTo(ctx context.Context, surveys []string, span period.Span) (page []response.Record, next string, err error)
}

// comments is what customers said, newest first.
type comments struct {
	Filters  []choice // selects of the form
	Action   string
	Kept     []field // of the form
	Segment  string  // that is looked at, in words; "" for all
	Clear    string  // link without the segment
	Said     []comment
	More     string // link to older ones; "" at the end
	position string // cursor that the page began at
}

// choice is a select.
type choice struct {
	Name, Label string
	Options     []option
}

type option struct {
	Value, Label string
	Chosen       bool
}

// comment is what one customer said. It names nobody.
type comment struct {
	At, Rating    string
	Group         score.Group
	GroupName     string
	Text          string
	Language      string // of the text
	Causes        []string
	Subject, Link string // what it is about; the link is "" when there is none
	Cuts          []place
}

// filter is which comments are asked for; "" is all.
type filter struct {
	group              score.Group
	language           string
	property, cutValue string
}

// filter reads the filter of the query. What does not exist filters nothing: it came from an address that was typed.
func (r request) filter(s program.Survey) (f filter) {
	query := r.URL.Query()
	if group := score.Group(query.Get("group")); slices.ContainsFunc(s.Scale.Ratings(), func(rating int) bool { return s.Scale.Group(rating) == group }) {
		f.group = group
	}
	if language := query.Get("language"); slices.Contains(r.program.Languages, language) {
		f.language = language
	}
	if property, value, ok := strings.Cut(query.Get("segment"), ":"); ok && len(property) <= longestCut && len(value) <= longestCut {
		f.property, f.cutValue = property, value
	}
	return f
}

// longestCut bounds a property and its value in an address, in bytes.
const longestCut = 300

func (f filter) query() url.Values {
	query := url.Values{}
	for name, value := range map[string]string{"group": string(f.group), "language": f.language} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if f.property != "" {
		query.Set("segment", f.property+":"+f.cutValue)
	}
	return query
}

func (f filter) fits(a response.Record, touchpoint string, scale score.Scale) bool {
	return a.Touchpoint == touchpoint && a.Counted && !a.Erased && a.Comment != "" &&
		(f.group == "" || scale.Group(a.Rating) == f.group) && (f.language == "" || a.Language == f.language) &&
		(f.property == "" || a.Cuts[f.property] == f.cutValue)
}

// here are the parameters of the page of comments that is shown.
func (c comments) here(in period.Period, f filter) url.Values {
	query := f.query()
	query.Set("period", in.Name)
	if c.position != "" {
		query.Set("cursor", c.position)
	}
	return query
}

// answers reads the answers with comments that the query asks for. more is the cursor of older ones, "" at the end.
func (r request) answers(name string, s program.Survey, in period.Period, f filter) (found []response.Record, more string, err error) {
	cursor := r.URL.Query().Get("cursor")
	if len(cursor) > longestWay {
		return nil, "", fault.New(fault.Invalid, "this is no cursor")
	}
	span, err := period.Page(cursor, in, r.program.Zone, answersRead)
	if err != nil {
		return nil, "", err
	}
	for range partsRead {
		part, next, err := r.Answers.ResponsesTo(r.Context(), []string{s.ID}, span)
		if err != nil {
			return nil, "", err
		}
		for _, a := range part {
			if f.fits(a, name, s.Scale) {
				found = append(found, a)
			}
		}
		if next == "" {
			return found, "", nil
		}
		if span.After = next; len(found) >= enoughComments {
			break
		}
	}
	return found, period.Cursor(span.After), nil
}

func (r request) comments(name string, s program.Survey, in period.Period, f filter, at string) (comments, error) {
	found, more, err := r.answers(name, s, in, f)
	if err != nil {
		return comments{}, err
	}
	shown := comments{Action: at, Filters: r.choices(s, f), Kept: []field{{"period", in.Name}}, position: r.URL.Query().Get("cursor")}
	kept := f.query()
	kept.Set("period", in.Name)
	if len(found) == 0 {
		kept.Del("segment")
	}
	if more != "" {
		shown.More = linkTo(at, kept, "cursor", more) + "#comments"
	}
	if f.property != "" && len(found) > 0 { // or it was made up, and is not repeated beside customers' words (see web.Zipped)
		shown.Kept = append(shown.Kept, field{"segment", f.property + ":" + f.cutValue})
		shown.Segment, shown.Clear = r.words.T("console.cut", "property", f.property, "value", f.cutValue), linkTo(at, kept, "segment", "")+"#comments"
	}
	for _, a := range found {
		shown.Said = append(shown.Said, r.comment(a, s, at, kept))
	}
	return shown, nil
}

func (r request) choices(s program.Survey, f filter) []choice {
	w := r.words
	groups := choice{Name: "group", Label: w.T("console.filter.group"), Options: []option{{"", w.T("console.filter.all"), f.group == ""}}}
	for _, group := range []score.Group{score.Bad, score.Neutral, score.Good} {
		if _, _, some := s.Scale.Boxes(group); some {
			groups.Options = append(groups.Options, option{string(group), w.T("group." + string(group)), f.group == group})
		}
	}
	if len(r.program.Languages) < 2 {
		return []choice{groups}
	}
	languages := choice{Name: "language", Label: w.T("console.filter.language"), Options: []option{{"", w.T("console.filter.all"), f.language == ""}}}
	for _, tag := range r.program.Languages {
		languages.Options = append(languages.Options, option{tag, w.LanguageName(tag), f.language == tag})
	}
	return []choice{groups, languages}
}

func (r request) comment(a response.Record, s program.Survey, at string, kept url.Values) comment {
	w := r.words
	group := s.Scale.Group(a.Rating)
	c := comment{
		At: w.Moment(a.AnsweredAt.In(r.program.Zone)), Rating: w.Rated(s, a.Rating), Group: group, GroupName: w.T("group." + string(group)),
		Text: strings.TrimSpace(a.Comment), Language: a.Language, Causes: w.Ticked(s, a.Causes), Subject: a.Subject,
	}
	if strings.HasPrefix(a.Link, "https://") {
		c.Link, c.Subject = a.Link, cmp.Or(a.Subject, w.T("console.comments.subject"))
	}
	for _, property := range cutsOf(a) {
		value := a.Cuts[property]
		c.Cuts = append(c.Cuts, place{Name: r.words.T("console.cut", "property", property, "value", value), Link: linkTo(at, without(kept, "cursor"), "segment", property+":"+value) + "#comments"})
	}
	return c
}

// without is a query that begins at the newest again.
func without(query url.Values, name string) url.Values {
	rest := url.Values{}
	for each := range query {
		if each != name {
			rest.Set(each, query.Get(each))
		}
	}
	return rest
}

// cutsOf lists the properties that an answer has, by name.
func cutsOf(a response.Record) (names []string) {
	for property, value := range a.Cuts {
		if value != "" {
			names = append(names, property)
		}
	}
	slices.Sort(names)
	return names
}

// commentsTable is the page of comments for a spreadsheet.
func (r request) commentsTable() error {
	name, s, err := r.touchpoint()
	if err != nil {
		return err
	}
	in, err := r.period()
	if err != nil {
		return err
	}
	found, _, err := r.answers(name, s, in, r.filter(s))
	if err != nil {
		return err
	}
	rows := [][]string{{"day", "touchpoint", "survey", "rating", "group", "language", "comment", "causes", "source", "subject", "cuts"}}
	for _, a := range found {
		var cuts []string
		for _, property := range cutsOf(a) {
			cuts = append(cuts, property+":"+a.Cuts[property])
		}
		row := []string{a.Day, name, s.ID, strconv.Itoa(a.Rating), string(s.Scale.Group(a.Rating)), a.Language, a.Comment, strings.Join(a.Causes, ", "), a.Source, a.Subject, strings.Join(cuts, ", ")}
		for i := range row {
			row[i] = mail.Harmless(row[i])
		}
		rows = append(rows, row)
	}
	return r.spreadsheet("comments-"+in.Name+".csv", rows)
}
