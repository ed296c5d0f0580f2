package program

import "slices"

// Segment names a property by whose values the answers to a survey are counted apart: by support agent, by product.
type Segment = string

// The properties that a program may name.
const (
	ByAgent    Segment = "agent"
	ByTeam     Segment = "team"
	ByProduct  Segment = "product"
	ByCountry  Segment = "country"
	ByChannel  Segment = "channel"
	ByPlan     Segment = "plan"
	ByLanguage Segment = "language" // in which the customer was asked
	ByWeekday  Segment = "weekday"  // of the visit, in the program's zone: mon, tue, wed, thu, fri, sat, sun
	ByHour     Segment = "hour"     // likewise: 00 to 23
	ByCause    Segment = "cause"    // each that the customer ticked
	ByTheme    Segment = "theme"    // each that the comment is about
)

// VisitProperties are those that a source tells with the visit.
var VisitProperties = []Segment{ByAgent, ByTeam, ByProduct, ByCountry, ByChannel, ByPlan}

// AllSegments are all that a program may name.
var AllSegments = slices.Concat(VisitProperties, []Segment{ByLanguage, ByWeekday, ByHour, ByCause, ByTheme})

// MostSegments is how many of them it may name: each is one more item to write for an answer.
const MostSegments = 8

// Several tells whether an answer may have more than one value of the property, so that its segments do not add up to the whole.
func Several(s Segment) bool { return s == ByCause || s == ByTheme }

// CutsBy tells whether answers are counted by the values of the property.
func (p *Program) CutsBy(s Segment) bool { return slices.Contains(p.Segments, s) }

func (f fields) segments() (named []Segment) {
	for _, n := range f.list("segments", "such as [agent, product]") {
		switch name := n.text(); {
		case !n.refer(name, "a property to cut by", AllSegments): // said
		case slices.Contains(named, name):
			n.wrong("each property once", "%s stands here a second time", name)
		case len(named) == MostSegments:
			n.wrong("at most 8", "there are too many properties to cut by")
			return named
		default:
			named = append(named, name)
		}
	}
	return named
}
