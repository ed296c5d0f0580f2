package webhook

import (
	"net/http"

	"afterword/internal/touchpoint"
)

// sender is one kind of source.
type sender struct {
	scheme scheme
	// event puts a verified payload into the field's words. It is lenient about what is missing and fails on what is not JSON.
	event func(header http.Header, body []byte) (touchpoint.Event, error)
	// reopens tells whether an event that the program does not map means that its subject is being worked on again; nil: never.
	reopens func(name string) bool
	// public are secrets that everybody knows and that prove nothing.
	public []string
}

// senders by the kind of the program's source.
var senders = map[string]sender{"shopify": shopify, "zendesk": zendesk, "standard": standard}
