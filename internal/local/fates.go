package local

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"afterword/internal/survey"
)

// fate is a mail of the mailbox that bounced or was complained about, as SES would count it.
type fate struct {
	Mail string      `json:"mail"`
	Fate survey.Fate `json:"fate"`
	At   time.Time   `json:"at"`
}

// fatesFile stands beside the mails; each line is a fate.
const fatesFile = "fates.jsonl"

func readFates(folder string) (fates []fate, err error) {
	text, err := os.ReadFile(filepath.Join(folder, fatesFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		var f fate
		if json.Unmarshal(lines.Bytes(), &f) == nil { // a line cut short by a kill was never told
			fates = append(fates, f)
		}
	}
	return fates, errors.Join(err, lines.Err())
}

// Learn keeps what became of mails of the mailbox, each time once: SES tells of one bounce more than once, and counts it once.
func (b *Mailbox) Learn(reports []survey.Report) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range reports {
		f := fate{r.MessageID, r.Fate, r.At}
		ours := slices.ContainsFunc(b.mails, func(m Captured) bool { return m.ID == f.Mail })
		counts := f.Fate == survey.Returned || f.Fate == survey.Complained
		known := slices.ContainsFunc(b.fates, func(other fate) bool { return other.Mail == f.Mail && other.Fate == f.Fate })
		if !ours || !counts || known {
			continue
		}
		b.fates = append(b.fates, f)
		if b.folder == "" {
			continue
		}
		if err := appendLine(filepath.Join(b.folder, fatesFile), mustJSON(f)); err != nil {
			return err
		}
	}
	return nil
}

func appendLine(path string, line []byte) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(append(line, '\n'))
	return errors.Join(err, file.Close())
}

// Statistics tells how the mails of the last two weeks fared, as SES does.
func (b *Mailbox) Statistics(context.Context) ([]survey.Point, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	points := map[time.Time]survey.Point{}
	add := func(at time.Time, change func(*survey.Point)) {
		quarter := at.UTC().Truncate(15 * time.Minute)
		if b.now().Sub(quarter) > 14*24*time.Hour {
			return
		}
		point := points[quarter]
		point.At = quarter
		change(&point)
		points[quarter] = point
	}
	for _, m := range b.mails {
		add(m.At, func(p *survey.Point) { p.Mails++ })
	}
	for _, f := range b.fates {
		add(f.At, func(p *survey.Point) {
			if f.Fate == survey.Returned {
				p.Bounces++
			} else {
				p.Complaints++
			}
		})
	}
	all := make([]survey.Point, 0, len(points))
	for _, point := range points {
		all = append(all, point)
	}
	return all, nil
}
