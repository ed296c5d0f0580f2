package program

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"afterword/internal/fault"
)

// shelf keeps versions in memory, for tests.
type shelf struct {
	mu     sync.Mutex
	texts  [][]byte
	reads  int
	broken error
	hold   chan struct{} // when there is one, a read says on it that it has begun, and waits on it
}

func (s *shelf) CurrentProgram(context.Context) ([]byte, int, error) {
	s.mu.Lock()
	s.reads++
	hold := s.hold
	s.mu.Unlock()
	if hold != nil {
		hold <- struct{}{}
		<-hold
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken != nil {
		return nil, 0, s.broken
	}
	if len(s.texts) == 0 {
		return nil, 0, nil
	}
	return s.texts[len(s.texts)-1], len(s.texts), nil
}

func (s *shelf) AddProgram(_ context.Context, text []byte, version int, _ time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if version != len(s.texts)+1 {
		return fault.New(fault.Conflict, "another program was applied meanwhile")
	}
	s.texts = append(s.texts, text)
	return nil
}

func (s *shelf) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

// clock is a time that only tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// called is the small program with another company's name.
func called(name string) []byte {
	return []byte(strings.Replace(small, "company: Acme", "company: "+name, 1))
}

func company(t *testing.T, r *Reader) string {
	t.Helper()
	p, err := r.Current(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return p.Name
}

func TestTheCurrentProgramIsReadAtMostOnceAMinute(t *testing.T) {
	s, c := &shelf{}, &clock{at: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)}
	r := &Reader{Versions: s, Now: c.now}
	if got := company(t, r); got != "Acme" || s.reads != 1 {
		t.Errorf("before any is applied: %s after %d reads", got, s.reads)
	}
	s.texts = [][]byte{called("Boxes")}
	c.pass(59 * time.Second)
	if got := company(t, r); got != "Acme" || s.reads != 1 {
		t.Errorf("within the minute: %s after %d reads", got, s.reads)
	}
	c.pass(time.Second)
	p, err := r.Current(t.Context())
	if err != nil || p.Name != "Boxes" || p.Version != 1 || s.reads != 2 {
		t.Errorf("after the minute: %+v after %d reads, %v", p, s.reads, err)
	}
	c.pass(time.Minute)
	if again, err := r.Current(t.Context()); err != nil || again != p {
		t.Errorf("a version that is known is parsed again: %v", err)
	}
	s.texts = append(s.texts, called("Crates"))
	r.Forget()
	if got := company(t, r); got != "Crates" {
		t.Errorf("after Forget: %s", got)
	}
}

func TestTheLastGoodProgramServesThroughTrouble(t *testing.T) {
	s, c := &shelf{broken: errors.New("no answer")}, &clock{at: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)}
	r := &Reader{Versions: s, Now: c.now}
	if _, err := r.Current(t.Context()); !fault.Is(err, fault.Transient) || !errors.Is(err, s.broken) {
		t.Errorf("with none yet: %v", err)
	}
	s.texts, s.broken = [][]byte{called("Boxes")}, nil
	if got := company(t, r); got != "Boxes" {
		t.Error(got)
	}
	s.broken = errors.New("no answer")
	c.pass(time.Hour)
	reads := s.reads
	for range 3 {
		if got := company(t, r); got != "Boxes" {
			t.Error(got)
		}
	}
	if s.reads != reads+1 {
		t.Errorf("a table in trouble was asked %d times at once", s.reads-reads)
	}
	s.texts, s.broken = append(s.texts, called("Crates")), nil
	c.pass(10 * time.Second)
	if got := company(t, r); got != "Crates" {
		t.Errorf("ten seconds after the trouble: %s", got)
	}
}

func TestAStoredProgramThatCannotBeReadIsOursToMend(t *testing.T) {
	s, c := &shelf{}, &clock{at: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)}
	r := &Reader{Versions: s, Now: c.now}
	company(t, r) // one that is good is no excuse
	s.texts = [][]byte{[]byte("company: Acme")}
	c.pass(time.Minute)
	if _, err := r.Current(t.Context()); !fault.Is(err, fault.Internal) || strings.Contains(fault.TextOf(err), "postal") {
		t.Errorf("got %v", err)
	}
}

