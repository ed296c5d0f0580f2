package mail

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	netmail "net/mail"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/survey"
)

// structure is how a mail is put together, such as "multipart/alternative(text/plain text/html)".
func structure(t *testing.T, contentType string, body io.Reader) string {
	t.Helper()
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(kind, "multipart/") {
		return kind
	}
	var parts []string
	for reader := multipart.NewReader(body, params["boundary"]); ; {
		part, err := reader.NextRawPart()
		if err == io.EOF {
			return kind + "(" + strings.Join(parts, " ") + ")"
		}
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, structure(t, part.Header.Get("Content-Type"), part))
	}
}

// headersOf are all headers of a mail, decoded, with its structure for the type of its content.
func headersOf(t *testing.T, letter survey.Letter) map[string]string {
	t.Helper()
	message, err := netmail.ReadMessage(bytes.NewReader(letter.Raw))
	if err != nil {
		t.Fatal(err)
	}
	headers := map[string]string{}
	for name, values := range message.Header {
		value, err := new(mime.WordDecoder).DecodeHeader(strings.Join(values, " AND "))
		if err != nil {
			t.Fatal(err)
		}
		headers[name] = value
	}
	headers["Content-Type"] = structure(t, message.Header.Get("Content-Type"), message.Body)
	return headers
}

// Each header is there for somebody: Gmail (Feedback-ID, List-Unsubscribe), out-of-office programs (Auto-Submitted,
// X-Auto-Response-Suppress), desks' mail programs, which thread by References. None tells of the software; Precedence is no standard
// and makes some filters take a mail for bulk. A task and a report are work: nobody unsubscribes from them by a click.
func TestEachKindOfMailHasTheseHeadersAndNoOthers(t *testing.T) {
	inv, c := invited("purchase", "sv")
	asked, err := writer(t).Survey(acme(), inv, c)
	if err != nil {
		t.Fatal(err)
	}
	reminded, err := writer(t).Reminder(acme(), inv, c)
	if err != nil {
		t.Fatal(err)
	}
	p, task := unhappy("en")
	first, err := writer(t).Task(p, task)
	if err != nil {
		t.Fatal(err)
	}
	task.References = []string{"<1@eu-west-1.amazonses.com>", "<2@eu-west-1.amazonses.com>"}
	second, err := writer(t).Task(p, task)
	if err != nil {
		t.Fatal(err)
	}
	unsubscribe := writer(t).Links.Unsubscribe(inv)
	both := map[string]string{
		"From": `"Acme" <hello@acme.example>`, "Date": "Fri, 13 Nov 2026 09:00:00 +0000", "Mime-Version": "1.0", "Auto-Submitted": "auto-generated",
		"Content-Type": "multipart/alternative(text/plain text/html)",
	}
	toCustomer := map[string]string{
		"To": "Åsa Öberg <customer@example.com>", "Reply-To": "<help@acme.example>", "Content-Language": "sv",
		"X-Auto-Response-Suppress": "OOF, AutoReply",
		"List-Unsubscribe":         "<" + unsubscribe + ">", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
	}
	toDesk := map[string]string{
		"To": `"Anna Berg" <anna@acme.example>`, "Subject": "Unhappy customer: Åsa Öberg (Purchase #1030)", "Content-Language": "en",
		"Message-Id": "<task." + task.Case.ID + ".0.1@acme.example>", "X-Auto-Response-Suppress": "All",
	}
	for name, row := range map[string]struct {
		letter survey.Letter
		want   []map[string]string
		tags   map[string]string
	}{
		"survey": {asked, []map[string]string{both, toCustomer, {
			"Subject": "Din beställning #1030: en snabb fråga", "Message-Id": "<survey." + inv.ID + "@acme.example>",
			"Feedback-Id": "purchase-csat-v1:purchase:survey:afterword",
		}}, map[string]string{"invitation": inv.ID, "kind": "survey"}},
		"reminder": {reminded, []map[string]string{both, toCustomer, {
			"Subject": "Påminnelse: en snabb fråga om Acme", "Message-Id": "<reminder." + inv.ID + "@acme.example>",
			"Feedback-Id": "purchase-csat-v1:purchase:reminder:afterword",
		}}, map[string]string{"invitation": inv.ID, "kind": "reminder"}},
		"task": {first, []map[string]string{both, toDesk}, map[string]string{"case": task.Case.ID, "kind": "task"}},
		"task, again": {second, []map[string]string{both, toDesk, {
			"References": "<1@eu-west-1.amazonses.com> <2@eu-west-1.amazonses.com>", "In-Reply-To": "<2@eu-west-1.amazonses.com>",
		}}, map[string]string{"case": task.Case.ID, "kind": "task"}},
		"report": {mailed(t, told3(), "en", charts(t, told3())), []map[string]string{both, {
			"To": `"Grace Hopper" <grace@acme.example>`, "Subject": "Acme: customer report for October 2026", "Content-Language": "en",
			"Message-Id": "<report." + reportID(told3(), reader("en")) + "@acme.example>", "X-Auto-Response-Suppress": "All",
			"Content-Type": "multipart/mixed(multipart/related(multipart/alternative(text/plain text/html) " +
				strings.TrimSpace(strings.Repeat("image/png ", 6)) + ") text/csv text/csv)",
		}}, map[string]string{"kind": "report"}},
	} {
		want := map[string]string{}
		for _, some := range row.want {
			for header, value := range some {
				want[header] = value
			}
		}
		got := headersOf(t, row.letter)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff(row.tags, row.letter.Tags); diff != "" {
			t.Errorf("%s is tagged otherwise (-want +got):\n%s", name, diff)
		}
		if got := row.letter.Subject; got != want["Subject"] {
			t.Errorf("%s is handed to SES as %q", name, got)
		}
		if line := "\r\nList-Unsubscribe: " + want["List-Unsubscribe"] + "\r\n"; want["List-Unsubscribe"] != "" && !strings.Contains(string(row.letter.Raw), line) {
			t.Errorf("%s has List-Unsubscribe on more than one line: some receivers read only the first", name)
		}
	}
}
