package touchpoint

import "strings"

// longestTag is more than any language tag in use has.
const longestTag = 35

// language brings a tag into the usual form of BCP 47 ("sv_se" to "sv-SE"); "" for what is not one.
func language(tag string) string {
	tag = strings.ReplaceAll(strings.TrimSpace(tag), "_", "-")
	if len(tag) > longestTag {
		return ""
	}
	parts := strings.Split(tag, "-")
	for i, part := range parts {
		part = strings.ToLower(part)
		plain := part != "" && !strings.ContainsFunc(part, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
		if !plain || len(part) > 8 || i == 0 && (len(part) < 2 || len(part) > 3) {
			return ""
		}
		switch {
		case i > 0 && len(part) == 2:
			part = strings.ToUpper(part)
		case i > 0 && len(part) == 4:
			part = strings.ToUpper(part[:1]) + part[1:]
		}
		parts[i] = part
	}
	return strings.Join(parts, "-")
}

// asked picks the language of the survey: the wanted one, else a wider form of it ("sv" for "sv-FI"), else a narrower one ("pt-BR"
// for "pt"), else the program's first. wanted is a tag in the usual form, or "".
func asked(offered []string, wanted string) string {
	if len(offered) == 0 {
		return wanted
	}
	for tag := wanted; tag != ""; tag = wider(tag) {
		for _, offer := range offered {
			if language(offer) == tag {
				return offer
			}
		}
	}
	base, _, _ := strings.Cut(wanted, "-")
	for _, offer := range offered {
		if own, _, _ := strings.Cut(language(offer), "-"); own == base {
			return offer
		}
	}
	return offered[0]
}

func wider(tag string) string { return tag[:max(0, strings.LastIndexByte(tag, '-'))] }
