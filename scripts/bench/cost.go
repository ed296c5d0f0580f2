package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"afterword/internal/function"
	"afterword/internal/local"
	"afterword/internal/program"
	"afterword/internal/store"
	"afterword/internal/survey"
	"afterword/internal/table"
)

// What cannot be measured here, and is assumed.
const (
	memoryGB        = 0.25  // of each function, as template.yaml sets it
	ownSeconds      = 0.010 // of each call of a function, at that memory, for what it computes
	callSeconds     = 0.006 // of each call of DynamoDB
	mailSeconds     = 0.060 // of each call of SES
	coldShare       = 0.02  // of HTTP requests start a new instance
	coldSeconds     = 0.25  // that such a start takes; it is charged
	readersOfStream = 2     // each called for each changed response: one answer a batch
	accessLine      = 112   // bytes of API Gateway's log for a request, in the template's format, with what CloudWatch adds
	instances       = 5     // running at a time, all month, each reading the secret every fifteen minutes
	stayShare       = 0.5   // of the month's surveys are there on a day of it, on average: what scans read, and storage
	recentShare     = 0.1   // changed in the last three days: what the audit looks at again
	promised        = 15    // dollars beside postage
	promisedScanned = 22
)

const minutesOfMonth, hoursOfMonth, daysOfMonth = 30 * 24 * 60, 30 * 24, 30

// billOf adds up what the steps use as often as they happen.
func billOf(steps []step) bill {
	b := bill{}
	for _, s := range steps {
		k := s.often / float64(s.times)
		http, streamed := s.requests*k, s.records*readersOfStream*k
		seconds := (http+streamed+s.notices*k)*ownSeconds + http*coldShare*coldSeconds + s.calls*k*callSeconds + s.mails*k*mailSeconds
		for it, quantity := range map[item]float64{
			writeUnit: s.writes * k, readUnit: s.reads * k, httpRequest: http, lambdaRequest: http + streamed + s.notices*k,
			lambdaGBSecond: seconds * memoryGB, logGB: (s.logged*k + http*accessLine) / 1e9, outGB: s.out * k / 1e9, snsRequest: s.notices * k,
		} {
			if quantity > 0 {
				b[it] += quantity
			}
		}
	}
	return b
}

// standing is what a month costs whatever happens: a walk of the agenda each minute, other schedules, the secret.
func (j *journey) standing(ctx context.Context, template *local.Template) (bill, error) {
	parts := function.Parts{Store: store.New(j.tabs.watch("idle", j.engine)), Now: j.Now, Log: j.log.log()}
	parts.Programs = function.Programs(parts.Store, parts.Now)
	err := j.measure("walk of the agenda with nothing to do", minutesOfMonth, 1, func() error { return function.Dispatch(parts)(ctx) })
	if err != nil {
		return nil, err
	}
	walk := j.steps[len(j.steps)-1]
	j.steps = j.steps[:len(j.steps)-1]
	b := billOf([]step{walk})
	runs := 0.0
	for _, f := range template.Functions {
		for _, schedule := range f.Schedules {
			runs += float64(daysOfMonth) * runsADay(schedule)
		}
	}
	b[scheduled] += runs
	b[lambdaRequest] += runs
	b[lambdaGBSecond] += runs * ownSeconds * memoryGB
	b[secretMonth]++
	b[secretCall] += instances * minutesOfMonth / 15
	return b, nil
}

func runsADay(schedule local.Schedule) (n float64) {
	for at := begin; ; n++ {
		if at = schedule.Next(at); at.After(begin.AddDate(0, 0, 1)) {
			return n
		}
	}
}

// nightly is what the functions read and write in a day that only look at what is there: the audit reads all of it.
func (j *journey) nightly(ctx context.Context) (map[string]use, error) {
	before := j.tabs.snapshot()
	if err := j.Advance(ctx, j.Now().AddDate(0, 0, 1)); err != nil {
		return nil, err
	}
	day := map[string]use{}
	for function, after := range j.tabs.snapshot() {
		if was := before[function]; slices.Contains(j.alone, function) {
			day[function] = use{reads: after.reads - was.reads, scanned: after.scanned - was.scanned, writes: after.writes - was.writes}
		}
	}
	return day, nil
}

// kept is how many bytes a survey leaves in both tables, with what DynamoDB adds to each item and index entry.
func kept(ctx context.Context, engine table.Table) (bytes float64, err error) {
	const overhead = 100
	for _, name := range []table.Name{table.Feedback, table.Scorebook} {
		for start := ""; ; {
			page, err := engine.Scan(ctx, name, start, 0, 0, 1)
			if err != nil {
				return 0, err
			}
			for _, stored := range page.Items {
				bytes += float64(table.Size(stored) + overhead)
				for _, index := range table.Indexes(name) {
					if entry := index.Entry(stored); entry != nil {
						bytes += float64(table.Size(entry) + overhead)
					}
				}
			}
			if start = page.Next; start == "" {
				break
			}
		}
	}
	return bytes / played, nil
}

// beginJourney opens a system that runs a program, metered.
func beginJourney(ctx context.Context, folder, text string) (*journey, *local.Template, error) {
	file := filepath.Join(folder, "program.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return nil, nil, err
	}
	j := &journey{tabs: newTabs(), log: new(logged)}
	var err error
	j.world, err = openWorld(ctx, local.Options{
		Program: file, Meter: j.tabs.meter, Watch: j.tabs.watch, Log: j.log.log(),
	})
	if err != nil {
		return nil, nil, err
	}
	template, err := local.ReadTemplate(filepath.Join(j.root, "template.yaml"))
	if err != nil {
		return nil, nil, errors.Join(err, j.Close())
	}
	for _, f := range template.Functions {
		if len(f.Schedules) > 0 && f.Name != "dispatch" {
			j.alone = append(j.alone, f.Name)
		}
	}
	return j, template, nil
}

