package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"afterword/internal/followup"
	"afterword/internal/local"
	"afterword/internal/survey"
)

// scannerStep happens in the variant with scanners only.
const scannerStep = "every link of a mail opened by a scanner"

// What happens, for a million surveys. Shares are of the surveys that were sent, unless they say otherwise.
const (
	surveys      = 1_000_000
	visitsNot    = 0.5  // visits beside, that are decided against
	openedPages  = 0.25 // every answer, and one page in five without one
	answersGood  = 0.08 // by a button, at least neutral
	answersAct   = 0.08 // by the first act on the page: implied, with a verdict ten minutes later
	answersBad   = 0.04 // with a comment: each opens a case, is mailed to a desk, and is taken and resolved by the links in the mail
	bouncedMails = 0.02
	leavers      = 0.005
	scannedMails = 0.3 // in the variant: every link in these is opened
)

// step is something that happens, measured some times over.
type step struct {
	name  string
	often float64 // for a million surveys
	times int     // while measured
	use
}

// journey plays a small day of a large shop and measures each step.
type journey struct {
	*world
	tabs   *tabs
	log    *logged
	alone  []string // functions that a schedule starts and whose work does not belong to a step
	steps  []step
	pages  [][]string // the links of the survey mails that nobody has opened
	mailed []local.Captured
	scans  float64 // units that whole-table reads take in a day
}

// logged counts the bytes of log lines.
type logged int

const (
	eventOverhead = 26                                                         // what CloudWatch Logs charges beside the text of each line
	requestOfLine = len(`,"requestId":"00000000-0000-0000-0000-000000000000"`) // what Lambda's library adds to each
)

func (l *logged) Write(b []byte) (int, error) {
	*l += logged(len(b) + requestOfLine + eventOverhead)
	return len(b), nil
}

// log writes lines as functions on Lambda do, where each has a log of its own and does not say which it is.
func (l *logged) log() *slog.Logger {
	return slog.New(slog.NewJSONHandler(l, &slog.HandlerOptions{ReplaceAttr: func(groups []string, attr slog.Attr) slog.Attr {
		if len(groups) == 0 && attr.Key == "function" {
			return slog.Attr{}
		}
		return lambdacontext.ReplaceAttr(groups, attr)
	}}))
}

