package secrets_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"afterword/internal/fault"
	"afterword/internal/secrets"
	"afterword/internal/survey"
)

var (
	seed = strings.Repeat("s", 64)
	key  = func(c string) string { return base64.StdEncoding.EncodeToString([]byte(strings.Repeat(c, 32))) }
)

func parse(t *testing.T, text string) secrets.Secret {
	t.Helper()
	s, err := secrets.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var token = survey.Token{Purpose: survey.ForSurvey, ID: survey.IDOf("purchase", "shopify", "1", 1), Number: 7}

func TestTheSeedAloneMakesKeysThatStayTheSame(t *testing.T) {
	first, again := parse(t, `{"seed":"`+seed+`","sources":{}}`), parse(t, `{"seed":"`+seed+`"}`)
	if _, err := again.Links.Open(survey.ForSurvey, first.Links.Mint(token)); err != nil {
		t.Error("a link does not outlive a restart:", err)
	}
	if first.Customers.ID("a@example.com") != again.Customers.ID("a@example.com") {
		t.Error("a customer is not found after a restart")
	}
	other := parse(t, `{"seed":"`+strings.Repeat("o", 64)+`"}`)
	if _, err := other.Links.Open(survey.ForSurvey, first.Links.Mint(token)); err == nil {
		t.Error("another system's link is good")
	}
}

func TestRotatingKeepsTheLinksOfMailThatWasSent(t *testing.T) {
	before := parse(t, `{"seed":"`+seed+`"}`)
	after := parse(t, `{"seed":"`+seed+`","tokens":{"2":"`+key("n")+`"}}`)
	if _, err := after.Links.Open(survey.ForSurvey, before.Links.Mint(token)); err != nil {
		t.Error("the old link is broken:", err)
	}
	if _, err := before.Links.Open(survey.ForSurvey, after.Links.Mint(token)); err == nil {
		t.Error("new links are still signed with the old key")
	}
	if before.Customers.ID("a@example.com") != after.Customers.ID("a@example.com") {
		t.Error("rotating the links' key loses the customers")
	}
}

func TestWhatIsWrongIsNamedAndNeverQuoted(t *testing.T) {
	for text, want := range map[string]string{
		`{`:                         "not JSON",
		`{"hush":"x"}`:              "not JSON",
		`{}`:                        "neither tokens.1 nor a seed",
		`{"seed":"short-and-hush"}`: "at least 32",
		`{"seed":"` + seed + `","tokens":{"0":"` + key("h") + `"}}`:    "from 1 to 255",
		`{"seed":"` + seed + `","tokens":{"two":"hush"}}`:              "from 1 to 255",
		`{"seed":"` + seed + `","tokens":{"2":"hush"}}`:                "tokens.2 is not the base64",
		`{"tokens":{"1":"` + key("h") + `"}}`:                          "neither suppression nor a seed",
		`{"tokens":{"1":"` + key("h") + `"},"suppression":"aHVzaA=="}`: "suppression is not the base64",
	} {
		_, err := secrets.Parse([]byte(text))
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "hush") {
			t.Errorf("the error quotes the secret: %v", err)
		}
	}
}

func TestATokenToAskWithIsThatOfItsSource(t *testing.T) {
	text := `{"seed":"` + seed + `","sources":{"zendesk":["hush"]},"fetch":{"bigcommerce":"abc"}}`
	keeper := secrets.Keeper{Now: time.Now, Read: func(context.Context) ([]byte, error) { return []byte(text), nil }}
	for source, want := range map[string]string{"bigcommerce": "abc", "zendesk": ""} {
		if got, err := keeper.Fetch(t.Context(), source); got != want || err != nil {
			t.Errorf("%s is asked with %q, %v; want %q", source, got, err, want)
		}
	}
}

func TestASecretIsNeverPrinted(t *testing.T) {
	s := parse(t, `{"seed":"`+seed+`","sources":{"shopify":["hush"]},"fetch":{"zendesk":"hush"}}`)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(verb, s); text != "secrets.Secret" {
			t.Errorf("%s prints %s", verb, text)
		}
	}
}

func TestAKeeperReadsRarelyAndKeepsTheLastGoodSecret(t *testing.T) {
	now, reads := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC), 0
	text, broken := `{"seed":"`+seed+`","sources":{"shopify":["one"]}}`, error(nil)
	keeper := secrets.Keeper{
		Now:  func() time.Time { return now },
		Read: func(context.Context) ([]byte, error) { reads++; return []byte(text), broken },
	}
	source := func() string {
		t.Helper()
		live, err := keeper.Source(t.Context(), "shopify")
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(live, " ")
	}
	source()
	text = `{"seed":"` + seed + `","sources":{"shopify":["one","two"]}}`
	now = now.Add(14 * time.Minute)
	if got := source(); got != "one" || reads != 1 {
		t.Errorf("read %d times within fifteen minutes, got %q", reads, got)
	}
	now = now.Add(time.Minute)
	if got := source(); got != "one two" {
		t.Errorf("a rotated secret is not seen: %q", got)
	}
	broken, now = errors.New("throttled"), now.Add(time.Hour)
	if got := source(); got != "one two" {
		t.Errorf("the last good secret is not kept: %q", got)
	}
	wrong := secrets.Keeper{Now: keeper.Now, Read: func(context.Context) ([]byte, error) { return []byte(`{"hush":1}`), nil }}
	if _, err := wrong.Secret(t.Context()); !fault.Is(err, fault.Internal) || strings.Contains(fault.TextOf(err), "secret") {
		t.Errorf("a wrong secret is told to a stranger: %v", err)
	}
	fresh := secrets.Keeper{Now: keeper.Now, Read: keeper.Read}
	if _, err := fresh.Secret(t.Context()); !fault.Is(err, fault.Transient) {
		t.Errorf("without any secret: %v", err)
	}
}
