package internal_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"afterword/internal/table"
)

// tree is template.yaml or a part of it, as written: !Ref X is "X", !GetAtt X.Arn is "X.Arn".
type tree map[string]any

func (t tree) at(path ...string) any {
	var found any = t
	for _, name := range path {
		within, _ := found.(tree)
		found = within[name]
	}
	return found
}

func (t tree) under(path ...string) tree {
	found, _ := t.at(path...).(tree)
	return found
}

func (t tree) text(path ...string) string {
	found, _ := t.at(path...).(string)
	return found
}

// each is a list, or the one value that stands for a list of one.
func (t tree) each(path ...string) []any {
	switch found := t.at(path...).(type) {
	case nil:
		return nil
	case []any:
		return found
	default:
		return []any{found}
	}
}

// resource is a part of the template that becomes something in the account.
type resource struct {
	tree
	name, kind string
	properties tree
}

// templateOf reads a template; a function has the Globals that it does not set itself.
func templateOf(text []byte) (whole tree, resources []resource, err error) {
	if err := yaml.Unmarshal(text, &whole); err != nil {
		return nil, nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(whole.under("Resources"))) {
		r := resource{tree: whole.under("Resources", name), name: name}
		r.kind, r.properties = r.text("Type"), maps.Clone(r.under("Properties"))
		if r.kind == "AWS::Serverless::Function" {
			for property, value := range whole.under("Globals", "Function") {
				if _, own := r.properties[property]; !own {
					r.properties[property] = value
				}
			}
		}
		resources = append(resources, r)
	}
	return whole, resources, nil
}

func ofKind(resources []resource, kind string) []resource {
	return slices.DeleteFunc(slices.Clone(resources), func(r resource) bool { return r.kind != kind })
}

// fields of an access log that tell of a request and neither its path nor its query: a path holds a token, and a token is a credential.
var fieldsOfAccessLog = []string{"requestId", "routeKey", "status", "responseLatency"}

// A rule of the project that no linter knows, and a change to template.yaml that breaks it.
var templateRules = []struct {
	name           string
	check          func(whole tree, resources []resource) []string
	before, broken string
}{
	{"no policy has a wildcard action", wildcardActions, "Action: sns:Publish", `Action: "sns:*"`},
	{"a wildcard resource is one that AWS cannot narrow", wildcardResources, "Resource: !GetAtt Scorebook.Arn", `Resource: "*"`},
	{"mails leave from the owner's addresses only", sendersAreNarrowed, `Condition: {StringLike: {"ses:FromAddress": !Ref MailFrom}}`, ""},
	{"a stream is read from its beginning, gives up in the end and says what it gave up", streamSettings, "StartingPosition: TRIM_HORIZON", "StartingPosition: LATEST"},
	{"a stream is read from its beginning, gives up in the end and says what it gave up", streamSettings, "DestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt Unprocessed.Arn}}", "Enabled: true"},
	{"a schedule leaves a letter when it could not start its function, and has no fixed name", schedules, "DeadLetterConfig: {Arn: !GetAtt Missed.Arn}", "State: ENABLED"},
	{"a schedule leaves a letter when it could not start its function, and has no fixed name", schedules, "OmitName: true", "Name: audit"},
	{"a function has its own log, a time-out and memory", functionsAreWatched, "LoggingConfig: {LogGroup: !Ref TallyLog}", "LoggingConfig: {LogGroup: !Ref AuditLog}"},
	{"a function has alarms on errors and on its time-out, and its lines on the dashboard", functionsAreWatched, "Threshold: 720000", "Threshold: 900000"},
	{"a function has alarms on errors and on its time-out, and its lines on the dashboard", functionsAreWatched, `["AWS/Lambda","Errors","FunctionName","${Audit}"`, `["AWS/Lambda","Errors","FunctionName","${Tally}"`},
	{"an alarm reaches the topic, says what silence means and is on the dashboard", alarms, "TreatMissingData: breaching,", ""},
	{"an alarm reaches the topic, says what silence means and is on the dashboard", alarms, `"${DispatchStopped.Arn}",`, ""},
	{"alarms and code name the same metrics", ownMetrics, "MetricName: Drift", "MetricName: Drifts"},
	{"logs end", logsEnd, "RetentionInDays: !Ref LogDays", "LogGroupClass: STANDARD"},
	{"tables outlive the stack and every mistake", tablesAreKept, "DeletionProtectionEnabled: true", "DeletionProtectionEnabled: false"},
	{"tables have the indexes that the code reads", indexes, "{AttributeName: due, KeyType: RANGE}", "{AttributeName: listed, KeyType: RANGE}"},
	{"nothing needs a quota that a new account lacks", newAccounts, "MemorySize: 512", "ReservedConcurrentExecutions: 1"},
	{"no environment holds a secret", noSecrets, "SECRET_ID: !Ref Secret", `SECRET_ID: "{{resolve:secretsmanager:afterword}}"`},
	{"the access log holds no path", accessLog, "$context.routeKey", "$context.path"},
	{"parameters take only what makes sense, and say what", parameters, `AllowedPattern: ^(https://[A-Za-z0-9.-]+)?$`, `NoEcho: true`},
	{"routes take every method: senders probe", routes, "Method: ANY", "Method: POST"},
	{"outputs say what they are", outputs, "Description: Traffic and health", ""},
}

