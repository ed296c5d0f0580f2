package program

import (
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"
)

// OwnAPI is the source of a visit that came by the API and names no other.
const OwnAPI = "api"

// AnyLink is the source of an answer by a link for everybody.
const AnyLink = "link"

// Consent says which customers are asked only when they agreed; the zero value: none are. One that holds is enough.
type Consent struct {
	All        bool
	Sources    []string // whose visits are reported by one of these: the program's, or OwnAPI
	Countries  []string // whose visits have one of these as property country, or no country: ISO 3166, two capital letters
	Properties Filter   // whose visits have one of these properties and pass its test
	// AskUnknownCountry: Countries wants no consent of who is of an unknown country. An owner who names countries names laws, and
	// whoever is not known to live elsewhere may live under them, so that it is off by default.
	AskUnknownCountry bool
}

// Country is the country that a visit's property names, as Countries has it; false for what is none ("", "Europe").
func Country(name string) (code string, known bool) {
	region, err := language.ParseRegion(name)
	if err != nil || !region.IsCountry() {
		return "", false
	}
	return region.Canonicalize().String(), true
}

// consent is the field of that name: true, false, or whose it is that is wanted.
func (p *Program) consent(f fields) (wanted Consent) {
	n, ok := f.of["consent"]
	switch {
	case !ok:
		return Consent{}
	case n.Kind == yaml.ScalarNode:
		return Consent{All: f.flag("consent", false)}
	case n.Kind != yaml.MappingNode || len(n.Content) == 0:
		n.wrong("true, false, or some of sources, countries and properties", "this does not say whose consent is wanted")
		return Consent{}
	}
	of := n.fields("sources", "countries", "ask_unknown_country", "properties")
	for _, n := range of.list("sources", "such as [shopify]") {
		names := append(slices.Collect(maps.Keys(p.Sources)), OwnAPI)
		if name := n.text(); n.refer(name, "a source of this program", names) {
			wanted.Sources = append(wanted.Sources, name)
		}
	}
	for _, n := range of.list("countries", "such as [DE, AT]") {
		code := n.text()
		if country, known := Country(code); !known || country != code {
			n.wrong("two capital letters, such as DE", "%s is not a country", n.written())
			continue
		}
		wanted.Countries = append(wanted.Countries, code)
	}
	wanted.AskUnknownCountry = of.flag("ask_unknown_country", false)
	if n, ok := of.of["ask_unknown_country"]; ok && of.of["countries"].Node == nil {
		n.wrong("countries beside it", "consent is wanted by no country")
	}
	wanted.Properties = of.filter("properties", "such as channel: newsletter")
	return wanted
}
