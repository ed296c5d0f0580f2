// Package webhook receives what other systems report: it proves who sent it, over the very bytes that came and before anything in
// them is read, and puts the sender's payload into the field's words (touchpoint.Event). Each sender is one small file; how it
// signs is a row of parameters to one verifier. The facts behind them are the senders' own documents.
//
//   - shopify: an order was paid (or another topic that the program names). Signed over the body.
//   - stripe, woocommerce, bigcommerce, adyen: a payment or an order has come as far as the program names. BigCommerce says which order it
//     is, and not whose.
//   - helpdesks: a ticket's status. One that the program names is a visit; one that means that the ticket is being worked on again takes
//     the survey about its solution back. Some have no body of their own: Template is what their admins paste.
//   - standard: the owner's own systems, by the Standard Webhooks specification. Any library of theirs can send it.
//   - segment: what a product tracks. auth0, clerk: somebody signed up. calendly: a meeting, which is asked about after its end.
//   - generic: any other that signs or shows a secret; the program says by expressions what is found where.
//
// # The owner's own event
//
//	{"type":"onboarding.completed","timestamp":"2026-11-20T09:12:00Z","data":{
//	 "customer":{"email":"maria@example.com","name":"Maria Lind","language":"sv-SE","time_zone":"Europe/Stockholm"},
//	 "customer_since":"2024-02-29T08:00:00Z","subject":"account-42","link":"https://admin.example.com/accounts/42",
//	 "properties":{"plan":"pro","country":"SE","agent":"Anna","team":"","product":"","channel":"","tags":["new"],"amount":"99.00","currency":"EUR"},
//	 "consent":true,"test":false,"reopened":false}}
//
// Everything but the type may be missing. The type is what the program maps to a touchpoint; subject is what makes two deliveries the
// same visit, and without it the delivery's id does; timestamp is when it happened, else it happened now; customer_since, a time or a
// date, is what the program's min_account_age is compared with; consent false always stops a survey; reopened true makes it no visit but the news that the subject's last one no longer holds.
package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"afterword/internal/fault"
	"afterword/internal/problem"
	"afterword/internal/program"
	"afterword/internal/touchpoint"
)

// MaxBody is the largest body that is taken, in bytes.
const MaxBody = 1 << 20

// Programs gives the program in force.
type Programs interface {
	// Current returns the program in force. Faults: Transient.
	Current(ctx context.Context) (*program.Program, error)
}

// Secrets gives what senders sign with.
type Secrets interface {
	// Source returns the live secrets of a source, several while one replaces another; none when there are none. Faults: Transient.
	Source(ctx context.Context, source string) ([]string, error)
}

// Intake decides about events; touchpoint.Intake is one.
type Intake interface {
	// Take decides about an event, once. Faults: Invalid, NotFound, Transient.
	Take(ctx context.Context, p *program.Program, e touchpoint.Event, now time.Time) (touchpoint.Outcome, error)
}

// Handler answers ANY /hooks/{source}. What is verified is a 200 with the decision, whatever it is, because most senders take anything
// else for a failure and send it again or give up on us; what they should send again is a 503.
type Handler struct {
	Programs Programs
	Secrets  Secrets
	Intake   Intake
	Skips    touchpoint.Skips // what made no visit is kept here
	Now      func() time.Time
	Log      *slog.Logger
}

// TestHeader marks a delivery of a sender that has no test mode of its own as a test: it is recorded and nobody is mailed. It needs no
// signature, because all that it can do is to keep a mail back.
const TestHeader = "Afterword-Test"

func (h Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	decisions, err := h.receive(w, r)
	if err != nil {
		problem.Write(w, r, h.Log, err)
		return
	}
	if len(decisions) > 0 {
		answer(w, decisions)
	}
}

var errNoSource = fault.New(fault.NotFound, "there is no such source in the program")

