package program

import (
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWhatIsDifferentIsNamedAsTheOwnerWroteIt(t *testing.T) {
	for _, row := range []struct {
		old, new string
		want     []Difference
	}{
		{"", "", nil},
		{"company: Acme\n", "company: Acme & Sons\n", []Difference{{Part: "company", How: Altered, Fields: []string{"company"}}}},
		{"    desk: help\n", "    desk: help\n    delay: 2d\n    min_account_age: 3d\n", []Difference{
			{Part: "touchpoint", Name: "support", How: Altered, Fields: []string{"delay", "min_account_age"}}}},
		{"    desk: help\n", "    desk: help\n  return: {survey: s1, desk: help}\n", []Difference{{Part: "touchpoint", Name: "return", How: Added}}},
		{"sources:\n", "policy: {all_window: 20d}\nreports: {desks: week, quote: true}\nsources:\n", []Difference{
			{Part: "policy", How: Altered, Fields: []string{"all_window"}}, {Part: "reports", How: Altered, Fields: []string{"quote", "editions"}}}},
		{"time_zone: Europe/Stockholm", "time_zone: Europe/Paris", []Difference{
			{Part: "desk", Name: "help", How: Altered, Fields: []string{"time_zone"}}, {Part: "zone", How: Altered, Fields: []string{"time_zone"}}}},
	} {
		changed := strings.Replace(small, row.old, row.new, 1)
		if row.old != "" && changed == small {
			t.Fatalf("%q is not in the small program", row.old)
		}
		was, is := parsed(t, small), parsed(t, changed)
		if diff := cmp.Diff(row.want, is.Differences(was)); diff != "" {
			t.Errorf("%q (-want +got): %s", row.new, diff)
		}
		for _, d := range was.Differences(is) {
			if d.Name == "return" && d.How != Removed {
				t.Errorf("taken out again, it is %s", d.How)
			}
		}
	}
}

func TestEveryPartOfAProgramIsCompared(t *testing.T) {
	program := reflect.TypeFor[Program]()
	for i := range program.NumField() {
		if name := program.Field(i).Name; partOf[name] == "" && name != "Version" {
			t.Errorf("%s belongs to no part", name)
		}
	}
}

func parsed(t *testing.T, text string) *Program {
	t.Helper()
	p, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}
