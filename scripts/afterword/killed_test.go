package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"afterword/internal/local"
)

var rows = flag.Int("rows", 4000, "how many rows are imported by a command that is killed")

// asCommand in the environment makes this test's binary the command.
const asCommand = "AFTERWORD_TEST_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// killer ends the import now and then: before the system hears of a batch, when it is taken and not yet answered, or some time after.
type killer struct {
	http.Handler
	mu      sync.Mutex
	process *os.Process
	chance  *rand.Rand
	kills   map[string]int
	planned int
	order   []int
}

func (k *killer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	when := ""
	if r.URL.Path == "/api/visits" {
		when = k.next()
	}
	if when == "before" {
		k.kill(when)
		return
	}
	k.Handler.ServeHTTP(w, r)
	switch when {
	case "between":
		k.kill(when)
		panic(http.ErrAbortHandler)
	case "after":
		time.AfterFunc(time.Duration(k.chance.IntN(4000))*time.Microsecond, func() { k.kill(when) })
	}
}

// next is when to kill the import of this batch, if at all: three times for sure, in any order, then by chance.
func (k *killer) next() (when string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.planned >= surely && k.chance.IntN(6) > 0 || k.planned == mostKills {
		return ""
	}
	if k.planned%surely == 0 {
		k.order = k.chance.Perm(surely)
	}
	when = []string{"before", "between", "after"}[k.order[k.planned%surely]]
	k.planned++
	return when
}

// How often the import is killed, at least and at most.
const surely, mostKills = 3, 30

func (k *killer) kill(when string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.process == nil {
		return
	}
	if k.process.Kill() == nil {
		k.kills[when]++
	}
	k.process = nil
}

// A command that is killed again and again, wherever it stands, brings every row once, and tells of every refused one once. Nothing tells
// the rows apart but that there are so many of them.
func TestAnImportThatIsKilledGoesOnWithoutADouble(t *testing.T) {
	const agents, wrong = 100, 7 // whose visits are refused
	if testing.Short() {
		*rows = min(*rows, 1500)
	}
	s, err := local.Open(t.Context(), local.Options{Now: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC), Key: key})
	if err != nil {
		t.Fatal(err)
	}
	seed := rand.Uint64()
	k := &killer{Handler: s.Handler(), chance: rand.New(rand.NewPCG(seed, 1)), kills: map[string]int{}}
	server := httptest.NewServer(k)
	defer func() {
		server.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	var text bytes.Buffer
	text.WriteString("touchpoint,property:agent\n")
	for n := range *rows {
		touchpoint := "purchase"
		if n%agents == wrong {
			touchpoint = "nothing"
		}
		fmt.Fprintf(&text, "%s,agent-%d\n", touchpoint, n%agents)
	}
	file := written(t, "visits.csv", text.String())
	began, runs := time.Now(), 0
	for done := false; !done; runs++ {
		if runs > 500 {
			t.Fatalf("seed %d: it does not come to its end", seed)
		}
		var out bytes.Buffer
		command := exec.CommandContext(t.Context(), os.Args[0], "--url", server.URL, "--key", key, "import", "visits", file)
		command.Env = append(os.Environ(), asCommand+"=1")
		command.Stdout, command.Stderr = &out, &out
		k.mu.Lock()
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		k.process = command.Process
		k.mu.Unlock()
		err := command.Wait()
		k.mu.Lock()
		killed := k.process == nil
		k.process = nil
		k.mu.Unlock()
		exit := (*exec.ExitError)(nil)
		if ended := errors.As(err, &exit) && exit.Exited(); ended {
			if done = strings.Contains(out.String(), fmt.Sprintf("%d rows were refused", *rows/agents)); !done {
				t.Fatalf("seed %d: %s", seed, &out)
			}
		} else if !killed {
			t.Fatalf("seed %d: %v\n%s", seed, err, &out)
		}
	}
	if k.kills["before"] == 0 || k.kills["between"] == 0 { // one that was to be killed after it may have been done
		t.Errorf("seed %d: it was killed %v", seed, k.kills)
	}
	counted := map[string]int{}
	for next, pages := "", 0; pages == 0 || next != ""; pages++ {
		var page struct {
			Items []struct{ Properties map[string]string }
			Next  string
		}
		if err := (target{server.URL, key}).call(t.Context(), http.MethodGet, "/api/decisions?touchpoint=purchase&day=2026-11-20&cursor="+url.QueryEscape(next), "", nil, &page); err != nil {
			t.Fatal(err)
		}
		for _, item := range page.Items {
			counted[item.Properties["agent"]]++
		}
		next = page.Next
	}
	total := 0
	for n := range agents {
		agent := fmt.Sprintf("agent-%d", n)
		want := *rows / agents
		if n == wrong {
			want = 0
		}
		if total += counted[agent]; counted[agent] != want {
			t.Errorf("seed %d: %d visits of %s, want %d", seed, counted[agent], agent, want)
		}
	}
	lines := strings.Split(strings.TrimSpace(contents(t, strings.TrimSuffix(file, ".csv")+".rejects.csv")), "\n")[1:]
	for n, line := range lines {
		if want := fmt.Sprintf("%d,", n*agents+wrong+2); len(lines) != *rows/agents || !strings.HasPrefix(line, want) {
			t.Fatalf("seed %d: of %d refused rows, %d: %s, want line %s", seed, *rows/agents, n, line, want)
		}
	}
	t.Logf("%d rows, killed %v in %d runs, %s: %d visits and %d refused rows, none twice, none lost (seed %d)", *rows, k.kills, runs, time.Since(began).Round(100*time.Millisecond), total, len(lines), seed)
}
