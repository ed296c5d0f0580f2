package i18n

import "golang.org/x/text/language"

// longestWish bounds what is parsed of a foreign wish for a language.
const longestWish = 200

// Match returns the one of the offered BCP 47 tags that suits the wanted best, and the first when none does: "sv-FI" gets "sv",
// "nb" gets "en". The wish may also be a list as browsers send it ("nl-BE, en;q=0.8"). With nothing offered it is Default.
func Match(want string, offered []string) string {
	if len(offered) == 0 {
		return Default
	}
	if len(want) > longestWish {
		return offered[0]
	}
	wanted, _, err := language.ParseAcceptLanguage(want)
	if err != nil || len(wanted) == 0 {
		return offered[0]
	}
	tags := make([]language.Tag, len(offered))
	for i, tag := range offered {
		tags[i] = language.Make(tag)
	}
	_, index, confidence := language.NewMatcher(tags).Match(wanted...)
	if confidence == language.No {
		return offered[0]
	}
	return offered[index]
}

// direction is that in which the language of the tag is read: "ltr" or "rtl".
func direction(tag string) string {
	script, _ := language.Make(tag).Script()
	switch script.String() {
	case "Arab", "Hebr", "Syrc", "Thaa", "Nkoo", "Adlm", "Rohg":
		return "rtl"
	}
	return "ltr"
}

func sameLanguage(a language.Tag, b string) bool {
	baseA, _ := a.Base()
	baseB, _ := language.Make(b).Base()
	return baseA == baseB
}
