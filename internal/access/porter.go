package access

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"afterword/internal/agenda"
	"afterword/internal/fault"
	"afterword/internal/program"
	"afterword/internal/survey"
)

// LetterKind is the kind of the mail with a sign-in link.
const LetterKind = "sign-in"

// LinksPerQuarter is how many links are mailed to one person in a clock quarter of an hour. That is no longer than a link is good, so
// that whoever asks in vain because others asked in their name has a link that still works.
const LinksPerQuarter = 3

// Writer writes the mail with a link. An error means that it cannot be written.
type Writer interface {
	SignIn(p *program.Program, to program.Member, link string) (survey.Letter, error)
}

// Rate is how fast the carrier takes letters.
type Rate interface {
	// Pace waits until one more letter may be sent. The error is the context's.
	Pace(ctx context.Context) error
}

// Porter mails links to those who asked and are on the team, and forgets the others. It is the agenda's handler of SignIn.
type Porter struct {
	Asks     Asks
	Links    Links
	Meter    Meter
	Programs Programs
	Writer   Writer
	Carrier  survey.Carrier
	Rate     Rate
	Base     string // of the address in links: "https://feedback.example.com"
	Log      *slog.Logger
}

// Handle sees to those who asked. See agenda.Handler.
func (d Porter) Handle(ctx context.Context, entries []agenda.Entry, walk agenda.Walk) error {
	var failures []error
	mailed := 0
	for _, e := range entries {
		if !walk.Now().Before(walk.End) {
			break
		}
		sent, err := d.serve(ctx, Who(e.Key), walk.Now())
		if sent {
			mailed++
		}
		if err != nil {
			failures = append(failures, err)
		}
	}
	d.Log.LogAttrs(ctx, slog.LevelInfo, "sign-in links asked for", slog.Int("asked", len(entries)), slog.Int("mailed", mailed))
	return errors.Join(failures...)
}

// serve mails a link to whoever asked, if they are on the team. What was surely not sent is tried again by the next walk, as often as
// links may be mailed.
func (d Porter) serve(ctx context.Context, who Who, now time.Time) (mailed bool, err error) {
	ask, err := d.Asks.Ask(ctx, who)
	if fault.Is(err, fault.NotFound) {
		return false, nil // done, and the agenda's index is late
	}
	if err != nil {
		return false, fmt.Errorf("read who asked for a link: %w", err)
	}
	p, err := d.Programs.Current(ctx)
	if err != nil {
		return false, err
	}
	m, in := member(p, who)
	if in && now.Sub(ask.At) < LinkTime { // else it comes too late for whoever waits
		if mailed, err = d.mail(ctx, p, m, ask, now); err != nil && !errors.Is(err, survey.ErrRefused) {
			return mailed, err
		}
	}
	if err := d.Asks.DropAsk(ctx, ask); err != nil {
		return mailed, fmt.Errorf("forget who asked for a link: %w", err)
	}
	return mailed, nil
}

func (d Porter) mail(ctx context.Context, p *program.Program, m program.Member, ask Ask, now time.Time) (bool, error) {
	count, err := d.Meter.CountLink(ctx, ask.Who, LinksPerQuarter, now)
	if err != nil || count > LinksPerQuarter {
		return false, err
	}
	base, err := url.Parse(d.Base)
	if err != nil {
		return false, fmt.Errorf("the public address is none: %w", err)
	}
	secret, id := NewSecret()
	link := Link{ID: id, Who: ask.Who, Host: base.Host, To: ask.To, Expires: now.UTC().Truncate(time.Second).Add(LinkTime)}
	if err := d.Links.KeepLink(ctx, link); err != nil {
		return false, fmt.Errorf("keep a sign-in link: %w", err)
	}
	letter, err := d.Writer.SignIn(p, m, strings.TrimRight(d.Base, "/")+"/sign-in/"+secret)
	if err != nil {
		return false, err
	}
	if err := d.Rate.Pace(ctx); err != nil {
		return false, err
	}
	if _, err := d.Carrier.Carry(ctx, letter); err != nil {
		return false, fmt.Errorf("mail a sign-in link: %w", err)
	}
	return true, nil
}
