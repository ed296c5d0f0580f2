package tally

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"afterword/internal/fault"
)

// Rebuild counts everything again, beside the answers that come meanwhile and without a moment in which the scores are wrong: for
// counts that an audit found damaged, which it can tell and not mend, because it does not know which of two numbers is right.
//
// It names a new generation, which from then on is written beside the one that is read; counts every response in it by the same fold
// that the feed's reader uses, so that it does not matter who comes first; carries over what only ledger rows still know, of
// responses that expired; audits it; and only if nothing differs has it read. Then the former generation is written for a while, for
// those who still read it, and removed. It works in slices and keeps where it is after each step, so that whatever breaks it off,
// another slice goes on; a step that is done twice does no harm.
type Rebuild struct {
	States States
	In     func(generation string) Edition
}

// Edition is a generation as a rebuild works on it.
type Edition struct {
	Books  Books
	Rows   RowBook
	Ledger Ledger
	Fold   Fold
	Scores Scores
	Audit  Audit // without Cases
}

// States keeps how a rebuild stands.
type States interface {
	// Rebuilding reads how the last rebuild stands, strongly; First, if there was none. Faults: Transient.
	Rebuilding(ctx context.Context) (Rebuilding, error)
	// Proceed keeps how it stands, if nobody else has kept anything since. Faults: Conflict, Transient.
	Proceed(ctx context.Context, r Rebuilding) error
}

// RowBook reads and removes what is counted, page by page. start is "" or the next of the page before.
type RowBook interface {
	// LedgerRows reads the rows of the ledger, and the ids of those that cannot be read. Faults: Transient.
	LedgerRows(ctx context.Context, start string) (rows []Record, unreadable []string, next string, err error)
	// Remove removes a page of the generation's items. Faults: Transient.
	Remove(ctx context.Context, start string) (removed int, next string, err error)
}

// Stage is what a rebuild does next.
type Stage string

// The stages, in their order.
const (
	Counting Stage = "counting" // each response, once every process knows of the new generation
	Carrying Stage = "carrying" // what ledger rows know of responses that expired
	Scoring  Stage = "scoring"  // the scores of all periods
	Checking Stage = "checking" // by an audit; then the new generation is read
	Leaving  Stage = "leaving"  // the other generation is written for those who still read it, and not any more after that
	Removing Stage = "removing" // the other generation's items, once nobody writes them
	Done     Stage = "done"
)

// Rebuilding is how a rebuild stands.
type Rebuilding struct {
	Generations
	Number  int64     `json:"number"`            // of the newest generation
	Stage   Stage     `json:"stage,omitempty"`   // "": there was no rebuild yet
	Other   string    `json:"other,omitempty"`   // the generation that is built, and after the switch the one that was read before
	Since   time.Time `json:"since,omitzero"`    // when it was asked for
	Due     time.Time `json:"due,omitzero"`      // when the stage may begin
	Cursor  string    `json:"cursor,omitempty"`  // how far the stage is
	Counted int64     `json:"counted,omitempty"` // responses that were looked at
	Carried int64     `json:"carried,omitempty"` // ledger rows of responses that expired
	Removed int64     `json:"removed,omitempty"` // items of the other generation
	Checks  int       `json:"checks,omitempty"`
	Failure string    `json:"failure,omitempty"` // why it was given up; then what is read has not changed
	Ended   time.Time `json:"ended,omitzero"`
	Held    time.Time `json:"held,omitzero"` // until then a slice is at work, unless it says earlier that it is not any more
	// Revision rises with each change.
	Revision int64 `json:"-"`
}

// Running tells whether there is anything left to do.
func (r Rebuilding) Running() bool { return r.Stage != "" && r.Stage != Done }

// Next is when the next slice may begin; false when there is nothing to do.
func (r Rebuilding) Next() (time.Time, bool) {
	if r.Due.Before(r.Held) {
		return r.Held, r.Running()
	}
	return r.Due, r.Running()
}

// How long a slice works, and how long it is believed to be at work when it does not say that it has stopped. An audit begins a slice,
// because it takes minutes and cannot be broken off.
const (
	sliceTime = 9 * time.Minute
	heldTime  = 16 * time.Minute
	leastTime = time.Minute // that a step needs before a deadline
)

const (
	together   = 5_000 // responses that are counted together: the more, the fewer writes to tallies
	mostChecks = 10
)

