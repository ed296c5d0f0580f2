package survey

import (
	"strings"
	"time"

	"afterword/internal/program"
)

// CutsOf is what the answer about a visit will be counted by: those of the program's segments that are known when it is decided. A
// value with a mail address in it belongs to a person and is left out.
func CutsOf(p *program.Program, properties map[string]string, language string, at time.Time) map[string]string {
	at = at.In(p.Zone)
	known := map[string]string{
		program.ByLanguage: language,
		program.ByWeekday:  strings.ToLower(at.Weekday().String()[:3]),
		program.ByHour:     at.Format("15"),
	}
	for _, name := range program.VisitProperties {
		known[name] = properties[name]
	}
	cuts := map[string]string{}
	for _, s := range p.Segments {
		if value := known[s]; value != "" && !strings.Contains(value, "@") {
			cuts[s] = value
		}
	}
	return cuts
}
