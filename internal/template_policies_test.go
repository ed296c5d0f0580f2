package internal_test

import (
	"fmt"
	"slices"
	"strings"
)

// widest are the resources with a wildcard that a policy may name, each with the actions that cannot be narrowed further.
var widest = map[string][]any{
	"*": {"ses:GetSendQuota", "ses:GetSendStatistics"}, // know no resource
	// While the account is in the sandbox, those who get a mail must be identities, too; the condition ses:FromAddress narrows it.
	"arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/*": {"ses:SendRawEmail"},
}

// statement is one of a policy, with the name of the resource that has it.
type statement struct {
	of string
	tree
}

func statements(resources []resource) (all []statement) {
	for _, r := range resources {
		for _, policy := range append(r.properties.each("Policies"), r.properties.at("PolicyDocument")) {
			written, _ := policy.(tree)
			for _, each := range written.each("Statement") {
				all = append(all, statement{r.name, each.(tree)})
			}
		}
	}
	return all
}

func wildcardActions(_ tree, resources []resource) (breaches []string) {
	for _, s := range statements(resources) {
		for _, action := range s.each("Action") {
			if strings.Contains(fmt.Sprint(action), "*") {
				breaches = append(breaches, fmt.Sprintf("%s may do %s", s.of, action))
			}
		}
		if s.at("NotAction") != nil || s.at("NotResource") != nil {
			breaches = append(breaches, s.of+" says what it may not do, so it may do the rest")
		}
	}
	return breaches
}

func wildcardResources(_ tree, resources []resource) (breaches []string) {
	for _, s := range statements(resources) {
		for _, on := range s.each("Resource") {
			for _, action := range s.each("Action") {
				if strings.Contains(fmt.Sprint(on), "*") && !slices.Contains(widest[fmt.Sprint(on)], action) {
					breaches = append(breaches, fmt.Sprintf("%s may %s on %s", s.of, action, on))
				}
			}
		}
	}
	return breaches
}

func sendersAreNarrowed(_ tree, resources []resource) (breaches []string) {
	for _, s := range statements(resources) {
		if slices.Contains(s.each("Action"), any("ses:SendRawEmail")) && s.text("Condition", "StringLike", "ses:FromAddress") != "MailFrom" {
			breaches = append(breaches, s.of+" may send from any address, whatever the owner chose")
		}
	}
	return breaches
}
