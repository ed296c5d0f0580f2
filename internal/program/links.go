package program

import (
	"slices"

	"go.yaml.in/yaml/v3"
)

// links is the field of that name: the names of a touchpoint's links for everybody.
func (f fields) links() (names []string) {
	for _, n := range f.list("links", "names of your own, such as [counter, invoice]") {
		name := n.text()
		switch {
		case n.Kind != yaml.ScalarNode: // said already
		case !(entry{name, n}).isName(): // said
		case slices.Contains(names, name):
			n.wrong("each name once", "%s stands here a second time", name)
		case len(names) == MostLinks:
			n.wrong("at most 50", "there are too many links")
			return names
		default:
			names = append(names, name)
		}
	}
	return names
}
