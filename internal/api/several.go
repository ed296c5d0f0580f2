package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"hash/fnv"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"afterword/internal/fault"
	"afterword/internal/problem"
	"afterword/internal/program"
)

// lanes is how many of several that are reported together are worked on at once.
const lanes = 8

// several is what became of several that were reported together.
type several[R any] struct {
	Results []R `json:"results"` // in their order
}

// reported takes one thing, or the several in the field of the body. What is decided about a customer depends on what was reported
// before, so that those with the same address are taken one after the other, in their order; others need not wait for them. result puts
// what became of one, or the problem with it, into its place. The query has been read.
func reported[T, R any](a *API, r *http.Request, field string, take func(context.Context, *program.Program, []byte, string) (T, error),
	result func(*T, *problem.Document) R) (any, error) {
	replay := r.Header.Get(idempotencyKey)
	if !replayable(replay) || len(r.Header.Values(idempotencyKey)) > 1 {
		return nil, fault.New(fault.Invalid, "the %s is not one text of at most %d printable characters", idempotencyKey, longestReplay)
	}
	var body json.RawMessage
	if err := readJSON(r, &body); err != nil {
		return nil, err
	}
	p, err := a.Programs.Current(r.Context())
	if err != nil {
		return nil, err
	}
	list, isList, err := listIn(body, field)
	if err != nil {
		return nil, err
	}
	inTime := func(body []byte, delivery string) (taken T, err error) {
		if err := stillTime(r.Context()); err != nil {
			return taken, err
		}
		return take(r.Context(), p, body, delivery)
	}
	if !isList {
		return inTime(body, replay)
	}
	answer := several[R]{make([]R, len(list))}
	inLanes(list, func(i int) {
		own := replay
		if own != "" {
			own += "/" + strconv.Itoa(i)
		}
		if taken, err := inTime(list[i], own); err != nil {
			told := problem.Of(r.Context(), a.Log, err)
			answer.Results[i] = result(nil, &told)
		} else {
			answer.Results[i] = result(&taken, nil)
		}
	})
	return answer, nil
}

// stillTime refuses what there is no time left for.
func stillTime(ctx context.Context) error {
	if deadline, has := ctx.Deadline(); has && time.Until(deadline) < leastPatience {
		return fault.New(fault.Transient, "there was no time left for this visit; send it again")
	}
	return nil
}

// inLanes does something with each of the list, those of one address in their order. What panics does so in the caller's goroutine.
func inLanes(list []json.RawMessage, do func(int)) {
	var queues [lanes][]int
	for i, each := range list {
		lane := laneOf(each)
		queues[lane] = append(queues[lane], i)
	}
	var group sync.WaitGroup
	var panics [lanes]any
	for n, queue := range queues {
		group.Go(func() {
			defer func() { panics[n] = recover() }()
			for _, i := range queue {
				do(i)
			}
		})
	}
	group.Wait()
	for _, p := range panics {
		if p != nil {
			panic(p)
		}
	}
}

// laneOf is by the address and, of what is nobody's, by what else may be the same of two.
func laneOf(body []byte) int {
	var whose struct {
		Address string `json:"address"`
		Subject string `json:"subject"`
		ID      string `json:"id"`
		Key     string `json:"idempotency_key"`
	}
	if json.Unmarshal(body, &whose) != nil {
		return 0 // it will be refused
	}
	h := fnv.New32a()
	h.Write([]byte(cmp.Or(strings.ToLower(strings.TrimSpace(whose.Address)), whose.Subject, whose.ID, whose.Key)))
	return int(h.Sum32() % lanes)
}

// listIn reads the list that is the only field of a body; false for a body that has no such field.
func listIn(body []byte, field string) (list []json.RawMessage, isList bool, err error) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) != nil || fields[field] == nil {
		return nil, false, nil
	}
	for other := range fields {
		if other != field {
			return nil, true, fault.New(fault.Invalid, "there is no field %.40q here", other)
		}
	}
	if wrong := (*json.UnmarshalTypeError)(nil); errors.As(json.Unmarshal(fields[field], &list), &wrong) {
		return nil, true, fault.New(fault.Invalid, "%q is a JSON %s; expected a list", field, kindOfJSON(wrong))
	}
	if n := len(list); n == 0 || n > mostReported {
		return nil, true, fault.New(fault.Invalid, "there are %d %s; expected 1 to %d", n, field, mostReported)
	}
	return list, true, nil
}