const reminderLine = "    reminder: 4d\n"

// cost prints the bill of a million surveys, in a month, with no reminders; and what reminders and scanners add.
func cost(ctx context.Context, s *sheet) error {
	return inFolder(func(folder string) (err error) {
		plain := strings.ReplaceAll(program.DefaultText(), reminderLine, "")
		j, template, err := beginJourney(ctx, folder, plain)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, j.Close()) }()
		if err := j.play(ctx); err != nil {
			return err
		}
		standing, err := j.standing(ctx, template)
		if err != nil {
			return err
		}
		size, err := kept(ctx, j.engine)
		if err != nil {
			return err
		}
		day, err := j.nightly(ctx)
		if err != nil {
			return err
		}
		for function, u := range day {
			j.scans += u.scanned
			standing[readUnit] += (u.scanned*stayShare + (u.reads-u.scanned)*recentShare) * daysOfMonth * surveys / played
			standing[writeUnit] += u.writes * daysOfMonth
			s.say("%s, a day with all of %d surveys: reads %.1f units by scan and %.1f else, writes %.1f", function, played, u.scanned, u.reads-u.scanned, u.writes)
		}
		standing[storedGB] += size * surveys / 1e9 * stayShare
		reminders, err := remindersOf(ctx, folder)
		if err != nil {
			return err
		}
		j.tell(s, standing, size)
		return j.promise(s, standing, reminders, template)
	})
}

// remindersOf measures what one reminder costs, with the program as it is shipped.
func remindersOf(ctx context.Context, folder string) (b bill, err error) {
	j, _, err := beginJourney(ctx, folder, program.DefaultText())
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	if err := j.visits(ctx); err != nil {
		return nil, err
	}
	if err := j.sending(ctx); err != nil {
		return nil, err
	}
	n := 0
	err = j.measure("reminder", surveys, 1, func() error {
		before := len(j.Mails())
		if err := j.wait(ctx, 5*24*time.Hour); err != nil {
			return err
		}
		for _, m := range j.Mails()[before:] {
			if m.Kind == survey.ReminderLetter {
				n++
			}
		}
		return nil
	})
	if err == nil && n == 0 {
		err = fmt.Errorf("no reminder left")
	}
	last := j.steps[len(j.steps)-1]
	last.times = max(n, 1)
	return billOf([]step{last}), err
}

func (j *journey) tell(s *sheet, standing bill, size float64) {
	s.say("%-44s %9s  %6s %6s %6s %6s %8s", "each", "times", "writes", "reads", "calls", "log B", "dollars")
	for _, st := range j.steps {
		n := float64(st.times)
		s.say("%-44s %9.0f  %6.2f %6.2f %6.2f %6.0f %8.3f", st.name, st.often, st.writes/n, st.reads/n, st.calls/n, st.logged/n, billOf([]step{st}).total())
	}
	s.say("%-44s %9s  %34s %8.3f", "schedules, audit, storage, secret", "a month", "", standing.total())
	s.say("a survey leaves %.1f KB in the tables, indexes and overhead included; what earlier months left is not in the bill: a million of them", size/1024)
	s.say("in the tables adds $%.2f a month for storage and the audit's scans", entry{storedGB, size * surveys / 1e9}.dollars()+entry{readUnit, j.scans * surveys / played * daysOfMonth}.dollars())
}

func (j *journey) promise(s *sheet, standing, reminders bill, template *local.Template) error {
	base := billOf(j.steps)
	for it, quantity := range standing {
		base[it] += quantity
	}
	s.say("")
	s.say("%-48s %14s %9s", "by what is charged for", "quantity", "dollars")
	for it := writeUnit; it <= metricMonth; it++ {
		if e := (entry{it, base[it]}); e.quantity > 0 {
			s.say("%-48s %14.4g %9.3f", prices[it].name, e.quantity, e.dollars())
		}
	}
	scanned := scannersOf(j.steps)
	total, lambda := base.total(), entry{lambdaGBSecond, base[lambdaGBSecond]}.dollars()
	s.counted(total, promised, "dollars beside $%.0f of postage", entry{mailSent, surveys}.dollars())
	s.counted(total+scanned.total(), promisedScanned, "dollars when scanners open every link of %.0f %% of the mails", 100*scannedMails)
	s.say("assumed: a function computes %.0f ms, waits %.0f ms for DynamoDB and %.0f ms for SES each time; were all twice as long: $%.2f more",
		1000*ownSeconds, 1000*callSeconds, 1000*mailSeconds, lambda)
	s.say("a million reminders, where the program has some, beside their postage: $%.2f", reminders.total())
	text, err := os.ReadFile(filepath.Join(j.root, "template.yaml"))
	alarms := float64(strings.Count(string(text), "AWS::CloudWatch::Alarm"))
	s.say("a month, whatever is sent, not counted above: %g alarms $%.2f", alarms, entry{alarmMonth, alarms}.dollars())
	return err
}

// scannersOf is what scanners add.
func scannersOf(steps []step) bill {
	for _, st := range steps {
		if st.name == scannerStep {
			st.often = scannedMails * surveys
			return billOf([]step{st})
		}
	}
	return nil
}
