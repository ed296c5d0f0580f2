package ses

import (
	"encoding/json"
	"strings"
	"time"

	"afterword/internal/fault"
	"afterword/internal/survey"
)

// Decode reads what SES reports about letters: an event of a configuration set or a notification of an identity, as it is, in an SNS
// message, or in the event with which SNS calls a function. What SES reports beside (that a letter was sent, a link was opened, a
// topic was set up) makes no report. now bounds the reports' times. Fault: Invalid.
func Decode(raw []byte, now time.Time) ([]survey.Report, error) {
	var envelope struct {
		Records []struct{ Sns *struct{ Message string } }
		Type    string
		Message *string
	}
	if err := json.Unmarshal(raw, &envelope); err != nil {
		return nil, errEvent
	}
	switch {
	case envelope.Records != nil:
		var reports []survey.Report
		for _, record := range envelope.Records {
			if record.Sns == nil {
				return nil, errEvent
			}
			report, err := decodeEvent([]byte(record.Sns.Message), now)
			if err != nil {
				return nil, err
			}
			reports = append(reports, report...)
		}
		return reports, nil
	case envelope.Type == "Notification" && envelope.Message != nil:
		return decodeEvent([]byte(*envelope.Message), now)
	}
	return decodeEvent(raw, now)
}

var errEvent = fault.New(fault.Invalid, "this is no event of SES, as it is or from SNS")

// event is what is read of an event. An event of a configuration set names its type eventType, a notification notificationType.
type event struct {
	EventType        string `json:"eventType"`
	NotificationType string `json:"notificationType"`
	Mail             *struct {
		MessageID string              `json:"messageId"`
		Timestamp string              `json:"timestamp"`
		Tags      map[string][]string `json:"tags"`
	} `json:"mail"`
	Bounce struct {
		Type      string `json:"bounceType"`
		SubType   string `json:"bounceSubType"`
		Timestamp string `json:"timestamp"`
	} `json:"bounce"`
	Complaint struct {
		Feedback  string `json:"complaintFeedbackType"`
		SubType   string `json:"complaintSubType"`
		Timestamp string `json:"timestamp"`
	} `json:"complaint"`
	Delivery struct {
		Timestamp string `json:"timestamp"`
	} `json:"delivery"`
}

// greeting begins what SES says, in plain words, when it is told to report to a topic.
const greeting = "Successfully validated SNS topic"

func decodeEvent(raw []byte, now time.Time) ([]survey.Report, error) {
	if strings.HasPrefix(string(raw), greeting) {
		return nil, nil
	}
	var e event
	if err := json.Unmarshal(raw, &e); err != nil || e.EventType+e.NotificationType == "" {
		return nil, errEvent
	}
	report, at := e.report()
	if report.Fate == "" {
		return nil, nil
	}
	if e.Mail == nil {
		return nil, errEvent
	}
	report.At = timeOf(now, at, e.Mail.Timestamp)
	report.MessageID = word(e.Mail.MessageID)
	report.Kind = word(e.tag(survey.TagKind))
	report.Invitation = id(e.tag(survey.TagInvitation))
	report.Case = id(e.tag(survey.TagCase))
	return []survey.Report{report}, nil
}

// report tells what became of the letter, and SES's time of it; no Fate for what is not reported on.
func (e event) report() (report survey.Report, at string) {
	switch e.EventType + e.NotificationType {
	case "Delivery":
		return survey.Report{Fate: survey.Delivered}, e.Delivery.Timestamp
	case "Bounce":
		report.Why = words(e.Bounce.Type, e.Bounce.SubType)
		report.Fate = survey.Deferred
		if e.Bounce.Type == "Permanent" {
			report.Fate = survey.Returned
		}
		return report, e.Bounce.Timestamp
	case "Complaint":
		return survey.Report{Fate: survey.Complained, Why: words(e.Complaint.Feedback, e.Complaint.SubType)}, e.Complaint.Timestamp
	case "Reject":
		return survey.Report{Fate: survey.Dropped, Why: "Reject"}, ""
	}
	return survey.Report{}, ""
}

func (e event) tag(name string) string {
	if values := e.Mail.Tags[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// id passes what can be the id of an invitation or a case.
func id(s string) string {
	if len(s) != 20 || strings.Contains(s, ".") {
		return ""
	}
	return word(s)
}

// word passes a word of SES: nothing that could be an address or a text.
func word(s string) string {
	foreign := func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.')
	}
	if len(s) > 120 || strings.IndexFunc(s, foreign) >= 0 {
		return ""
	}
	return s
}

func words(a, b string) string { return strings.Trim(word(a)+"/"+word(b), "/") }

// timeOf reads the first of some times that is one, and believes none that is after now.
func timeOf(now time.Time, texts ...string) time.Time {
	for _, text := range texts {
		if at, err := time.Parse(time.RFC3339, text); err == nil && at.Before(now) && at.Year() >= 2000 {
			return at.UTC().Truncate(time.Second)
		}
	}
	return now.UTC().Truncate(time.Second)
}
