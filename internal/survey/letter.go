package survey

import (
	"context"
	"errors"

	"afterword/internal/customer"
	"afterword/internal/program"
)

// Kinds of letter that this package sends. Others (a task for a desk, a report) name their own.
const (
	SurveyLetter   = "survey"
	ReminderLetter = "reminder"
)

// Tags that come back with what the carrier later reports about a letter. Values are letters, digits, '-' and '_'.
const (
	TagInvitation = "invitation" // the invitation's id
	TagCase       = "case"       // the case's id
	TagKind       = "kind"       // the letter's kind
)

// Letter is one mail to one person, ready to be carried.
type Letter struct {
	Kind    string            // SurveyLetter, ReminderLetter, "task", ...
	From    string            // the sender of the envelope: an address, with or without a name
	To      string            // the one recipient: an address, with or without a name
	Subject string            // for people who look at captured mail; the mail's own is in Raw
	Raw     []byte            // the whole mail, RFC 5322
	Tags    map[string]string // come back with delivery events
}

// What a carrier can say for certain about a letter that it did not take. Any other error means that nobody knows.
var (
	ErrThrottled = errors.New("not sent: too fast, or a passing trouble before anything was sent; later")
	ErrQuota     = errors.New("not sent: the day's quota is used up")
	ErrSuspended = errors.New("not sent: all sending is stopped until a person acts")
	ErrRefused   = errors.New("not sent: this letter is refused for good")
)

// Carrier takes letters. Carry returns the id that the carrier gave the letter. Its errors wrap ErrThrottled, ErrQuota,
// ErrSuspended or ErrRefused if the letter was surely not sent; with any other error it may or may not have been.
type Carrier interface {
	Carry(ctx context.Context, letter Letter) (messageID string, err error)
}

// Writer writes the mail of an invitation in the customer's language. An error means that the letter cannot be written.
type Writer interface {
	Survey(p *program.Program, inv Invitation, c customer.Customer) (Letter, error)
	Reminder(p *program.Program, inv Invitation, c customer.Customer) (Letter, error)
}
