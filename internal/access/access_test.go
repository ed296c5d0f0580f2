package access_test

import (
	"strings"
	"testing"
	"time"

	"afterword/internal/access"
)

func TestAWrittenKeyThatCouldBeGuessedIsNone(t *testing.T) {
	for _, secret := range []string{"", "secret", strings.Repeat("x", 23), strings.Repeat("x", access.Longest+1)} {
		if _, err := access.Written("secret-1", secret, access.Read); err == nil {
			t.Errorf("%d characters are a key", len(secret))
		}
	}
	k, err := access.Written("secret-1", strings.Repeat("x", 24), access.Read)
	if err != nil || !k.Is(strings.Repeat("x", 24)) || k.Is(strings.Repeat("x", 25)) {
		t.Error(k, err)
	}
}

func TestAMadeKeyNamesItsRowAndNothingElseDoes(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	secret, k, err := access.Make("crm", []access.Scope{access.Read}, 0, time.Time{}, now)
	if err != nil {
		t.Fatal(err)
	}
	if id, ok := access.IDOf(secret); !ok || id != k.ID || len(id) != 12 || !k.Is(secret) || k.Expired(now.AddDate(100, 0, 0)) {
		t.Errorf("%q, %v, %v", id, ok, k)
	}
	if other, _, _ := access.Make("crm", []access.Scope{access.Read}, 0, time.Time{}, now); other == secret {
		t.Error("two keys are the same")
	}
	for _, other := range []string{"", secret[3:], secret + "A", " " + secret, secret[:57] + "é", secret[:57] + "\n"} {
		if id, ok := access.IDOf(other); ok {
			t.Errorf("%q names %q", other, id)
		}
	}
}

func TestAnIDIsNoFlagOfACommand(t *testing.T) {
	for range 2000 { // a text of the alphabet begins so once in 64
		if _, k, err := access.Make("crm", []access.Scope{access.Read}, 0, time.Time{}, time.Unix(0, 0)); err != nil || k.ID[0] == '-' {
			t.Fatal(k.ID, err)
		}
	}
}

func TestANameStandsOnOneLineAsItIsRead(t *testing.T) {
	for name, good := range map[string]bool{"crm export": true, "Büro 2": true, "": false, " ": false, "a\nb": false, "\u202etrops": false, strings.Repeat("ö", 61): false} {
		if _, _, err := access.Make(name, []access.Scope{access.Read}, 0, time.Time{}, time.Unix(0, 0)); (err == nil) != good {
			t.Errorf("%q: %v", name, err)
		}
	}
}
