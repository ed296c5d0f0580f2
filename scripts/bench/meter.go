package main

import (
	"context"
	"maps"
	"sync"

	"afterword/internal/table"
)

// use is what something took.
type use struct {
	writes, reads float64 // units
	scanned       float64 // of the reads, those of whole tables
	calls         float64 // of the database
	records       float64 // changes that pass the filter of the stream's readers
	mails         float64
	requests      float64 // through API Gateway
	notices       float64 // through SNS
	logged, out   float64 // bytes
}

// tabs are what each function used of the database. All calls go one after another, so that the shared
// meter tells whose each was.
type tabs struct {
	meter *table.Meter
	mu    sync.Mutex
	of    map[string]use
}

func newTabs() *tabs { return &tabs{meter: &table.Meter{}, of: map[string]use{}} }

// watch is local.Options.Watch.
func (t *tabs) watch(function string, engine table.Table) table.Table {
	return &tabbed{engine, t, function}
}

func (t *tabs) snapshot() map[string]use {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.of)
}

// tabbed writes what its function calls onto that function's tab.
type tabbed struct {
	engine   table.Table
	tabs     *tabs
	function string
}

// on runs a call, which returns how many changes of responses it made, and returns the units that it read.
func (t *tabbed) on(call func() (responses int)) (read float64) {
	t.tabs.mu.Lock()
	defer t.tabs.mu.Unlock()
	before := t.tabs.meter.Snapshot()
	responses := call()
	spent := t.tabs.meter.Snapshot().Sub(before)
	u := t.tabs.of[t.function]
	u.writes += float64(spent.WriteUnits)
	u.reads += spent.ReadUnits
	u.calls++
	u.records += float64(responses)
	t.tabs.of[t.function] = u
	return spent.ReadUnits
}

func (t *tabbed) Get(ctx context.Context, key table.Key, strong bool) (item table.Item, err error) {
	t.on(func() int { item, err = t.engine.Get(ctx, key, strong); return 0 })
	return item, err
}

func (t *tabbed) BatchGet(ctx context.Context, keys []table.Key, strong bool) (items []table.Item, err error) {
	t.on(func() int { items, err = t.engine.BatchGet(ctx, keys, strong); return 0 })
	return items, err
}

func (t *tabbed) Query(ctx context.Context, q table.Query) (page table.Page, err error) {
	t.on(func() int { page, err = t.engine.Query(ctx, q); return 0 })
	return page, err
}

func (t *tabbed) Scan(ctx context.Context, name table.Name, start string, limit, segment, segments int) (page table.Page, err error) {
	read := t.on(func() int { page, err = t.engine.Scan(ctx, name, start, limit, segment, segments); return 0 })
	t.tabs.mu.Lock()
	defer t.tabs.mu.Unlock()
	u := t.tabs.of[t.function]
	u.scanned += read
	t.tabs.of[t.function] = u
	return page, err
}

func (t *tabbed) Write(ctx context.Context, w table.Write) (item table.Item, err error) {
	t.on(func() int {
		item, err = t.engine.Write(ctx, w)
		if _, revised := item["rev"]; err == nil && revised && w.Key.Table == table.Feedback {
			return 1
		}
		return 0
	})
	return item, err
}

func (t *tabbed) Transact(ctx context.Context, writes []table.Write) (err error) {
	t.on(func() int {
		if err = t.engine.Transact(ctx, writes); err != nil {
			return 0
		}
		revised := 0
		for _, w := range writes {
			if w.Key.Table == table.Feedback && (w.Add["rev"] != 0 || w.Item["rev"] != nil || w.Set["rev"] != nil) {
				revised++
			}
		}
		return revised
	})
	return err
}
