package report

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"afterword/internal/period"
	"afterword/internal/program"
	"afterword/internal/score"
	"afterword/internal/tally"
)

// Board ranks the values of a property by what their score is at least.
type Board struct {
	Property string          `json:"property"`
	Segments []score.Segment `json:"segments"`
}

// Move is a segment whose score changed reliably: beyond what chance does to one of all that the report compares.
type Move struct {
	Touchpoint string       `json:"touchpoint"`
	Property   string       `json:"property"`
	Value      string       `json:"value"`
	Score      score.Score  `json:"score"`
	Change     score.Change `json:"change"`
}

// boarded are the properties whose values are ranked: whose work it is.
var boarded = []program.Segment{program.ByAgent, program.ByTeam}

// cutKey names what is read of a touchpoint: its answers by the values of a property in one period of its trend.
type cutKey struct {
	touchpoint, property string
	period               int // place in the trend
}

// cuts are those of all touchpoints that some report needs.
type cuts map[cutKey]map[string]score.Counts

// cutAll reads what the reports need: for the leadership the last two periods by every property, for teams and agents the whole trend by
// theirs. Nothing, where nobody reads of segments.
func (g Gather) cutAll(ctx context.Context, p *program.Program, scores []Touchpoint, audiences []program.Audience) (cuts, error) {
	wanted := map[cutKey]bool{}
	for _, to := range audiences {
		for _, t := range scores {
			switch last := len(t.Trend) - 1; {
			case to.Readership == program.Leadership && t.Score.N > 0:
				for _, property := range p.Segments {
					wanted[cutKey{t.Name, property, last}], wanted[cutKey{t.Name, property, last - 1}] = true, true
				}
			case to.Property() != "":
				for i, point := range t.Trend {
					wanted[cutKey{t.Name, to.Property(), i}] = point.Score.N > 0
				}
				if to.Team != "" && p.CutsBy(program.ByTeam) {
					wanted[cutKey{t.Name, program.ByTeam, last}] = true
				}
			}
		}
	}
	all := cuts{}
	read := make([]map[string]score.Counts, 0, len(wanted))
	var keys []cutKey
	for _, t := range scores {
		for key, is := range wanted {
			if is && key.touchpoint == t.Name {
				keys, read = append(keys, key), append(read, nil)
			}
		}
	}
	reads, ctx := errgroup.WithContext(ctx)
	reads.SetLimit(together)
	for i, key := range keys {
		t := scores[slices.IndexFunc(scores, func(t Touchpoint) bool { return t.Name == key.touchpoint })]
		reads.Go(func() (err error) {
			read[i], err = g.cut(ctx, tally.Series{Touchpoint: t.Name, Survey: t.Survey}, key.property, t.Trend[key.period].Period)
			if err != nil {
				return fmt.Errorf("gather the segments of %s: %w", t.Name, err)
			}
			return nil
		})
	}
	if err := reads.Wait(); err != nil {
		return nil, err
	}
	for i, key := range keys {
		all[key] = read[i]
	}
	return all, nil
}

// cut reads the answers of a series for each value of a property; where an answer may have several, no remainder says anything.
func (g Gather) cut(ctx context.Context, series tally.Series, property string, in period.Period) (map[string]score.Counts, error) {
	return g.Counts.Segments(ctx, series, property, !program.Several(property), in)
}

// Ranking is how the values of a property did in a period about a touchpoint, in the series of a survey, ranked, each with how it moved
// since the period before. Faults: Transient.
func (g Gather) Ranking(ctx context.Context, s program.Survey, touchpoint, property string, in period.Period) ([]score.Segment, error) {
	series := tally.Series{Touchpoint: touchpoint, Survey: s.ID}
	now, err := g.cut(ctx, series, property, in)
	if err != nil {
		return nil, err
	}
	before, err := g.cut(ctx, series, property, in.Previous())
	if err != nil {
		return nil, err
	}
	return score.Rank(s.Scale, now, before), nil
}

// of are the answers of one value, however it is written.
func (c cuts) of(key cutKey, value string) score.Counts {
	for written, counts := range c[key] {
		if strings.EqualFold(written, value) {
			return counts
		}
	}
	return nil
}

