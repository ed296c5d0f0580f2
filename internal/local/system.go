// Package local runs all of Afterword in one process, for a developer's laptop, for trying it out and for the journeys that specify
// it. It holds wiring only: the handlers, the decoding of what starts them, the engines and the streams are those of AWS or models
// held to them by tests. Routes, schedules and stream settings are read from template.yaml.
package local

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"afterword/internal/access"
	"afterword/internal/agenda"
	"afterword/internal/api"
	"afterword/internal/apigw"
	"afterword/internal/chart"
	"afterword/internal/esm"
	"afterword/internal/function"
	"afterword/internal/program"
	"afterword/internal/secrets"
	"afterword/internal/store"
	"afterword/internal/survey"
	"afterword/internal/table"
	"afterword/internal/table/bolt"
	"afterword/internal/trail"
)

// Site is where a local system is, unless its options say another: links carry it.
const Site = "http://127.0.0.1:8080"

// Options are what the runner's flags say.
type Options struct {
	Data     string    // folder of the data; "": nothing is kept
	Program  string    // file of a program that is applied at the start; "": the shipped one, or what was applied before
	Secrets  string    // file; "": made for this machine
	Engine   string    // "bolt" (also "") or "dynamodb"
	Template string    // template.yaml; "": looked for upwards
	Now      time.Time // the clock stands there; zero: it runs
	Seed     bool      // play the history into an empty system
	Key      string    // API key; "": one is made
	Public   string    // address in links; "": links carry http://127.0.0.1:8080
	Log      *slog.Logger

	// Via is how sources are asked for what their events leave out; nil: as on AWS.
	Via http.RoundTripper
	// Watch gives a function the engine that it works on, so that a test sees what each of them calls; nil: all use the engine as it is.
	Watch func(function string, engine table.Table) table.Table
	// Metrics gives a function what counts for the alarms; nil: nobody watches.
	Metrics func(name string) function.Metrics
	Meter   *table.Meter // counts what the engine's calls cost; nil: nothing counts
}

// System is Afterword in this process.
type System struct {
	options  Options
	template *Template
	clock    *Clock
	mailbox  *Mailbox
	engine   table.Table
	parts    function.Parts // of the runner itself; those of a function are partsOf
	secret   *localSecret
	feed     table.Feed
	bolt     *bolt.DB // nil on another engine
	log      *slog.Logger

	invoke   map[string]apigw.Function
	notify   function.Notified
	runs     []*run
	pollers  []*esm.Poller
	close    []func() error
	time     sync.Mutex // held by whoever moves the clock
	reached  time.Time  // up to when schedules were run; a running clock is ahead of it
	draining sync.Mutex
}

