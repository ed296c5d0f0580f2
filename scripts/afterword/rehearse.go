package main

import (
	"bytes"
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
	who    uint64 // whose it is
	begins int64  // in bytes
	length int32
	line   int32
}

// rehearse says what would become of the rows, and why. Nothing is kept between two requests, so that each customer's rows, on whose
// order the decisions hang, go in one: the file is read by customer.
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
		fmt.Fprintf(out, "some customers have more than %d rows: how theirs stand in each other's way is not shown\n", mostRows)
	}
	return printSums(out, t.sums, t.examples)
}

// index lists the rows by whose they are, in their order.
func (i *importing) index(s *sheet) (entries []entry, err error) {
	seed := maphash.MakeSeed()
	for {
		begins := s.begins + s.reader.InputOffset()
		raw, line, err := s.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil && !errors.Is(err, csv.ErrFieldCount) {
			return nil, err
		}
		if w, some := i.rowOf(raw, line, err); some {
			length := s.begins + s.reader.InputOffset() - begins
			entries = append(entries, entry{maphash.String(seed, w.who), begins, int32(length), int32(line)})
		}
	}
	slices.SortStableFunc(entries, func(a, b entry) int {
		switch {
		case a.who < b.who:
			return -1
		case a.who > b.who:
			return 1
		}
		return 0
	})
	return entries, nil
}

// together is how many of the entries go in one request: as many as fit, and none of a customer of whom all do not.
func together(entries []entry) int {
	n, bytes := 0, 0
	for n < len(entries) && n < mostRows && bytes < mostBytes/2 { // as JSON a row is longer
		bytes += int(entries[n].length)
		n++
	}
	whole := n
	for whole > 0 && whole < len(entries) && entries[whole-1].who == entries[whole].who {
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
	last     uint64 // whose the last row was
	some     bool
	parted   bool // somebody's rows went in several requests
}

func (t *trial) try(ctx context.Context, in io.ReaderAt, comma rune, entries []entry) error {
	t.parted = t.parted || t.some && entries[0].who == t.last
	t.last, t.some = entries[len(entries)-1].who, true
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
