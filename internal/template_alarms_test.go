package internal_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"afterword/internal/function"
)

func functionsAreWatched(_ tree, resources []resource) (breaches []string) {
	logs := map[string]string{}
	dashboard := ofKind(resources, "AWS::CloudWatch::Dashboard")[0].properties.text("DashboardBody")
	for _, f := range ofKind(resources, "AWS::Serverless::Function") {
		say := func(format string, a ...any) { breaches = append(breaches, f.name+" "+fmt.Sprintf(format, a...)) }
		log := f.properties.text("LoggingConfig", "LogGroup")
		if other := logs[log]; log == "" || other != "" {
			say("logs to %q, as does %q", log, other)
		}
		logs[log] = f.name
		if !slices.ContainsFunc(ofKind(resources, "AWS::Logs::LogGroup"), func(r resource) bool { return r.name == log }) {
			say("logs to %q, which is no log group of the stack", log)
		}
		seconds, _ := f.properties["Timeout"].(int)
		if memory, _ := f.properties["MemorySize"].(int); seconds < 1 || memory < 128 {
			say("has %d s and %d MB", seconds, memory)
		}
		if !watched(resources, "Errors", f.name, 0) {
			say("may fail and no alarm says so")
		}
		if !watched(resources, "Duration", f.name, seconds*800) {
			say("may come near its time-out (%d ms is 80 %%) and no alarm says so", seconds*800)
		}
		for _, metric := range []string{"Errors", "Duration", "Invocations"} {
			if !strings.Contains(dashboard, fmt.Sprintf(`"AWS/Lambda","%s","FunctionName","${%s}"`, metric, f.name)) {
				say("has no %s on the dashboard", metric)
			}
		}
	}
	return breaches
}

// watched tells whether there is an alarm on a metric of a function above a number.
func watched(resources []resource, metric, function string, above int) bool {
	return slices.ContainsFunc(ofKind(resources, "AWS::CloudWatch::Alarm"), func(r resource) bool {
		return r.properties["MetricName"] == metric && r.properties["Threshold"] == above && dimension(r) == function
	})
}

// dimension is the value of an alarm's only dimension.
func dimension(alarm resource) string {
	for _, each := range alarm.properties.each("Dimensions") {
		return each.(tree).text("Value")
	}
	return ""
}

func alarms(_ tree, resources []resource) (breaches []string) {
	dashboard := ofKind(resources, "AWS::CloudWatch::Dashboard")[0].properties.text("DashboardBody")
	if !json.Valid([]byte(dashboard)) {
		breaches = append(breaches, "the dashboard is not JSON")
	}
	for _, alarm := range ofKind(resources, "AWS::CloudWatch::Alarm") {
		for broken, is := range map[string]bool{
			"reaches nobody":                  !slices.Contains(alarm.properties.each("AlarmActions"), any("AlarmTopic")),
			"does not say what silence means": alarm.properties["TreatMissingData"] == nil,
			"does not say what it is about":   alarm.properties.text("AlarmDescription") == "",
			"has a fixed name":                alarm.properties["AlarmName"] != nil,
			"is not on the dashboard":         !strings.Contains(dashboard, `"${`+alarm.name+`.Arn}"`),
		} {
			if is {
				breaches = append(breaches, alarm.name+" "+broken)
			}
		}
	}
	return breaches
}

// ownMetrics holds the alarms on metrics of our own against the names that the code writes.
func ownMetrics(_ tree, resources []resource) (breaches []string) {
	written := []function.Metric{function.Drift, function.Suspended, function.Paused, function.Unknown, function.NotFetched, function.TaskMailLost}
	var read []function.Metric
	for _, alarm := range ofKind(resources, "AWS::CloudWatch::Alarm") {
		if alarm.properties["Namespace"] != function.MetricNamespace {
			continue
		}
		read = append(read, function.Metric(alarm.properties.text("MetricName")))
		dimensions := alarm.properties.each("Dimensions")
		if len(dimensions) != 1 || dimensions[0].(tree).text("Name") != function.MetricDimension {
			breaches = append(breaches, alarm.name+" has other dimensions than the code writes")
		}
	}
	slices.Sort(written)
	slices.Sort(read)
	if read = slices.Compact(read); !slices.Equal(read, written) {
		breaches = append(breaches, fmt.Sprintf("alarms read %v, the code writes %v", read, written))
	}
	return breaches
}
