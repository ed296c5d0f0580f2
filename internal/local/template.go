package local

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Template is what template.yaml says about when each function runs. It is written there once; the runner and the tests read it.
type Template struct {
	Functions []Function
}

// Function is one Lambda function of the template.
type Function struct {
	Name        string // folder under functions/
	Resource    string // name in the template
	Environment []string
	Routes      []Route
	Schedules   []Schedule
	Streams     []Stream
	Topics      []string
}

// Route is an HTTP route: method "ANY" or one method, path as API Gateway writes it ("/hooks/{source}").
type Route struct{ Method, Path string }

// Stream is the settings of a stream mapping, as written.
type Stream struct {
	BatchSize             int
	Window                time.Duration
	ParallelizationFactor int
	Bisect                bool
	PartialResponses      bool
	MaxRetries            int
	MaxAge                time.Duration
	Patterns              []string
	OnFailure             bool
}

// FindTemplate looks for template.yaml in the directory and its parents, so that the runner and each package's tests find it.
func FindTemplate(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for {
		path := filepath.Join(dir, "template.yaml")
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
		if filepath.Dir(dir) == dir {
			return "", fmt.Errorf("template.yaml is in no folder above: run this inside the checkout")
		}
		dir = filepath.Dir(dir)
	}
}

// ReadTemplate reads template.yaml.
func ReadTemplate(path string) (*Template, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	t, err := parseTemplate(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}

type rawTemplate struct {
	Globals   struct{ Function rawFunction }
	Resources map[string]struct {
		Type       string
		Properties json.RawMessage
	}
}

type rawEnvironment struct{ Variables map[string]any }

type rawFunction struct {
	CodeUri     string
	Environment rawEnvironment
	Events      map[string]struct {
		Type       string
		Properties rawEvent
	}
}

type rawEvent struct {
	Path, Method                   string
	ScheduleExpression             string
	Input                          string
	BatchSize                      int
	MaximumBatchingWindowInSeconds int
	ParallelizationFactor          int
	BisectBatchOnFunctionError     bool
	FunctionResponseTypes          []string
	MaximumRetryAttempts           int
	MaximumRecordAgeInSeconds      int
	FilterCriteria                 struct{ Filters []struct{ Pattern string } }
	DestinationConfig              *struct{ OnFailure struct{ Type string } }
	Topic                          any
}

func parseTemplate(data []byte) (*Template, error) {
	// The names in the template are CloudFormation's, capitals and all, which JSON's decoder finds in fields of the same name.
	var tree map[string]any
	if err := yaml.Unmarshal(data, &tree); err != nil {
		return nil, err
	}
	text, err := json.Marshal(tree)
	if err != nil {
		return nil, err
	}
	var raw rawTemplate
	if err := json.Unmarshal(text, &raw); err != nil {
		return nil, err
	}
	var t Template
	for resource, r := range raw.Resources {
		if r.Type != "AWS::Serverless::Function" {
			continue
		}
		f, err := parseFunction(resource, r.Properties, raw.Globals.Function.Environment)
		if err != nil {
			return nil, err
		}
		t.Functions = append(t.Functions, f)
	}
	sort.Slice(t.Functions, func(i, j int) bool { return t.Functions[i].Name < t.Functions[j].Name })
	return &t, nil
}

func parseFunction(resource string, properties json.RawMessage, globals rawEnvironment) (Function, error) {
	var raw rawFunction
	if err := json.Unmarshal(properties, &raw); err != nil {
		return Function{}, fmt.Errorf("%s: %w", resource, err)
	}
	f := Function{Name: strings.Trim(strings.TrimPrefix(raw.CodeUri, "functions/"), "/"), Resource: resource}
	for _, environment := range []rawEnvironment{globals, raw.Environment} {
		for name := range environment.Variables {
			f.Environment = append(f.Environment, name)
		}
	}
	sort.Strings(f.Environment)
	for name, event := range raw.Events {
		if err := f.add(event.Type, event.Properties); err != nil {
			return Function{}, fmt.Errorf("%s, event %s: %w", resource, name, err)
		}
	}
	sort.Slice(f.Schedules, func(i, j int) bool { return f.Schedules[i].Input < f.Schedules[j].Input })
	sort.Slice(f.Routes, func(i, j int) bool { return f.Routes[i].Path < f.Routes[j].Path })
	return f, nil
}

func (f *Function) add(kind string, e rawEvent) error {
	switch kind {
	case "HttpApi":
		f.Routes = append(f.Routes, Route{Method: e.Method, Path: e.Path})
	case "ScheduleV2":
		schedule, err := ParseSchedule(e.ScheduleExpression)
		if err != nil {
			return err
		}
		schedule.Input = e.Input
		f.Schedules = append(f.Schedules, schedule)
	case "SNS":
		f.Topics = append(f.Topics, fmt.Sprint(e.Topic))
	case "DynamoDB":
		f.Streams = append(f.Streams, streamOf(e))
	default:
		return fmt.Errorf("the local runner knows no events of type %q", kind)
	}
	return nil
}

func streamOf(e rawEvent) Stream {
	s := Stream{
		BatchSize:             e.BatchSize,
		Window:                time.Duration(e.MaximumBatchingWindowInSeconds) * time.Second,
		ParallelizationFactor: e.ParallelizationFactor,
		Bisect:                e.BisectBatchOnFunctionError,
		MaxRetries:            e.MaximumRetryAttempts,
		MaxAge:                time.Duration(e.MaximumRecordAgeInSeconds) * time.Second,
		OnFailure:             e.DestinationConfig != nil,
	}
	for _, kind := range e.FunctionResponseTypes {
		s.PartialResponses = s.PartialResponses || kind == "ReportBatchItemFailures"
	}
	for _, filter := range e.FilterCriteria.Filters {
		s.Patterns = append(s.Patterns, filter.Pattern)
	}
	return s
}

// Schedule is when a function runs by itself, in UTC: every so often, or once a day.
type Schedule struct {
	Every time.Duration // 0 for a daily one
	At    time.Duration // of a daily one: since midnight UTC
	Input string        // what the function is started with; "": with nothing of its own
}

// ParseSchedule reads the two forms that the template uses: rate(N unit) and cron(M H * * ? *).
func ParseSchedule(expression string) (Schedule, error) {
	wrong := fmt.Errorf("schedule %q: the local runner knows rate(N minutes|hours|days) and cron(M H * * ? *)", expression)
	kind, rest, _ := strings.Cut(strings.TrimSuffix(expression, ")"), "(")
	fields := strings.Fields(rest)
	switch {
	case kind == "rate" && len(fields) == 2:
		n, err := strconv.Atoi(fields[0])
		unit, known := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}[strings.TrimSuffix(fields[1], "s")]
		if err != nil || !known || n < 1 {
			return Schedule{}, wrong
		}
		return Schedule{Every: time.Duration(n) * unit}, nil
	case kind == "cron" && len(fields) == 6 && strings.Join(fields[2:], " ") == "* * ? *":
		minute, errM := strconv.Atoi(fields[0])
		hour, errH := strconv.Atoi(fields[1])
		if errM != nil || errH != nil || minute < 0 || minute > 59 || hour < 0 || hour > 23 {
			return Schedule{}, wrong
		}
		return Schedule{At: time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute}, nil
	}
	return Schedule{}, wrong
}

// Next is the first time after t at which the schedule is due.
func (s Schedule) Next(t time.Time) time.Time {
	t = t.UTC()
	if s.Every > 0 {
		return t.Truncate(s.Every).Add(s.Every)
	}
	due := t.Truncate(24 * time.Hour).Add(s.At)
	if !due.After(t) {
		due = due.Add(24 * time.Hour)
	}
	return due
}
