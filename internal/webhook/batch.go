package webhook

import (
	"cmp"
	"context"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"afterword/internal/fault"
	"afterword/internal/program"
	"afterword/internal/touchpoint"
)

const (
	mostEvents = 1000 // of a batch: what Segment sends unless its settings say otherwise
	atOnce     = 8    // events that are decided about side by side
)

// decideAll decides about the events of a delivery, those of one subject in their order and the others side by side, because a sender
// waits a few seconds only. When one cannot be decided about now, the whole delivery has to come again: the others are known then.
func (h Handler) decideAll(ctx context.Context, p *program.Program, source program.Source, sender sender, events []touchpoint.Event, now time.Time) ([]touchpoint.Reason, error) {
	if len(events) > mostEvents {
		return nil, fault.New(fault.TooLarge, "there are %d events in the delivery; expected at most %d", len(events), mostEvents)
	}
	decisions := make([]touchpoint.Reason, len(events))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	rows := bySubject(events)
	if sender.inOrder {
		rows = [][]int{slices.Concat(rows...)}
	}
	for _, row := range rows {
		group.Go(func() error {
			for _, i := range row {
				var err error
				if decisions[i], err = h.decideOne(ctx, p, source, sender, events[i], now, len(events) == 1); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return decisions, group.Wait()
}

// decideOne decides about an event. One that nothing tells from others is not understood; alone, the sender may be told.
func (h Handler) decideOne(ctx context.Context, p *program.Program, source program.Source, sender sender, e touchpoint.Event, now time.Time, alone bool) (touchpoint.Reason, error) {
	if slices.Contains(sender.pings, e.Name) {
		h.tell(ctx, source, "", touchpoint.Ping, false)
		return touchpoint.Ping, nil
	}
	decision, err := h.decide(ctx, p, source, sender, e, now)
	if !fault.Is(err, fault.Invalid) {
		return decision, err
	}
	if sender.refuses && alone {
		return "", err
	}
	h.tell(ctx, source, "", touchpoint.NotUnderstood, false)
	return touchpoint.NotUnderstood, nil
}

// unvisited are the decisions that leave no visit by which an owner could see them.
var unvisited = []touchpoint.Reason{touchpoint.Unmapped, touchpoint.NotVisited, touchpoint.Ping, touchpoint.NotUnderstood}

// skip keeps what made no visit, so that the owner sees what a source reports in vain.
func (h Handler) skip(ctx context.Context, p *program.Program, events []touchpoint.Event, decisions []touchpoint.Reason, now time.Time) error {
	var skips []touchpoint.Skip
	for i, e := range events {
		if slices.Contains(unvisited, decisions[i]) || decisions[i] == touchpoint.Filtered && untaken(p, e) {
			skips = append(skips, touchpoint.Skip{Source: e.Source, Event: e.Name, Reason: decisions[i]})
		}
	}
	if len(skips) == 0 {
		return nil
	}
	return h.Skips.Skip(ctx, skips, now, p.Zone)
}

// bySubject are the places of the events of each subject.
func bySubject(events []touchpoint.Event) [][]int {
	var rows [][]int
	row := map[string]int{}
	for i, e := range events {
		subject := cmp.Or(e.Subject, e.Delivery)
		n, known := row[subject]
		if !known {
			n, row[subject] = len(rows), len(rows)
			rows = append(rows, nil)
		}
		rows[n] = append(rows[n], i)
	}
	return rows
}
