package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"afterword/internal/program"
	"afterword/internal/touchpoint"
)

// mostWrong bounds how many bad lines are told of at once.
const mostWrong = 20

// readVisits reads the visits of a file. Times that say no zone are in the first program's. Whatever is wrong is told with its line, and
// then nothing is read.
func readVisits(in io.Reader, name string, programs ...*program.Program) ([]record, error) {
	from, err := openSheet(in, name, past.such)
	if err != nil {
		return nil, err
	}
	places, err := past.places(from.heads, nil)
	if err != nil {
		return nil, fmt.Errorf("%s:1: %w", name, err)
	}
	var all []record
	var wrong []error
	for len(wrong) < mostWrong {
		row, line, err := from.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			wrong = append(wrong, err)
			if errors.Is(err, csv.ErrFieldCount) {
				continue
			}
			break // where the next line begins is not sure
		}
		v, err := read(places, row, programs[0].Zone)
		if err == nil {
			err = tryable(v, programs)
		}
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s:%d: %w", name, line, err))
		}
		if all = append(all, v); len(all) > touchpoint.MostReplayed {
			return nil, fmt.Errorf("%s has more than %d visits; nothing ties customers together, so split it by customer", name, touchpoint.MostReplayed)
		}
	}
	if len(wrong) > 0 {
		return nil, errors.Join(wrong...)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s has no visits", name)
	}
	return all, nil
}

// tryable tells what keeps programs from being tried on a visit.
func tryable(v record, programs []*program.Program) error {
	touchpoints, sources := map[string]bool{}, map[string]bool{program.OwnAPI: true}
	for _, p := range programs {
		for name := range p.Touchpoints {
			touchpoints[name] = true
		}
		for name := range p.Sources {
			sources[name] = true
		}
	}
	about, _ := v["touchpoint"].(string)
	from, told := v["source"].(string)
	switch {
	case v["at"] == nil:
		return errors.New("at: the time is missing")
	case !touchpoints[about]:
		return fmt.Errorf("touchpoint: neither program has %.40q; expected one of %s", about, strings.Join(slices.Sorted(maps.Keys(touchpoints)), ", "))
	case told && !sources[from]:
		return fmt.Errorf("source: neither program has %.40q; expected one of %s", from, strings.Join(slices.Sorted(maps.Keys(sources)), ", "))
	case v["address"] != nil && v["customer"] != nil:
		return errors.New("customer: expected an address or a customer's id, not both")
	}
	return nil
}
