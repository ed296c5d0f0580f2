package mail

import (
	"cmp"
	"slices"

	"afterword/internal/report"
	"afterword/internal/score"
)

// longestMail is how long the HTML part of a report may be: Gmail shows mails up to 102 KB and hides the rest.
const longestMail = 100_000

// room is how much of a report a mail has room for. Everything is in the table that comes with it.
type room int

// The rooms, from all that there is to what every mail has room for.
const (
	full      room = iota
	oneQuote       // the first of the lowest and of the highest answers
	noQuotes       // none
	noTables       // neither cross-tables nor hours
	mostMoved      // of mostSections touchpoints, all that is told at a glance of the others
	least          // of fewSections, and nothing of those beyond mostGlanced
)

// So many touchpoints have a section of their own, or a line, where there is no room for all.
const (
	mostSections = 8
	fewSections  = 3
	mostGlanced  = 40
)

// cut is the report with as much as there is room for. What it leaves out it leaves out of a copy.
func (in room) cut(r report.Report) report.Report {
	if in == full {
		return r
	}
	quotes, tables := 0, in < noTables
	if in == oneQuote {
		quotes = 1
	}
	brief := in.brief(r)
	if r.Touchpoints = slices.Clone(r.Touchpoints); in == least && len(r.Touchpoints) > mostGlanced {
		r.Touchpoints = ranked(r)[:mostGlanced]
	}
	for i := range r.Touchpoints {
		t := &r.Touchpoints[i]
		t.Lowest, t.Highest = t.Lowest[:min(quotes, len(t.Lowest))], t.Highest[:min(quotes, len(t.Highest))]
		if !tables {
			t.Cross = nil
			if t.Why != nil {
				why := *t.Why
				why.Bands, t.Why = nil, &why
			}
		}
		if brief[t.Name] {
			*t = report.Touchpoint{Name: t.Name, Survey: t.Survey, Scale: t.Scale, Score: t.Score, Change: t.Change, Delivered: t.Delivered, Replies: t.Replies}
		}
	}
	return r
}

// brief are the touchpoints that are only told of at a glance.
func (in room) brief(r report.Report) map[string]bool {
	sections := map[room]int{mostMoved: mostSections, least: fewSections}[in]
	if sections == 0 {
		return nil
	}
	all, brief := ranked(r), map[string]bool{}
	for _, t := range all[min(sections, len(all)):] {
		brief[t.Name] = true
	}
	return brief
}

// ranked are the touchpoints by how much there is to tell: those that changed reliably first, then the most answers.
func ranked(r report.Report) []report.Touchpoint {
	all := slices.Clone(r.Touchpoints)
	moved := func(t report.Touchpoint) int {
		if t.Change != nil && t.Change.Verdict != score.NoChange {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(all, func(a, b report.Touchpoint) int {
		return cmp.Or(cmp.Compare(moved(a), moved(b)), cmp.Compare(b.Score.N, a.Score.N))
	})
	return all
}

// charts are those of the touchpoints that are told of in full.
func (in room) charts(r report.Report, charts map[string][]byte) map[string][]byte {
	brief := in.brief(r)
	if len(brief) == 0 {
		return charts
	}
	kept := map[string][]byte{}
	for _, t := range r.Touchpoints {
		for _, kind := range []string{trendChart, spreadChart} {
			if picture := charts[t.Name+kind]; picture != nil && !brief[t.Name] {
				kept[t.Name+kind] = picture
			}
		}
	}
	return kept
}
