package api

import (
	"context"
	"net/http"
	"time"

	"afterword/internal/response"
)

// Inquiry tells what is known about one answer; response.Inquiry is one.
type Inquiry interface {
	// Of tells what is known about an invitation at now. Faults: NotFound, Transient.
	Of(ctx context.Context, invitation string, now time.Time) (response.Account, error)
}

// account is an invitation with its answer, if there is one, the evidence and the verdict.
type account struct {
	ID          string               `json:"id"`
	Touchpoint  string               `json:"touchpoint"`
	Survey      string               `json:"survey"`
	State       string               `json:"state"`
	SentAt      *time.Time           `json:"sent_at,omitempty"` // absent when nobody knows whether it was
	Response    *answer              `json:"response,omitempty"`
	Waiting     *int                 `json:"waiting,omitempty"` // a rating that was confirmed by an act, when something speaks against a person; a button makes it an answer
	Unconfirmed bool                 `json:"unconfirmed"`
	Suspicions  []response.Suspicion `json:"suspicions"`
	FirstOpened *opened              `json:"first_opened,omitempty"`
	Hits        []shownHit           `json:"hits"` // that are kept: those that say something against a person
	Verdict     *verdict             `json:"verdict,omitempty"`
}

// opened is the first time that any link of the survey was, and the first rating.
type opened struct {
	At     time.Time `json:"at"`
	Rating *int      `json:"rating,omitempty"`
}

// verdict is how the answer was judged last.
type verdict struct {
	At      time.Time `json:"at"`
	Counted bool      `json:"counted"`
	Reasons []string  `json:"reasons"`           // why not
	ByHand  string    `json:"by_hand,omitempty"` // the owner's reason, if it is the owner's
}

func (a *API) account(r *http.Request) (any, error) {
	if _, err := readQuery(r); err != nil {
		return nil, err
	}
	p, err := a.Programs.Current(r.Context())
	if err != nil {
		return nil, err
	}
	found, err := a.Inquiry.Of(r.Context(), r.PathValue("id"), a.Now())
	if err != nil {
		return nil, err
	}
	shown := account{
		ID: found.ID, Touchpoint: found.Touchpoint, Survey: found.Survey, State: string(found.State), SentAt: some(found.SentAt), Unconfirmed: found.Unconfirmed,
		Suspicions: append([]response.Suspicion{}, found.Against...), Hits: append([]shownHit{}, showHits(found.Hits)...),
	}
	if found.Revision > 0 {
		given := showAnswer(p, found.Record)
		shown.Response = &given
	}
	if found.Waiting > 0 {
		shown.Waiting = new(found.Waiting - 1)
	}
	if !found.FirstHitAt.IsZero() {
		shown.FirstOpened = &opened{At: found.FirstHitAt}
		if found.FirstOpened > 0 {
			shown.FirstOpened.Rating = new(found.FirstOpened - 1)
		}
	}
	if !found.VerdictAt.IsZero() {
		shown.Verdict = &verdict{found.VerdictAt, found.Counted, append([]string{}, found.Withdrawn...), found.ByHand}
	}
	return shown, nil
}

func showHits(hits []response.Hit) (shown []shownHit) {
	for _, hit := range hits {
		shown = append(shown, shownHit{hit.At, hit.Method, hit.Rating, hit.Honeypot, hit.Against})
	}
	return shown
}
