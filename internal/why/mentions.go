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
	var parts []int // places of groups, the fewest answers first
	for i, group := range groups {
		if slices.Contains(o.groups, group) || hits[i] > 0 {
			all, of = all+hits[i], of+m.asked[i]
			parts = append(parts, i)
		}
	}
	mention.All = score.ShareOf(all, of)
	slices.SortStableFunc(parts, func(a, b int) int { return cmp.Compare(m.asked[a], m.asked[b]) })
	// Groups that are not shown must not follow from the whole: they are none, or several with enough answers among them.
	hidden, among := 0, int64(0)
	for _, i := range parts {
		share := score.ShareOf(hits[i], m.asked[i])
		if m.asked[i] > 0 && (share.Value == nil || hidden == 1 || hidden > 1 && score.ShareOf(0, among).Value == nil) {
			hidden, among = hidden+1, among+m.asked[i]
			share = score.Share{Of: m.asked[i]}
		}
		mention.Groups[groups[i]] = share
	}
	return mention
}
