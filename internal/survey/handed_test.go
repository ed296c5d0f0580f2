package survey

import (
	"bytes"
	"maps"
	"strings"
	"testing"
	"time"

	"afterword/internal/program"
	"afterword/internal/score"
)

func shopWithLinks() *program.Program {
	return &program.Program{Touchpoints: map[string]program.Touchpoint{
		"purchase": {Name: "purchase", Links: []string{"counter", "invoice"}, Expires: 30 * 24 * time.Hour},
		"support":  {Name: "support", Links: []string{"counter"}},
	}}
}

func TestALinkIsFoundByItsNameForAsLongAsTheProgramHasIt(t *testing.T) {
	p := shopWithLinks()
	for _, want := range []struct{ touchpoint, name string }{{"purchase", "counter"}, {"purchase", "invoice"}, {"support", "counter"}} {
		at, name, known := LinkOf(p, LinkID(want.touchpoint, want.name))
		if !known || at.Name != want.touchpoint || name != want.name {
			t.Errorf("%v is the link %s %s, %v", want, at.Name, name, known)
		}
	}
	id := LinkID("support", "counter")
	p.Touchpoints["support"] = program.Touchpoint{Name: "support", Links: []string{"counter-2"}}
	if _, _, known := LinkOf(p, id); known {
		t.Error("a name that was taken out still has its link")
	}
}

func TestASlipIsOfItsLinkAndItsTime(t *testing.T) {
	link, other := LinkID("purchase", "counter"), LinkID("support", "counter")
	made := time.Date(2026, 11, 22, 9, 12, 30, 0, time.UTC)
	one, two := Slip(link, made, [SlipChance]byte{1}), Slip(link, made, [SlipChance]byte{2})
	if one == two {
		t.Error("two pages have one slip")
	}
	if at, fits := SlipOf(one, link); !fits || !at.Equal(made) {
		t.Errorf("made at %v, fits %v", at, fits)
	}
	if _, fits := SlipOf(one, other); fits {
		t.Error("it fits another link, whose survey may be another")
	}
	for _, bad := range []string{"", "short", strings.Repeat("!", 20)} {
		if _, fits := SlipOf(bad, link); fits {
			t.Errorf("%q fits", bad)
		}
	}
}

// A link for one thing never opens another, and a slip is no survey.
func TestAnotherPurposeIsAnotherToken(t *testing.T) {
	keys, err := NewKeys(map[byte][]byte{1: bytes.Repeat([]byte{1}, MinKey)})
	if err != nil {
		t.Fatal(err)
	}
	all := []Purpose{ForSurvey, ForUnsubscribe, ForCase, ForLink, ForSlip}
	for _, minted := range all {
		token := keys.Mint(Token{Purpose: minted, ID: LinkID("purchase", "counter")})
		for _, wanted := range all {
			if _, err := keys.Open(wanted, token); (err == nil) != (minted == wanted) {
				t.Errorf("%c opens %c: %v", minted, wanted, err)
			}
		}
	}
}

func TestTheSameSlipIsTheSameAnswer(t *testing.T) {
	p := shopWithLinks()
	p.Zone = time.FixedZone("", 3600)
	p.Segments = []program.Segment{program.ByChannel, program.ByLanguage, program.ByAgent, program.ByHour}
	s := program.Survey{ID: "purchase-csat-v1", Number: 1, Scale: score.Scale{Metric: score.CSAT}}
	now := time.Date(2026, 11, 22, 9, 12, 30, 0, time.UTC)
	first, again := Anonymous(p, p.Touchpoints["purchase"], s, "counter", "slip-1", "sv", now), Anonymous(p, p.Touchpoints["purchase"], s, "counter", "slip-1", "en", now.Add(time.Hour))
	other := Anonymous(p, p.Touchpoints["purchase"], s, "counter", "slip-2", "sv", now)
	if first.ID != again.ID || first.ID == other.ID || len(first.ID) != 20 {
		t.Errorf("ids %s, %s, %s", first.ID, again.ID, other.ID)
	}
	if !first.Anybody() || first.Via != "counter" || !maps.Equal(first.Cuts, map[string]string{"channel": "counter", "language": "sv", "hour": "10"}) || !first.ExpiresAt.Equal(now.AddDate(0, 0, 30)) || !first.PlannedAt.IsZero() {
		t.Errorf("%+v", first)
	}
	if first.Customer = "c-1"; first.Anybody() {
		t.Error("a customer's own link is for anybody")
	}
}