func TestNobodyWaitsForAReadWhoHasAProgram(t *testing.T) {
	s, c := &shelf{texts: [][]byte{called("Boxes")}}, &clock{at: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)}
	r := &Reader{Versions: s, Now: c.now}
	var first sync.WaitGroup
	for range 8 {
		first.Go(func() {
			if p, err := r.Current(t.Context()); err != nil || p.Name != "Boxes" {
				t.Errorf("%+v, %v", p, err)
			}
		})
	}
	first.Wait()
	if s.reads != 1 {
		t.Errorf("eight at once read %d times", s.reads)
	}
	hold := make(chan struct{})
	s.set(func() { s.hold, s.texts = hold, append(s.texts, called("Crates")) })
	c.pass(time.Minute)
	done := make(chan string)
	go func() {
		p, err := r.Current(context.Background())
		if err != nil {
			t.Error(err)
		}
		done <- p.Name
	}()
	<-hold
	if got := company(t, r); got != "Boxes" {
		t.Errorf("while another reads: %s", got)
	}
	close(hold)
	if got := <-done; got != "Crates" {
		t.Errorf("the one who read it got %s", got)
	}
	if got := company(t, r); got != "Crates" {
		t.Errorf("afterwards: %s", got)
	}
}

func TestApplyStoresTheNextVersionOnce(t *testing.T) {
	s, now := &shelf{}, time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	a := Publisher{Versions: s, Languages: shipped}
	for i, row := range []struct {
		text    []byte
		version int
		kind    fault.Kind
	}{
		{called("Boxes"), 1, ""},
		{called("Boxes"), 1, ""}, // sent twice
		{called("Crates"), 2, ""},
		{called("Boxes"), 3, ""}, // back again
		{[]byte("company: Acme"), 0, fault.Invalid},
		{[]byte(strings.Replace(small, "scale: 1-5", "scale: 1-7", 1)), 0, fault.Conflict},
		{[]byte(strings.Replace(small, "number: 7", "number: 8", 1)), 0, fault.Conflict},
		{[]byte(DefaultText()), 0, fault.Conflict}, // without the survey that was used
	} {
		version, err := a.Apply(t.Context(), row.text, now)
		if version != row.version || fault.KindOf(err) != row.kind {
			t.Errorf("%d: version %d, %v", i, version, err)
		}
	}
	if len(s.texts) != 3 {
		t.Errorf("%d versions are stored", len(s.texts))
	}
	s.broken = fault.New(fault.Transient, "no answer")
	if _, err := a.Apply(t.Context(), called("Drums"), now); !fault.Is(err, fault.Transient) {
		t.Errorf("in trouble: %v", err)
	}
}

// late is a shelf on which somebody else puts a version between the read and the write.
type late struct{ *shelf }

func (l late) AddProgram(ctx context.Context, text []byte, version int, now time.Time) error {
	if err := l.shelf.AddProgram(ctx, called("Elsewhere"), version, now); err != nil {
		return err
	}
	return l.shelf.AddProgram(ctx, text, version, now)
}

func TestOfTwoWhoApplyAtOnceOneIsTold(t *testing.T) {
	s := &shelf{texts: [][]byte{called("Boxes")}}
	version, err := Publisher{Versions: late{s}, Languages: shipped}.Apply(t.Context(), called("Crates"), time.Now())
	if version != 0 || !fault.Is(err, fault.Conflict) {
		t.Errorf("version %d, %v", version, err)
	}
}

