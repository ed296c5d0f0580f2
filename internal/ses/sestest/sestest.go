// Package sestest is for tests: a small SES on this machine, which speaks the v1 query protocol well enough for the SDK's SendRawEmail,
// GetSendQuota and GetSendStatistics, keeps the mails that it took and what became of them, and fails as it is told.
package sestest

import (
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// Mail is a mail that the server took.
type Mail struct {
	ID               string
	From             string
	To               []string
	Raw              []byte
	Tags             map[string]string
	ConfigurationSet string
	At               time.Time
}

// Fault is what goes wrong with one call of SendRawEmail. The zero Fault is a call that goes well.
type Fault struct {
	Code, Message string // an error of SES, with Status (0: 400)
	Status        int
	Taken         bool          // the mail is taken all the same
	NoAnswer      bool          // the connection ends without an answer
	Garbage       bool          // the answer cannot be read
	Delay         time.Duration // before the answer, or until the caller goes away
}

// Faults that SES is known for.
var (
	Throttled    = Fault{Code: "Throttling", Message: "Maximum sending rate exceeded."}
	DailyQuota   = Fault{Code: "Throttling", Message: "Daily message quota exceeded."}
	Suspended    = Fault{Code: "MessageRejected", Message: "Sending suspended for this account. For more information, please check the inbox of the email address associated with your AWS account."}
	Paused       = Fault{Code: "AccountSendingPausedException", Message: "Email sending is disabled for your account."}
	Rejected     = Fault{Code: "MessageRejected", Message: "Illegal address"}
	AnswerLost   = Fault{Taken: true, NoAnswer: true}
	RequestLost  = Fault{NoAnswer: true}
	AnswerBroken = Fault{Taken: true, Garbage: true}
)

// Server is the SES. Its fields may be set before it is used.
type Server struct {
	MaxSendRate, Max24HourSend float64
	ConfigurationSets          []string // that there are; nil: any
	Now                        func() time.Time

	url                 string
	mu                  sync.Mutex
	script              []Fault
	mails               []Mail
	calls               int
	bounces, complaints []time.Time
}

// New starts a server on 127.0.0.1 that stops with the test.
func New(t testing.TB) *Server {
	t.Helper()
	s := &Server{MaxSendRate: 14, Max24HourSend: 50_000, Now: time.Now}
	web := httptest.NewServer(s)
	s.url = web.URL
	t.Cleanup(web.Close)
	return s
}

// Config leads the SDK to the server.
func (s *Server) Config() aws.Config {
	return aws.Config{
		Region:       "eu-north-1",
		BaseEndpoint: aws.String(s.url),
		Credentials:  credentials.NewStaticCredentialsProvider("test", "test", ""),
	}
}

// Script says what goes wrong with the next calls of SendRawEmail, in order; after that all goes well.
func (s *Server) Script(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script = append(s.script, faults...)
}

// Mails lists what was taken, oldest first.
func (s *Server) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.mails)
}

// Calls tells how often SendRawEmail was called.
func (s *Server) Calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

// ServeHTTP answers a call.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.ParseForm() != nil || !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 ") {
		Refuse(w, Fault{Code: "IncompleteSignature", Message: "no signature", Status: http.StatusForbidden})
		return
	}
	switch action := r.PostForm.Get("Action"); action {
	case "GetSendQuota":
		s.quota(w)
	case "GetSendStatistics":
		s.statistics(w)
	case "SendRawEmail":
		s.send(w, r)
	default:
		Refuse(w, Fault{Code: "InvalidAction", Message: "there is no " + action + " here"})
	}
}

func (s *Server) quota(w http.ResponseWriter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	answer(w, http.StatusOK, fmt.Sprintf(`<GetSendQuotaResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><GetSendQuotaResult>`+
		`<SentLast24Hours>%d</SentLast24Hours><Max24HourSend>%g</Max24HourSend><MaxSendRate>%g</MaxSendRate>`+
		`</GetSendQuotaResult><ResponseMetadata><RequestId>q</RequestId></ResponseMetadata></GetSendQuotaResponse>`,
		len(s.mails), s.Max24HourSend, s.MaxSendRate))
}

// Bounce and Complain say what became of a mail that was taken.
func (s *Server) Bounce(at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bounces = append(s.bounces, at)
}

// Complain as Bounce.
func (s *Server) Complain(at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.complaints = append(s.complaints, at)
}