// measure measures a step that happens so many times while act runs.
func (j *journey) measure(name string, often float64, times int, act func() error) error {
	before, asked, out, log, mails := j.tabs.snapshot(), j.asked, j.out, *j.log, len(j.Mails())
	if err := act(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	u := use{
		requests: float64(j.asked - asked), out: float64(j.out - out), logged: float64(*j.log - log), mails: float64(len(j.Mails()) - mails),
	}
	for function, after := range j.tabs.snapshot() {
		if slices.Contains(j.alone, function) {
			continue
		}
		was := before[function]
		u.writes += after.writes - was.writes
		u.reads += after.reads - was.reads
		u.calls += after.calls - was.calls
		u.records += after.records - was.records
	}
	j.steps = append(j.steps, step{name: name, often: often, times: times, use: u})
	return nil
}

// each measures what is done with each of the next n mails that nobody has touched.
func (j *journey) each(ctx context.Context, name string, often float64, n int, do func(links []string) error) error {
	mails := j.pages[:n]
	j.pages = j.pages[n:]
	return j.measure(name, often, n, func() error {
		for _, links := range mails {
			if err := do(links); err != nil {
				return err
			}
			if err := j.Drain(ctx); err != nil { // one answer a batch
				return err
			}
		}
		return nil
	})
}

func (j *journey) get(path string) error {
	_, err := j.do(j.request(http.MethodGet, path, http.Header{"Accept-Encoding": browsersTake}, nil))
	return err
}

func (j *journey) post(path string, pairs ...string) error {
	values := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	_, err := j.do(j.form(path, values))
	return err
}

// wait lets time pass and keeps the survey mails of it.
func (j *journey) wait(ctx context.Context, d time.Duration) error {
	if err := j.Advance(ctx, j.Now().Add(d)); err != nil {
		return err
	}
	for _, m := range j.letters() {
		all, err := links(m)
		if err != nil {
			return err
		}
		switch m.Kind {
		case survey.SurveyLetter:
			j.pages, j.mailed = append(j.pages, all), append(j.mailed, m)
		case followup.LetterKind:
			j.pages = append([][]string{all}, j.pages...) // worked next
		}
	}
	return nil
}

const played = 240 // surveys

// play runs through all steps.
func (j *journey) play(ctx context.Context) error {
	for _, act := range []func(context.Context) error{j.visits, j.sending, j.opening, j.answering, j.working, j.leaving} {
		if err := act(ctx); err != nil {
			return err
		}
	}
	return nil
}

// visits come one each second, so that a minute's mails are about as many as a million in a month make.
func (j *journey) visits(ctx context.Context) error {
	report := func(first, n int, planned bool) func() error {
		return func() error {
			for i := range n {
				if err := j.Advance(ctx, j.Now().Add(time.Second)); err != nil {
					return err
				}
				if err := j.world.report(first+i, i, planned); err != nil {
					return err
				}
			}
			return nil
		}
	}
	if err := j.measure("visit, a survey is planned", surveys, played, report(0, played, true)); err != nil {
		return err
	}
	return j.measure("visit, decided against", visitsNot*surveys, played/2, report(played, played/2, false))
}

func (j *journey) sending(ctx context.Context) error {
	return j.measure("survey claimed, mailed, marked", surveys, played, func() error {
		if err := j.wait(ctx, 30*time.Hour); err != nil {
			return err
		}
		if len(j.pages) != played {
			return fmt.Errorf("%d of %d left", len(j.pages), played)
		}
		return nil
	})
}

func (j *journey) opening(ctx context.Context) error {
	err := j.each(ctx, "survey page opened", openedPages*surveys, 40, func(links []string) error { return j.get(page(links, "/s/") + "?r=4") })
	if err != nil {
		return err
	}
	return j.each(ctx, scannerStep, 0, 40, func(links []string) error {
		for _, l := range links {
			if err := j.get(l); err != nil {
				return err
			}
		}
		return nil
	})
}

func (j *journey) answering(ctx context.Context) error {
	answer := func(name string, often float64, pairs ...string) error {
		return j.each(ctx, name, often*surveys, 20, func(links []string) error { return j.post(page(links, "/s/"), pairs...) })
	}
	if err := answer("answer by a button, counted", answersGood, "rating", "4", "act", "explicit"); err != nil {
		return err
	}
	if err := answer("answer by the first act, counted", answersAct, "rating", "4", "opened", "4", "act", "implied"); err != nil {
		return err
	}
	if err := j.measure("verdict", answersAct*surveys, 20, func() error { return j.wait(ctx, 11*time.Minute) }); err != nil {
		return err
	}
	return answer("unhappy answer, counted, case opened", answersBad, "rating", "1", "act", "explicit", "comment", "I had to explain it three times.")
}

func (j *journey) working(ctx context.Context) error {
	before := len(j.Mails())
	err := j.measure("task mailed", answersBad*surveys, 20, func() error {
		if err := j.wait(ctx, 10*time.Minute); err != nil {
			return err
		}
		if n := len(j.Mails()) - before; n != 20 {
			return fmt.Errorf("%d task mails left", n)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return j.each(ctx, "case taken and resolved", answersBad*surveys, 20, func(links []string) error {
		at := page(links, "/c/")
		for _, do := range [][]string{{"do", "take"}, {"do", "resolved", "outcome", "Called.", "cause", "delivery"}} {
			if err := j.get(at); err != nil {
				return err
			}
			if err := j.post(at, do...); err != nil {
				return err
			}
		}
		return nil
	})
}

func (j *journey) leaving(ctx context.Context) error {
	if err := j.each(ctx, "unsubscribed by one click", leavers*surveys, 20, func(links []string) error {
		return j.post(page(links, "/u/"), "List-Unsubscribe", "One-Click")
	}); err != nil {
		return err
	}
	mails := j.mailed[len(j.mailed)-20:]
	err := j.measure("mail bounced", bouncedMails*surveys, len(mails), func() error {
		for _, m := range mails {
			event, err := local.EventAbout("bounce", m, j.Now())
			if err != nil {
				return err
			}
			header := http.Header{"Content-Type": {"application/json"}}
			if _, err := j.do(j.request(http.MethodPost, "http://127.0.0.1/local/ses-event", header, event)); err != nil {
				return err
			}
		}
		return nil
	})
	last := &j.steps[len(j.steps)-1]
	last.requests, last.notices = 0, last.requests // by SNS, not by API Gateway
	return err
}
