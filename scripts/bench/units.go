package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"afterword/internal/esm"
	"afterword/internal/function"
	"afterword/internal/local"
	"afterword/internal/store"
	"afterword/internal/table"
	"afterword/internal/table/bolt"
	"afterword/internal/tally"
)

// Three touchpoints, the scale 1-5 on each.
var series = []tally.Series{
	{Touchpoint: "purchase", Survey: "purchase-csat-v1"}, {Touchpoint: "support", Survey: "support-ces-v1"}, {Touchpoint: "delivery", Survey: "delivery-ces-v1"},
}

// cutAnswers are answersOfOneDay by 20 agents, of 30 products, in 10 countries.
func cutAnswers(first, n int, day string) []table.Change {
	changes := answersOfOneDay(first, n, day)
	for i, c := range changes {
		k := (first + i) / len(series)
		c.New["cuts"] = map[string]any{
			"agent": fmt.Sprintf("agent-%02d", k%20), "product": fmt.Sprintf("product-%02d", 7*k%30), "country": fmt.Sprintf("C%d", k/3%10),
		}
	}
	return changes
}

// answersOfOneDay are n changes as the feed shows them, from the first on, about three touchpoints.
func answersOfOneDay(first, n int, day string) []table.Change {
	changes := make([]table.Change, n)
	for i := range changes {
		id := fmt.Sprintf("response-%09d-x", first+i)
		about := series[(first+i)%len(series)]
		changes[i] = table.Change{
			Sequence: fmt.Sprint(first + i + 1),
			Key:      table.Key{Table: table.Feedback, Partition: "I#" + id, Sort: "invitation"},
			New: table.Item{
				"pk": "I#" + id, "sk": "invitation", "id": id, "touchpoint": about.Touchpoint, "survey": about.Survey, "rev": int64(1),
				"rating": int64(i%5 + 1), "counted": true, "day": day, "sent_day": day,
			},
		}
	}
	return changes
}

// counting is the function that counts, as it is built, on an engine.
func counting(engine table.Table) esm.Handler {
	return function.Handler(function.Tally(function.Parts{Store: store.New(engine), Now: time.Now, Log: slog.New(slog.DiscardHandler)}))
}

func count(ctx context.Context, counts esm.Handler, changes []table.Change) error {
	first, err := counts(ctx, changes)
	if err == nil && first != "" {
		err = fmt.Errorf("from %s on it is not counted", first)
	}
	return err
}

func countingUnits(ctx context.Context, s *sheet) error {
	for _, row := range []struct {
		batch int
		most  float64 // 0: nothing was promised
	}{{1, 20}, {25, 0}, {200, 2.6}} {
		meter := &table.Meter{}
		db, err := bolt.Open("", bolt.Options{Meter: meter})
		if err != nil {
			return err
		}
		batches := 1200 / row.batch
		counts := counting(db)
		for b := range batches {
			if err := count(ctx, counts, cutAnswers(b*row.batch, row.batch, "2026-11-22")); err != nil {
				return err
			}
		}
		use, responses := meter.Snapshot(), float64(batches*row.batch)
		if writes := float64(use.WriteUnits) / responses; row.most > 0 {
			s.counted(writes, row.most, "batch %3d: write units a response (%.2f read units)", row.batch, use.ReadUnits/responses)
		} else {
			s.say("%-86s %8.2f", fmt.Sprintf("batch %3d: write units a response (%.2f read units)", row.batch, use.ReadUnits/responses), writes)
		}
		if err := db.Close(); err != nil {
			return err
		}
	}
	return nil
}

// scoreReads holds that a score costs the same however many answers it is made of.
func scoreReads(ctx context.Context, s *sheet) error {
	var reads [2]float64
	for i, responses := range []int{1_000, s.answers} {
		var err error
		if reads[i], err = readsOfScore(ctx, responses); err != nil {
			return err
		}
		s.say("%-86s %8.1f", fmt.Sprintf("read units of GET /api/scores for a month with %d answers, its change and its sends", responses), reads[i])
	}
	s.counted(reads[1]/reads[0], 1, "read units at %d answers beside 1000", s.answers)
	return nil
}

// readsOfScore counts so many answers, spread over some days of a month, and returns what reading the month's score then costs.
func readsOfScore(ctx context.Context, responses int) (reads float64, err error) {
	meter := &table.Meter{}
	w, err := openWorld(ctx, local.Options{Meter: meter})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	const batch = 200
	counts := counting(w.engine)
	for first := 0; first < responses; first += batch {
		day := fmt.Sprintf("2026-11-%02d", 1+first/batch%5)
		if err := count(ctx, counts, answersOfOneDay(first, batch, day)); err != nil {
			return 0, err
		}
	}
	query := url.Values{"touchpoint": {"support"}, "period": {"2026-11"}}
	for range 2 { // the first also reads what is kept for a minute: program and keys
		before := meter.Snapshot()
		r := w.request(http.MethodGet, "/api/scores?"+query.Encode(), http.Header{"Authorization": {"Bearer " + w.Key()}}, nil)
		answer, err := w.do(r)
		if err != nil {
			return 0, err
		}
		if want := fmt.Sprintf(`"n":%d,`, (responses+1)/len(series)); !strings.Contains(answer, want) {
			return 0, fmt.Errorf("expected %s in the score, got %s", want, answer)
		}
		reads = meter.Snapshot().Sub(before).ReadUnits
	}
	return reads, nil
}

// requestCalls holds what stands between a customer or a sender and the answer: each call is a round trip.
func requestCalls(ctx context.Context, s *sheet) (err error) {
	meter := &table.Meter{}
	w, err := openWorld(ctx, local.Options{Meter: meter})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	pages, err := invite(ctx, w, 2)
	if err != nil {
		return err
	}
	answer := func(page string) *http.Request { return w.form(page, url.Values{"rating": {"4"}, "act": {"explicit"}}) }
	var unmapped [2]*http.Request
	for i := range unmapped {
		if unmapped[i], err = w.visit(0, 0); err != nil {
			return err
		}
		unmapped[i].Header.Set("X-Shopify-Topic", "products/update")
	}
	// The first of each also reads the program, which is kept for a minute, or makes the item that events of its name are counted in.
	if err := w.report(3, 3, true); err != nil {
		return err
	}
	for _, r := range []*http.Request{answer(pages[0]), unmapped[0]} {
		if _, err := w.do(r); err != nil {
			return err
		}
	}
	type row struct {
		request *http.Request
		most    map[table.Operation]int64
		name    string
	}
	rows := []row{
		{answer(pages[1]), map[table.Operation]int64{table.UpdateOperation: 1}, "answer: one conditional write"},
		{unmapped[1], map[table.Operation]int64{table.UpdateOperation: 1}, "event that makes no visit: one write"},
	}
	for i, moment := range moments {
		n := 2*len(moments) + i
		visit, err := w.visit(n, n)
		if err != nil {
			return err
		}
		rows = append(rows, row{visit, map[table.Operation]int64{table.BatchGetOperation: 1, table.TransactOperation: 1}, "visit of " + moment.kind + ": one strong read, one transaction"})
	}
	for _, row := range rows {
		before := meter.Snapshot()
		if _, err := w.do(row.request); err != nil {
			return err
		}
		beyond := 0.0
		for operation, n := range meter.Snapshot().Sub(before).Calls {
			beyond += float64(max(0, n-row.most[operation]))
		}
		s.counted(beyond, 0, "%s; calls beyond these", row.name)
	}
	return nil
}