// Begin asks for a rebuild. Faults: Conflict when one is running, Transient.
func (r Rebuild) Begin(ctx context.Context, now time.Time) (Rebuilding, error) {
	was, err := r.States.Rebuilding(ctx)
	if err != nil {
		return was, err
	}
	if was.Running() {
		return was, fault.New(fault.Conflict, "a rebuild is running since %s", was.Since.UTC().Format(time.RFC3339))
	}
	number := was.Number + 1
	begun := Rebuilding{
		Generations: Generations{was.Read, []string{was.Read, Generation(number)}}, Number: number, Revision: was.Revision,
		Stage: Counting, Other: Generation(number), Since: now, Due: now.Add(Notice),
	}
	return begun, r.proceed(ctx, &begun)
}

func (r Rebuild) proceed(ctx context.Context, state *Rebuilding) error {
	if err := r.States.Proceed(ctx, *state); err != nil {
		return fmt.Errorf("keep how the rebuild stands: %w", err)
	}
	state.Revision++
	return nil
}

// Run does a slice of the work, if there is any and nobody else is at it. The error is what stopped it; the next slice tries again.
func (r Rebuild) Run(ctx context.Context, now func() time.Time) (Rebuilding, error) {
	state, err := r.States.Rebuilding(ctx)
	began := now()
	if next, is := state.Next(); err != nil || !is || began.Before(next) {
		return state, err
	}
	state.Held = began.Add(heldTime)
	if err := r.proceed(ctx, &state); err != nil {
		if fault.Is(err, fault.Conflict) {
			return state, nil // another slice was quicker
		}
		return state, err
	}
	for fresh := true; state.Running() && !now().Before(state.Due) && enough(ctx) && now().Sub(began) < sliceTime; fresh = false {
		if state.Stage == Checking && !fresh {
			break
		}
		next, problem := r.step(ctx, state, now)
		if problem != nil {
			if next, err = stopped(state, problem, ctx.Err() != nil, now()), problem; next.Stage == state.Stage {
				break
			}
		}
		if err := r.proceed(ctx, &next); err != nil {
			return state, err // somebody else took over, or nobody knows: this slice may not go on
		}
		state = next
	}
	state.Held = time.Time{}
	// Also when the time is over, so that the next slice need not wait.
	release, cancel := context.WithTimeout(context.WithoutCancel(ctx), Margin)
	defer cancel()
	return state, errors.Join(err, r.proceed(release, &state))
}

func enough(ctx context.Context) bool {
	deadline, has := ctx.Deadline()
	return ctx.Err() == nil && (!has || time.Until(deadline) > leastTime)
}

// stopped is the state after a problem: as it was, when trying again may help; given up, if it does not and nothing was switched yet.
func stopped(state Rebuilding, problem error, over bool, now time.Time) Rebuilding {
	passes := over || fault.Is(problem, fault.Transient) || fault.Is(problem, fault.Conflict) || fault.Is(problem, fault.TooMany)
	if passes || state.Stage == Leaving || state.Stage == Removing {
		return state
	}
	state.Failure = problem.Error()
	return leave(state, now)
}

// leave stops writing the generation that is not read.
func leave(state Rebuilding, now time.Time) Rebuilding {
	state.Stage, state.Cursor, state.Due = Removing, "", now.Add(Notice)
	state.Written = []string{state.Read}
	return state
}

// step does one step and returns how the rebuild stands then.
func (r Rebuild) step(ctx context.Context, state Rebuilding, now func() time.Time) (Rebuilding, error) {
	switch state.Stage {
	case Counting:
		return r.count(ctx, state)
	case Carrying:
		return r.carry(ctx, state)
	case Scoring:
		return r.score(ctx, state)
	case Checking:
		return r.check(ctx, state, now)
	case Leaving:
		return leave(state, now()), nil
	case Removing:
		return r.remove(ctx, state, now)
	default:
		return state, fault.New(fault.Internal, "a rebuild has no stage %q", state.Stage)
	}
}

// count counts the next pages of the responses.
func (r Rebuild) count(ctx context.Context, state Rebuilding) (Rebuilding, error) {
	next := state
	var records []Record
	for more := true; more; more = next.Cursor != "" && len(records) < together {
		page, err := r.In(state.Other).Books.Responses(ctx, next.Cursor, state.Since)
		if err != nil {
			return state, fmt.Errorf("read the responses: %w", err)
		}
		if len(page.Unreadable) > 0 {
			return state, fault.New(fault.Internal, "response %s cannot be read", page.Unreadable[0])
		}
		records = append(records, page.Records...)
		next.Cursor = page.Next
	}
	next.Counted += int64(len(records))
	if next.Cursor == "" {
		next.Stage = Carrying
	}
	return next, r.fold(ctx, state.Other, records)
}

