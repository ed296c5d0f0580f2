package customer

import (
	"time"
	_ "time/tzdata" // zones of customers, on machines that have none
)

// longestZone is more than any name of a time zone has.
const longestZone = 40

// Zone is the time zone of the name, as a source wrote it; the other one for a name that is none.
func Zone(name string, other *time.Location) *time.Location {
	if name == "" || name == "Local" || len(name) > longestZone {
		return other
	}
	location, err := time.LoadLocation(name)
	if err != nil {
		return other
	}
	return location
}
