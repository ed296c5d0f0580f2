package main

import (
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/schollz/progressbar/v3"
)

// imported is a kind of file that can be imported, and how the API takes it.
type imported struct {
	kind
	path       string
	field      string // of a body with several
	key        string // field of a row's key, by which it is known when it comes again; "": what it says is enough
	known      string // field with which a row is known without a number among its equals
	touchpoint bool   // rows have one
}

// Bounds of what is sent at once: the API takes 500 and 1 MB.
const (
	mostRows  = 500
	mostBytes = 900 << 10
)

// importing is one import of a file.
type importing struct {
	imported
	on         target
	file       string
	touchpoint string // of rows that name none
	places     []place
	local      *time.Location
	mended     bool                // the file is one of refused rows
	equals     map[[16]byte]uint32 // how many rows of each content there were so far that nothing else tells apart
	wait       func(context.Context, time.Duration) error
	said       io.Writer // where troubles are told of
}

// row is a row of the file.
type row struct {
	line    int
	raw     []string
	body    []byte // as the API takes it; nil: it is refused
	refused string // why
	who     string // address
	about   string // what another row may be about as well; "" where rows of one address alone have to do with each other
}

// importFile imports the rows of a file, or says what would become of them.
func importFile(ctx context.Context, on target, arguments []string, out io.Writer) error {
	what, file, flags := arguments[0], arguments[1], arguments[2:]
	dry, restart, rejects, columns, touchpoint := flags[0] == "true", flags[1] == "true", flags[2], flags[3], flags[4]
	of, ok := importable[what]
	if !ok {
		return fmt.Errorf("%q cannot be imported; expected %s", what, strings.Join(slices.Sorted(maps.Keys(importable)), ", "))
	}
	i := &importing{imported: of, on: on, file: file, touchpoint: touchpoint, wait: rest, said: os.Stderr}
	total, hash, err := i.survey(columns)
	if err != nil {
		return err
	}
	if i.local, err = zoneOf(ctx, on); err != nil {
		return err
	}
	if dry {
		return i.rehearse(ctx, total, out)
	}
	mark := journal{path: file + ".import.json", Kind: what, System: on.url, File: hash, Settings: columns + "\n" + touchpoint}
	return i.run(ctx, &mark, restart, rejects, total, out)
}

// renamed reads "Score=rating,Person=-", a line of a CSV: quoted, a head may have commas.
func renamed(columns string) (map[string]string, error) {
	names := map[string]string{}
	if columns == "" {
		return names, nil
	}
	line := csv.NewReader(strings.NewReader(columns))
	line.TrimLeadingSpace = true
	pairs, err := line.Read()
	if err != nil {
		return nil, fmt.Errorf("--columns is such as %s; %q is not", exampleColumns, columns)
	}
	for _, pair := range pairs {
		equals := max(0, strings.LastIndexByte(pair, '='))
		head, name := strings.TrimSpace(pair[:equals]), strings.TrimSpace(strings.TrimPrefix(pair[equals:], "="))
		if head == "" || name == "" {
			return nil, fmt.Errorf("--columns is such as %s; %q is not", exampleColumns, pair)
		}
		names[head] = name
	}
	return names, nil
}

const exampleColumns = `Score=rating,Team=property:team,Notes=-,"Why, if we may ask?=-"`

// named says how columns are named otherwise; where only unknown ones are in the way, what leaves out all of them, as a shell takes it.
func named(err error, columns string) string {
	example := "'Score=rating,Notes=-'"
	if u := (unknownColumns{}); errors.As(err, &u) && !strings.ContainsFunc(strings.Join(u.heads, ""), unicode.IsControl) {
		var line strings.Builder
		rows := csv.NewWriter(&line)
		pairs := make([]string, len(u.heads))
		for n, head := range u.heads {
			pairs[n] = head + "=" + ignored
		}
		_ = rows.Write(pairs) // into memory
		rows.Flush()
		text := strings.TrimSpace(line.String())
		if columns != "" {
			text = columns + "," + text
		}
		example = "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
	}
	return "--columns names them otherwise or leaves them out (--columns " + example + ")"
}