func TestTheTemplateKeepsTheRulesOfTheProject(t *testing.T) {
	text, err := os.ReadFile("../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range templateRules {
		t.Run(rule.name, func(t *testing.T) {
			whole, resources, err := templateOf(text)
			if err != nil {
				t.Fatal(err)
			}
			for _, breach := range rule.check(whole, resources) {
				t.Error(breach)
			}
			changed := strings.Replace(string(text), rule.before, rule.broken, 1)
			if changed == string(text) {
				t.Fatalf("template.yaml has no %q: give this rule another way to be broken", rule.before)
			}
			if whole, resources, err = templateOf([]byte(changed)); err != nil {
				t.Fatal(err)
			}
			if len(rule.check(whole, resources)) == 0 {
				t.Errorf("%q instead of %q was not noticed", rule.broken, rule.before)
			}
		})
	}
}

// events are the sources of events of a kind, by function.
func events(resources []resource, kind string) map[string]tree {
	found := map[string]tree{}
	for _, r := range ofKind(resources, "AWS::Serverless::Function") {
		for name := range r.properties.under("Events") {
			if event := r.properties.under("Events", name); event.text("Type") == kind {
				found[r.name+", "+name] = event.under("Properties")
			}
		}
	}
	return found
}

func streamSettings(_ tree, resources []resource) (breaches []string) {
	streams := events(resources, "DynamoDB")
	if len(streams) > 2 {
		breaches = append(breaches, "a stream has more than two readers, which is more than a shard can serve")
	}
	for name, stream := range streams {
		retries, _ := stream["MaximumRetryAttempts"].(int)
		age, _ := stream["MaximumRecordAgeInSeconds"].(int)
		for broken, is := range map[string]bool{
			"misses records of its first seconds":            stream["StartingPosition"] != "TRIM_HORIZON",
			"does not halve a batch that fails":              stream["BisectBatchOnFunctionError"] != true,
			"repeats what it has done":                       !slices.Contains(stream.each("FunctionResponseTypes"), any("ReportBatchItemFailures")),
			"may be held up for ever by one record":          retries < 1 || age < 60,
			"loses what it gives up":                         !knownQueue(resources, stream.text("DestinationConfig", "OnFailure", "Destination")),
			"tries for longer than the stream holds records": age > 24*60*60,
		} {
			if is {
				breaches = append(breaches, name+" "+broken)
			}
		}
	}
	return breaches
}

// knownQueue tells whether a destination is a queue of the stack, encrypted.
func knownQueue(resources []resource, arn string) bool {
	return slices.ContainsFunc(ofKind(resources, "AWS::SQS::Queue"), func(r resource) bool {
		return arn == r.name+".Arn" && r.properties["SqsManagedSseEnabled"] == true
	})
}

func schedules(_ tree, resources []resource) (breaches []string) {
	for name, schedule := range events(resources, "ScheduleV2") {
		if !knownQueue(resources, schedule.text("DeadLetterConfig", "Arn")) {
			breaches = append(breaches, name+" has no queue for runs that did not start")
		}
		if schedule["OmitName"] != true {
			breaches = append(breaches, name+" has a name, which a second stack in the account could not have")
		}
		if schedule.at("RetryPolicy", "MaximumEventAgeInSeconds") == nil {
			breaches = append(breaches, name+" is tried for a day")
		}
	}
	return breaches
}

func logsEnd(_ tree, resources []resource) (breaches []string) {
	for _, log := range ofKind(resources, "AWS::Logs::LogGroup") {
		if log.properties["RetentionInDays"] == nil || log.tree["DeletionPolicy"] != nil {
			breaches = append(breaches, log.name+" is kept for ever")
		}
	}
	return breaches
}

func tablesAreKept(_ tree, resources []resource) (breaches []string) {
	for _, kept := range ofKind(resources, "AWS::DynamoDB::Table") {
		for broken, is := range map[string]bool{
			"goes with the stack":              kept.tree["DeletionPolicy"] != "Retain" || kept.tree["UpdateReplacePolicy"] != "Retain",
			"can be deleted by mistake":        kept.properties["DeletionProtectionEnabled"] != true,
			"cannot be restored":               kept.properties.at("PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled") != true,
			"is not encrypted by a key of KMS": kept.properties.at("SSESpecification", "SSEEnabled") != true,
			"has a fixed name or a capacity":   kept.properties["TableName"] != nil || kept.properties["BillingMode"] != "PAY_PER_REQUEST",
		} {
			if is {
				breaches = append(breaches, kept.name+" "+broken)
			}
		}
	}
	for _, secret := range ofKind(resources, "AWS::SecretsManager::Secret") {
		if secret.tree["DeletionPolicy"] != "RetainExceptOnCreate" || secret.tree["UpdateReplacePolicy"] != "Retain" {
			breaches = append(breaches, secret.name+" goes with the stack, and with it every link that was mailed")
		}
	}
	return breaches
}

