package webhook

import (
	"net/http"
	"strings"

	"afterword/internal/fault"
	"afterword/internal/program"
	"afterword/internal/touchpoint"
)

// sender is one kind of source.
type sender struct {
	scheme scheme
	// events puts a verified payload into the field's words: one event, or those of a batch. It is lenient about what is missing and fails
	// on what is not the JSON that the sender sends.
	events func(header http.Header, body []byte) ([]touchpoint.Event, error)
	// inOrder: the events of a delivery are decided about one after the other, because one may be in another's way.
	inOrder bool
	// reopens tells whether an event that the program does not map means that its subject is being worked on again; nil: never.
	reopens func(name string) bool
	// pings are the names of events by which the sender only tries whether we are there.
	pings []string
	// handshake tells whether it is a request, unsigned and with nothing to be kept, that the sender tries an address with; nil: never.
	handshake func(header http.Header, body []byte) bool
	// refuses: what is signed and cannot be understood is refused with 400, because whoever sends it is told, and it is not sent again. Most
	// senders would send it again for days, or hold it against us: what they send is taken, and kept as not understood.
	refuses bool
	// happened are the fields in which a payload says when it happened.
	happened []string
}

// senders by the kind of the program's source.
var senders = map[string]sender{
	program.Shopify: shopify, program.Stripe: stripe, program.WooCommerce: woocommerce, program.BigCommerce: bigcommerce, program.Adyen: adyen,
	program.Zendesk: zendesk, program.Standard: standard,
	program.Track: track, program.Auth0: auth0, program.Clerk: clerk, program.Calendly: calendly,
	program.Freshdesk: freshdesk, program.HelpScout: helpscout, program.Intercom: intercom, program.Gorgias: gorgias, program.HubSpot: hubspot,
}

// published are secrets that everybody knows and that prove nothing, of whichever kind the program says that a source is.
var published = []string{zendeskTestSecret}

// senderOf is the sender of a source; false when there is none of its kind.
func senderOf(source program.Source) (sender, bool) {
	if source.Kind == program.Generic {
		return genericOf(source), true
	}
	s, ok := senders[source.Kind]
	return s, ok
}

// Read puts a payload into the field's words, whoever sent it: to show what of it is understood. Faults: Invalid (an unknown kind, not
// what the source sends).
func Read(source program.Source, header http.Header, body []byte) ([]touchpoint.Event, error) {
	s, ok := senderOf(source)
	if !ok {
		return nil, fault.New(fault.Invalid, "there is no kind of source %q", source.Kind)
	}
	events, err := s.events(header, body)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the body is not the JSON that this source sends")
	}
	return events, nil
}

// single is the events of a sender that reports one at a time.
func single(event func(header http.Header, body []byte) (touchpoint.Event, error)) func(http.Header, []byte) ([]touchpoint.Event, error) {
	return func(header http.Header, body []byte) ([]touchpoint.Event, error) {
		e, err := event(header, body)
		return []touchpoint.Event{e}, err
	}
}

// isNumber tells whether an id has digits alone, so that it may stand in an address.
func isNumber(id string) bool {
	return id != "" && len(id) <= 20 && strings.Trim(id, "0123456789") == ""
}
