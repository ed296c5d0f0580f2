package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"os"
	"slices"
)

// shown is how many examples a dry run prints of each outcome.
const shown = 3

// entry is where a row stands in the file.
type entry struct {
	group  int32 // the first of the rows that it stands with
	begins int64 // in bytes
	length int32
	line   int32
}

// rehearse says what would become of the rows, and why. Nothing is kept between two requests, so that rows on whose order the decisions
// hang, each customer's, go in one: the file is read in their order.
func (i *importing) rehearse(ctx context.Context, total int, out io.Writer) error {
	in, err := os.Open(i.file)
	if err != nil {
		return err
	}
	defer in.Close()
	s, err := openSheet(in, i.file, i.such)
	if err != nil {
		return err
	}
	entries, err := i.index(s)
	if err != nil {
		return err
	}
	i.equals = nil // the rows are read again
	t := trial{importing: i, sums: map[string]int{}, examples: map[string][]string{}}
	for len(entries) > 0 {
		n := together(entries)
		if err := t.try(ctx, in, s.comma, entries[:n]); err != nil {
			return fmt.Errorf("nothing was changed: %w", err)
		}
		entries = entries[n:]
	}
	fmt.Fprintf(out, "dry run of %d rows of %s; nothing was changed\n", total, i.file)
	if t.parted {
		fmt.Fprintf(out, "more than %d rows are of one customer: how they stand in each other's way is not shown\n", mostRows)
	}
	return printSums(out, t.sums, t.examples)
}

// index lists the rows by what may stand in each other's way, in their order: those of one customer, and those about the same.
func (i *importing) index(s *sheet) (entries []entry, err error) {
	seed, first := maphash.MakeSeed(), map[uint64]int32{}
	for {
		begins := s.begins + s.reader.InputOffset()
		raw, line, err := s.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil && !errors.Is(err, csv.ErrFieldCount) {
			return nil, err
		}
		w, some := i.rowOf(raw, line, err)
		if !some {
			continue
		}
		n := int32(len(entries))
		entries = append(entries, entry{n, begins, int32(s.begins + s.reader.InputOffset() - begins), int32(line)})
		for _, tie := range []string{w.who, w.about} {
			if tie == "" {
				continue
			}
			h := maphash.String(seed, tie)
			if earlier, tied := first[h]; tied {
				tieTogether(entries, earlier, n)
			} else {
				first[h] = n
			}
		}
	}
	for n := range entries {
		entries[n].group = groupOf(entries, int32(n))
	}
	slices.SortStableFunc(entries, func(a, b entry) int { return cmp.Compare(a.group, b.group) })
	return entries, nil
}

// groupOf is the first row of those that a row stands with.
func groupOf(entries []entry, n int32) int32 {
	for entries[n].group != n {
		entries[n].group = entries[entries[n].group].group // the way gets shorter
		n = entries[n].group
	}
	return n
}

func tieTogether(entries []entry, a, b int32) {
	a, b = groupOf(entries, a), groupOf(entries, b)
	entries[max(a, b)].group = min(a, b)
}

// together is how many of the entries go in one request: as many as fit, and none of a group of which all do not.
func together(entries []entry) int {
	n, bytes := 0, 0
	for n < len(entries) && n < mostRows && bytes < mostBytes/2 { // as JSON a row is longer
		bytes += int(entries[n].length)
		n++
	}
	whole := n
	for whole > 0 && whole < len(entries) && entries[whole-1].group == entries[whole].group {
		whole--
	}
	if whole > 0 {
		return whole
	}
	return n
}

// trial adds up what would become of rows.
type trial struct {
	*importing
	sums     map[string]int
	examples map[string][]string
	last     int32 // group of the last row
	some     bool
	parted   bool // a group went in several requests
}

func (t *trial) try(ctx context.Context, in io.ReaderAt, comma rune, entries []entry) error {
	t.parted = t.parted || t.some && entries[0].group == t.last
	t.last, t.some = entries[len(entries)-1].group, true
	batch := make([]row, 0, len(entries))
	for _, e := range entries {
		text := make([]byte, e.length)
		if _, err := in.ReadAt(text, e.begins); err != nil {
			return err
		}
		reader := csv.NewReader(bytes.NewReader(text))
		reader.Comma = comma
		reader.FieldsPerRecord = len(t.places)
		raw, err := reader.Read()
		if err != nil && !errors.Is(err, csv.ErrFieldCount) {
			return err
		}
		w, _ := t.rowOf(raw, int(e.line), err)
		batch = append(batch, w)
	}
	outcomes, err := t.deliver(ctx, batch, true)
	if err != nil {
		return err
	}
	for n, o := range outcomes {
		sum := o.sum()
		if t.sums[sum]++; len(t.examples[sum]) < shown {
			why := o.why + o.refused
			if why != "" {
				why = ": " + why
			}
			t.examples[sum] = append(t.examples[sum], fmt.Sprintf("line %d%s", entries[n].line, why))
		}
	}
	return nil
}
