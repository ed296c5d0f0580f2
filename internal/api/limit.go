package api

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"afterword/internal/access"
	"afterword/internal/fault"
)

// Meter counts requests.
type Meter interface {
	// CountRequest counts a request of a key in the clock minute that now is in, if there were fewer than most before it, and returns
	// how many there are with it; one more than most when it does not count. It is exact however many processes ask. Faults:
	// Transient.
	CountRequest(ctx context.Context, key string, most int64, now time.Time) (count int64, err error)
}

// full remembers which keys have reached their limit until when, so that refusing them again costs nothing.
type full struct {
	mu    sync.Mutex
	until map[string]time.Time
}

func (f *full) is(key string, now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return now.Before(f.until[key])
}

func (f *full) set(key string, until time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.until == nil {
		f.until = map[string]time.Time{}
	}
	f.until[key] = until
}

// limit counts the request against its key's limit and says in the answer's header what is left: fields and form of the IETF's draft
// on RateLimit header fields. Faults: TooMany, Transient.
func (a *API) limit(w http.ResponseWriter, r *http.Request, key access.Key) error {
	if key.PerMinute == access.Unlimited {
		return nil
	}
	now := a.Now()
	ends := now.Truncate(time.Minute).Add(time.Minute)
	count := key.PerMinute + 1
	if !a.full.is(key.ID, now) {
		var err error
		if count, err = a.Meter.CountRequest(r.Context(), key.ID, key.PerMinute, now); err != nil {
			return fmt.Errorf("count a request: %w", err)
		}
	}
	seconds := int64((ends.Sub(now) + time.Second - 1) / time.Second)
	h := w.Header()
	h.Set("RateLimit-Policy", fmt.Sprintf(`"minute";q=%d;w=60`, key.PerMinute))
	h.Set("RateLimit", fmt.Sprintf(`"minute";r=%d;t=%d`, max(0, key.PerMinute-count), seconds))
	if count <= key.PerMinute {
		return nil
	}
	a.full.set(key.ID, ends)
	h.Set("Retry-After", strconv.FormatInt(seconds, 10))
	return fault.New(fault.TooMany, "this key may ask %d times a minute; ask again in %d seconds", key.PerMinute, seconds)
}
