package store

import (
	"context"
	"fmt"

	"afterword/internal/survey"
	"afterword/internal/table"
)

var _ survey.Pauses = (*Store)(nil)

// Pause reads whether survey mails wait.
func (s *Store) Pause(ctx context.Context) (p survey.Pause, err error) {
	item, err := s.table.Get(ctx, pauseKey(), true)
	if err != nil || item == nil {
		return p, err
	}
	if err := table.Decode(item, &p); err != nil {
		return p, err
	}
	p.Revision, _ = item["revision"].(int64)
	return p, nil
}

// SetPause keeps whether survey mails wait.
func (s *Store) SetPause(ctx context.Context, p survey.Pause) (bool, error) {
	item, err := table.Encode(p)
	if err != nil {
		return false, fmt.Errorf("keep whether survey mails wait: %w", err)
	}
	item["revision"] = p.Revision + 1
	as := table.Condition(table.Absent(table.AttrPartition))
	if p.Revision > 0 {
		as = table.Equal("revision", p.Revision)
	}
	return s.applies(ctx, table.Write{Kind: table.Put, Key: pauseKey(), Item: item, If: as})
}