// survey reads the file once, so that one that is broken in the middle is told of before anything is sent. It counts the rows.
func (i *importing) survey(columns string) (total int, hash string, err error) {
	names, err := renamed(columns)
	if err != nil {
		return 0, "", err
	}
	in, err := os.Open(i.file)
	if err != nil {
		return 0, "", err
	}
	defer in.Close()
	sum := sha256.New()
	s, err := openSheet(io.TeeReader(in, sum), i.file, i.such)
	if err != nil {
		return 0, "", err
	}
	i.mended = slices.Contains(s.heads, rejectedBecause)
	if i.places, err = i.kind.places(s.heads, names); err != nil {
		return 0, "", fmt.Errorf("%s:1: %w; %s", i.file, err, named(err, columns))
	}
	if i.imported.touchpoint && i.touchpoint == "" && !slices.ContainsFunc(i.places, func(p place) bool { return p.is == "touchpoint" }) {
		return 0, "", fmt.Errorf("%s:1: the column \"touchpoint\" is missing; --touchpoint names the one of all rows", i.file)
	}
	for {
		_, _, err := s.next()
		switch {
		case errors.Is(err, io.EOF):
			if total == 0 {
				return 0, "", fmt.Errorf("%s has no rows", i.file)
			}
			return total, hex.EncodeToString(sum.Sum(nil)), nil
		case err != nil && !errors.Is(err, csv.ErrFieldCount):
			return 0, "", fmt.Errorf("%w; where the next row begins is not sure, so nothing was imported", err)
		}
		total++
	}
}

