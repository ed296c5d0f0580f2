package program

import (
	"fmt"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // zones load on machines that have no database of them

	"go.yaml.in/yaml/v3"

	"afterword/internal/customer"
)

const day = 24 * time.Hour

// span is a field that is a length of time, from least to most.
func (f fields) span(name string, otherwise, least, most time.Duration) time.Duration {
	n, ok := f.of[name]
	if !ok {
		return otherwise
	}
	d, ok := duration(n.Value)
	switch {
	case !ok || n.Kind != yaml.ScalarNode:
		n.wrong("such as 30m, 8h or 2d", "%s is not a duration", n.written())
		return otherwise
	case d < least || d > most:
		n.wrong(fmt.Sprintf("from %s to %s", written(least), written(most)), "%s is out of range", n.written())
		return otherwise
	}
	return d
}

var units = []struct {
	letter byte
	length time.Duration
}{{'w', 7 * day}, {'d', day}, {'h', time.Hour}, {'m', time.Minute}}

// duration reads "30m", "8h", "2d", "1w", "1d12h" and "0".
func duration(s string) (time.Duration, bool) {
	if s == "0" {
		return 0, true
	}
	var total time.Duration
	for _, unit := range units {
		digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
		if digits == 0 || digits > 6 || digits == len(s) || s[digits] != unit.letter {
			continue
		}
		n, _ := strconv.Atoi(s[:digits])
		total += time.Duration(n) * unit.length
		if s = s[digits+1:]; s == "" {
			return total, true
		}
	}
	return 0, false
}

// written is a duration as an owner writes it.
func written(d time.Duration) string {
	for _, unit := range units {
		if d%unit.length == 0 && d >= unit.length {
			return fmt.Sprintf("%d%c", d/unit.length, unit.letter)
		}
	}
	return "0"
}

// zone is the field time_zone.
func (f fields) zone(otherwise *time.Location) *time.Location {
	name := f.text("time_zone", "")
	if name == "" {
		return otherwise
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		f.of["time_zone"].wrong("such as Europe/Stockholm", "%.60q is not a time zone", name)
		return otherwise
	}
	return zone
}

var weekdays = []string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"}

// hours is the field of that name: days, from, to.
func (f fields) hours(otherwise Hours) Hours {
	n, ok := f.of["hours"]
	if !ok {
		return otherwise
	}
	of := n.fields("days", "from", "to")
	h := Hours{otherwise.Days, of.clock("from", otherwise.From), of.clock("to", otherwise.To)}
	if at, ok := of.of["days"]; ok {
		if h.Days, ok = days(at.text()); !ok {
			at.wrong("such as Mon-Fri or Mon, Wed, Sat", "%s is not days of the week", at.written())
		}
	}
	if h.To <= h.From {
		n.wrong("an end later than the beginning, at most 24:00", "the hours end before they begin")
		return otherwise
	}
	return h
}

// days reads "Mon-Fri" and "Mon, Wed, Sat".
func days(text string) (days [7]bool, ok bool) {
	for part := range strings.SplitSeq(text, ",") {
		first, last, isSpan := strings.Cut(strings.TrimSpace(part), "-")
		if !isSpan {
			last = first
		}
		from, to := slices.Index(weekdays, first), slices.Index(weekdays, last)
		if from < 0 || to < 0 {
			return days, false
		}
		for ; from != to; from = (from + 1) % 7 {
			days[from] = true
		}
		days[to] = true
	}
	return days, true
}

// clock is a time of day, "08:00" to "24:00".
func (f fields) clock(name string, otherwise time.Duration) time.Duration {
	n, ok := f.of[name]
	if !ok {
		return otherwise
	}
	hour, minute, _ := strings.Cut(n.Value, ":")
	h, noHour := strconv.ParseUint(hour, 10, 8)
	m, noMinute := strconv.ParseUint(minute, 10, 8)
	d := time.Duration(h)*time.Hour + time.Duration(m)*time.Minute
	if noHour != nil || noMinute != nil || m > 59 || d > day {
		n.wrong(`such as "08:00"`, "%s is not a time of day", n.written())
		return otherwise
	}
	return d
}

// person reads "Anna Berg <anna@acme.example>" or the address alone.
func (n node) person() Person {
	text := n.text()
	if n.Kind != yaml.ScalarNode {
		return Person{}
	}
	parsed, err := mail.ParseAddress(text)
	if err != nil || !customer.Valid(customer.Address(parsed.Address)) {
		n.wrong("such as Anna Berg <anna@acme.example>", "%.60q is not a mail address", text)
		return Person{}
	}
	return Person{parsed.Name, customer.Address(parsed.Address)}
}

// sender is a person as mails show who they are from.
func (n node) sender() string {
	person := n.person()
	name, _, ok := strings.Cut(n.text(), "<")
	if !ok {
		return person.Address
	}
	return name + "<" + person.Address + ">"
}

func (f fields) people(name string) []Person {
	var people []Person
	for _, n := range f.list(name, "a list, such as [Anna Berg <anna@acme.example>]") {
		people = append(people, n.person())
	}
	return people
}
