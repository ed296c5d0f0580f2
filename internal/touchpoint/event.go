package touchpoint

import (
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"afterword/internal/customer"
	"afterword/internal/fault"
	"afterword/internal/program"
)

// How much of a source's texts is kept, in bytes.
const (
	longestSubject  = 120
	longestText     = 80
	longestLink     = 500
	mostProperties  = 50
	longestProperty = 40
)

// longestAhead is how far ahead an appointment is believed.
const longestAhead = 366 * 24 * time.Hour

// trial ends the subject of a test delivery, which often names a real order or ticket and must not take the place of its visit.
const trial = "~test"

// kept names the properties that a visit keeps: the others serve the program's filter and are forgotten, because nobody knows what
// they say about the person.
var kept = append([]string{"amount", "currency"}, program.VisitProperties...)

// clean brings a foreign event into the form that decisions are made on. It fails only when nothing tells one visit from another.
// Fault: Invalid.
func (e Event) clean(touchpoint program.Touchpoint, id customer.ID, now time.Time) (Event, error) {
	e.Address = customer.Address(e.Address)
	e.Person = text(e.Person, longestText)
	e.Language = language(e.Language)
	if customer.Zone(e.Zone, nil) == nil {
		e.Zone = ""
	}
	e.Name = eventName(e.Name)
	if e.Delivery = text(e.Delivery, 10*longestSubject); strings.Contains(e.Delivery, "@") {
		e.Delivery = digest(e.Delivery)
	}
	e.Delivery = short(e.Delivery, longestText)
	e.Link = link(e.Link)
	e.Properties = properties(e.Properties)
	now = now.UTC().Truncate(time.Second)
	e.At = e.At.UTC().Truncate(time.Second)
	switch latest := now.Add(longestAhead); {
	case e.At.Year() < 2000, e.At.After(now) && !e.Ahead: // what is reported has happened: a later time is a clock that goes wrong
		e.At = now
	case e.At.After(latest):
		e.At = latest
	}
	e.Subject = subject(e, touchpoint, id)
	if e.Subject == "" {
		return e, fault.New(fault.Invalid, "the event names neither what it is about nor its delivery")
	}
	if e.Test {
		e.Subject += trial
	}
	return e, nil
}

// eventName is what the source calls the event; "" for a name with a mail address in it, which would be kept.
func eventName(s string) string {
	if s = text(s, longestText); strings.Contains(s, "@") {
		return ""
	}
	return s
}

// subject is the visit's own name within touchpoint and source. A mail address may not be one, because it would be kept: the
// customer's id stands in for it.
func subject(e Event, touchpoint program.Touchpoint, id customer.ID) string {
	s := text(e.Subject, 10*longestSubject)
	switch {
	case strings.Contains(s, "@"):
		s = string(id)
	case touchpoint.Subject == program.SharedSubject && s != "" && id != "":
		return short(s, longestSubject) + "~" + string(id)
	case touchpoint.Subject == program.SharedSubject && s != "":
		return short(s, longestSubject) + "~" + e.Delivery
	}
	if s == "" {
		return e.Delivery
	}
	return short(s, longestSubject)
}

// short keeps a name of more bytes distinct: its beginning and a hash of all of it.
func short(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most-23], "") + "~" + digest(s)
}

// digest stands for a text that cannot be kept: 22 characters, the same for the same text.
func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// text is a foreign text on one line, without what cannot be printed, at most so many bytes long.
func text(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == utf8.RuneError, !unicode.IsPrint(r):
			return -1
		}
		return r
	}, s[:min(len(s), 4*most)])
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > most {
		s = strings.TrimSpace(strings.ToValidUTF8(s[:most], ""))
	}
	return s
}

// link is the address if staff can safely follow it: https, to a host, without credentials or a mail address in it.
func link(s string) string {
	s = strings.TrimSpace(s)
	u, err := url.Parse(s)
	if err != nil || len(s) > longestLink || u.Scheme != "https" || u.Host == "" || strings.Contains(s, "@") || strings.Contains(s, "%40") {
		return ""
	}
	return u.String()
}

// properties are lower-case names with values on one line.
func properties(foreign map[string]string) map[string]string {
	clean := map[string]string{}
	for _, written := range slices.Sorted(maps.Keys(foreign)) {
		value := text(foreign[written], longestText)
		name := strings.ToLower(text(written, longestProperty))
		switch name {
		case "tags":
			value = text(foreign[written], 10*longestText)
		case "country", "currency":
			value = strings.ToUpper(value)
		case "agent": // whoever is known by a mail address goes by the name in it
			value, _, _ = strings.Cut(value, "@")
		}
		if value != "" && name != "" && len(clean) < mostProperties {
			clean[name] = value
		}
	}
	return clean
}

// only returns the named ones of the properties; nil when there are none. A value with a mail address in it belongs to a person and
// is left out.
func only(properties map[string]string, names []string) map[string]string {
	some := map[string]string{}
	for _, name := range names {
		if value, ok := properties[name]; ok && !strings.Contains(value, "@") {
			some[name] = value
		}
	}
	if len(some) == 0 {
		return nil
	}
	return some
}
