package survey

import (
	"time"

	"afterword/internal/fault"
)

// Trouble is what mails of the account have too much of.
type Trouble string

// The troubles.
const (
	TooManyBounces    Trouble = "bounces"
	TooManyComplaints Trouble = "complaints"
)

var errPauseMoved = fault.New(fault.Conflict, "somebody else paused or resumed at the same moment; look again")

// limit is from which share of mails on survey mails wait. SES puts an account under review at 5 % bounces or 0.1 % complaints, and
// may stop it at 10 % or 0.5 % (SES developer guide, enforcement FAQ). A pause comes at four fifths of the review, as the alarms on
// SES's own rates do, so that the owner acts before SES does, and ends at three fifths, so that it does not come and go.
type limit struct {
	trouble    Trouble
	pause, end float64
	least      int64 // fewer are no pattern
	troubledBy func(Point) int64
}

var limits = []limit{
	{TooManyBounces, 0.04, 0.03, 5, func(p Point) int64 { return p.Bounces }},
	{TooManyComplaints, 0.0008, 0.0006, 3, func(p Point) int64 { return p.Complaints }},
}

// leastMails is how many mails are judged at all: one bounce among ten is no rate.
const leastMails = 100

// windows are what is looked at, and by how many times the limits. SES judges "a representative volume" and does not say how much: two
// weeks, which is all that SES tells, are the nearest to it. A day shows what goes wrong in a busy account now, by twice the limits,
// because chance alone gives a healthy account days that are beyond the limits themselves.
var windows = []struct {
	back  time.Duration
	times int64
}{{24 * time.Hour, 2}, {14 * 24 * time.Hour, 1}}

// judge tells how it stands now after how it stood before: paused since when and why, or not.
func judge(was Pause, points []Point, now time.Time) Pause {
	is := Pause{From: was.From, Revision: was.Revision}
	for _, window := range windows {
		after := now.Add(-window.back)
		if after.Before(was.From) {
			after = was.From
		}
		mails := sum(points, after, func(p Point) int64 { return p.Mails })
		for _, l := range limits {
			bound := l.pause
			if was.Paused() {
				bound = l.end
			}
			troubled := sum(points, after, l.troubledBy)
			if mails < leastMails || troubled < window.times*l.least || float64(troubled) < float64(window.times)*bound*float64(mails) {
				continue
			}
			is.Since, is.Why, is.Mails, is.Troubled, is.After = now.UTC().Truncate(time.Second), l.trouble, mails, troubled, after.UTC().Truncate(time.Second)
			return is
		}
	}
	return is
}

// sum adds up what happened from a time on.
func sum(points []Point, from time.Time, of func(Point) int64) (n int64) {
	for _, p := range points {
		if !p.At.Before(from) {
			n += of(p)
		}
	}
	return n
}
