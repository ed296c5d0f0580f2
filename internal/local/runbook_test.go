package local_test

import (
	"os"
	"regexp"
	"testing"

	"go.yaml.in/yaml/v3"
)

var (
	outputNamed   = regexp.MustCompile(`\$\(out (\w+)\)`)
	resourceNamed = regexp.MustCompile(`\$\(id (\w+)\)|(?:stop|start) ([A-Z]\w+)`)
	loopedOver    = regexp.MustCompile(`for f in ([A-Za-z ]+); do`)
	alarmNamed    = regexp.MustCompile(`\(alarms? ([A-Za-z, ]+)\)`)
	word          = regexp.MustCompile(`[A-Za-z]+`)
)

// A runbook is read when there is no time: what it names has to be there.
func TestTheRunbookNamesWhatTheStackHas(t *testing.T) {
	var template struct {
		Resources map[string]any `yaml:"Resources"`
		Outputs   map[string]any `yaml:"Outputs"`
	}
	text, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, &template); err != nil {
		t.Fatal(err)
	}
	book, err := os.ReadFile("../../scripts/RUNBOOK.md")
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	has := func(in map[string]any, name string) {
		named++
		if _, there := in[name]; !there {
			t.Errorf("template.yaml has no %s", name)
		}
	}
	for _, found := range outputNamed.FindAllSubmatch(book, -1) {
		has(template.Outputs, string(found[1]))
	}
	for _, found := range resourceNamed.FindAllSubmatch(book, -1) {
		has(template.Resources, string(found[1])+string(found[2]))
	}
	for _, list := range []*regexp.Regexp{loopedOver, alarmNamed} {
		for _, found := range list.FindAllSubmatch(book, -1) {
			for _, name := range word.FindAll(found[1], -1) {
				has(template.Resources, string(name))
			}
		}
	}
	if named < 40 {
		t.Errorf("only %d names were found", named)
	}
}