func indexes(_ tree, resources []resource) (breaches []string) {
	for _, kept := range ofKind(resources, "AWS::DynamoDB::Table") {
		var has []string
		for _, each := range kept.properties.each("GlobalSecondaryIndexes") {
			index := each.(tree)
			keys := index.each("KeySchema")
			has = append(has, fmt.Sprint(index["IndexName"], keys[0], keys[1], index.at("Projection", "ProjectionType")))
		}
		var wants []string
		for _, index := range table.Indexes(table.Name(kept.name)) {
			wants = append(wants, fmt.Sprint(index.Name, tree{"AttributeName": index.Partition, "KeyType": "HASH"}, tree{"AttributeName": index.Sort, "KeyType": "RANGE"}, "KEYS_ONLY"))
		}
		slices.Sort(has)
		slices.Sort(wants)
		if !slices.Equal(has, wants) {
			breaches = append(breaches, fmt.Sprintf("%s has the indexes %v, the code reads %v", kept.name, has, wants))
		}
	}
	return breaches
}

func newAccounts(_ tree, resources []resource) (breaches []string) {
	for _, f := range ofKind(resources, "AWS::Serverless::Function") {
		memory, _ := f.properties["MemorySize"].(int)
		for broken, is := range map[string]bool{
			"reserves concurrency, of which a new account has none to spare": f.properties["ReservedConcurrentExecutions"] != nil,
			"keeps instances provisioned":                                    f.properties["ProvisionedConcurrencyConfig"] != nil,
			"has a fixed name":                                               f.properties["FunctionName"] != nil,
			"asks for more memory than a new account may have":               memory > 3008,
		} {
			if is {
				breaches = append(breaches, f.name+" "+broken)
			}
		}
	}
	return breaches
}

// harmless are the values that an environment may hold: names and addresses of what the stack made.
var harmless = regexp.MustCompile(`^[A-Z][A-Za-z]+$`)

func noSecrets(_ tree, resources []resource) (breaches []string) {
	for _, f := range ofKind(resources, "AWS::Serverless::Function") {
		for name, value := range f.properties.under("Environment", "Variables") {
			if written, is := value.(string); is && !harmless.MatchString(written) {
				breaches = append(breaches, fmt.Sprintf("%s: %s is %s, which is not a reference", f.name, name, written))
			}
		}
	}
	return breaches
}

var contextVariable = regexp.MustCompile(`\$context\.([A-Za-z.]+)`)

func accessLog(_ tree, resources []resource) (breaches []string) {
	for _, api := range ofKind(resources, "AWS::Serverless::HttpApi") {
		format := api.properties.text("AccessLogSettings", "Format")
		if !json.Valid([]byte(format)) {
			breaches = append(breaches, api.name+" logs no JSON")
		}
		for _, match := range contextVariable.FindAllStringSubmatch(format, -1) {
			if !slices.Contains(fieldsOfAccessLog, match[1]) {
				breaches = append(breaches, api.name+" logs "+match[1])
			}
		}
		if api.properties.at("DefaultRouteSettings", "ThrottlingRateLimit") == nil {
			breaches = append(breaches, api.name+" is not throttled")
		}
	}
	return breaches
}

func parameters(whole tree, _ []resource) (breaches []string) {
	for name := range whole.under("Parameters") {
		p := whole.under("Parameters", name)
		if p["AllowedPattern"] == nil && p["AllowedValues"] == nil {
			breaches = append(breaches, name+" takes anything")
		}
		if p.text("Description") == "" || p.text("ConstraintDescription") == "" {
			breaches = append(breaches, name+" does not say what it is or takes")
		}
		if p["Default"] == nil {
			breaches = append(breaches, name+" must be known before anything can be tried")
		}
	}
	return breaches
}

func routes(_ tree, resources []resource) (breaches []string) {
	for name, route := range events(resources, "HttpApi") {
		if cmp.Or(route.text("Method"), "ANY") != "ANY" {
			breaches = append(breaches, name+" takes only "+route.text("Method"))
		}
	}
	return breaches
}

func outputs(whole tree, _ []resource) (breaches []string) {
	for name := range whole.under("Outputs") {
		if whole.text("Outputs", name, "Description") == "" {
			breaches = append(breaches, name+" does not say what it is")
		}
	}
	return breaches
}
