package ses

import (
	"errors"
	"fmt"
	"net/mail"
	"strings"

	"github.com/aws/smithy-go"

	"afterword/internal/survey"
)

// What the codes of SES mean, without the "Exception" that some carry. Those that are not here leave it open whether the letter was
// sent: a failure inside SES, a service that is away.
var meaning = map[string]error{
	"Throttling":                survey.ErrThrottled,
	"TooManyRequests":           survey.ErrThrottled,
	"LimitExceeded":             survey.ErrThrottled,
	"RequestLimitExceeded":      survey.ErrThrottled,
	"InternalServiceError":      survey.ErrThrottled, // SES drops the message
	"MessageRejected":           survey.ErrRefused,
	"BadRequest":                survey.ErrRefused,
	"MailFromDomainNotVerified": survey.ErrRefused,
	"NotFound":                  survey.ErrRefused,
	"ValidationError":           survey.ErrRefused,
	"InvalidParameterValue":     survey.ErrRefused,

	// Nothing can be sent until a person acts.
	"AccountSuspended":              survey.ErrSuspended,
	"AccountSendingPaused":          survey.ErrSuspended,
	"SendingPaused":                 survey.ErrSuspended,
	"ConfigurationSetSendingPaused": survey.ErrSuspended,
	"ConfigurationSetDoesNotExist":  survey.ErrSuspended,
	// We are not who we should be, or may not do what we must.
	"AccessDenied":               survey.ErrSuspended,
	"ExpiredToken":               survey.ErrSuspended,
	"IncompleteSignature":        survey.ErrSuspended,
	"InvalidClientTokenId":       survey.ErrSuspended,
	"MissingAuthenticationToken": survey.ErrSuspended,
	"OptInRequired":              survey.ErrSuspended,
	"SignatureDoesNotMatch":      survey.ErrSuspended,
	"UnrecognizedClient":         survey.ErrSuspended,
}

// Some errors say only in their message what they are.
var messages = []struct {
	part string
	is   error
}{
	{"daily message quota exceeded", survey.ErrQuota},
	{"maximum sending rate exceeded", survey.ErrThrottled},
	{"sending suspended", survey.ErrSuspended},
	{"sending paused", survey.ErrSuspended},
	{"sending is paused", survey.ErrSuspended},
	{"sending is disabled", survey.ErrSuspended},
}

// classify turns an error of a call into what is known about the letter. begun tells whether the request's head was written to the
// network. SES's own messages may name addresses, so that only its code is passed on.
func classify(err error, begun bool, from string) error {
	var api smithy.APIError
	if !errors.As(err, &api) {
		if !begun {
			return fmt.Errorf("%w: SES was not reached: %w", survey.ErrThrottled, err)
		}
		return fmt.Errorf("no answer from SES: %w", err)
	}
	code, message := api.ErrorCode(), strings.ToLower(api.ErrorMessage())
	known := meaning[strings.TrimSuffix(code, "Exception")]
	for _, m := range messages {
		if strings.Contains(message, m.part) {
			known = m.is
			break
		}
	}
	// An identity that is not verified refuses this letter; the sender's own refuses all of them.
	if errors.Is(known, survey.ErrRefused) && from != "" && strings.Contains(message, "not verified") && strings.Contains(message, addressOf(from)) {
		known = survey.ErrSuspended
	}
	if known == nil {
		return fmt.Errorf("SES failed with %s", code)
	}
	return fmt.Errorf("%w: SES says %s", known, code)
}

// addressOf is the address alone, as SES names it in messages.
func addressOf(from string) string {
	address, err := mail.ParseAddress(from)
	if err != nil {
		return from
	}
	return strings.ToLower(address.Address)
}