// An old program may have been written under laxer rules; it must not keep the owner from applying a better one.
func TestAStoredProgramWithProblemsCanBeReplaced(t *testing.T) {
	lax := strings.Replace(small, "postal: Storgatan 1, Stockholm\n", "", 1)
	s := &shelf{texts: [][]byte{[]byte(lax)}}
	a := Publisher{Versions: s, Languages: shipped}
	if _, err := a.Apply(t.Context(), []byte(strings.Replace(small, "1-5", "1-7", 1)), time.Now()); !fault.Is(err, fault.Conflict) {
		t.Errorf("its surveys are not kept: %v", err)
	}
	if version, err := a.Apply(t.Context(), []byte(small), time.Now()); version != 2 || err != nil {
		t.Errorf("version %d, %v", version, err)
	}
}

func TestASurveyThatWasUsedStaysWhatItWas(t *testing.T) {
	parse := func(surveys string) *Program {
		p, problems := read([]byte(strings.Replace(small, "  s1: {number: 7, metric: CES, scale: 1-5}\n", surveys, 1)))
		for _, problem := range problems {
			if !strings.HasPrefix(problem.Path, "touchpoints.") {
				t.Fatal(problem)
			}
		}
		return p
	}
	old := parse("  s1: {number: 7, metric: CES, scale: 1-5}\n  s2: {number: 8, metric: NPS, scale: 0-10}\n")
	for _, row := range []struct{ surveys, want string }{
		{"  s1: {number: 7, metric: CES, scale: 1-5}\n  s2: {number: 8, metric: NPS, scale: 0-10}\n", ""},
		{"  s2: {number: 8, metric: NPS, scale: 0-10}\n  s3: {number: 9, metric: CES, scale: 1-7}\n  s1: {number: 7, metric: CES, scale: 1-5, question: Was it easy}\n", ""},
		{"  s1: {number: 7, metric: CES, scale: 1-5, good_from: 5}\n  s2: {number: 8, metric: NPS, scale: 0-10}\n",
			"the survey s1 has been used with another scale (1-5 ease); give it a new id and number"},
		{"  s1: {number: 7, metric: CES, scale: 1-5, direction: lower_is_better}\n  s2: {number: 8, metric: NPS, scale: 0-10}\n",
			"the survey s1 has been used with another scale (1-5 ease); give it a new id and number"},
		{"  s1: {number: 7, metric: CES, scale: 1-5, presentation: faces}\n  s2: {number: 8, metric: NPS, scale: 0-10}\n",
			"the survey s1 has been used with another presentation (numbers); give it a new id and number"},
		{"  s1: {number: 7, metric: CES, scale: 1-5, agree: true}\n  s2: {number: 8, metric: NPS, scale: 0-10}\n",
			"the survey s1 has been used with agree: false; give it a new id and number"},
		{"  s1: {number: 8, metric: CES, scale: 1-5}\n  s2: {number: 7, metric: NPS, scale: 0-10}\n",
			"the survey s1 has had the number 7; give it that one back, or give it a new id and number\n" +
				"the survey s2 has had the number 8; give it that one back, or give it a new id and number"},
		{"  s3: {number: 7, metric: CES, scale: 1-5}\n  s2: {number: 8, metric: NPS, scale: 0-10}\n",
			"the survey s1 is gone; keep it, since links in mails and scores need it"},
	} {
		err := parse(row.surveys).CompatibleWith(old)
		if row.want == "" && err != nil || row.want != "" && (!fault.Is(err, fault.Conflict) || fault.TextOf(err) != row.want) {
			t.Errorf("%s%v\nwant %s", row.surveys, err, row.want)
		}
	}
}

// shipped are the languages of the catalogs.
var shipped = []string{"en", "nl", "sv", "zh"}

func TestALanguageWithoutTextsIsRefused(t *testing.T) {
	for languages, want := range map[string]string{
		"[en, sv, nl, zh]": "",
		"[en, nl-BE]":      "",
		"[en, de]":         `no texts in "de"; expected some of en, nl, sv, zh`,
	} {
		p, err := Parse([]byte(strings.Replace(DefaultText(), "languages: [en, sv, nl, zh]", "languages: "+languages, 1)))
		if err != nil {
			t.Fatal(err)
		}
		err = p.SpokenIn(shipped)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", languages, err, want)
		}
	}
}
