package store

import (
	"context"

	"afterword/internal/esm"
	"afterword/internal/table"
)

var _ esm.Checkpoints = (*Store)(nil)

// Checkpoint reads how far a consumer of the change feed is in a shard.
func (s *Store) Checkpoint(ctx context.Context, consumer, shard string) (string, error) {
	item, err := s.table.Get(ctx, checkpointKey(consumer, shard), true)
	sequence, _ := item["sequence"].(string)
	return sequence, err
}

// SaveCheckpoint stores how far a consumer is.
func (s *Store) SaveCheckpoint(ctx context.Context, consumer, shard, sequence string) error {
	w := table.Write{Kind: table.Put, Key: checkpointKey(consumer, shard), Item: table.Item{"sequence": sequence}}
	_, err := s.table.Write(ctx, w)
	return err
}