// zoneOf is the program's time zone; nil when the key may not ask for it.
func zoneOf(ctx context.Context, on target) (*time.Location, error) {
	p, err := inForce(ctx, on)
	if r := (refusal{}); errors.As(err, &r) && r.status == http.StatusForbidden {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return p.Zone, nil
}

// rowOf brings a row into the form in which it is sent; false for one with nothing in it.
func (i *importing) rowOf(raw []string, line int, troubled error) (row, bool) {
	w := row{line: line, raw: slices.Clone(raw)}
	if i.mended {
		for n, cell := range w.raw {
			w.raw[n] = armed(cell)
		}
		raw = w.raw
	}
	if !slices.ContainsFunc(raw, func(cell string) bool { return strings.TrimSpace(cell) != "" }) {
		return w, false
	}
	if troubled != nil {
		w.refused = fmt.Sprintf("it has %d fields; expected %d", len(raw), len(i.places))
		return w, true
	}
	r, err := read(i.places, raw, i.local)
	if err != nil {
		w.refused = err.Error()
		return w, true
	}
	if i.imported.touchpoint && r["touchpoint"] == nil && i.touchpoint != "" {
		r["touchpoint"] = i.touchpoint
	}
	w.who, _ = r["address"].(string)
	w.who = strings.ToLower(w.who)
	if about, _ := r[i.known].(string); about != "" {
		w.about = fmt.Sprintf("%v\n%v\n%s", r["touchpoint"], r["source"], about)
	}
	if i.key != "" && (r[i.key] == nil || i.key != i.known) {
		r[i.key] = i.keyOf(r)
	}
	if w.body, err = bodyOf(r); err != nil {
		w.refused = err.Error()
	}
	return w, true
}

// keyOf is what a row is known by when it comes again, also in another file: what it says and, where nothing of that need tell it from
// others, which one of those that say the same it is.
func (i *importing) keyOf(r record) string {
	text, _ := json.Marshal(r) // of texts, numbers and whether: it never fails
	sum := sha256.Sum256(append([]byte(i.field+"\n"), text...))
	content := [16]byte(sum[:])
	if i.equals == nil {
		i.equals = map[[16]byte]uint32{}
	}
	n := uint32(1)
	if r[i.known] == nil {
		i.equals[content]++
		n = i.equals[content]
	}
	return fmt.Sprintf("row-%s-%d", hex.EncodeToString(content[:]), n)
}

// run sends the file from where the journal says, a batch at a time.
func (i *importing) run(ctx context.Context, mark *journal, restart bool, rejects string, total int, out io.Writer) error {
	if rejects == "" {
		rejects = strings.TrimSuffix(i.file, ".csv") + ".rejects.csv"
	}
	if err := mark.open(i.file, rejects, restart); err != nil {
		return err
	}
	if mark.Rows > 0 {
		fmt.Fprintf(out, "going on after %d of %d rows\n", mark.Rows, total)
	}
	in, err := os.Open(i.file)
	if err != nil {
		return err
	}
	defer in.Close()
	s, err := openSheet(in, i.file, i.such)
	if err != nil {
		return err
	}
	refused, err := openRejects(mark, s)
	if err != nil {
		return err
	}
	defer refused.Close()
	bar := progressbar.NewOptions(total, progressbar.OptionSetWriter(i.said), progressbar.OptionSetVisibility(watched()), progressbar.OptionShowCount(),
		progressbar.OptionSetPredictTime(true), progressbar.OptionThrottle(200*time.Millisecond), progressbar.OptionClearOnFinish())
	if err := i.send(ctx, s, mark, refused, bar); err != nil {
		return fmt.Errorf("stopped after %d of %d rows: %w\nstart it again to go on from there", mark.Rows, total, err)
	}
	return i.finish(mark, out)
}

// finish tells what became of the rows.
func (i *importing) finish(mark *journal, out io.Writer) error {
	taken := 0
	for what, n := range mark.Sums {
		if what != refusedSum {
			taken += n
		}
	}
	fmt.Fprintf(out, "%s: %s taken\n", i.file, rowsWere(taken))
	if err := printSums(out, mark.Sums, nil); err != nil {
		return err
	}
	if err := mark.done(); err != nil {
		return err
	}
	if n := mark.Sums[refusedSum]; n > 0 {
		return fmt.Errorf("%s refused: %s has it, with lines and why; mend it and import it", rowsWere(n), mark.Rejects)
	}
	return nil
}

// send sends what is left of the file.
func (i *importing) send(ctx context.Context, s *sheet, mark *journal, refused *rejects, bar *progressbar.ProgressBar) error {
	var batch []row
	passed, sent, bytes := 0, mark.Rows, 0
	flush := func(read int) error {
		if read == mark.Rows {
			return nil
		}
		outcomes, err := i.deliver(ctx, batch, false)
		if err != nil {
			return err
		}
		if err := refused.add(batch, outcomes); err != nil {
			return err
		}
		for _, o := range outcomes {
			mark.Sums[o.sum()]++
		}
		batch, bytes = batch[:0], 0
		_ = bar.Set(read) // it is drawn for somebody who waits, and nothing more
		return mark.reached(read, refused)
	}
	for {
		raw, line, err := s.next()
		if errors.Is(err, io.EOF) {
			return flush(passed)
		}
		if err != nil && !errors.Is(err, csv.ErrFieldCount) {
			return err
		}
		w, some := i.rowOf(raw, line, err)
		if passed++; passed <= sent {
			continue
		}
		if some && (len(batch) == mostRows || bytes+len(w.body) > mostBytes) {
			if err := flush(passed - 1); err != nil {
				return err
			}
		}
		if some {
			batch, bytes = append(batch, w), bytes+len(w.body)
		}
	}
}

// rowsWere says how many rows there are, and were.
func rowsWere(n int) string {
	if n == 1 {
		return "1 row was"
	}
	return fmt.Sprintf("%d rows were", n)
}

// watched tells whether somebody sees how it goes on.
func watched() bool {
	info, err := os.Stderr.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func rest(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