// receive returns the decisions about a delivery, one for each of its events; none when the request was answered otherwise.
func (h Handler) receive(w http.ResponseWriter, r *http.Request) ([]touchpoint.Reason, error) {
	p, err := h.Programs.Current(r.Context())
	if err != nil {
		return nil, err
	}
	source, ok := p.Sources[r.PathValue("source")]
	sender, known := senderOf(source)
	if !ok || !known {
		return nil, errNoSource
	}
	switch r.Method {
	case http.MethodPost:
	case http.MethodGet, http.MethodHead: // senders probe an address before they use it
		w.WriteHeader(http.StatusOK)
		return nil, nil
	default:
		problem.Method(w, http.MethodPost, http.MethodGet, http.MethodHead)
		return nil, nil
	}
	body, err := read(r)
	if err != nil {
		return nil, err
	}
	if sender.handshake != nil && sender.handshake(r.Header, body) {
		w.WriteHeader(http.StatusOK)
		return nil, nil
	}
	if !isJSON(r.Header) {
		return nil, fault.New(fault.Unsupported, "the content type has to be application/json")
	}
	now := h.Now()
	if err := h.verify(r, source, sender, body, now); err != nil {
		return nil, err
	}
	events, err := sender.events(r.Header, body)
	if err == nil && len(events) == 0 {
		err = errors.New("there is no event in it")
	}
	if err != nil {
		err = fault.Wrap(fault.Invalid, err, "the body is not the JSON that this source sends")
		if sender.refuses {
			return nil, err
		}
		h.tell(r.Context(), source, "", touchpoint.NotUnderstood, false)
		decisions := []touchpoint.Reason{touchpoint.NotUnderstood}
		return decisions, h.skip(r.Context(), p, []touchpoint.Event{{Source: source.Name}}, decisions, now)
	}
	test := source.Test || r.Header.Get(TestHeader) != ""
	for i := range events {
		events[i].Source = source.Name
		events[i].Test = events[i].Test || test
	}
	decisions, err := h.decideAll(r.Context(), p, source, sender, events, now)
	if err != nil {
		return nil, err
	}
	return decisions, h.skip(r.Context(), p, events, decisions, now)
}

// isJSON tells whether a body says that it is JSON.
func isJSON(header http.Header) bool {
	media, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	return err == nil && (media == "application/json" || strings.HasSuffix(media, "+json"))
}

// read returns the raw body. Faults: TooLarge, Invalid.
func read(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, MaxBody+1))
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the body did not come through")
	}
	if len(body) > MaxBody {
		return nil, fault.New(fault.TooLarge, "the body is larger than %d bytes", MaxBody)
	}
	return body, nil
}

// verify proves that the source sent the body. A stranger is not told what was wrong; the log is.
func (h Handler) verify(r *http.Request, source program.Source, sender sender, body []byte, now time.Time) error {
	secrets, err := h.Secrets.Source(r.Context(), source.Name)
	if err != nil {
		return err
	}
	secrets = slices.DeleteFunc(slices.Clone(secrets), func(s string) bool {
		return strings.TrimSpace(s) == "" || slices.Contains(published, s)
	})
	if len(secrets) == 0 {
		err = errors.New("the source has no secret of its own")
	} else {
		err = sender.scheme.verify(message{r.Method, source.URL, r.Header, body}, secrets, now)
	}
	if err != nil {
		return fault.Wrap(fault.Unauthorized, err, "the signature does not prove that this came from the source")
	}
	return nil
}

// answer tells the decision, or those about a batch in its order.
func answer(w http.ResponseWriter, decisions []touchpoint.Reason) {
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(http.StatusOK)
	var told any = map[string]touchpoint.Reason{"decision": decisions[0]}
	if len(decisions) > 1 {
		told = map[string][]touchpoint.Reason{"decisions": decisions}
	}
	_ = json.NewEncoder(w).Encode(told) // a sender that has gone away sends again
}
