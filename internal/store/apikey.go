package store

import (
	"context"
	"fmt"
	"time"

	"afterword/internal/access"
	"afterword/internal/fault"
	"afterword/internal/period"
	"afterword/internal/table"
)

var errNoKey = fault.New(fault.NotFound, "there is no such key")

// Key reads a key of the API, strongly: one that was just made is good, one that was just revoked is not.
func (s *Store) Key(ctx context.Context, id string) (k access.Key, err error) {
	item, err := s.table.Get(ctx, apiKeyKey(id), true)
	if err != nil {
		return k, fmt.Errorf("read a key: %w", err)
	}
	if item == nil {
		return k, errNoKey
	}
	return k, table.Decode(item, &k)
}

// KeepKey keeps a new key.
func (s *Store) KeepKey(ctx context.Context, k access.Key) error {
	item, err := table.Encode(k)
	if err != nil {
		return fmt.Errorf("keep a key: %w", err)
	}
	item[table.Listing.Partition], item[table.Listing.Sort] = apiKeysList(), listedAt(k.Created, k.ID)
	kept, err := s.applies(ctx, table.Write{Kind: table.Put, Key: apiKeyKey(k.ID), Item: item, If: table.Absent(table.AttrPartition)})
	if err == nil && !kept {
		err = fault.New(fault.Conflict, "there is a key with that id")
	}
	return err
}

// Keys lists the keys, newest first.
func (s *Store) Keys(ctx context.Context, span period.Span) (page []access.Key, next string, err error) {
	items, next, err := s.newest(ctx, &table.Listing, [][]string{{apiKeysList()}}, span)
	if err != nil {
		return nil, "", fmt.Errorf("list keys: %w", err)
	}
	for _, item := range items {
		var k access.Key
		if err := table.Decode(item, &k); err != nil {
			return nil, "", fmt.Errorf("list keys: %w", err)
		}
		page = append(page, k)
	}
	return page, next, nil
}

// RevokeKey forgets a key, at once.
func (s *Store) RevokeKey(ctx context.Context, id string) error {
	if _, err := s.Key(ctx, id); err != nil { // a delete that finds nothing is a success
		return err
	}
	_, err := s.write(ctx, table.Write{Kind: table.Delete, Key: apiKeyKey(id)})
	return err
}

// CountRequest counts in the minutes.
func (s *Store) CountRequest(ctx context.Context, key string, most int64, now time.Time) (int64, error) {
	return s.count(ctx, requestsKey(key), now.Unix()/60, most)
}

// count counts on one item, which begins anew with each span of time, of which minute is the number (most of them are minutes): one write,
// and one more for the first of a span. A process whose clock is behind another's counts in the other's span.
func (s *Store) count(ctx context.Context, key table.Key, minute, most int64) (int64, error) {
	for range tries {
		item, err := s.write(ctx, table.Write{
			Kind: table.Update, Key: key, Add: map[string]int64{"n": 1},
			If: table.All(table.Equal("minute", minute), table.Less("n", most)),
		})
		stored, refused := table.Stored(err)
		if !refused {
			n, _ := item["n"].(int64)
			return n, err
		}
		switch current, _ := stored["minute"].(int64); {
		case current == minute:
			return most + 1, nil
		case current > minute:
			minute = current
		default:
			began, err := s.applies(ctx, table.Write{
				Kind: table.Update, Key: key, Set: table.Item{"minute": minute, "n": int64(1)},
				If: table.Any(table.Absent("minute"), table.Less("minute", minute)),
			})
			if began || err != nil {
				return 1, err
			}
		}
	}
	return 0, fault.New(fault.Transient, "too many are asking at once, try again")
}
