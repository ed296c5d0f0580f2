package ses

import (
	"context"
	"errors"
	"net"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/google/go-cmp/cmp"

	"afterword/internal/ses/sestest"
	"afterword/internal/survey"
)

func letter() survey.Letter {
	return survey.Letter{
		Kind: survey.SurveyLetter, From: "Åcme <hello@acme.example>", To: "Ann <ann@example.com>", Subject: "How was it?",
		Raw:  []byte("Subject: How was it?\r\n\r\nHow?\r\n"),
		Tags: map[string]string{survey.TagInvitation: "aaaaaaaaaaaaaaaaaaaa"},
	}
}

var classes = []error{survey.ErrThrottled, survey.ErrQuota, survey.ErrSuspended, survey.ErrRefused}

// classOf names what a carrier's error says for certain; nil: nothing.
func classOf(err error) error {
	for _, class := range classes {
		if errors.Is(err, class) {
			return class
		}
	}
	return nil
}

func TestALetterGoesToOnePersonWithItsTags(t *testing.T) {
	server := sestest.New(t)
	at := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	server.Now = func() time.Time { return at }
	id, err := New(server.Config(), "afterword").Carry(t.Context(), letter())
	if err != nil {
		t.Fatal(err)
	}
	want := []sestest.Mail{{
		ID: id, From: "hello@acme.example", To: []string{"ann@example.com"}, Raw: letter().Raw, ConfigurationSet: "afterword",
		Tags: map[string]string{"kind": "survey", "invitation": "aaaaaaaaaaaaaaaaaaaa"}, At: at,
	}}
	if diff := cmp.Diff(want, server.Mails()); diff != "" || id == "" {
		t.Errorf("id %q, %s", id, diff)
	}
}

func TestWhatSESSaysIsWhatIsKnownAboutALetter(t *testing.T) {
	code := func(code, message string) sestest.Fault { return sestest.Fault{Code: code, Message: message} }
	for _, c := range []struct {
		name  string
		fault sestest.Fault
		want  error
		taken int
	}{
		{"too fast", sestest.Throttled, survey.ErrThrottled, 0},
		{"too fast, by the v2 name", code("TooManyRequestsException", ""), survey.ErrThrottled, 0},
		{"too fast, by another name", code("ThrottlingException", "Rate exceeded"), survey.ErrThrottled, 0},
		{"a limit", code("LimitExceededException", ""), survey.ErrThrottled, 0},
		{"dropped inside SES", code("InternalServiceErrorException", ""), survey.ErrThrottled, 0},
		{"the day's quota", sestest.DailyQuota, survey.ErrQuota, 0},
		{"the day's quota, by another name", code("LimitExceededException", "Daily message quota exceeded"), survey.ErrQuota, 0},
		{"suspended, said in the message", sestest.Suspended, survey.ErrSuspended, 0},
		{"suspended", code("AccountSuspendedException", ""), survey.ErrSuspended, 0},
		{"paused", sestest.Paused, survey.ErrSuspended, 0},
		{"paused, by the v2 name", code("SendingPausedException", ""), survey.ErrSuspended, 0},
		{"the configuration set is paused", code("ConfigurationSetSendingPausedException", ""), survey.ErrSuspended, 0},
		{"the configuration set is not there", code("ConfigurationSetDoesNotExist", ""), survey.ErrSuspended, 0},
		{"not allowed", sestest.Fault{Code: "AccessDenied", Status: 403}, survey.ErrSuspended, 0},
		{"credentials are over", sestest.Fault{Code: "ExpiredToken", Status: 403}, survey.ErrSuspended, 0},
		{"rejected", sestest.Rejected, survey.ErrRefused, 0},
		{"the domain of bounces is not verified", code("MailFromDomainNotVerifiedException", ""), survey.ErrRefused, 0},
		{"the recipient is not verified (sandbox)", code("MessageRejected",
			"Email address is not verified. The following identities failed the check in region EU-NORTH-1: ann@example.com"), survey.ErrRefused, 0},
		{"the sender is not verified", code("MessageRejected",
			"Email address is not verified. The following identities failed the check in region EU-NORTH-1: hello@acme.example, ann@example.com"), survey.ErrSuspended, 0},
		{"the answer is lost", sestest.AnswerLost, nil, 1},
		{"the request is lost", sestest.RequestLost, nil, 0},
		{"the answer is broken", sestest.AnswerBroken, nil, 1},
		{"SES fails", sestest.Fault{Code: "InternalFailure", Status: 500, Taken: true}, nil, 1},
		{"SES is away", sestest.Fault{Code: "ServiceUnavailable", Status: 503}, nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := sestest.New(t)
			server.Script(c.fault)
			cfg := server.Config()
			cfg.RetryMaxAttempts = 5 // as the environment may say
			cfg.Retryer = func() aws.Retryer { return retry.NewStandard() }
			_, err := New(cfg, "").Carry(t.Context(), letter())
			if err == nil || classOf(err) != c.want {
				t.Errorf("%v, want %v", err, c.want)
			}
			if server.Calls() != 1 || len(server.Mails()) != c.taken {
				t.Errorf("%d calls, %d mails; want one call", server.Calls(), len(server.Mails()))
			}
			if strings.Contains(err.Error(), "@") {
				t.Errorf("the error names an address: %v", err)
			}
		})
	}
}

