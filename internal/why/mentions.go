package why

import (
	"cmp"
	"slices"

	"afterword/internal/score"
)

var groups = []score.Group{score.Good, score.Neutral, score.Bad}

// Mentions counts what customers tick or talk about, by the group of their rating.
type Mentions struct {
	order []mentionable
	asked [3]int64            // answers, by place in groups
	hits  map[string][3]int64 // by id
}

// mentionable is something that may be mentioned, and with which ratings it may be.
type mentionable struct {
	id     string
	groups []score.Group
}

// Mention is how often one of them is. Shares are of the answers with which it could be: a cause that is offered to the unhappy alone is
// a share of those.
type Mention struct {
	ID     string
	All    score.Share
	Groups map[score.Group]score.Share
}

func (m *Mentions) add(group score.Group, ids []string) {
	at := slices.Index(groups, group)
	m.asked[at]++
	for i, id := range ids {
		known := slices.ContainsFunc(m.order, func(o mentionable) bool { return o.id == id })
		if !known || slices.Contains(ids[:i], id) {
			continue
		}
		if m.hits == nil {
			m.hits = map[string][3]int64{}
		}
		hits := m.hits[id]
		hits[at]++
		m.hits[id] = hits
	}
}

// List is everything that was mentioned, the most frequent first.
func (m *Mentions) List() (list []Mention) {
	for _, o := range m.order {
		if hits, ok := m.hits[o.id]; ok {
			list = append(list, m.mention(o, hits))
		}
	}
	slices.SortStableFunc(list, func(a, b Mention) int { return cmp.Compare(b.All.Hits, a.All.Hits) })
	return list
}

func (m *Mentions) mention(o mentionable, hits [3]int64) Mention {
	mention := Mention{ID: o.id, Groups: map[score.Group]score.Share{}}
	var all, of int64
	asked := make([]int64, len(groups)) // of the groups that could mention it
	for i, group := range groups {
		if slices.Contains(o.groups, group) || hits[i] > 0 {
			asked[i] = m.asked[i]
			all, of = all+hits[i], of+m.asked[i]
			mention.Groups[group] = score.Share{Of: m.asked[i]}
		}
	}
	mention.All = score.ShareOf(all, of)
	for i, hide := range veiled(asked) {
		if !hide && asked[i] > 0 {
			mention.Groups[groups[i]] = score.ShareOf(hits[i], asked[i])
		}
	}
	return mention
}

// veiled tells which parts of a whole are not shown, given the answers of each: those of few answers, and of the others the smallest,
// for as long as those that are not shown follow from the whole: when it is one alone, or all of them together have too few.
func veiled(parts []int64) []bool {
	places, veil := make([]int, len(parts)), make([]bool, len(parts))
	for i := range places {
		places[i] = i
	}
	slices.SortStableFunc(places, func(a, b int) int { return cmp.Compare(parts[a], parts[b]) })
	hidden, among := 0, int64(0)
	for _, i := range places {
		if parts[i] >= fewestAnswers && (hidden == 0 || hidden > 1 && among >= fewestAnswers) {
			break
		}
		if parts[i] > 0 {
			veil[i], hidden, among = true, hidden+1, among+parts[i]
		}
	}
	return veil
}
