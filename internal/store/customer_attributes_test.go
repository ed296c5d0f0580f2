package store

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAnErasureForgetsEverythingOnTheRowButThatItIsErasedAndWhatLeadsToTheRest(t *testing.T) {
	kept := slices.DeleteFunc(slices.Clone(customerAttributes), func(attr string) bool { return slices.Contains(personal, attr) })
	if diff := cmp.Diff([]string{"status", "status_at", "open_cases", "invited"}, kept); diff != "" {
		t.Error(diff)
	}
}
