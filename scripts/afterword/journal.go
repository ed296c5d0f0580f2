package main

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"afterword/internal/mail"
)

// journal is how far an import has come, in a file beside the one that is imported. It is written after each batch; of a batch that was
// sent and not written down, each row is sent again and known.
type journal struct {
	Kind     string         `json:"kind"`
	System   string         `json:"system"`
	File     string         `json:"file"` // SHA-256 of what is in it
	Settings string         `json:"settings"`
	Rows     int            `json:"rows"` // that are done
	Rejects  string         `json:"rejects"`
	Bytes    int64          `json:"bytes"` // of the rejects file
	Sums     map[string]int `json:"sums"`

	path string
}

// open goes on from what is written down, or begins, and writes that down before anything else is left: who is killed then has begun. restart
// forgets it, as does a beginning after which nothing was done.
func (j *journal) open(file, rejects string, restart bool) error {
	before, err := j.before()
	if err != nil && !restart {
		return fmt.Errorf("%s cannot be read (%w); --restart begins anew", j.path, err)
	}
	if restart || before.Rows == 0 {
		if _, err := os.Stat(rejects); err == nil && !restart && before.Rejects != rejects {
			return fmt.Errorf("%s is there, from an earlier import; mend and import it, move it away, or name another with --rejects", rejects)
		}
		j.Rejects, j.Sums = rejects, map[string]int{}
		return j.write()
	}
	for _, changed := range []struct {
		what     string
		was, now string
	}{
		{"the kind of what is imported", before.Kind, j.Kind}, {"the system", before.System, j.System}, {file, before.File, j.File},
		{"--columns or --touchpoint", before.Settings, j.Settings}, {"--rejects", before.Rejects, rejects},
	} {
		if changed.was != changed.now {
			return fmt.Errorf("%s changed since this import began, %d rows ago; --restart begins anew: what was taken before is known again, and makes no double", changed.what, before.Rows)
		}
	}
	before.path = j.path
	*j = before
	return nil
}

// before is what is written down; nothing when nothing is.
func (j *journal) before() (before journal, err error) {
	text, err := os.ReadFile(j.path)
	if errors.Is(err, fs.ErrNotExist) {
		return before, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &before)
	}
	return before, err
}

// reached writes down that so many rows are done.
func (j *journal) reached(rows int, refused *rejects) (err error) {
	if j.Bytes, err = refused.kept(); err != nil {
		return err
	}
	j.Rows = rows
	return j.write()
}

// write replaces what is written down, all of it or nothing.
func (j *journal) write() error {
	text, err := json.Marshal(j)
	if err != nil {
		return err
	}
	next, err := os.OpenFile(j.path+".next", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = next.Write(text)
	if err = errors.Join(err, next.Sync(), next.Close()); err == nil {
		err = os.Rename(next.Name(), j.path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(next.Name()))
	}
	return nil
}

// done forgets the import, and a rejects file with nothing in it.
func (j *journal) done() error {
	if j.Sums[refusedSum] == 0 {
		if err := os.Remove(j.Rejects); err != nil {
			return err
		}
	}
	return os.Remove(j.path)
}

// rejects is the rows that were refused, with their lines and why, in the form of the file that is imported.
type rejects struct {
	file  *os.File
	rows  *csv.Writer
	keep  []int // columns of the file
	width int   // how many columns it has
}

// What the rejects file says of each row beside what was in it.
const (
	rejectedLine    = "rejected_line"
	rejectedBecause = "rejected_because"
)

// openRejects opens the file as the journal knows it: what was written after that is of a batch that comes again.
func openRejects(j *journal, of *sheet) (*rejects, error) {
	file, err := os.OpenFile(j.Rejects, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	r := &rejects{file: file, rows: csv.NewWriter(file), width: len(of.heads)}
	r.rows.Comma = of.comma
	heads := []string{rejectedLine, rejectedBecause}
	for i, head := range of.heads {
		if head != rejectedLine && head != rejectedBecause {
			r.keep, heads = append(r.keep, i), append(heads, head)
		}
	}
	if j.Sums[refusedSum] == 0 {
		j.Bytes = 0 // it may be gone already, when the end was cut off
	}
	if info, err := file.Stat(); err != nil || info.Size() < j.Bytes {
		return nil, errors.Join(err, fmt.Errorf("%s lacks rows that were refused: it was changed since this import began; --restart begins anew, and makes no double", j.Rejects), file.Close())
	}
	if err := file.Truncate(j.Bytes); err != nil {
		return nil, err
	}
	if _, err := file.Seek(j.Bytes, io.SeekStart); err != nil {
		return nil, err
	}
	if j.Bytes == 0 {
		return r, r.rows.Write(heads)
	}
	return r, nil
}

// add writes those of the rows that were refused.
func (r *rejects) add(batch []row, outcomes []outcome) error {
	for i, o := range outcomes {
		if o.refused == "" {
			continue
		}
		cells := []string{strconv.Itoa(batch[i].line), unarmed(o.refused)}
		for _, n := range r.keep {
			cell := ""
			if n < len(batch[i].raw) {
				cell = unarmed(batch[i].raw[n])
			}
			cells = append(cells, cell)
		}
		for _, cell := range batch[i].raw[min(r.width, len(batch[i].raw)):] {
			cells = append(cells, unarmed(cell))
		}
		if err := r.rows.Write(cells); err != nil {
			return err
		}
	}
	return nil
}

// unarmed is a cell with an apostrophe before what a spreadsheet would take for a formula, such as what a customer wrote: whoever mends the
// file is likely to open it in one. armed takes it off again.
func unarmed(cell string) string {
	if isFormula(cell) {
		return "'" + cell
	}
	return cell
}

func armed(cell string) string {
	if strings.HasPrefix(cell, "'") && isFormula(cell) {
		return cell[1:]
	}
	return cell
}

// isFormula tells whether a cell is a formula, whatever apostrophes stand before it.
func isFormula(cell string) bool {
	bare := strings.TrimLeft(cell, "'")
	return strings.HasPrefix(mail.Harmless(bare), "'")
}

// kept is how long the file is, once all of it is on the disk.
func (r *rejects) kept() (int64, error) {
	if r.rows.Flush(); r.rows.Error() != nil {
		return 0, r.rows.Error()
	}
	if err := r.file.Sync(); err != nil {
		return 0, err
	}
	return r.file.Seek(0, io.SeekCurrent)
}

// Close closes the file.
func (r *rejects) Close() error { return r.file.Close() }
