package local_test

import (
	"os"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"afterword/internal/local"
)

func TestAFunctionIsCalledSlowAtFourFifthsOfItsTimeOut(t *testing.T) {
	path, err := local.FindTemplate(".")
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var template struct {
		Globals struct {
			Function struct {
				Timeout int `yaml:"Timeout"`
			} `yaml:"Function"`
		} `yaml:"Globals"`
		Resources map[string]struct {
			Type       string `yaml:"Type"`
			Properties struct {
				Timeout   int `yaml:"Timeout"`
				Threshold int `yaml:"Threshold"` // of a Duration, milliseconds
			} `yaml:"Properties"`
		} `yaml:"Resources"`
	}
	if err := yaml.Unmarshal(data, &template); err != nil {
		t.Fatal(err)
	}
	alarms := 0
	for name, alarm := range template.Resources {
		function, slow := strings.CutSuffix(name, "Slow")
		if !slow {
			continue
		}
		alarms++
		timeout := template.Resources[function].Properties.Timeout
		if timeout == 0 {
			timeout = template.Globals.Function.Timeout
		}
		if alarm.Properties.Threshold != timeout*800 {
			t.Errorf("%s is told of after %d ms, of %d s", function, alarm.Properties.Threshold, timeout)
		}
	}
	if alarms < 10 || template.Resources["Report"].Properties.Timeout != 900 {
		t.Errorf("%d functions have an alarm, and the report has %d s", alarms, template.Resources["Report"].Properties.Timeout)
	}
}