// fold counts records in a generation, all of them.
func (r Rebuild) fold(ctx context.Context, generation string, records []Record) error {
	counting, stop := before(ctx, 2*Margin)
	defer stop()
	folded, err := r.In(generation).Fold.Count(counting, records)
	if err == nil && len(folded.Open) > 0 {
		err = fault.New(fault.Transient, "%d responses were not counted in time", len(folded.Open))
	}
	return err
}

// carry looks at the next rows of the ledger that is read. One that the new ledger lacks, or knows of an earlier revision only, stands
// for a response that expired; should its response be there after all, that counts and not the row, which may be what was damaged.
func (r Rebuild) carry(ctx context.Context, state Rebuilding) (Rebuilding, error) {
	rows, unreadable, cursor, err := r.In(state.Read).Rows.LedgerRows(ctx, state.Cursor)
	if err != nil {
		return state, fmt.Errorf("read the ledger: %w", err)
	}
	known := make(map[string]Record, len(rows))
	ids := slices.Clone(unreadable)
	for _, row := range rows {
		known[row.Response], ids = row, append(ids, row.Response)
	}
	behind, err := r.behind(ctx, state.Other, ids, known)
	if err != nil {
		return state, err
	}
	found, err := r.In(state.Other).Books.Reread(ctx, behind)
	if err != nil {
		return state, fmt.Errorf("read responses: %w", err)
	}
	next := state
	for i, id := range behind {
		if found[i].Revision > 0 {
			continue
		}
		row, readable := known[id]
		if !readable {
			return state, fault.New(fault.Internal, "ledger row %s cannot be read, and its response is not there any more", id)
		}
		found[i] = row
		next.Carried++
	}
	if next.Cursor = cursor; cursor == "" {
		next.Stage = Scoring
	}
	return next, r.fold(ctx, state.Other, found)
}

// behind are the ids whose row in a generation's ledger is missing, or of an earlier revision than is known.
func (r Rebuild) behind(ctx context.Context, generation string, ids []string, known map[string]Record) (behind []string, err error) {
	rows, err := r.In(generation).Ledger.Rows(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("read the new ledger: %w", err)
	}
	for i, row := range rows {
		if row.Revision == 0 || row.Revision < known[ids[i]].Revision {
			behind = append(behind, ids[i])
		}
	}
	return behind, nil
}

// score stores the scores of every period that anything is counted in. It comes once, because each period would otherwise be stored
// for each response in it.
func (r Rebuild) score(ctx context.Context, state Rebuilding) (Rebuilding, error) {
	edition := r.In(state.Other)
	days := map[Cell]bool{}
	err := edition.Audit.scan(ctx, func(page EntriesPage) {
		for _, t := range page.Tallies {
			days[Cell{Series: t.Series, Day: t.Day}] = true
		}
	})
	if err != nil {
		return state, err
	}
	var of []Record
	for cell := range days {
		of = append(of, Record{Series: cell.Series, Contribution: Contribution{Day: cell.Day}})
	}
	storing, stop := before(ctx, Margin)
	defer stop()
	behind, err := edition.Scores.Refresh(storing, of)
	if err == nil && len(behind) > 0 {
		err = fault.New(fault.Transient, "the scores of %d series were not stored in time", len(behind))
	}
	state.Stage = Checking
	return state, err
}

// check audits the new generation, and has it read if nothing differs.
func (r Rebuild) check(ctx context.Context, state Rebuilding, now func() time.Time) (Rebuilding, error) {
	found, err := r.In(state.Other).Audit.Run(ctx, now())
	if err != nil {
		return state, fmt.Errorf("audit what was rebuilt: %w", err)
	}
	if found.Drifted > 0 {
		return state, fault.New(fault.Internal, "%d differences in what was rebuilt, the first: %s", found.Drifted, found.Where[0])
	}
	if state.Checks++; found.Healed < found.Lagging {
		if state.Checks == mostChecks {
			return state, fault.New(fault.Internal, "after %d checks, %d responses still lag behind", mostChecks, found.Lagging-found.Healed)
		}
		return state, nil
	}
	state.Read, state.Other = state.Other, state.Read
	state.Stage, state.Due = Leaving, now().Add(Notice)
	return state, nil
}

// remove removes the next items of the generation that nobody reads or writes any more.
func (r Rebuild) remove(ctx context.Context, state Rebuilding, now func() time.Time) (Rebuilding, error) {
	removed, next, err := r.In(state.Other).Rows.Remove(ctx, state.Cursor)
	if err != nil {
		return state, fmt.Errorf("remove what was counted before: %w", err)
	}
	state.Removed += int64(removed)
	if state.Cursor = next; next == "" {
		state.Stage, state.Due, state.Ended = Done, time.Time{}, now()
	}
	return state, nil
}
