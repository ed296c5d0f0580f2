package store

import (
	"context"
	"time"

	"afterword/internal/report"
	"afterword/internal/table"
)

var _ report.Book = Reports{}

// Reports keeps which reports were mailed to whom.
type Reports struct{ Store *Store }

// Round reads how the mailing of a period stands, strongly.
func (r Reports) Round(ctx context.Context, period string) (report.Round, error) {
	round := report.Round{Mails: map[string]report.Mailing{}}
	var failure error
	err := r.Store.each(ctx, reportPartition(period), "", "", func(item table.Item) {
		if key := item.Key(table.Scorebook); key.Sort != reportRoundKey(period).Sort {
			var m report.Mailing
			if err := table.Decode(item, &m); err != nil {
				failure = err
			}
			round.Mails[key.Sort] = m
			return
		}
		round.Opened = true
		readers, _ := item["readers"].(table.Set)
		round.Readers = readers
	})
	if err == nil {
		err = failure
	}
	return round, err
}

// Open opens the round of a period.
func (r Reports) Open(ctx context.Context, period string, readers []string, at time.Time) (bool, error) {
	item := table.Item{"opened_at": stamp(at)}
	if len(readers) > 0 {
		item["readers"] = table.Set(readers)
	}
	return r.Store.applies(ctx, table.Write{
		Kind: table.Put, Key: reportRoundKey(period), Item: item, If: table.Absent(table.AttrPartition),
	})
}

// Claim takes the mail to a reader, if nobody else has.
func (r Reports) Claim(ctx context.Context, period, reader, by string, at time.Time) (bool, error) {
	return r.Store.applies(ctx, table.Write{
		Kind: table.Update, Key: reportKey(period, reader),
		Set: table.Item{"state": string(report.Claimed), "claim": by, "claimed_at": stamp(at)},
		If:  table.Any(table.Absent("state"), table.Equal("state", string(report.Due))),
	})
}

// Settle says what became of a claimed mail.
func (r Reports) Settle(ctx context.Context, period, reader, by string, as report.State, message string) error {
	set := table.Item{"state": string(as)}
	if message != "" {
		set["message_id"] = message
	}
	_, err := r.Store.applies(ctx, table.Write{
		Kind: table.Update, Key: reportKey(period, reader), Set: set,
		If: table.All(table.Equal("state", string(report.Claimed)), table.Equal("claim", by)),
	})
	return err
}