// statistics tells of each quarter of an hour in which something happened, newest quarters anywhere, as SES does.
func (s *Server) statistics(w http.ResponseWriter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	points := map[time.Time]*[3]int{}
	count := func(at time.Time, what int) {
		quarter := at.UTC().Truncate(15 * time.Minute)
		if points[quarter] == nil {
			points[quarter] = new([3]int)
		}
		points[quarter][what]++
	}
	for _, mail := range s.mails {
		count(mail.At, 0)
	}
	for _, at := range s.bounces {
		count(at, 1)
	}
	for _, at := range s.complaints {
		count(at, 2)
	}
	var members strings.Builder
	for at, n := range points {
		fmt.Fprintf(&members, `<member><DeliveryAttempts>%d</DeliveryAttempts><Timestamp>%s</Timestamp><Rejects>0</Rejects><Bounces>%d</Bounces><Complaints>%d</Complaints></member>`,
			n[0], at.Format(time.RFC3339), n[1], n[2])
	}
	answer(w, http.StatusOK, `<GetSendStatisticsResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><GetSendStatisticsResult><SendDataPoints>`+
		members.String()+`</SendDataPoints></GetSendStatisticsResult><ResponseMetadata><RequestId>s</RequestId></ResponseMetadata></GetSendStatisticsResponse>`)
}

func (s *Server) send(w http.ResponseWriter, r *http.Request) {
	mail, err := read(r)
	if err != nil {
		Refuse(w, Fault{Code: "ValidationError", Message: err.Error()})
		return
	}
	if s.ConfigurationSets != nil && !slices.Contains(s.ConfigurationSets, mail.ConfigurationSet) {
		Refuse(w, Fault{Code: "ConfigurationSetDoesNotExist", Message: "Configuration set <" + mail.ConfigurationSet + "> does not exist."})
		return
	}
	fault := s.next()
	if fault.Delay > 0 {
		timer := time.NewTimer(fault.Delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
		}
	}
	if fault.Taken || fault.Code == "" && !fault.NoAnswer && !fault.Garbage {
		mail.ID = s.take(mail)
	}
	switch {
	case fault.NoAnswer:
		panic(http.ErrAbortHandler)
	case fault.Garbage:
		answer(w, http.StatusOK, "<SendRawEmailResponse><SendRawEmailRes")
	case fault.Code != "":
		Refuse(w, fault)
	default:
		answer(w, http.StatusOK, `<SendRawEmailResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><SendRawEmailResult><MessageId>`+
			mail.ID+`</MessageId></SendRawEmailResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></SendRawEmailResponse>`)
	}
}

func (s *Server) next() (fault Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	if len(s.script) > 0 {
		fault, s.script = s.script[0], s.script[1:]
	}
	return fault
}

func (s *Server) take(mail Mail) (id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	mail.ID = fmt.Sprintf("0107019a%08x-0000-4000-8000-%012x-000000", len(s.mails), len(s.mails))
	mail.At = s.Now()
	s.mails = append(s.mails, mail)
	return mail.ID
}

// read takes a mail out of the call, with what SES would refuse.
func read(r *http.Request) (mail Mail, err error) {
	form := r.PostForm
	mail = Mail{From: form.Get("Source"), ConfigurationSet: form.Get("ConfigurationSetName"), Tags: map[string]string{}}
	if mail.Raw, err = base64.StdEncoding.DecodeString(form.Get("RawMessage.Data")); err != nil || len(mail.Raw) == 0 {
		return mail, fmt.Errorf("RawMessage.Data is not base64 of a mail")
	}
	for n := 1; form.Has(fmt.Sprintf("Destinations.member.%d", n)); n++ {
		mail.To = append(mail.To, form.Get(fmt.Sprintf("Destinations.member.%d", n)))
	}
	for n := 1; form.Has(fmt.Sprintf("Tags.member.%d.Name", n)); n++ {
		name, value := form.Get(fmt.Sprintf("Tags.member.%d.Name", n)), form.Get(fmt.Sprintf("Tags.member.%d.Value", n))
		if name == "" || value == "" || strings.Trim(name+value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") != "" {
			return mail, fmt.Errorf("a tag is not made of letters, digits, '_' and '-'")
		}
		mail.Tags[name] = value
	}
	return mail, nil
}

// Refuse answers a call with an error of SES.
func Refuse(w http.ResponseWriter, f Fault) {
	status := f.Status
	if status == 0 {
		status = http.StatusBadRequest
	}
	var message strings.Builder
	if err := xml.EscapeText(&message, []byte(f.Message)); err != nil {
		panic(err)
	}
	answer(w, status, `<ErrorResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><Error><Type>Sender</Type><Code>`+f.Code+
		`</Code><Message>`+message.String()+`</Message></Error><RequestId>e</RequestId></ErrorResponse>`)
}

func answer(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	fmt.Fprint(w, body)
}
