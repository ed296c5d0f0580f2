package local

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"afterword/internal/fault"
	"afterword/internal/program"
	"afterword/internal/webhook"
)

// sample is one of events/intake, and what the tour says of it.
type sample struct{ Name, Says string }

// samples are fired in the order of the journey.
var samples = []sample{
	{"shopify-order", "An order was paid (Shopify)"},
	{"zendesk-solved", "A ticket was solved (Zendesk)"},
	{"standard-onboarding", "Somebody finished onboarding (your own event)"},
}

// otherSamples are those of the program's other sources that somebody is asked about at once, one for each.
func (s *System) otherSamples(ctx context.Context) (others []sample) {
	shown := map[string]bool{}
	for _, sample := range samples {
		kind, _, _ := strings.Cut(sample.Name, "-")
		shown[kind] = true
	}
	files, _ := os.ReadDir(filepath.Join(filepath.Dir(s.options.Template), "events", "intake")) // without them there are none
	for _, file := range files {
		name := strings.TrimSuffix(file.Name(), ".json")
		m, err := s.mold(ctx, name)
		if err != nil || shown[m.source.Kind] || !m.asked {
			continue
		}
		shown[m.source.Kind] = true
		others = append(others, sample{name, strings.ToUpper(name[:1]) + strings.ReplaceAll(name[1:], "-", " ")})
	}
	return others
}

// mold is a sample as its source would send it now, and what is understood of it.
type mold struct {
	source           program.Source
	header           http.Header
	body             []byte
	subject, address string
	asked            bool // the program may ask about it at once
}

func (s *System) mold(ctx context.Context, name string) (mold, error) {
	event, err := readSample(s.options.Template, "intake", name)
	if err != nil {
		return mold{}, err
	}
	source, known := s.current(ctx).Sources[event.PathParameters["source"]]
	if !known {
		return mold{}, fault.New(fault.NotFound, "the program has no source %q", event.PathParameters["source"])
	}
	m := mold{source: source, header: http.Header{}, body: webhook.Restamp(source, []byte(event.Body), s.clock.Now())}
	for name, value := range event.Headers {
		m.header.Set(name, value)
	}
	read, err := webhook.Read(source, m.header, m.body)
	if err != nil || len(read) != 1 {
		return m, err
	}
	e := read[0]
	m.subject, m.address = e.Subject, e.Address
	_, _, taken := e.Meaning(source)
	m.asked = taken && !e.Test && e.Fetch == "" && e.Address != ""
	return m, nil
}

// FireSample delivers a sample of events/intake as if it happened now, signed afresh, and returns what the hook answered.
func (s *System) FireSample(ctx context.Context, name string) (string, error) {
	m, err := s.mold(ctx, name)
	if err != nil {
		return "", err
	}
	return s.hook(ctx, m.source.Name, m.header, m.body)
}

func (s *System) tourHook(w http.ResponseWriter, r *http.Request) error {
	name := r.PostFormValue("sample")
	m, err := s.mold(r.Context(), name)
	if err != nil {
		return err
	}
	answer, err := s.hook(r.Context(), m.source.Name, m.header, m.another(s.clock.Now()))
	if err != nil {
		return err
	}
	return s.back(w, r, fmt.Sprintf("%s was delivered; the hook answered %s", name, strings.TrimSpace(answer)))
}

var number = regexp.MustCompile(`[0-9]+`)

// another is the sample about another subject of another customer, so that a button of the tour does something each time.
func (m mold) another(now time.Time) []byte {
	n := strconv.FormatInt(now.Unix()%1_000_000, 10)
	body := string(m.body)
	if last := number.FindAllString(m.subject, -1); len(last) > 0 {
		was := last[len(last)-1]
		at := strings.LastIndex(m.subject, was)
		body = strings.ReplaceAll(body, m.subject, m.subject[:at]+"9"+n+m.subject[at+len(was):])
	}
	if name, domain, ok := strings.Cut(m.address, "@"); ok {
		body = strings.ReplaceAll(body, m.address, name+n+"@"+domain)
	}
	return []byte(body)
}
