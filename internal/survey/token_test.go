package survey

import (
	"bytes"
	"strings"
	"testing"

	"afterword/internal/fault"
)

func testKeys(t testing.TB, ids ...byte) Keys {
	t.Helper()
	secrets := map[byte][]byte{}
	for _, id := range ids {
		secrets[id] = bytes.Repeat([]byte{id, 0xa5}, MinKey)
	}
	keys, err := NewKeys(secrets)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func exampleToken() Token {
	return Token{Purpose: ForSurvey, ID: IDOf("purchase", "shopify", "1030", 1), Number: 65535}
}

func TestATokenSaysWhatWasPutIntoIt(t *testing.T) {
	keys := testKeys(t, 1)
	for _, purpose := range []Purpose{ForSurvey, ForUnsubscribe, ForCase} {
		for _, number := range []int{0, 1, 258, 65535} {
			want := Token{purpose, exampleToken().ID, number}
			text := keys.Mint(want)
			if len(text) != 47 {
				t.Errorf("%d characters, want 47", len(text))
			}
			got, err := keys.Open(purpose, text)
			if err != nil || got != want {
				t.Errorf("got %+v, %v, want %+v", got, err, want)
			}
		}
	}
}

func TestATokenForOneThingOpensNoOther(t *testing.T) {
	keys := testKeys(t, 1)
	for _, purpose := range []Purpose{ForUnsubscribe, ForCase, 0} {
		if _, err := keys.Open(purpose, keys.Mint(exampleToken())); !fault.Is(err, fault.NotFound) {
			t.Errorf("purpose %q: %v", purpose, err)
		}
	}
}

func TestABadTokenLooksLikeAnUnknownOne(t *testing.T) {
	keys := testKeys(t, 1)
	good := keys.Mint(exampleToken())
	forger, err := NewKeys(map[byte][]byte{1: bytes.Repeat([]byte("x"), MinKey)})
	if err != nil {
		t.Fatal(err)
	}
	bad := map[string]string{
		"forged":              forger.Mint(exampleToken()),
		"of an unknown key":   testKeys(t, 9).Mint(exampleToken()),
		"truncated":           good[:46],
		"too long":            good + "A",
		"with a line end":     good[:20] + "\n" + good[20:46],
		"with padding":        good + "=",
		"of another alphabet": "+/" + good[2:],
		"nothing":             "",
		"text":                strings.Repeat("hello", 10)[:47],
	}
	for name, token := range bad {
		if _, err := keys.Open(ForSurvey, token); err != errToken {
			t.Errorf("a token %s: %v, want the one answer to all bad tokens", name, err)
		}
	}
}

func TestNoBitOfATokenCanBeChanged(t *testing.T) {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	keys := testKeys(t, 1)
	good := keys.Mint(exampleToken())
	for i := range good {
		value := strings.IndexByte(alphabet, good[i])
		for bit := range 6 { // the last two of the last character are not part of a byte: no second spelling
			token := good[:i] + string(alphabet[value^1<<bit]) + good[i+1:]
			if _, err := keys.Open(ForSurvey, token); err != errToken {
				t.Errorf("character %d, bit %d: %v", i, bit, err)
			}
		}
	}
}

func TestANewKeyBreaksNoMailThatWasSent(t *testing.T) {
	old, both, later := testKeys(t, 1), testKeys(t, 1, 2), testKeys(t, 2)
	sent := old.Mint(exampleToken())
	if _, err := both.Open(ForSurvey, sent); err != nil {
		t.Errorf("a token of the old key after the new one came: %v", err)
	}
	minted := both.Mint(exampleToken())
	if _, err := later.Open(ForSurvey, minted); err != nil {
		t.Errorf("the newest key did not mint: %v", err)
	}
	if _, err := later.Open(ForSurvey, sent); err != errToken {
		t.Errorf("a token of a key that was taken away: %v", err)
	}
}

func TestKeysAreLongEnoughAndNeverShown(t *testing.T) {
	for name, secrets := range map[string]map[byte][]byte{
		"none":  {},
		"short": {1: []byte("squeamish-ossifrage")},
	} {
		_, err := NewKeys(secrets)
		if !fault.Is(err, fault.Invalid) || strings.Contains(err.Error(), "ossifrage") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNoTwoVisitsShareAnInvitation(t *testing.T) {
	if got := len(IDOf("purchase", "shopify", "1030", 1)); got != 20 {
		t.Errorf("an id has %d characters, want 20", got)
	}
	seen := map[string]bool{}
	for _, id := range []string{
		IDOf("purchase", "shopify", "1030", 1), IDOf("purchase", "shopify", "1030", 2), IDOf("purchase", "shopify", "103", 1),
		IDOf("purchase", "shopif", "y1030", 1), IDOf("purchases", "hopify", "1030", 1), IDOf("purchase", "shopify", "", 10301),
	} {
		if seen[id] {
			t.Errorf("%s names two visits", id)
		}
		seen[id] = true
	}
}

func FuzzOpen(f *testing.F) {
	keys := testKeys(f, 1, 2)
	f.Add(keys.Mint(exampleToken()))
	f.Add(testKeys(f, 1).Mint(exampleToken()))
	f.Add(strings.Repeat("A", 47))
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		token, err := keys.Open(ForSurvey, text)
		if err != nil {
			if err != errToken || token != (Token{}) {
				t.Errorf("%q: %+v, %v", text, token, err)
			}
			return
		}
		if keys.Mint(token) != text && testKeys(t, 1).Mint(token) != text {
			t.Errorf("%q opened as %+v, which no key of ours spells so", text, token)
		}
	})
}