// part is the touchpoint as a team or an agent reads of it: their own answers; false when they never had any.
func (c cuts) part(t Touchpoint, to program.Audience) (own Touchpoint, some bool) {
	own = Touchpoint{Name: t.Name, Survey: t.Survey, Scale: t.Scale}
	last := len(t.Trend) - 1
	for i, point := range t.Trend {
		own.Score = score.Of(t.Scale, c.of(cutKey{t.Name, to.Property(), i}, to.Name))
		own.Trend = append(own.Trend, Point{point.Period, own.Score})
		some = some || own.Score.N > 0
	}
	if last > 0 {
		own.Change = score.Compare(t.Scale, c.of(cutKey{t.Name, to.Property(), last - 1}, to.Name), c.of(cutKey{t.Name, to.Property(), last}, to.Name))
	}
	if to.Readership == program.OfAgent {
		own.Beside = c.beside(t, to, last)
	}
	return own, some
}

// fewestColleagues is how many an agent has to be compared with together.
const fewestColleagues = 2

// beside is the score of the agent's team, or of all agents where no team is named; nil when too few answers of it are others', or all
// of them are one colleague's: taking one's own away leaves that one's score. Who is on a team is known when its answers were heard.
func (c cuts) beside(t Touchpoint, to program.Audience, last int) *score.Score {
	whole := score.Counts{}
	add := func(counts score.Counts) {
		for rating, n := range counts {
			whole[rating] += n
		}
	}
	if to.Team != "" {
		add(c.of(cutKey{t.Name, program.ByTeam, last}, to.Team))
	} else {
		agents := c[cutKey{t.Name, program.ByAgent, last}]
		for agent, counts := range agents {
			if agent != "" {
				add(counts)
			}
		}
		if colleagues(t.Scale, agents, to.Name) < fewestColleagues {
			return nil
		}
	}
	others := score.Counts{}
	for rating, n := range whole {
		others[rating] = max(0, n-c.of(cutKey{t.Name, program.ByAgent, last}, to.Name)[rating])
	}
	if score.Of(t.Scale, others).Value == nil {
		return nil
	}
	beside := score.Of(t.Scale, whole)
	return &beside
}

// judge says of every change in the report whether it is reliable, all comparisons taken together: first those of the touchpoints, which
// the report is about; then those of their segments with them, which are many.
func (c cuts) judge(p *program.Program, r *Report) {
	var pairs []score.Pair
	for _, t := range r.Touchpoints {
		pairs = append(pairs, t.pair())
	}
	for i, change := range score.Together(pairs) {
		if t := &r.Touchpoints[i]; change != nil && t.Change != nil {
			change.Delta, change.Interval = t.Change.Delta, t.Change.Interval
			t.Change = change
		}
	}
	if r.For.Readership != program.Leadership {
		return
	}
	var moves []Move
	for i := range r.Touchpoints {
		t := &r.Touchpoints[i]
		for _, property := range p.Segments {
			now, before := c[cutKey{t.Name, property, len(t.Trend) - 1}], c[cutKey{t.Name, property, len(t.Trend) - 2}]
			segments, told := score.Cut(t.Scale, now), score.Shown(t.Scale, before)
			if slices.Contains(boarded, property) && len(segments) > 0 {
				t.Boards = append(t.Boards, Board{property, segments})
			}
			for _, s := range segments {
				if s.Score.Value != nil && s.Value != "" {
					moves = append(moves, Move{Touchpoint: t.Name, Property: property, Value: s.Value, Score: s.Score})
					pairs = append(pairs, score.Pair{Scale: t.Scale, From: told[s.Value], To: now[s.Value]})
				}
			}
		}
	}
	changes := score.Together(pairs)[len(r.Touchpoints):]
	for i, m := range moves {
		if changes[i] == nil {
			continue
		}
		if r.Compared++; changes[i].Verdict != score.NoChange {
			m.Change = *changes[i]
			r.Moves = append(r.Moves, m)
		}
	}
	r.rankMoves()
}

// rankMoves puts the worse ones first, and of each the furthest, as a share of what its metric can move.
func (r *Report) rankMoves() {
	reach := map[string]float64{}
	for _, t := range r.Touchpoints {
		low, high := t.Scale.Range()
		reach[t.Name] = high - low
	}
	slices.SortStableFunc(r.Moves, func(a, b Move) int {
		return cmp.Or(strings.Compare(string(b.Change.Verdict), string(a.Change.Verdict)),
			cmp.Compare(math.Abs(b.Change.Delta)/reach[b.Touchpoint], math.Abs(a.Change.Delta)/reach[a.Touchpoint]))
	})
}

// pair is what the touchpoint's change is between; of a period with too few answers, nothing.
func (t Touchpoint) pair() score.Pair {
	pair := score.Pair{Scale: t.Scale, To: t.Score.Distribution}
	if n := len(t.Trend); n > 1 {
		pair.From = t.Trend[n-2].Score.Distribution
	}
	return pair
}
