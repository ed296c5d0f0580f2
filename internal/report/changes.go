package report

import (
	"context"
	"fmt"
	"time"

	"afterword/internal/period"
	"afterword/internal/program"
)

// versionsRead is how many of the newest versions of the program are looked at for those that were applied in the period.
const versionsRead = 40

// Versions reads the programs that were applied.
type Versions interface {
	// ProgramVersion reads a version of the program as it was written, and when it was applied. Faults: NotFound, Transient.
	ProgramVersion(ctx context.Context, version int) (text []byte, at time.Time, err error)
}

// Applied is a version of the program that came into force in the period, with what it changed.
type Applied struct {
	Version int                  `json:"version"`
	At      time.Time            `json:"at"`
	Changes []program.Difference `json:"changes"`
}

// applied lists the versions that came into force in the period, oldest first: a score that moved may have moved because other
// customers were asked. The first version changes nothing, and neither does one that cannot be read any more.
func (g Gather) applied(ctx context.Context, p *program.Program, in period.Period) (all []Applied, err error) {
	var newer *program.Program
	var since time.Time // when newer was applied
	for version := p.Version; version > max(0, p.Version-versionsRead); version-- {
		text, at, err := g.Versions.ProgramVersion(ctx, version)
		if err != nil {
			return nil, fmt.Errorf("read version %d of the program: %w", version, err)
		}
		older, _ := program.Parse(text)
		if newer != nil && older != nil && since.Before(in.End(p.Zone)) {
			if changes := newer.Differences(older); len(changes) > 0 {
				all = append([]Applied{{version + 1, since.UTC(), changes}}, all...)
			}
		}
		if at.Before(in.Start(p.Zone)) {
			return all, nil
		}
		newer, since = older, at
	}
	return all, nil
}
