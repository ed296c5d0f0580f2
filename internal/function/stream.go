package function

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"

	"github.com/aws/aws-lambda-go/events"

	"afterword/internal/esm"
	"afterword/internal/followup"
	"afterword/internal/store"
	"afterword/internal/table"
	"afterword/internal/table/dynamo"
	"afterword/internal/tally"
	"afterword/internal/trail"
)

// Stream is what Lambda calls with records of the change feed.
type Stream = func(context.Context, events.DynamoDBEvent) (events.DynamoDBEventResponse, error)

// Tally counts the answers that the change feed shows. It needs Store and Log.
func Tally(p Parts) Stream {
	return p.Stream(store.Counting{Tally: p.tally()}.Handle)
}

// tally counts in every generation that is written. Its lines say in which.
func (p Parts) tally() tally.Counter {
	return tally.Everywhere{InUse: p.Store, In: func(generation string) tally.Counter {
		in := p
		in.Store, in.Log = p.Store.In(generation), p.Log.With(slog.String("generation", generation))
		return tally.Tally{Fold: fold(in.diary()), Scores: tally.Scores{Scorebook: in.Store, Pause: Pause}}
	}}
}

func fold(ledger tally.Ledger) tally.Fold {
	return tally.Fold{Ledger: ledger, Pause: Pause, Draw: rand.IntN}
}

// Followup opens cases for the unhappy answers that the change feed shows. It needs Store, Programs, Now and Log.
func Followup(p Parts) Stream {
	return p.Stream(store.Following{Opener: p.opener(), Now: p.Now}.Handle)
}

func (p Parts) opener() followup.Opener {
	return followup.Opener{Cases: p.diary(), Answers: p.Store, Programs: p.Programs, Log: p.Log}
}

// Stream decodes the records for a handler. What it left undone is answered as the batch item failure that Lambda takes for its
// checkpoint, also when there is an error, which is logged: as an answer it would bring back what is done.
func (p Parts) Stream(handle esm.Handler) Stream {
	return func(ctx context.Context, event events.DynamoDBEvent) (response events.DynamoDBEventResponse, err error) {
		changes := make([]table.Change, len(event.Records))
		for i, record := range event.Records {
			if changes[i], err = dynamo.Decode(record); err != nil {
				return response, trail.CleanError(fmt.Errorf("record %s: %w", record.Change.SequenceNumber, err))
			}
		}
		firstFailed, err := handle(ctx, changes)
		if firstFailed != "" {
			p.Log.WarnContext(ctx, "records come again", slog.String("from", firstFailed), slog.Int("records", len(changes)), slog.Any("cause", err))
			response.BatchItemFailures = []events.DynamoDBBatchItemFailure{{ItemIdentifier: firstFailed}}
			return response, nil
		}
		return response, trail.CleanError(err)
	}
}

// Handler calls a stream function as Lambda's mapping would: for the local system, so that it decodes the very events.
func Handler(fn Stream) esm.Handler {
	return func(ctx context.Context, changes []table.Change) (firstFailed string, err error) {
		var event events.DynamoDBEvent
		for _, change := range changes {
			record, err := dynamo.Encode(change)
			if err != nil {
				return "", err
			}
			event.Records = append(event.Records, record)
		}
		response, err := fn(ctx, event)
		if err == nil && len(response.BatchItemFailures) > 0 {
			firstFailed = response.BatchItemFailures[0].ItemIdentifier
		}
		return firstFailed, err
	}
}
