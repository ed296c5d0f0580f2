package customer_test

import (
	"strings"
	"testing"
	"time"

	"afterword/internal/customer"
)

func TestAZoneThatIsNoneIsTheOther(t *testing.T) {
	other := time.FixedZone("other", 3600)
	for name, want := range map[string]string{
		"Europe/Stockholm": "Europe/Stockholm", "UTC": "UTC", "": "other", "Local": "other", "Mars/Olympus": "other", "../../etc/passwd": "other",
		strings.Repeat("a", 1000): "other",
	} {
		if got := customer.Zone(name, other).String(); got != want {
			t.Errorf("%.40q: %s, want %s", name, got, want)
		}
	}
}
