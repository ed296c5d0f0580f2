// Package enrich asks the source's API for what its event left out: helpdesks and shops whose webhooks say which ticket or order it is,
// and not whose. It is for the agenda's walk, never for a sender that waits for its answer. Each kind of source is one small file; what
// it knows of that API is from the vendor's own reference, which is named there.
//
// What is asked for is what the event's mapping wrote into Event.Fetch, as "orders/250", "tickets/35436" or "contacts/5ba682d2". The owner's
// token is in the secret, under "fetch" and the source's name; the address is the program's field api, or that of the kind where there is
// one for everybody. What comes back is foreign, and believed only as far as the event was: it names the customer, and never an address
// that anything is asked at.
package enrich

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"afterword/internal/foreign"
	"afterword/internal/program"
	"afterword/internal/touchpoint"
)

// Tokens gives what the owner lets us ask with.
type Tokens interface {
	// Fetch returns the token for a source's API; "" when there is none. Faults: Transient.
	Fetch(ctx context.Context, source string) (string, error)
}

// Sources asks them.
type Sources struct {
	Tokens Tokens
	Via    http.RoundTripper // nil: Transport
}

var _ touchpoint.Asker = Sources{}

// kind is how a kind of source is asked.
type kind struct {
	name  string // as its owner knows it
	api   string // the address for everybody; "": each has its own
	what  string // that Fetch begins with
	least string // what the token must be good for
	// authorize puts the token into a request.
	authorize func(r *http.Request, token string)
	// fill asks for what has the id, and puts it into the event.
	fill func(ctx context.Context, c call, id string, e *touchpoint.Event) error
}

var kinds = map[string]kind{
	program.BigCommerce: bigcommerce, program.HubSpot: hubspot, program.Zendesk: zendesk, program.Intercom: intercom,
}

// An id is a part of a path, and comes from the event.
var idForm = foreign.Pattern(`^[0-9A-Za-z][0-9A-Za-z_-]{0,63}$`)

// Ask asks a source, for AskTime at most. Faults as touchpoint.Asker.
func (s Sources) Ask(ctx context.Context, source program.Source, e touchpoint.Event) (touchpoint.Event, error) {
	k, ok := kinds[source.Kind]
	what, id, _ := strings.Cut(e.Fetch, "/")
	if !ok || what != k.what || !idForm().MatchString(id) {
		return e, &touchpoint.Unanswered{Why: fmt.Sprintf("nobody knows how to ask %s for what the event names", cmp.Or(k.name, "a source of this kind"))}
	}
	base := cmp.Or(source.API, k.api)
	if base == "" {
		return e, owners("the program does not say where the API of %s is; give the source %q its api", k.name, source.Name)
	}
	token, err := s.Tokens.Fetch(ctx, source.Name)
	if err != nil {
		return e, err
	}
	if token = strings.TrimSpace(token); token == "" {
		return e, owners("there is no token to ask %s with; put one that may %s into the secret, as fetch.%s", k.name, k.least, source.Name)
	}
	ctx, cancel := context.WithTimeout(ctx, touchpoint.AskTime)
	defer cancel()
	via := s.Via
	if via == nil {
		via = Transport
	}
	client := &http.Client{Transport: via, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	err = k.fill(ctx, call{client, k, source.Name, base, token}, id, &e)
	return e, err
}

// owners is a trouble that only the owner can mend.
func owners(format string, of ...any) *touchpoint.Unanswered {
	return &touchpoint.Unanswered{Why: fmt.Sprintf(format, of...), Blame: touchpoint.Owner}
}

// bearer is how most are told the token.
func bearer(r *http.Request, token string) { r.Header.Set("Authorization", "Bearer "+token) }

// optional is the error unless the source has answered that it will not tell: what is only nice to know is then left out.
func optional(err error) error {
	if trouble := (*touchpoint.Unanswered)(nil); errors.As(err, &trouble) && trouble.Blame != touchpoint.Time {
		return nil
	}
	return err
}

// put sets a property that the source has told.
func put(e *touchpoint.Event, name, value string) {
	if value == "" {
		return
	}
	if e.Properties == nil {
		e.Properties = map[string]string{}
	}
	e.Properties[name] = value
}
