package store

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"afterword/internal/fault"
	"afterword/internal/program"
	"afterword/internal/table"
	"afterword/internal/table/tabletest"
)

func TestTheNewestProgramIsTheCurrentOneAndTheOthersStay(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		if text, version, err := s.CurrentProgram(t.Context()); text != nil || version != 0 || err != nil {
			t.Errorf("before the first: %q, version %d, %v", text, version, err)
		}
		for version := 1; version <= 3; version++ {
			if err := s.AddProgram(t.Context(), fmt.Appendf(nil, "company: Löv %d\n", version), version, noon); err != nil {
				t.Fatal(err)
			}
			text, current, err := s.CurrentProgram(t.Context())
			if string(text) != fmt.Sprintf("company: Löv %d\n", version) || current != version || err != nil {
				t.Errorf("after version %d: %q, version %d, %v", version, text, current, err)
			}
		}
		for _, version := range []int{1, 3, 5} {
			if err := s.AddProgram(t.Context(), []byte("company: Late"), version, noon); !fault.Is(err, fault.Conflict) {
				t.Errorf("version %d after version 3: %v", version, err)
			}
		}
		if text, version, err := s.CurrentProgram(t.Context()); string(text) != "company: Löv 3\n" || version != 3 || err != nil {
			t.Errorf("after those that came late: %q, version %d, %v", text, version, err)
		}
		text, at, err := s.ProgramVersion(t.Context(), 1)
		if err != nil || string(text) != "company: Löv 1\n" || !at.Equal(noon) {
			t.Errorf("the first version is %q of %s, %v", text, at, err)
		}
		if _, _, err := s.ProgramVersion(t.Context(), 4); !fault.Is(err, fault.NotFound) {
			t.Errorf("a version that is none: %v", err)
		}
	})
}

func TestOfSeveralWhoApplyAtOnceOneSucceeds(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		text := func(company string) []byte {
			return []byte(strings.Replace(program.DefaultText(), "company: Acme", "company: "+company, 1))
		}
		var mu sync.Mutex
		won := map[int]string{}
		var group sync.WaitGroup
		for i := range 6 {
			group.Go(func() {
				company := fmt.Sprint("Box", i)
				version, err := program.Publisher{Versions: s, Languages: []string{"en", "sv", "nl", "zh"}}.Apply(t.Context(), text(company), noon)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil && won[version] != "":
					t.Errorf("%s and %s are both version %d", company, won[version], version)
				case err == nil:
					won[version] = company
				case !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Transient):
					t.Errorf("%s: %v", company, err)
				}
			})
		}
		group.Wait()
		reader := program.Reader{Versions: s, Now: func() time.Time { return noon }}
		p, err := reader.Current(t.Context())
		if err != nil || p.Version != len(won) || p.Name != won[p.Version] || len(won) == 0 {
			t.Errorf("the current one is version %d, %s, of %v, %v", p.Version, p.Name, won, err)
		}
	})
}

// Whatever is throttled, met or lost on the way: an owner who tries again until there is an answer makes each program one version,
// and is never told that somebody else was faster.
func TestApplyingAgainAfterTroubleMakesNoSecondVersion(t *testing.T) {
	for _, engine := range tabletest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			tables, _ := engine.Open(t)
			faults := tabletest.NewFaults(tables, 11, tabletest.Chances{Conflict: 0.15, Throttle: 0.1, Transient: 0.1, Resent: 0.1, Lost: 0.2})
			s := New(faults)
			s.pause = func(context.Context, time.Duration) error { return nil }
			versions := 30
			if engine.Name != tabletest.Bolt.Name {
				versions = 12
			}
			for want := 1; want <= versions; want++ {
				text := []byte(strings.Replace(program.DefaultText(), "company: Acme", fmt.Sprint("company: Box", want), 1))
				version, err := 0, fault.New(fault.Transient, "not tried yet")
				for fault.Is(err, fault.Transient) {
					version, err = program.Publisher{Versions: s, Languages: []string{"en", "sv", "nl", "zh"}}.Apply(t.Context(), text, noon)
				}
				if version != want || err != nil {
					t.Fatalf("program %d became version %d, %v", want, version, err)
				}
			}
			for _, kind := range []string{"conflict", "throttle", "transient", "resent", "lost"} {
				if faults.Injected()[kind] == 0 {
					t.Errorf("no %s was met", kind)
				}
			}
		})
	}
}

func TestAVersionIsNeverWrittenOver(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		w := table.Write{Kind: table.Put, Key: programKey(1), Item: table.Item{"text": "company: Before"}}
		if _, err := s.table.Write(t.Context(), w); err != nil {
			t.Fatal(err)
		}
		if err := s.AddProgram(t.Context(), []byte("company: Acme"), 1, noon); !fault.Is(err, fault.Conflict) {
			t.Errorf("got %v", err)
		}
	})
}

func TestAProgramThatIsNamedAndNotThereIsOursToMend(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		w := table.Write{Kind: table.Put, Key: currentProgramKey(), Item: table.Item{"version": int64(4)}}
		if _, err := s.table.Write(t.Context(), w); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.CurrentProgram(t.Context()); !fault.Is(err, fault.Internal) {
			t.Errorf("got %v", err)
		}
		if err := s.AddProgram(t.Context(), []byte("company: Acme"), 1, noon); !fault.Is(err, fault.Conflict) {
			t.Errorf("the first version follows the fourth: %v", err)
		}
		if err := s.AddProgram(t.Context(), []byte("company: Acme"), 5, noon); err != nil {
			t.Errorf("the fifth version: %v", err)
		}
	})
}
