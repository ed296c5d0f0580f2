package ses

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/fault"
	"afterword/internal/survey"
)

var evening = time.Date(2026, 11, 20, 18, 0, 0, 0, time.UTC)

func sample(t testing.TB, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", "events", "bounce", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// inner is the SES event inside a sample.
func inner(t testing.TB, name string) string {
	t.Helper()
	var envelope struct {
		Records []struct{ Sns struct{ Message string } }
	}
	if err := json.Unmarshal(sample(t, name), &envelope); err != nil {
		t.Fatal(err)
	}
	return envelope.Records[0].Sns.Message
}

func TestASampleEventSaysWhatBecameOfALetter(t *testing.T) {
	const about, message = "p3Xw0qZ1v9sT5yB7kD2m", "0107019a0c5e2f00-6f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0-000000"
	at := func(hour, minute, second int) time.Time {
		return time.Date(2026, 11, 20, hour, minute, second, 0, time.UTC)
	}
	for name, want := range map[string]survey.Report{
		"permanent": {Fate: survey.Returned, Why: "Permanent/NoEmail", Kind: "survey", Invitation: about, MessageID: message, At: at(12, 0, 4)},
		"transient": {Fate: survey.Deferred, Why: "Transient/MailboxFull", Kind: "survey", Invitation: about, MessageID: message, At: at(12, 0, 4)},
		"complaint": {Fate: survey.Complained, Why: "abuse", Kind: "survey", Invitation: about, MessageID: message, At: at(12, 41, 9)},
		"delivery":  {Fate: survey.Delivered, Kind: "survey", Invitation: about, MessageID: message, At: at(12, 0, 2)},
		"task":      {Fate: survey.Returned, Why: "Permanent/General", Kind: "task", Case: about, MessageID: message, At: at(12, 0, 4)},
	} {
		raw := inner(t, name)
		envelope, err := json.Marshal(map[string]string{"Type": "Notification", "Message": raw})
		if err != nil {
			t.Fatal(err)
		}
		for form, text := range map[string]string{
			"called by SNS":  string(sample(t, name)),
			"an SNS message": string(envelope),
			"as it is":       raw,
			"a notification": strings.Replace(raw, `"eventType"`, `"notificationType"`, 1),
		} {
			got, err := Decode([]byte(text), evening)
			if err != nil {
				t.Errorf("%s, %s: %v", name, form, err)
			}
			if diff := cmp.Diff([]survey.Report{want}, got); diff != "" {
				t.Errorf("%s, %s: %s", name, form, diff)
			}
		}
	}
}

func TestWhatIsNoReportIsPassedOver(t *testing.T) {
	for _, text := range []string{
		`{"eventType":"Send","mail":{"messageId":"m"},"send":{}}`,
		`{"eventType":"DeliveryDelay","mail":{"messageId":"m"}}`,
		`{"notificationType":"AmazonSnsSubscriptionSucceeded","message":"You have successfully subscribed"}`,
		`{"Records":[]}`,
		`{"Records":[{"Sns":{"Message":"Successfully validated SNS topic for Amazon SES event publishing."}}]}`,
	} {
		if got, err := Decode([]byte(text), evening); err != nil || len(got) > 0 {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
}

func TestWhatIsNoEventIsRefused(t *testing.T) {
	for _, text := range []string{
		``, `null`, `[]`, `"Bounce"`, `{}`, `{"eventType":7}`, `{"eventType":"Bounce"}`, `{"Records":[{}]}`, `{"Records":[{"Sns":{"Message":"{"}}]}`,
		`{"Type":"Notification","Message":"hello"}`, `{"eventType":"Bounce","mail":"ann@example.com"}`,
	} {
		got, err := Decode([]byte(text), evening)
		if !fault.Is(err, fault.Invalid) || len(got) > 0 {
			t.Errorf("%s: %v, %v", text, got, err)
		}
		if err != nil && strings.Contains(err.Error(), "ann") {
			t.Errorf("the error repeats what came: %v", err)
		}
	}
}

func TestNothingOfAPersonIsInAReport(t *testing.T) {
	got, err := Decode([]byte(`{"eventType":"Bounce","mail":{"messageId":"ann@example.com","tags":{"invitation":["ann@example.com....."],
		"case":["../../../../etc/pass"],"kind":["a b"]}},"bounce":{"bounceType":"Permanent","bounceSubType":"ann@example.com","timestamp":"yesterday"}}`), evening)
	want := []survey.Report{{Fate: survey.Returned, Why: "Permanent", At: evening}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

func TestATimeAfterNowIsNotBelieved(t *testing.T) {
	got, err := Decode([]byte(inner(t, "complaint")), time.Date(2026, 11, 20, 12, 30, 0, 0, time.UTC))
	if err != nil || !got[0].At.Equal(time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)) {
		t.Errorf("%v, %v, want the time of the mail", got, err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, name := range []string{"permanent", "transient", "complaint", "delivery", "task"} {
		f.Add(sample(f, name))
		f.Add([]byte(inner(f, name)))
	}
	f.Add([]byte(`{"Records":[{"Sns":{"Message":"Successfully validated SNS topic"}}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		reports, err := Decode(raw, evening)
		if err != nil && (!fault.Is(err, fault.Invalid) || reports != nil) {
			t.Errorf("%v, %v", reports, err)
		}
		for _, r := range reports {
			if r.Fate == "" || r.At.After(evening) || r.At.Year() < 2000 || strings.ContainsAny(r.Why+r.Kind+r.Case+r.Invitation+r.MessageID, "@ \n") {
				t.Errorf("%+v", r)
			}
		}
	})
}
