package function

import (
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"
)

// Metric is the name of a metric. There are as many as alarms need them and no more: each has its price.
type Metric string

// The metrics, each of them a count of what somebody has to look at. template.yaml's alarms name them.
const (
	Drift        Metric = "Drift"        // audit: counts that differed from the responses and that catching up does not explain; 0 says that it looked
	Suspended    Metric = "Suspended"    // dispatch: a walk in which SES took nothing until a person acts
	Paused       Metric = "Paused"       // dispatch: a walk in which survey mails waited, because too many bounce or are complained about
	Unknown      Metric = "Unknown"      // dispatch: a letter of which nobody knows whether it was sent
	NotFetched   Metric = "NotFetched"   // dispatch: a visit that nobody is asked about, because its source was down for a day or refuses our token
	TaskMailLost Metric = "TaskMailLost" // dispatch, bounce: a task mail that did not reach the desk
)

// Where the metrics stand in CloudWatch: one dimension, whose value is the function's name.
const (
	MetricNamespace = "Afterword"
	MetricDimension = "FunctionName"
)

// Metrics counts what alarms watch.
type Metrics interface {
	// Count adds n to a metric.
	Count(metric Metric, n int)
}

// Embedded writes metrics as lines in CloudWatch's embedded metric format (AWS documentation: Specification: Embedded metric format),
// so that they cost no call: Lambda hands its output to CloudWatch Logs, which makes metrics of them.
type Embedded struct {
	Out      io.Writer
	Function string // the dimension's value
	Now      func() time.Time

	mu sync.Mutex
}

type embeddedMetadata struct {
	Timestamp         int64               `json:"Timestamp"` // milliseconds since 1970
	CloudWatchMetrics []embeddedDirective `json:"CloudWatchMetrics"`
}

type embeddedDirective struct {
	Namespace  string           `json:"Namespace"`
	Dimensions [][]string       `json:"Dimensions"`
	Metrics    []embeddedMetric `json:"Metrics"`
}

type embeddedMetric struct {
	Name Metric `json:"Name"`
	Unit string `json:"Unit"`
}

// Count writes one line.
func (e *Embedded) Count(metric Metric, n int) {
	line, err := json.Marshal(map[string]any{
		"_aws": embeddedMetadata{e.Now().UnixMilli(), []embeddedDirective{{
			Namespace: MetricNamespace, Dimensions: [][]string{{MetricDimension}}, Metrics: []embeddedMetric{{metric, "Count"}},
		}}},
		MetricDimension: e.Function,
		string(metric):  n,
	})
	if err != nil {
		panic(err) // names and numbers can always be written
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	_, _ = fmt.Fprintf(e.Out, "%s\n", line) // output that is closed has nobody left to tell
}

// count counts for an alarm, where there are any.
func (p Parts) count(metric Metric, n int) {
	if p.Metrics != nil {
		p.Metrics.Count(metric, n)
	}
}
