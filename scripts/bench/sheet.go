package main

import (
	"fmt"
	"io"
	"slices"
	"time"
)

// sheet is what is printed.
type sheet struct {
	out     io.Writer
	broken  int // promises about what is counted that are not kept
	answers int // of the score that is read
}

// say prints a figure that nothing was promised about.
func (s *sheet) say(format string, args ...any) { fmt.Fprintf(s.out, "  "+format+"\n", args...) }

// counted prints a figure that is the same on every machine, beside the most that was promised.
func (s *sheet) counted(figure, most float64, format string, args ...any) {
	if figure > most {
		s.broken++
	}
	s.beside(figure, most, format, args...)
}

// timed prints a figure of this machine at this moment, beside the most that was promised.
func (s *sheet) timed(figure, most float64, format string, args ...any) {
	s.beside(figure, most, format, args...)
}

func (s *sheet) beside(figure, most float64, format string, args ...any) {
	verdict := "kept"
	if figure > most {
		verdict = "NOT KEPT"
	}
	fmt.Fprintf(s.out, "  %-86s %8.2f   at most %g: %s\n", fmt.Sprintf(format, args...), figure, most, verdict)
}

// rounds lets contestants take turns, round after round, each time another one first, and returns the median of each.
func rounds(n int, contestants ...func(round int) (time.Duration, error)) ([]time.Duration, error) {
	took := make([][]time.Duration, len(contestants))
	for round := range n {
		for k := range contestants {
			i := (round + k) % len(contestants)
			d, err := contestants[i](round)
			if err != nil {
				return nil, err
			}
			took[i] = append(took[i], d)
		}
	}
	medians := make([]time.Duration, len(contestants))
	for i, durations := range took {
		medians[i] = median(durations)
	}
	return medians, nil
}

func median(durations []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(durations))
	return sorted[len(sorted)/2]
}

func ratio(a, b time.Duration) float64 { return float64(a) / float64(b) }

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