// Open builds a system. Close it.
func Open(ctx context.Context, options Options) (_ *System, err error) {
	s := &System{options: options, log: options.Log, clock: Running(time.Now)}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.log = slog.New(trail.Handler(s.log.Handler()))
	if !options.Now.IsZero() {
		s.clock = Standing(options.Now)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if s.template, err = s.readTemplate(); err != nil {
		return nil, err
	}
	if err := s.openParts(ctx); err != nil {
		return nil, err
	}
	if err := s.build(); err != nil {
		return nil, err
	}
	s.restart(s.clock.Now())
	if err := s.applyProgram(ctx); err != nil {
		return nil, err
	}
	if err := s.seed(ctx); err != nil {
		return nil, err
	}
	return s, s.tidy(ctx)
}

func (s *System) readTemplate() (*Template, error) {
	if s.options.Template == "" {
		path, err := FindTemplate(".")
		if err != nil {
			return nil, err
		}
		s.options.Template = path
	}
	return ReadTemplate(s.options.Template)
}

// openParts opens what the functions are made of.
func (s *System) openParts(ctx context.Context) error {
	if s.options.Data != "" {
		if err := os.MkdirAll(s.options.Data, 0o700); err != nil {
			return err
		}
	}
	var err error
	if s.engine, err = s.openEngine(ctx); err != nil {
		return err
	}
	if s.secret, err = openSecret(s.options.Data, s.options.Secrets); err != nil {
		return err
	}
	s.secret.known = s.sources
	s.options.Key = cmp.Or(s.options.Key, s.secret.API)
	folder := ""
	if s.options.Data != "" {
		folder = filepath.Join(s.options.Data, "mail")
	}
	if s.mailbox, err = openMailbox(folder, s.clock.Now); err != nil {
		return err
	}
	s.options.Public = cmp.Or(s.options.Public, Site)
	kept := store.NewAt(s.engine, s.clock.Now)
	s.parts = function.Parts{
		Store: kept, Programs: function.Programs(kept, s.clock.Now), Secrets: &secrets.Keeper{Read: s.secret.read, Now: s.clock.Now},
		Keys:    api.FixedKeys{access.Local(s.options.Key, access.Admin)},
		Carrier: s.mailbox, Rate: unlimited{}, Reputation: s.mailbox, Public: s.options.Public, Domain: "email.amazonses.com", Now: s.clock.Now, Log: s.log,
		Shred: s.shred, Via: s.options.Via,
	}
	return nil
}

// unlimited is the sending quota of a mailbox on this machine.
type unlimited struct{}

func (unlimited) Quota(context.Context) (perSecond, max24h, sent24h float64, err error) {
	return 1000, -1, 0, nil
}
func (unlimited) Pace(ctx context.Context) error { return ctx.Err() }

var _ survey.Rate = unlimited{}

// partsOf are the parts of one function, whose lines of the log name it. One that is watched has a store and a reader of the program of its own, as on AWS, so that
// whatever it calls is seen as its call.
func (s *System) partsOf(name string) function.Parts {
	p := s.parts
	p.Log = p.Log.With("function", name)
	if s.options.Metrics != nil {
		p.Metrics = s.options.Metrics(name)
	}
	if s.options.Watch != nil {
		p.Store = store.NewAt(s.options.Watch(name, s.engine), s.clock.Now)
		p.Programs = function.Programs(p.Store, s.clock.Now)
	}
	return p
}

// build makes every function of the template from the parts.
func (s *System) build() error {
	s.invoke = map[string]apigw.Function{
		"intake":  apigw.Handler(function.Intake(s.partsOf("intake"))),
		"respond": apigw.Handler(function.Respond(s.partsOf("respond"))),
		"api":     apigw.Handler(function.API(s.partsOf("api"), s.letDrain)),
		"console": apigw.Handler(function.Console(s.partsOf("console"))),
	}
	s.notify = function.Bounce(s.partsOf("bounce"))
	scheduled := map[string]run{
		"dispatch": {start: function.Dispatch(s.partsOf("dispatch")), idleUntil: s.nextDue},
		"audit":    {start: s.audits(function.Task{})},
		rebuilds:   {start: s.audits(function.Task{Rebuild: true}), idleUntil: s.nextSlice},
		"report":   {start: s.reports(), idleUntil: s.nextReport},
	}
	readers := map[string]esm.Handler{
		"tally":    function.Handler(function.Tally(s.partsOf("tally"))),
		"followup": function.Handler(function.Followup(s.partsOf("followup"))),
	}
	for _, f := range s.template.Functions {
		for _, schedule := range f.Schedules {
			r, known := scheduled[strings.TrimSpace(f.Name+" "+schedule.Input)]
			if !known {
				return fmt.Errorf("template.yaml schedules %s (%s), which the local system does not know", f.Name, schedule.Input)
			}
			r.name, r.schedule = f.Name, schedule
			s.runs = append(s.runs, &r)
		}
		for _, stream := range f.Streams {
			poller, err := s.poller(f.Name, stream, readers[f.Name])
			if err != nil {
				return err
			}
			s.pollers = append(s.pollers, poller)
		}
		if len(f.Routes) > 0 && s.invoke[f.Name] == nil {
			return fmt.Errorf("template.yaml routes to %s, which the local system does not know", f.Name)
		}
	}
	return nil
}

// restart lets schedules begin at a time.
func (s *System) restart(at time.Time) {
	s.reached = at
	for _, r := range s.runs {
		r.last = at
	}
}

// Now is the system's time.
func (s *System) Now() time.Time { return s.clock.Now() }

// Mails lists the mails that were captured, oldest first.
func (s *System) Mails() []Captured { return s.mailbox.All() }

// Key is the API key.
func (s *System) Key() string { return s.options.Key }

// nextDue is when the agenda has something to do next.
func (s *System) nextDue(ctx context.Context) (next time.Time, some bool, err error) {
	for shard := range agenda.Shards {
		page, _, err := s.parts.Store.Due(ctx, shard, endOfTime, 1, "")
		if err != nil {
			return next, false, err
		}
		if len(page) > 0 && (!some || page[0].Due.Before(next)) {
			next, some = page[0].Due, true
		}
	}
	return next, some, nil
}

// reports mails the reports that are due by the system's clock.
func (s *System) reports() func(context.Context) error {
	mail := function.Report(s.partsOf("report"), chart.Of)
	return func(ctx context.Context) error { return mail(ctx, function.Hour{}) }
}

// rebuilds is the schedule of the function that audits, with its input, that has it do a slice of a rebuild.
const rebuilds = `audit {"rebuild": true}`

func (s *System) audits(task function.Task) func(context.Context) error {
	audit := function.Audit(s.partsOf("audit"), s.letDrain)
	return func(ctx context.Context) error { return audit(ctx, task) }
}

// nextSlice is when there is next a slice of a rebuild to do.
func (s *System) nextSlice(ctx context.Context) (time.Time, bool, error) {
	state, err := s.parts.Store.Rebuilding(ctx)
	next, running := state.Next()
	return next, running, err
}

// nextReport is when there is next a report to mail, or a day's turns to begin.
func (s *System) nextReport(ctx context.Context) (time.Time, bool, error) {
	next, err := function.Rounds(s.parts, chart.Of).Next(ctx, s.clock.Now())
	if err != nil {
		return next, false, err
	}
	if turns, some, err := function.Turns(s.parts).Next(ctx, s.clock.Now()); err != nil || some && turns.Before(next) {
		return turns, err == nil, err
	}
	return next, true, nil
}

var endOfTime = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// Close ends the system. Nothing that was answered for is lost if it is never called.
func (s *System) Close() error {
	var all []error
	for _, end := range s.close {
		all = append(all, end())
	}
	return errors.Join(all...)
}

func (s *System) zone() *time.Location { return s.current(context.Background()).Zone }

func (s *System) current(ctx context.Context) *program.Program {
	p, err := s.parts.Programs.Current(ctx)
	if err != nil {
		return program.Default()
	}
	return p
}

// sources are those of the program in force.
func (s *System) sources() []program.Source {
	return slices.Collect(maps.Values(s.current(context.Background()).Sources))
}

func (s *System) touchpoints(ctx context.Context) (names []string) {
	for name := range s.current(ctx).Touchpoints {
		names = append(names, name)
	}
	return names
}
