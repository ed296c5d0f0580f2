package program

import "testing"

func TestAFilterTestsAPropertyAsTheOwnerWroteIt(t *testing.T) {
	for _, row := range []struct {
		written, name, value string
		holds                bool
	}{
		{"SE", "country", "se", true},
		{"SE", "country", "NO", false},
		{"SE", "country", "", false},
		{"[web, pos]", "channel", "POS", true},
		{"[web, pos]", "channel", "app", false},
		{"vip", "tags", "new, VIP", true},
		{"vip", "tags", "vips,new", false},
		{"vip", "tags", "", false},
		{"[vip, gold]", "tags", "a,gold", true},
		{"{not: spam}", "tags", "new,spam", false},
		{"{not: spam}", "tags", "new", true},
		{"{not: spam}", "tags", "", true},
		{"{not: [web, pos]}", "channel", "Web", false},
		{"{not: [web, pos]}", "channel", "app", true},
		{"{over: 500}", "amount", "500", false},
		{"{over: 500}", "amount", "500.00", false},
		{"{over: 500}", "amount", "500.01", true},
		{"{over: 500}", "amount", "5e2", false},
		{"{over: 0.1}", "amount", "0.10000000000000000001", true},
		{"{over: 0.3}", "amount", "0.30000000000000000000", false},
		{"{at_least: 49.90}", "amount", "49.9", true},
		{"{at_least: 49.90}", "amount", "49.89", false},
		{"{under: 50}", "amount", "49.999", true},
		{"{under: 50}", "amount", "50", false},
		{"{under: 50}", "amount", "-1", true},
		{"{at_most: 50}", "amount", "050", true},
		{"{at_most: 50}", "amount", "50.01", false},
		{"{over: 10, at_most: 20, not: 15}", "amount", "15", false},
		{"{over: 10, at_most: 20, not: 15}", "amount", "16", true},
		{"{over: -1e99}", "amount", "1e100", false}, // nobody pays so much, and to compute with it costs
		{"{under: 500}", "amount", "", false},
		{"{under: 500}", "amount", "12 SEK", false},
		{"{under: 500}", "amount", "1,200.00", false},
		{"{under: 500}", "amount", "1/2", false},
		{"{under: 500}", "amount", "0x10", false},
		{"{under: 500}", "amount", "NaN", false},
		{"{under: 500}", "amount", "-Inf", false},
		{"{under: 500}", "amount", "1_0", false},
		{"{under: 500}", "amount", "1e", false},
		{"{under: 500}", "amount", ".", false},
	} {
		p := parsed(t, small+"policy: {consent: {properties: {"+row.name+": "+row.written+"}}}\n")
		test := p.Policy.Consent.Properties[row.name]
		if got := test.Holds(row.name, row.value); got != row.holds {
			t.Errorf("%s: %s %q: %t", row.written, row.name, row.value, got)
		}
	}
}

func TestConsentIsNotWantedForAPropertyThatAVisitLacks(t *testing.T) {
	f := Filter{"channel": {Not: []string{"web"}}, "plan": {Any: []string{"pro"}}}
	for value, want := range map[string]string{"": "", "web": "", "store": "channel"} {
		if got := f.Passes(map[string]string{"channel": value}); got != want {
			t.Errorf("channel %q: %q", value, got)
		}
	}
	if got := f.Fails(map[string]string{"channel": "web", "plan": "pro"}); got != "channel" {
		t.Errorf("what fails is %q", got)
	}
}

func TestATestIsToldInTheOwnersWords(t *testing.T) {
	for written, want := range map[string]string{
		"SE": `"SE"`, "[web, pos]": `"web" or "pos"`, "{over: 500}": "over 500", "{not: [a, b]}": `not "a" or "b"`,
		"{under: 50, at_least: 10.0, not: 12}": `at least 10.0 and under 50 and not "12"`, "{at_most: 5}": "at most 5",
	} {
		p := parsed(t, small+"policy: {consent: {properties: {x: "+written+"}}}\n")
		if got := p.Policy.Consent.Properties["x"].String(); got != want {
			t.Errorf("%s: %s", written, got)
		}
	}
}
