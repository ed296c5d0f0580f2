package api

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"afterword/internal/fault"
	"afterword/internal/period"
	"afterword/internal/program"
)

// Bounds of what a query may be.
const (
	maxQuery  = 2000 // bytes of the whole query
	maxValue  = 300  // bytes of one value
	maxCursor = 1500 // bytes of a cursor, which may hold the keys of an item
	pageSize  = 100  // items of a page
)

// readQuery reads the parameters of a request. A parameter that is not known, or comes twice, is refused: a misspelt one would
// silently give the answer to another question.
func readQuery(r *http.Request, known ...string) (map[string]string, error) {
	if len(r.URL.RawQuery) > maxQuery {
		return nil, fault.New(fault.TooLarge, "the query has more than %d bytes", maxQuery)
	}
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, fault.New(fault.Invalid, "the query cannot be read: expected name=value pairs, percent-encoded, joined by &")
	}
	query := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		given, most := values[name], maxValue
		if name == "cursor" {
			most = maxCursor
		}
		switch {
		case !slices.Contains(known, name):
			return nil, fault.New(fault.Invalid, "there is no parameter %.40q here; expected %s", name, list(known))
		case len(given) > 1:
			return nil, fault.New(fault.Invalid, "the parameter %q is given %d times; expected once", name, len(given))
		case len(given[0]) > most || !utf8.ValidString(given[0]):
			return nil, fault.New(fault.Invalid, "the value of %q is not UTF-8 text of at most %d bytes", name, most)
		}
		query[name] = given[0]
	}
	return query, nil
}

func list(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// readPeriod reads a period's name; "" is the month of now.
func readPeriod(name string, now time.Time, zone *time.Location) (period.Period, error) {
	return period.Asked(name, period.DayOf(now, zone))
}

// readTouchpoints reads which touchpoints are asked about; "" are all of the program's, by name.
func readTouchpoints(name string, p *program.Program) ([]program.Touchpoint, error) {
	names := slices.Sorted(maps.Keys(p.Touchpoints))
	if name != "" {
		if _, ok := p.Touchpoints[name]; !ok {
			return nil, fault.New(fault.Invalid, "the program has no touchpoint %.60q; expected %s", name, list(names))
		}
		names = []string{name}
	}
	var touchpoints []program.Touchpoint
	for _, name := range names {
		touchpoints = append(touchpoints, p.Touchpoints[name])
	}
	return touchpoints, nil
}

func knownSurvey(id string, p *program.Program) error {
	if _, ok := p.Surveys[id]; !ok {
		return fault.New(fault.Invalid, "the program has no survey %.60q; expected %s", id, list(slices.Sorted(maps.Keys(p.Surveys))))
	}
	return nil
}

// readSpan is the page of a list that is asked for, of a whole period.
func readSpan(cursor string, in period.Period, zone *time.Location) (period.Span, error) {
	return period.Page(cursor, in, zone, pageSize)
}
