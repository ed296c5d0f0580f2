package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"afterword/internal/period"
	"afterword/internal/table"
	"afterword/internal/table/bolt"
	"afterword/internal/table/dynamo"
)

// eachAlone counts record by record, as a careful program without batches does: one transaction puts the ledger's row, under the
// condition that it does not have this revision, and adds to the day's tally and to the stored counts of the day's week, month,
// quarter and year, and of each of its three segments. It reads nothing for a new response; where the condition fails the response is counted already. (A changed answer
// would need a read, and two adds for each of these items; there is none in the race.)
func eachAlone(engine table.Table) func(context.Context, []table.Change) error {
	return func(ctx context.Context, changes []table.Change) error {
		for _, change := range changes {
			err := engine.Transact(ctx, alone(change))
			if cancelled, is := table.AsCancelled(err); is && !cancelled.Retry() {
				continue
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
}

func alone(change table.Change) []table.Write {
	text := func(attr string) string { return change.New[attr].(string) }
	day, _ := period.ParseDay(text("day"))
	about := text("touchpoint") + "#" + text("survey")
	row := table.Item{}
	for _, attr := range []string{"rev", "touchpoint", "survey", "day", "sent_day", "counted", "rating"} {
		row[attr] = change.New[attr]
	}
	writes := []table.Write{{
		Kind: table.Put, Key: table.Key{Table: table.Scorebook, Partition: "x#L#" + text("id"), Sort: "ledger"}, Item: row,
		If: table.Any(table.Absent("rev"), table.Less("rev", row["rev"].(int64))),
	}}
	cells := []string{"x#T#" + about + "|" + day.String() + "#0"}
	for _, p := range period.Containing(day) {
		cells = append(cells, "x#S#"+about+"|"+p.Name)
	}
	for property, value := range change.New["cuts"].(map[string]any) {
		cells = append(cells, "x#T#"+about+"#"+property+"|"+day.String()+"#"+value.(string))
	}
	for _, cell := range cells {
		partition, sort, _ := strings.Cut(cell, "|")
		writes = append(writes, table.Write{
			Kind: table.Update, Key: table.Key{Table: table.Scorebook, Partition: partition, Sort: sort},
			Add: map[string]int64{fmt.Sprintf("r%d", row["rating"]): 1, "a": 1},
		})
	}
	return writes
}

// tallyRace lets both count the same answers, in turns, each engine for itself.
func tallyRace(ctx context.Context, s *sheet) error {
	s.say("the other one: a transaction for each record, one after another: ledger row, day, week, month, quarter, year, three segments; no reads")
	return onEngines(ctx, s, func(name string, engine table.Table, meter *table.Meter) error {
		const records, turns = 400, 7
		var units [2]int64
		race := func(i int, counts func(context.Context, []table.Change) error) func(int) (time.Duration, error) {
			return func(round int) (time.Duration, error) {
				answers := cutAnswers((round+1)*records, records, "2026-11-22")
				before, began := meter.Snapshot(), time.Now()
				for first := 0; first < records; first += 200 {
					if err := counts(ctx, answers[first:first+200]); err != nil {
						return 0, err
					}
				}
				took := time.Since(began)
				units[i] += meter.Snapshot().Sub(before).WriteUnits
				return took, nil
			}
		}
		counts := counting(engine)
		ours := func(ctx context.Context, changes []table.Change) error { return count(ctx, counts, changes) }
		took, err := rounds(turns, race(0, ours), race(1, eachAlone(engine)))
		if err != nil {
			return err
		}
		s.say("%-28s batches of 200: %7.0f records/s, one by one: %7.0f records/s, ratio %5.1f; write units %.2f and %.2f a record", name,
			records/took[0].Seconds(), records/took[1].Seconds(), ratio(took[1], took[0]),
			float64(units[0])/(records*turns), float64(units[1])/(records*turns))
		return nil
	})
}

// hasDynamo tells whether a DynamoDB on this machine is named, as scripts/dynamodb-local/run does.
func hasDynamo() bool { return os.Getenv("AWS_ENDPOINT_URL_DYNAMODB") != "" }

// onEngines runs on a file that waits for the disk, and on DynamoDB Local if there is one.
func onEngines(ctx context.Context, s *sheet, run func(name string, engine table.Table, meter *table.Meter) error) error {
	if err := onBolt(run); err != nil || !hasDynamo() {
		if err == nil {
			s.say("%-28s not measured: scripts/dynamodb-local/run make bench does", "DynamoDB Local:")
		}
		return err
	}
	settings, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return err
	}
	client, meter := dynamodb.NewFromConfig(settings), &table.Meter{}
	prefix := "bench-" + strings.ToLower(rand.Text()) + "-"
	names := map[table.Name]string{table.Feedback: prefix + "feedback", table.Scorebook: prefix + "scorebook"}
	if err := dynamo.CreateTables(ctx, client, names); err != nil {
		return err
	}
	problem := run("DynamoDB Local:", dynamo.Open(client, names, meter), meter)
	for _, name := range names {
		_, err := client.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &name})
		problem = errors.Join(problem, err)
	}
	return problem
}

func onBolt(run func(name string, engine table.Table, meter *table.Meter) error) error {
	folder, err := os.MkdirTemp("", "afterword-bench-")
	if err != nil {
		return err
	}
	meter := &table.Meter{}
	db, err := bolt.Open(filepath.Join(folder, "tables.bolt"), bolt.Options{Meter: meter})
	if err == nil {
		err = errors.Join(run("bolt, waiting for the disk:", db, meter), db.Close())
	}
	return errors.Join(err, os.RemoveAll(folder))
}
