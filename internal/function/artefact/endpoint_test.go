package artefact

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"afterword/internal/ses/sestest"
	"afterword/internal/table"
)

// endpoint is AWS as one function sees it: it answers what the function's own policies allow and denies the rest, as IAM would.
type endpoint struct {
	deployed
	secret   map[string]string // text by ARN
	ses      *sestest.Server
	dynamodb *httputil.ReverseProxy
	denied   func(string)
}

func toDynamoDB(address string) *httputil.ReverseProxy {
	target, err := url.Parse(address)
	if err != nil {
		panic(err)
	}
	return &httputil.ReverseProxy{
		Rewrite:  func(r *httputil.ProxyRequest) { r.SetURL(target) },
		ErrorLog: log.New(io.Discard, "", 0), // of processes that are gone
		ModifyResponse: func(r *http.Response) error {
			text, err := io.ReadAll(r.Body)
			if err != nil {
				return err
			}
			r.Body = io.NopCloser(bytes.NewReader(text))
			r.Header.Set(checksum, checksumOf(text))
			return nil
		},
	}
}

func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the caller is gone
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	service, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	switch {
	case strings.HasPrefix(service, "DynamoDB_"):
		acts, err := actsOn(operation, body)
		if err != nil {
			refuse(w, "ValidationException", err.Error())
			return
		}
		if e.permits(w, acts) {
			e.dynamodb.ServeHTTP(w, r)
		}
	case service == "secretsmanager":
		e.tellSecret(w, operation, body)
	default:
		e.mail(w, r)
	}
}

// permits tells whether IAM allows all that a call does. If not, the call is answered.
func (e *endpoint) permits(w http.ResponseWriter, acts []act) bool {
	for _, a := range acts {
		if !e.allows(a) {
			e.denied(fmt.Sprintf("the policies of %s do not allow %s", e.resource, a))
			refuse(w, "AccessDeniedException", "not authorized to perform: "+a.action+" on resource: "+a.resource)
			return false
		}
	}
	return true
}

func refuse(w http.ResponseWriter, kind, message string) {
	reply(w, http.StatusBadRequest, map[string]string{"__type": "com.amazon.coral.service#" + kind, "message": message})
}

func reply(w http.ResponseWriter, status int, value map[string]string) {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.Header().Set(checksum, checksumOf(text))
	w.WriteHeader(status)
	_, _ = w.Write(text) // to a caller that may be gone
}

// checksum is a header that DynamoDB always sends, the emulator not always, and the SDK compares.
const checksum = "X-Amz-Crc32"

func checksumOf(text []byte) string { return strconv.FormatUint(uint64(crc32.ChecksumIEEE(text)), 10) }

func (e *endpoint) tellSecret(w http.ResponseWriter, operation string, body []byte) {
	var asked struct{ SecretId string }
	if err := json.Unmarshal(body, &asked); err != nil {
		refuse(w, "ValidationException", err.Error())
		return
	}
	if !e.permits(w, []act{{action: "secretsmanager:" + operation, resource: asked.SecretId}}) {
		return
	}
	text, is := e.secret[asked.SecretId]
	if !is || operation != "GetSecretValue" {
		e.denied(e.resource + " asks for a secret that there is not")
		refuse(w, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
		return
	}
	reply(w, http.StatusOK, map[string]string{"ARN": asked.SecretId, "Name": "secret", "SecretString": text})
}

// mail lets SES take a mail, if the function may send as this sender and with this configuration set.
func (e *endpoint) mail(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		return
	}
	arn := "arn:" + partition + ":ses:" + region + ":" + account + ":"
	acts := []act{{action: "ses:" + r.PostForm.Get("Action"), resource: "*"}}
	if acts[0].action == "ses:SendRawEmail" {
		_, address, _ := strings.Cut(strings.TrimSuffix(r.PostForm.Get("Source"), ">"), "<")
		_, domain, _ := strings.Cut(address, "@")
		from := map[string][]string{fromAddress: {address}}
		acts = []act{{"ses:SendRawEmail", arn + "identity/" + domain, from}}
		if set := r.PostForm.Get("ConfigurationSetName"); set != "" {
			acts = append(acts, act{"ses:SendRawEmail", arn + "configuration-set/" + set, from})
		}
	}
	for _, a := range acts {
		if !e.allows(a) {
			e.denied(fmt.Sprintf("the policies of %s do not allow %s", e.resource, a))
			sestest.Refuse(w, sestest.Fault{Code: "AccessDenied", Message: "not authorized to perform: " + a.action, Status: http.StatusForbidden})
			return
		}
	}
	e.ses.ServeHTTP(w, r)
}

// text is an attribute of DynamoDB's JSON, of which only strings matter here: keys are strings.
type text struct{ S string }

// request is what DynamoDB's operations have in common, as far as IAM asks.
type request struct {
	TableName, IndexName      string
	Key, Item                 map[string]text
	KeyConditionExpression    string
	ExpressionAttributeValues map[string]text
	RequestItems              map[string]struct{ Keys []map[string]text }
	TransactItems             []map[string]request
}

func tableARN(name string) string {
	return "arn:" + partition + ":" + services["AWS::DynamoDB::Table"] + name
}

var transactActions = map[string]string{"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}

// actsOn tells what an operation of DynamoDB asks IAM for: a transaction for each of its items by the item's own action.
func actsOn(operation string, body []byte) (acts []act, err error) {
	var r request
	if err := json.Unmarshal(body, &r); err != nil {
		return nil, err
	}
	switch operation {
	case "TransactWriteItems":
		for _, item := range r.TransactItems {
			for kind, of := range item {
				action, known := transactActions[kind]
				if !known {
					return nil, fmt.Errorf("a transaction with a %s", kind)
				}
				acts = append(acts, of.act(action))
			}
		}
	case "BatchGetItem":
		for name, of := range r.RequestItems {
			var partitions []string
			for _, key := range of.Keys {
				partitions = append(partitions, key[table.AttrPartition].S)
			}
			acts = append(acts, act{"dynamodb:BatchGetItem", tableARN(name), map[string][]string{leadingKeys: partitions}})
		}
	case "GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan":
		acts = append(acts, r.act(operation))
	default:
		return nil, fmt.Errorf("no function calls %s", operation)
	}
	if len(acts) == 0 {
		return nil, fmt.Errorf("%s of nothing", operation)
	}
	return acts, nil
}

// partitionOfQuery finds the value that a query's partition must equal.
var partitionOfQuery = regexp.MustCompile(`^#?\w+ = (:\w+)`)

func (r request) act(action string) act {
	resource := tableARN(r.TableName)
	if r.IndexName != "" {
		resource += "/index/" + r.IndexName
	}
	var partitions []string
	for _, named := range []map[string]text{r.Key, r.Item} {
		if key, has := named[table.AttrPartition]; has {
			partitions = append(partitions, key.S)
		}
	}
	if match := partitionOfQuery.FindStringSubmatch(r.KeyConditionExpression); match != nil {
		partitions = append(partitions, r.ExpressionAttributeValues[match[1]].S)
	}
	return act{"dynamodb:" + action, resource, map[string][]string{leadingKeys: partitions}}
}

// UnmarshalJSON reads attributes of other types as empty.
func (t *text) UnmarshalJSON(data []byte) error {
	var typed map[string]json.RawMessage
	if err := json.Unmarshal(data, &typed); err != nil {
		return err
	}
	if s, is := typed["S"]; is {
		return json.Unmarshal(s, &t.S)
	}
	return nil
}
