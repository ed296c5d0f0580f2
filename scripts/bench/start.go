package main

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"afterword/internal/program"
	"afterword/internal/webhook"
)

const (
	startTurns = 21
	mostStart  = 3 // times a bare program
)

// starts compares each function with a program that does nothing. What the promise leaves out, the calls to AWS, is left out by
// building the functions without their first calls in init; as they are, those calls are answered at once by this process.
func starts(ctx context.Context, s *sheet) error {
	c, err := openCheckout()
	if err != nil {
		return err
	}
	return inFolder(func(folder string) error {
		warm, cold, err := c.builtTwice(ctx, folder, c.packages()...)
		if err != nil {
			return err
		}
		cloud := httptest.NewServer(http.HandlerFunc(answerAsAWS))
		defer cloud.Close()
		environment := c.environment(cloud.URL)
		contestant := func(program string) func(int) (time.Duration, error) {
			return func(int) (time.Duration, error) {
				b, err := start(ctx, program, environment, nil)
				return b.poll, err
			}
		}
		contestants := []func(int) (time.Duration, error){contestant(filepath.Join(warm, "bare"))}
		for _, f := range c.functions {
			contestants = append(contestants, contestant(filepath.Join(cold, f.Name)), contestant(filepath.Join(warm, f.Name)))
		}
		took, err := rounds(startTurns, contestants...)
		if err != nil {
			return err
		}
		s.say("medians of %d starts; the bare program %.1f ms; in brackets: with the first calls, answered at once on loopback", startTurns, milliseconds(took[0]))
		for i, f := range c.functions {
			without, with := took[1+2*i], took[2+2*i]
			s.timed(ratio(without, took[0]), mostStart, "%s: %.1f ms (%.1f ms), times the bare program", f.Name, milliseconds(without), milliseconds(with))
		}
		return nil
	})
}

// environment is what template.yaml would set for all functions together, with AWS at an address.
func (c *checkout) environment(endpoint string) []string {
	all := []string{
		"AWS_REGION=eu-west-1", "AWS_ACCESS_KEY_ID=local", "AWS_SECRET_ACCESS_KEY=local", "AWS_ENDPOINT_URL=" + endpoint,
		"AWS_EC2_METADATA_DISABLED=true", "AWS_LAMBDA_FUNCTION_NAME=bench", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=256",
		"HOME=" + os.TempDir(), "PATH=" + os.Getenv("PATH"),
	}
	for _, f := range c.functions {
		for _, name := range f.Environment {
			if set := name + "=https://feedback.example.com"; !slices.Contains(all, set) {
				all = append(all, set)
			}
		}
	}
	return all
}

const benchSecret = "local-secret-standard"

// answerAsAWS says that there is nothing in any table and that every write was made, and knows a secret.
func answerAsAWS(w http.ResponseWriter, r *http.Request) {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	answers := map[string]any{
		"BatchGetItem":   map[string]any{"Responses": map[string]any{}},
		"Query":          map[string]any{"Items": []any{}, "Count": 0},
		"GetSecretValue": map[string]any{"SecretString": fmt.Sprintf(`{"seed":%q,"sources":{"standard":[%q]}}`, strings.Repeat("s", 64), benchSecret)},
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	answer := answers[operation]
	if answer == nil {
		answer = struct{}{}
	}
	_ = json.NewEncoder(w).Encode(answer)
}

// What a network adds: a new connection waits before its first byte is read, for the way to and from; TLS adds its own.
const connecting = 3 * time.Millisecond

// slowToConnect lets each connection wait once.
type slowToConnect struct{ net.Listener }

func (l slowToConnect) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	return &slowConn{Conn: conn}, err
}

type slowConn struct {
	net.Conn
	met bool
}

func (c *slowConn) Read(b []byte) (int, error) {
	if !c.met {
		c.met = true
		time.Sleep(connecting)
	}
	return c.Conn.Read(b)
}

// firstAnswers starts intake with a signed visit waiting for it, AWS behind TLS.
func firstAnswers(ctx context.Context, s *sheet) error {
	c, err := openCheckout()
	if err != nil {
		return err
	}
	return inFolder(func(folder string) error {
		warm, cold, err := c.builtTwice(ctx, folder, "./functions/intake")
		if err != nil {
			return err
		}
		cloud := httptest.NewUnstartedServer(http.HandlerFunc(answerAsAWS))
		cloud.Listener = slowToConnect{cloud.Listener}
		cloud.StartTLS()
		defer cloud.Close()
		trusted := filepath.Join(folder, "trusted.pem")
		certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cloud.Certificate().Raw})
		if err := os.WriteFile(trusted, certificate, 0o600); err != nil {
			return err
		}
		environment := append(c.environment(cloud.URL), "AWS_CA_BUNDLE="+trusted)
		event, err := signedVisit(c.root)
		if err != nil {
			return err
		}
		var answers [2][]time.Duration
		contestant := func(i int, program string) func(int) (time.Duration, error) {
			return func(int) (time.Duration, error) {
				b, err := start(ctx, program, environment, event)
				if err == nil && !strings.Contains(b.body, "planned") {
					err = fmt.Errorf("intake answered %.300s", b.body)
				}
				answers[i] = append(answers[i], b.answer)
				return b.poll, err
			}
		}
		took, err := rounds(startTurns, contestant(0, filepath.Join(warm, "intake")), contestant(1, filepath.Join(cold, "intake")))
		if err != nil {
			return err
		}
		s.say("medians of %d starts; AWS on loopback behind TLS, each new connection %s late; this machine gives init no more power than a call,", startTurns, connecting)
		s.say("while Lambda at 256 MB gives a call about a seventh of a core, so that there the first answer gains more")
		for i, name := range []string{"as it is", "without"} {
			answer := median(answers[i])
			s.say("%-10s init %6.1f ms   first answer %6.1f ms   both %6.1f ms", name, milliseconds(took[i]), milliseconds(answer), milliseconds(took[i]+answer))
		}
		s.say("first answer: without is %.1f times as long", ratio(median(answers[1]), median(answers[0])))
		return nil
	})
}

// signedVisit is an event of API Gateway with a visit that happens now.
func signedVisit(root string) ([]byte, error) {
	text, err := os.ReadFile(filepath.Join(root, "events", "intake", "standard-onboarding.json"))
	if err != nil {
		return nil, err
	}
	var event events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(text, &event); err != nil {
		return nil, err
	}
	from := program.Source{Kind: program.Standard}
	header, body, err := webhook.Sign(from, []string{benchSecret}, webhook.Restamp(from, []byte(event.Body), time.Now()), time.Now())
	if err != nil {
		return nil, err
	}
	for name := range header {
		event.Headers[strings.ToLower(name)] = header.Get(name)
	}
	event.Body = string(body)
	return json.Marshal(event)
}
