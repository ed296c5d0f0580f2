package function

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"afterword/internal/mail"
	"afterword/internal/program"
	"afterword/internal/survey"
)

// owners are those whom the program sends reports: they are told what they have to see to.
type owners struct{ Parts }

// Tell mails each of them that survey mails are paused. One who got the mail is enough: the others would get it again and again for the
// sake of one whom it does not reach. Where nobody gets reports, the alarm and the log are all that tells.
func (o owners) Tell(ctx context.Context, p *program.Program, pause survey.Pause) error {
	var failures []error
	told := false
	for _, to := range readersOf(p) {
		letter, err := mail.Writer{Now: o.Now}.Paused(p, pause, to)
		if err == nil {
			err = o.Rate.Pace(ctx)
		}
		if err == nil {
			_, err = postman(o).Carry(ctx, letter)
		}
		told = told || err == nil
		if err != nil && !errors.Is(err, survey.ErrRefused) {
			failures = append(failures, fmt.Errorf("mail to who gets reports: %w", err))
		}
	}
	if told {
		return nil
	}
	return errors.Join(failures...)
}

// readersOf are all who get a report of any period, each once, in the order of their addresses.
func readersOf(p *program.Program) (all []program.Recipient) {
	for _, kind := range program.ReportKinds {
		for _, to := range p.Reports.To[kind] {
			if !slices.ContainsFunc(all, func(other program.Recipient) bool { return other.Address == to.Address }) {
				all = append(all, to)
			}
		}
	}
	slices.SortFunc(all, func(a, b program.Recipient) int { return cmp.Compare(a.Address, b.Address) })
	return all
}
