// Package artefact tests what is deployed: each function is built as SAM builds it, for the machine at hand, and started as Lambda starts
// it, with the environment that template.yaml gives it and nothing else. Behind the processes stand DynamoDB Local, an SES and a Secrets
// Manager, before them the routes, schedules, streams and topics of template.yaml; every call passes what IAM would say by the
// function's own policies. The names of tables, secret and configuration set are other ones in each run, so that only what the template
// hands over can be found. A wrong variable, table, index, route, filter or policy breaks the journey here, and not on AWS.
//
// It holds tests only: nothing can import it.
package artefact

import (
	"crypto/rand"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Where the stack lives.
const (
	region    = "eu-west-1"
	account   = "123456789012"
	partition = "aws"
)

// stack is template.yaml as CloudFormation would have deployed it: each resource has a physical name that nobody could have guessed.
type stack struct {
	root     tree
	physical map[string]string // by logical name
}

// tree is a mapping of the template whose intrinsic functions are not resolved yet.
type tree map[string]*yaml.Node

// treeOf is a mapping by its keys; empty when the node is none.
func treeOf(node *yaml.Node) tree {
	t := tree{}
	if node != nil && node.Kind == yaml.MappingNode {
		for i := 0; i < len(node.Content); i += 2 {
			t[node.Content[i].Value] = node.Content[i+1]
		}
	}
	return t
}

// deploy makes a stack of a template, with the defaults of its parameters.
func deploy(text []byte) (*stack, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil || len(document.Content) != 1 {
		return nil, errors.Join(err, errors.New("template.yaml is not one document"))
	}
	s := &stack{root: treeOf(document.Content[0]), physical: map[string]string{}}
	for _, name := range s.names("Resources") {
		s.physical[name] = "afterword-" + name + "-" + rand.Text()[:10]
	}
	return s, nil
}

// section is a part of the template by logical name; empty when it is not there.
func (s *stack) section(name string) tree { return treeOf(s.root[name]) }

func (s *stack) names(section string) (names []string) {
	for name := range s.section(section) {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// resource is the type and the properties of a resource, the properties unresolved.
func (s *stack) resource(name string) (kind string, properties tree, err error) {
	node := s.section("Resources")[name]
	if node == nil {
		return "", nil, fmt.Errorf("template.yaml has no resource %s", name)
	}
	r := treeOf(node)
	if r["Type"] == nil {
		return "", nil, fmt.Errorf("template.yaml gives %s no type", name)
	}
	return r["Type"].Value, treeOf(r["Properties"]), nil
}

// ofType lists the resources of a type.
func (s *stack) ofType(wanted string) (names []string) {
	for _, name := range s.names("Resources") {
		if kind, _, err := s.resource(name); err == nil && kind == wanted {
			names = append(names, name)
		}
	}
	return names
}

// value resolves a node of the template: maps, lists and scalars, with the intrinsic functions evaluated. A nil node is nil.
func (s *stack) value(node *yaml.Node) (any, error) {
	if node == nil {
		return nil, nil
	}
	if intrinsic, is := intrinsics[node.Tag]; is {
		return intrinsic(s, node)
	}
	if strings.HasPrefix(node.Tag, "!") && !strings.HasPrefix(node.Tag, "!!") {
		return nil, fmt.Errorf("line %d: this test does not know the function %s", node.Line, node.Tag)
	}
	switch node.Kind {
	case yaml.MappingNode:
		return s.mapping(node)
	case yaml.SequenceNode:
		return s.list(node)
	case yaml.AliasNode:
		return s.value(node.Alias)
	}
	var scalar any
	return scalar, node.Decode(&scalar)
}

func (s *stack) mapping(node *yaml.Node) (any, error) {
	values := map[string]any{}
	for i := 0; i < len(node.Content); i += 2 {
		value, err := s.value(node.Content[i+1])
		if err != nil {
			return nil, err
		}
		values[node.Content[i].Value] = value
	}
	return values, nil
}

func (s *stack) list(node *yaml.Node) (any, error) {
	values := make([]any, len(node.Content))
	for i, each := range node.Content {
		var err error
		if values[i], err = s.value(each); err != nil {
			return nil, err
		}
	}
	return values, nil
}

var intrinsics map[string]func(*stack, *yaml.Node) (any, error)

func init() { // they call each other
	intrinsics = map[string]func(*stack, *yaml.Node) (any, error){
		"!Ref":    func(s *stack, n *yaml.Node) (any, error) { return s.ref(n.Value, n.Line) },
		"!GetAtt": func(s *stack, n *yaml.Node) (any, error) { return s.attribute(n.Value, n.Line) },
		"!Sub":    func(s *stack, n *yaml.Node) (any, error) { return s.substitute(n) },
		"!If":     (*stack).choose,
		"!Not":    (*stack).not,
		"!Equals": (*stack).equals,
	}
}

var pseudo = map[string]string{
	"AWS::Region": region, "AWS::AccountId": account, "AWS::Partition": partition, "AWS::URLSuffix": "amazonaws.com", "AWS::StackName": "afterword",
}

// ref is what Ref gives: the value of a parameter, or what a resource of that type is known by.
func (s *stack) ref(name string, line int) (any, error) {
	if value, is := pseudo[name]; is {
		return value, nil
	}
	if parameter := s.section("Parameters")[name]; parameter != nil {
		byDefault := treeOf(parameter)["Default"]
		if byDefault == nil {
			return nil, fmt.Errorf("line %d: the parameter %s has no default", line, name)
		}
		return byDefault.Value, nil
	}
	kind, _, err := s.resource(name)
	if err != nil {
		return nil, fmt.Errorf("line %d: %w", line, err)
	}
	switch kind {
	case "AWS::SecretsManager::Secret", "AWS::SNS::Topic":
		return s.arn(kind, name), nil
	case "AWS::Serverless::HttpApi":
		return strings.ToLower(s.physical[name][len(s.physical[name])-10:]), nil
	}
	return s.physical[name], nil
}

// services are the ARNs of resources: service and what stands before the name.
var services = map[string]string{
	"AWS::DynamoDB::Table":        "dynamodb:" + region + ":" + account + ":table/",
	"AWS::SecretsManager::Secret": "secretsmanager:" + region + ":" + account + ":secret:",
	"AWS::SNS::Topic":             "sns:" + region + ":" + account + ":",
	"AWS::SQS::Queue":             "sqs:" + region + ":" + account + ":",
	"AWS::Logs::LogGroup":         "logs:" + region + ":" + account + ":log-group:",
	"AWS::Serverless::Function":   "lambda:" + region + ":" + account + ":function:",
}

func (s *stack) arn(kind, name string) string {
	return "arn:" + partition + ":" + services[kind] + s.physical[name]
}

// attribute is what GetAtt gives.
func (s *stack) attribute(path string, line int) (any, error) {
	name, attribute, _ := strings.Cut(path, ".")
	kind, properties, err := s.resource(name)
	if err != nil {
		return nil, fmt.Errorf("line %d: %w", line, err)
	}
	switch {
	case attribute == "Arn" && services[kind] != "":
		return s.arn(kind, name), nil
	case attribute == "TopicArn" && kind == "AWS::SNS::Topic":
		return s.arn(kind, name), nil
	case attribute == "StreamArn" && kind == "AWS::DynamoDB::Table" && properties["StreamSpecification"] != nil:
		return s.arn(kind, name) + "/stream/2026-11-01T00:00:00.000", nil
	}
	return nil, fmt.Errorf("line %d: %s has no attribute %s", line, name, attribute)
}

var placeholder = regexp.MustCompile(`\$\{([A-Za-z0-9:.]+)\}`)

func (s *stack) substitute(node *yaml.Node) (any, error) {
	if node.Kind != yaml.ScalarNode {
		return nil, fmt.Errorf("line %d: this test knows Sub with a text alone", node.Line)
	}
	var failed error
	text := placeholder.ReplaceAllStringFunc(node.Value, func(found string) string {
		name := found[2 : len(found)-1]
		read := s.ref
		if strings.Contains(name, ".") {
			read = s.attribute
		}
		value, err := read(name, node.Line)
		failed = errors.Join(failed, err)
		return fmt.Sprint(value)
	})
	return text, failed
}

func (s *stack) choose(node *yaml.Node) (any, error) {
	if len(node.Content) != 3 {
		return nil, fmt.Errorf("line %d: If wants a condition and two values", node.Line)
	}
	condition := s.section("Conditions")[node.Content[0].Value]
	if condition == nil {
		return nil, fmt.Errorf("line %d: template.yaml has no condition %s", node.Line, node.Content[0].Value)
	}
	holds, err := s.value(condition)
	if err != nil {
		return nil, err
	}
	if holds == true {
		return s.value(node.Content[1])
	}
	return s.value(node.Content[2])
}

func (s *stack) not(node *yaml.Node) (any, error) {
	values, err := s.list(node)
	if err != nil {
		return nil, err
	}
	return values.([]any)[0] != true, nil
}

func (s *stack) equals(node *yaml.Node) (any, error) {
	values, err := s.list(node)
	if err != nil {
		return nil, err
	}
	pair := values.([]any)
	return fmt.Sprint(pair[0]) == fmt.Sprint(pair[1]), nil
}
