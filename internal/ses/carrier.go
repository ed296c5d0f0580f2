// Package ses carries letters through Amazon SES (the v1 API, SendRawEmail: the call that takes a mail whole, with its own headers)
// and reads what SES reports about them. It is for dispatch and the task mails; the field's rule that it keeps is to know exactly
// when a letter was surely not sent, because only then may it be sent again (source: the SES API reference, SendRawEmail).
//
// SES has no token by which a repeated call is known. So a letter is never sent by a retry of the SDK, each call has a time-out of its
// own, and an error counts as "not sent" only if SES says so, or if not even the request's head was written to the network.
package ses

import (
	"context"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/mail"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"afterword/internal/survey"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ses"
	"github.com/aws/aws-sdk-go-v2/service/ses/types"
)

// callTime is the longest that a call may take. It fits the time that a dispatcher leaves for its last letters.
const callTime = 5 * time.Second

// idleTime is how long a connection may lie unused before a letter gets a new one. A function stands still between two calls; a
// connection that SES closed meanwhile would lose a letter's answer.
const idleTime = 3 * time.Second

// Carrier sends letters through SES, within its rate. It is safe for use by several goroutines, which share the rate.
type Carrier struct {
	client           *ses.Client
	configurationSet string
	transport        *http.Transport
	*Pacer

	mu   sync.Mutex
	used time.Time // when a connection was last used
}

var (
	_ survey.Carrier    = (*Carrier)(nil)
	_ survey.Rate       = (*Carrier)(nil)
	_ survey.Reputation = (*Carrier)(nil)
)

// New makes a carrier. The configuration set names where SES reports to; "" for none.
func New(cfg aws.Config, configurationSet string) *Carrier {
	transport := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: 2 * time.Second}).DialContext,
		TLSHandshakeTimeout: 2 * time.Second,
		MaxIdleConnsPerHost: 32,
		IdleConnTimeout:     idleTime,
	}
	client := ses.NewFromConfig(cfg, func(o *ses.Options) { o.HTTPClient = &http.Client{Transport: transport} })
	return &Carrier{
		client: client, configurationSet: configurationSet, transport: transport, Pacer: NewPacer(),
	}
}

// Carry sends a letter with one call. Errors as survey.Carrier has them; none holds an address.
func (c *Carrier) Carry(ctx context.Context, letter survey.Letter) (string, error) {
	input, err := c.input(letter)
	if err != nil {
		return "", err
	}
	c.dropIdle()
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	var begun atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { begun.Store(true) }})
	output, err := c.client.SendRawEmail(ctx, input, func(o *ses.Options) { o.Retryer = aws.NopRetryer{} })
	if err != nil {
		return "", classify(err, begun.Load(), letter.From)
	}
	return aws.ToString(output.MessageId), nil
}

func (c *Carrier) input(letter survey.Letter) (*ses.SendRawEmailInput, error) {
	from, err := mail.ParseAddress(letter.From)
	if err != nil {
		return nil, fmt.Errorf("%w: the sender is not a mail address", survey.ErrRefused)
	}
	to, err := mail.ParseAddress(letter.To)
	if err != nil {
		return nil, fmt.Errorf("%w: the recipient is not a mail address", survey.ErrRefused)
	}
	input := &ses.SendRawEmailInput{
		Source:       aws.String(from.Address),
		Destinations: []string{to.Address},
		RawMessage:   &types.RawMessage{Data: letter.Raw},
		Tags:         []types.MessageTag{{Name: aws.String(survey.TagKind), Value: aws.String(letter.Kind)}},
	}
	if c.configurationSet != "" {
		input.ConfigurationSetName = aws.String(c.configurationSet)
	}
	for _, name := range slices.Sorted(maps.Keys(letter.Tags)) {
		if name != survey.TagKind {
			input.Tags = append(input.Tags, types.MessageTag{Name: aws.String(name), Value: aws.String(letter.Tags[name])})
		}
	}
	return input, nil
}

// dropIdle closes connections that were not used for a while.
func (c *Carrier) dropIdle() {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now().Round(0) // the wall clock: the other one may stand still while the function does
	if now.Sub(c.used) > idleTime {
		c.transport.CloseIdleConnections()
	}
	c.used = now
}

// Quota asks SES for the account's rate and quota, and paces by the rate from then on.
func (c *Carrier) Quota(ctx context.Context) (perSecond, max24h, sent24h float64, err error) {
	c.dropIdle()
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	quota, err := c.client.GetSendQuota(ctx, &ses.GetSendQuotaInput{})
	if err != nil {
		return 0, 0, 0, classify(err, false, "")
	}
	c.Allow(quota.MaxSendRate)
	return quota.MaxSendRate, quota.Max24HourSend, quota.SentLast24Hours, nil
}

// Statistics asks SES how the account's mails of the last two weeks fared.
func (c *Carrier) Statistics(ctx context.Context) ([]survey.Point, error) {
	c.dropIdle()
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	answer, err := c.client.GetSendStatistics(ctx, &ses.GetSendStatisticsInput{})
	if err != nil {
		return nil, classify(err, false, "")
	}
	points := make([]survey.Point, len(answer.SendDataPoints))
	for i, p := range answer.SendDataPoints {
		points[i] = survey.Point{At: aws.ToTime(p.Timestamp), Mails: p.DeliveryAttempts, Bounces: p.Bounces, Complaints: p.Complaints}
	}
	return points, nil
}
