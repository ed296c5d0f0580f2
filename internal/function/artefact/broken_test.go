package artefact

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
)

// mistake is one that somebody could make in template.yaml and that CloudFormation would deploy or tell late, with what the
// journey says about it.
type mistake struct {
	name       string
	after      string // the mistake is made at the first place after this text
	right      string
	wrong      string
	complained string
}

var mistakes = []mistake{
	{"a variable of another name", "functions/dispatch/", "PUBLIC_URL:", "PUBLIC_ADDRESS:", "the environment variable PUBLIC_URL is not set"},
	{"a variable that names no resource", "functions/tally/", "SCOREBOOK_TABLE: !Ref Scorebook", "SCOREBOOK_TABLE: !Ref Scorebok", "template.yaml has no resource Scorebok"},
	{"the other table", "functions/tally/", "SCOREBOOK_TABLE: !Ref Scorebook", "SCOREBOOK_TABLE: !Ref Feedback", "the policies of Tally do not allow dynamodb:"},
	{"the first table's variable", "Globals:", "FEEDBACK_TABLE: !Ref Feedback", "FEEDBACK_TABLE: !Ref Scorebook", "do not allow dynamodb:"},
	{"a secret that is none", "functions/intake/", "SECRET_ID: !Ref Secret", "SECRET_ID: secret", "the policies of Intake do not allow secretsmanager:GetSecretValue on secret"},
	{"another configuration set", "functions/dispatch/", "CONFIGURATION_SET: !Ref MailSet", "CONFIGURATION_SET: default", "do not allow ses:SendRawEmail on arn:aws:ses:eu-west-1:123456789012:configuration-set/default"},
	{"links to elsewhere", "functions/dispatch/", "PUBLIC_URL: !If", "PUBLIC_URL: https://elsewhere.example #", "does not begin with https://"},
	{"a policy for the other table", "functions/followup/", "Resource: !GetAtt Feedback.Arn", "Resource: !GetAtt Scorebook.Arn", "the policies of Followup do not allow dynamodb:"},
	{"a policy without an action", "functions/intake/", "dynamodb:PutItem, ", "", "the policies of Intake do not allow dynamodb:PutItem on arn:"},
	{"a policy for other keys", "functions/tally/", `["0*"]`, `["1*"]`, "the policies of Tally do not allow dynamodb:"},
	{"a policy for another index", "functions/dispatch/", "index/agenda", "index/listing", "/index/agenda"},
	{"an index of another name", "Feedback:", "IndexName: agenda", "IndexName: due", "The table does not have the specified index: agenda"},
	{"an index by another key", "IndexName: agenda", "AttributeName: due, KeyType: RANGE", "AttributeName: listed, KeyType: RANGE", "Feedback: "},
	{"a key of another name", "Scorebook:", "AttributeName: sk, KeyType: RANGE", "AttributeName: sort, KeyType: RANGE", "Scorebook: "},
	{"a route that is not there", "functions/respond/", `Path: "/s/{token}"`, `Path: "/survey/{token}"`, "GET /s/...: status 303"},
	{"a method that senders do not use", "functions/intake/", "Method: ANY", "Method: GET", "POST /hooks/...: status 303"},
	{"a filter that nothing passes", "functions/tally/", `"rev":`, `"revision":`, "tells 0 answers"},
	{"a stream without images", "Feedback:", "NEW_AND_OLD_IMAGES", "KEYS_ONLY", "the stream's view is NEW_AND_OLD_IMAGES"},
	{"bounces that nobody hears of", "MatchingEventTypes:", "bounce, ", "", "nobody hears of a bounce"},
	{"a schedule that is gone", "functions/audit/", "Type: ScheduleV2", "Type: SNS", "no schedule for audit"},
	{"reports that nobody is to start", "functions/report/", "Type: ScheduleV2", "Type: SNS", "no schedule for report"},
	{"reports by another configuration set", "functions/report/", "CONFIGURATION_SET: !Ref MailSet", "CONFIGURATION_SET: default", "the policies of Report do not allow ses:SendRawEmail"},
	{"reports that are kept elsewhere", "functions/report/", `"M#*"]`, `"R#*"]`, "the policies of Report do not allow dynamodb:"},
	{"another function's code", "Bounce:", "functions/bounce/", "functions/nowhere/", "functions/nowhere, which was not built"},
	{"logs for people", "LoggingConfig:", "LogFormat: JSON", "LogFormat: Text", "not JSON"},
}

// breakTemplate plays the journey on the template with each mistake.
func breakTemplate(t *testing.T, bootstraps map[string]string) {
	for _, m := range mistakes {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			w, err := open(t, m.in(t, readTemplate(t)), bootstraps)
			if err == nil {
				err = errors.Join(play(t, w), w.logs())
			}
			if err == nil || !strings.Contains(err.Error(), m.complained) {
				t.Errorf("the journey says %v, want %q", err, m.complained)
			}
		})
	}
}

// in makes the mistake in the text of the template.
func (m mistake) in(t *testing.T, template []byte) []byte {
	t.Helper()
	before, after, found := bytes.Cut(template, []byte(m.after))
	changed := bytes.Replace(after, []byte(m.right), []byte(m.wrong), 1)
	if !found || bytes.Equal(changed, after) {
		t.Fatalf("template.yaml has no %q after %q any more", m.right, m.after)
	}
	return slices.Concat(before, []byte(m.after), changed)
}
