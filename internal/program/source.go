package program

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// Source is a system that reports touchpoints.
type Source struct {
	Name   string            // in its URL: /hooks/{name}
	Kind   string            // one of Kinds
	Events map[string][]Rule // by the sender's event, what it means: the first rule whose filter holds counts
	Agreed bool              // its customers have agreed to be asked
	Test   bool              // everything from it is a test: a staging shop
	URL    string            // the address that the sender was given, as it is signed; "" where it is not
	API    string            // address without a slash at its end, under which the sender is asked for what its events leave out; ""
	Map    map[string]Expression
	Auth   Auth // of Generic alone, as Map
}

// The kinds of source, by how they sign and what they send. With each, what the name of its event is.
const (
	Shopify     = "shopify"     // the topic: "orders/paid"
	Stripe      = "stripe"      // the type: "checkout.session.completed"
	WooCommerce = "woocommerce" // resource and status: "order.completed"
	BigCommerce = "bigcommerce" // resource and status: "order.completed"
	Adyen       = "adyen"       // the event code: "AUTHORISATION"
	Zendesk     = "zendesk"     // the ticket's status: "solved"
	Freshdesk   = "freshdesk"   // the ticket's status: "resolved"
	HelpScout   = "helpscout"   // the conversation's status: "closed"
	Intercom    = "intercom"    // the topic: "conversation.admin.closed"
	Gorgias     = "gorgias"     // the ticket's status: "closed"
	HubSpot     = "hubspot"     // the id of the pipeline's stage: "4"
	Track       = "segment"     // the name of the track event: "Signed Up"
	Auth0       = "auth0"       // the type: "user.created"
	Clerk       = "clerk"       // the type: "user.created"
	Calendly    = "calendly"    // the type: "invitee.created"
	Standard    = "standard"    // the type, by Standard Webhooks: the owner's own systems
	Generic     = "generic"     // what Map says: any JSON
)

// Kinds are the kinds of source, sorted.
func Kinds() []string {
	return slices.Sorted(slices.Values([]string{Shopify, Stripe, WooCommerce, BigCommerce, Adyen, Zendesk, Freshdesk, HelpScout, Intercom, Gorgias, HubSpot,
		Track, Auth0, Clerk, Calendly, Standard, Generic}))
}

// Rule says what a source's event means.
type Rule struct {
	Touchpoint string
	Filter     Filter // of the events that the rule takes; nil: all
	// Subject is what makes a visit unique: "" for what the sender's event is about, DeliverySubject, CustomerSubject, or the name of
	// a property in small letters.
	Subject string
	// Quiet is for how long a subject must stay solved before its customer is asked; 0: only the touchpoint's delay counts.
	Quiet time.Duration
}

// Subjects of a Rule that are no property.
const (
	DeliverySubject = "delivery" // each delivery is a visit
	CustomerSubject = "customer" // once for each customer
)

// longestQuiet bounds a rule's quiet.
const longestQuiet = 30 * day

// Expression reads a field out of a generic sender's JSON.
type Expression struct {
	Text string
	Line int // of the program's file, to say what is wrong with it; 1 is the first
}

// Auth says how a generic sender proves who it is: with a bearer token, which is its secret, or with a code of hash and secret.
type Auth struct {
	Bearer    bool
	Hash      string // sha1, sha256 or sha512
	Header    string // that has the code
	Encoding  string // hex or base64
	Prefix    string // before the code in its header, such as "sha256="; ""
	Signed    string // one of SignedBody and so on
	Timestamp string // header with the time, in seconds since 1970, that is signed too; "" where it is not
	ID        string // header with the delivery's id, that is signed too; "" where it is not
	Key       string // how the secret is the key: RawKey, or its bytes in "base64" or "hex"
}

// RawKey takes a secret's own characters as the key.
const RawKey = "raw"

// What a generic sender signs.
const (
	SignedBody           = "body"
	SignedTimestampBody  = "timestampbody" // with nothing between
	SignedTimestampDot   = "timestamp.body"
	SignedTimestampColon = "timestamp:body"
	SignedIDDot          = "id.timestamp.body"
)

// RulesFor are the rules about an event, written in any case; nil when the program takes no such event.
func (s Source) RulesFor(event string) []Rule {
	for _, name := range slices.Sorted(maps.Keys(s.Events)) {
		if strings.EqualFold(name, event) {
			return s.Events[name]
		}
	}
	return nil
}

// RuleFor is the rule that an event with these properties, named in small letters, is taken by; false when there is none.
func (s Source) RuleFor(event string, properties map[string]string) (Rule, bool) {
	for _, rule := range s.RulesFor(event) {
		if rule.Filter.Fails(properties) == "" {
			return rule, true
		}
	}
	return Rule{}, false
}

// Touchpoints are the names of those that the source reports, sorted.
func (s Source) Touchpoints() (names []string) {
	for _, rules := range s.Events {
		for _, rule := range rules {
			names = append(names, rule.Touchpoint)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Reopenings are what it may mean that something the source reported is being worked on again: for each touchpoint and kind of subject
// a rule with their longest quiet, sorted. A delivery never comes back.
func (s Source) Reopenings() (all []Rule) {
	for _, rules := range s.Events {
		for _, rule := range rules {
			if rule.Filter = nil; rule.Subject != DeliverySubject {
				all = append(all, rule)
			}
		}
	}
	slices.SortFunc(all, func(a, b Rule) int {
		return cmp.Or(strings.Compare(a.Touchpoint, b.Touchpoint), strings.Compare(a.Subject, b.Subject), cmp.Compare(b.Quiet, a.Quiet))
	})
	return slices.CompactFunc(all, func(a, b Rule) bool { return a.Touchpoint == b.Touchpoint && a.Subject == b.Subject })
}

// Reported tells whether a source reports the touchpoint, or it comes round by itself. Any other comes by the API, or is there for later.
func (p *Program) Reported(touchpoint string) bool {
	if p.Touchpoints[touchpoint].Every != "" {
		return true
	}
	for _, source := range p.Sources {
		if slices.Contains(source.Touchpoints(), touchpoint) {
			return true
		}
	}
	return false
}
