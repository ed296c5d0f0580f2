package store

import (
	"context"
	"fmt"
	"time"

	"afterword/internal/fault"
	"afterword/internal/program"
	"afterword/internal/report"
	"afterword/internal/table"
)

var (
	_ program.Versions = (*Store)(nil)
	_ report.Versions  = (*Store)(nil)
)

// CurrentProgram reads the newest program as it was written, and its version; nil and 0 when none was applied.
func (s *Store) CurrentProgram(ctx context.Context) (text []byte, version int, err error) {
	pointer, err := s.table.Get(ctx, currentProgramKey(), true)
	if err != nil || pointer == nil {
		return nil, 0, err
	}
	newest, _ := pointer["version"].(int64)
	item, err := s.table.Get(ctx, programKey(int(newest)), true)
	if err != nil {
		return nil, 0, err
	}
	written, ok := item["text"].(string)
	if !ok {
		return nil, 0, fault.Wrap(fault.Internal, fmt.Errorf("version %d is named and not there", newest), "read the program")
	}
	return []byte(written), int(newest), nil
}

// AddProgram stores the next version and makes it the current one, both or neither. Fault: Conflict when another one is by now.
func (s *Store) AddProgram(ctx context.Context, text []byte, version int, now time.Time) error {
	writer := newWriter()
	before := table.Absent(table.AttrPartition)
	if version > 1 {
		before = table.Equal("version", int64(version-1))
	}
	err := s.transact(ctx, []table.Write{
		{Kind: table.Put, Key: programKey(version), If: table.Absent(table.AttrPartition), Writer: writer,
			Item: table.Item{"text": string(text), "applied_at": stamp(now)}},
		{Kind: table.Put, Key: currentProgramKey(), If: before, Writer: writer, Item: table.Item{"version": int64(version)}},
	})
	if failed(err) != nil {
		return fault.Wrap(fault.Conflict, err, "another program was applied meanwhile; look at it and apply yours again")
	}
	return err
}

// ProgramVersion reads a version of the program as it was written, and when it was applied. Fault: NotFound.
func (s *Store) ProgramVersion(ctx context.Context, version int) (text []byte, at time.Time, err error) {
	item, err := s.table.Get(ctx, programKey(version), false)
	if err != nil {
		return nil, at, err
	}
	written, _ := item["text"].(string)
	since, _ := item["applied_at"].(string)
	if at, err = time.Parse(time.RFC3339, since); err != nil {
		return nil, at, fault.New(fault.NotFound, "there is no version %d of the program", version)
	}
	return []byte(written), at, nil
}
