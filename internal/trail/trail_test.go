package trail_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"afterword/internal/trail"
)

const token = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789_-AbCdEfGhI" // 47 characters

func logged(t *testing.T, write func(*slog.Logger)) (map[string]any, string) {
	t.Helper()
	var out bytes.Buffer
	write(slog.New(trail.Handler(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))))
	line := map[string]any{}
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatalf("%v: %s", err, out.String())
	}
	return line, out.String()
}

func TestALineIsNoMoreExactThanAMillisecond(t *testing.T) {
	for range 20 {
		line, text := logged(t, func(l *slog.Logger) { l.Info("step") })
		written, _ := line["time"].(string)
		if at, err := time.Parse(time.RFC3339Nano, written); err != nil || at.Nanosecond()%1e6 != 0 || time.Since(at) > time.Minute {
			t.Errorf("%v: %s", err, text)
		}
	}
}

func TestEveryLineSaysWhichVisitItIsAbout(t *testing.T) {
	ctx := trail.About(t.Context(), "Zm9vYmFyYmF6cXV4MTIz")
	for name, write := range map[string]func(*slog.Logger){
		"plain":           func(l *slog.Logger) { l.InfoContext(ctx, "step") },
		"with attributes": func(l *slog.Logger) { l.With("function", "tally").WarnContext(ctx, "step", "n", 1) },
		"deeper":          func(l *slog.Logger) { l.InfoContext(context.WithoutCancel(trail.About(ctx, "")), "step") },
	} {
		if line, text := logged(t, write); line["visit"] != "Zm9vYmFyYmF6cXV4MTIz" {
			t.Errorf("%s: %s", name, text)
		}
	}
	if line, text := logged(t, func(l *slog.Logger) { l.InfoContext(t.Context(), "step") }); len(line) != 3 {
		t.Errorf("a line about no visit: %s", text)
	}
}

func TestAddressesAndTokensAreTakenOutWhereverTheyStand(t *testing.T) {
	ses := errors.New("MessageRejected: Email address is not verified. The following identities failed the check in region EU-WEST-1: anna@example.com, Anna <anna@example.com>")
	for name, write := range map[string]func(*slog.Logger){
		"message":   func(l *slog.Logger) { l.Info("mail to anna@example.com") },
		"text":      func(l *slog.Logger) { l.Info("x", "to", "Anna <anna@example.com>") },
		"error":     func(l *slog.Logger) { l.Info("x", "cause", fmt.Errorf("send: %w", ses)) },
		"value":     func(l *slog.Logger) { l.Info("x", "letter", struct{ To []string }{[]string{"anna@example.com"}}) },
		"group":     func(l *slog.Logger) { l.Info("x", slog.Group("mail", "to", "anna@example.com")) },
		"before":    func(l *slog.Logger) { l.With("to", "anna@example.com").Info("x") },
		"in a URL":  func(l *slog.Logger) { l.Info("x", "url", "/api/customers?address=anna%40example.com&x=1") },
		"JSON":      func(l *slog.Logger) { l.Info("x", "body", `{"email":"anna@example.com"}`) },
		"token":     func(l *slog.Logger) { l.Info("x", "url", "https://feedback.example.com/s/"+token+"?r=4") },
		"key":       func(l *slog.Logger) { l.Info("x", "header", "Bearer aw_"+token+"anna") },
		"coded":     func(l *slog.Logger) { l.Info("x", "url", "%2Fs%2F"+token) },
		"bytes":     func(l *slog.Logger) { l.Info("x", "body", json.RawMessage(`{"to":"anna@example.com"}`)) },
		"a pointer": func(l *slog.Logger) { l.Info("x", "to", new("anna@example.com")) },
	} {
		if _, text := logged(t, write); strings.Contains(text, "anna") || strings.Contains(text, token) || !strings.Contains(text, trail.Redacted) {
			t.Errorf("%s: %s", name, text)
		}
	}
}

func TestWhatIsNoAddressAndNoTokenStays(t *testing.T) {
	for _, text := range []string{
		"operation error DynamoDB: PutItem, https response error StatusCode: 400, RequestID: 4KBNVRGD25RG1KEO9UT4V3FQDJVV4KQNSO5AEMVJF66Q9ASUAAJG",
		"0107019a1b2c3d4e-5f6a7b8c-local-000000", "Zm9vYmFyYmF6cXV4MTIz", "arn:aws:dynamodb:eu-west-1:123456789012:table/Feedback", "@", "a @ b", token + "x",
	} {
		if got := trail.Clean(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
	line, _ := logged(t, func(l *slog.Logger) { l.Info("walked", "busy", true, "passed", map[string]int{"invite": 3}) })
	if passed, is := line["passed"].(map[string]any); !is || passed["invite"] != 3.0 || line["busy"] != true {
		t.Errorf("%v", line)
	}
}

func TestAnErrorIsCleanAndStillTheSame(t *testing.T) {
	cause := errors.New("no mailbox anna@example.com")
	if err := trail.CleanError(fmt.Errorf("act: %w", cause)); !errors.Is(err, cause) || err.Error() != "act: no mailbox [redacted]" {
		t.Errorf("%v", err)
	}
	if err := trail.CleanError(errors.ErrUnsupported); err != errors.ErrUnsupported || trail.CleanError(nil) != nil { //nolint:errorlint // the very same
		t.Errorf("%v", err)
	}
}

func FuzzNoAddressStays(f *testing.F) {
	for _, seed := range []string{"anna@example.com", `"anna b"@example.com`, "王@例子.中国", "a%40b.c", "a@b@c", "mailto:a@b.c?x", "\\u0040"} {
		f.Add(seed, "x ")
	}
	f.Fuzz(func(t *testing.T, text, around string) {
		clean := trail.Clean(around + text)
		if trail.Clean(clean) != clean {
			t.Errorf("%q, cleaned again, is %q", clean, trail.Clean(clean))
		}
		if strings.Contains(trail.Clean(around+" <anna.k@example.com> "+text), "anna.k@example.com") {
			t.Error("an address stayed")
		}
	})
}