func TestALetterThatNeverReachedSESIsNotSent(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + listener.Addr().String()
	listener.Close()
	server := sestest.New(t)
	cfg := server.Config()
	cfg.BaseEndpoint = aws.String(closed)
	if _, err := New(cfg, "").Carry(t.Context(), letter()); classOf(err) != survey.ErrThrottled {
		t.Errorf("connection refused: %v", err)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := New(server.Config(), "").Carry(over, letter()); classOf(err) != survey.ErrThrottled || server.Calls() != 0 {
		t.Errorf("cancelled before: %v, %d calls", err, server.Calls())
	}
}

func TestALetterThatIsCutOffMayHaveBeenSent(t *testing.T) {
	server := sestest.New(t)
	server.Script(sestest.Fault{Taken: true, Delay: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for server.Calls() == 0 {
			runtime.Gosched()
		}
		cancel()
	}()
	if _, err := New(server.Config(), "").Carry(ctx, letter()); err == nil || classOf(err) != nil {
		t.Errorf("%v, want an outcome that nobody knows", err)
	}
}

func TestALetterWithoutAnAddressIsRefusedHere(t *testing.T) {
	server := sestest.New(t)
	for _, spoil := range []func(*survey.Letter){
		func(l *survey.Letter) { l.To = "nobody" },
		func(l *survey.Letter) { l.From = "" },
		func(l *survey.Letter) { l.To = "a@example.com, b@example.com" },
	} {
		l := letter()
		spoil(&l)
		if _, err := New(server.Config(), "").Carry(t.Context(), l); classOf(err) != survey.ErrRefused || server.Calls() != 0 {
			t.Errorf("%v, %d calls", err, server.Calls())
		}
	}
}

func TestTheQuotaIsTheAccounts(t *testing.T) {
	server := sestest.New(t)
	carrier := New(server.Config(), "")
	if _, err := carrier.Carry(t.Context(), letter()); err != nil {
		t.Fatal(err)
	}
	if rate, most, sent, err := carrier.Quota(t.Context()); err != nil || rate != 14 || most != 50_000 || sent != 1 {
		t.Errorf("%g a second, %g of %g in 24 hours, %v", rate, sent, most, err)
	}
}

// SES tells what became of all mails of the account in parts of a quarter of an hour.
func TestTheStatisticsAreTheAccounts(t *testing.T) {
	server := sestest.New(t)
	now := time.Date(2026, 11, 20, 12, 5, 0, 0, time.UTC)
	server.Now = func() time.Time { return now }
	carrier := New(server.Config(), "")
	for range 2 {
		if _, err := carrier.Carry(t.Context(), letter()); err != nil {
			t.Fatal(err)
		}
	}
	server.Bounce(now)
	server.Complain(now.Add(20 * time.Minute))
	points, err := carrier.Statistics(t.Context())
	want := []survey.Point{
		{At: now.Add(-5 * time.Minute), Mails: 2, Bounces: 1},
		{At: now.Add(10 * time.Minute), Complaints: 1},
	}
	slices.SortFunc(points, func(a, b survey.Point) int { return a.At.Compare(b.At) })
	if diff := cmp.Diff(want, points); diff != "" || err != nil {
		t.Errorf("%v, %s", err, diff)
	}
}

func TestLettersLeaveWithinTheAccountsRate(t *testing.T) {
	server := sestest.New(t)
	server.MaxSendRate = 10
	carrier := New(server.Config(), "")
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	carrier.clock = func() time.Time { return now }
	carrier.sleep = func(_ context.Context, d time.Duration) error { now = now.Add(d); return nil }
	if _, _, _, err := carrier.Quota(t.Context()); err != nil {
		t.Fatal(err)
	}
	var left []time.Time
	for range 100 {
		if err := carrier.Pace(t.Context()); err != nil {
			t.Fatal(err)
		}
		left = append(left, now)
	}
	for i := 10; i < len(left); i++ {
		if took := left[i].Sub(left[i-10]); took < 999*time.Millisecond {
			t.Fatalf("11 letters in %v at 10 a second", took)
		}
	}
	if took := left[99].Sub(left[0]); took > 10*time.Second {
		t.Errorf("100 letters took %v at 10 a second", took)
	}
}

func TestWhoeverWaitsForHisTurnMayGiveUp(t *testing.T) {
	carrier := New(sestest.New(t).Config(), "")
	ctx, cancel := context.WithCancel(t.Context())
	if err := carrier.Pace(ctx); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := carrier.Pace(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
