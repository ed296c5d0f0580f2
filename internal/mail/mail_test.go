package mail

import (
	"flag"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/customer"
	"afterword/internal/i18n"
	"afterword/internal/program"
	"afterword/internal/score"
	"afterword/internal/survey"
)

var update = flag.Bool("update", false, "write the golden mails anew")

var stockholm = func() *time.Location {
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		panic(err)
	}
	return zone
}()

// now is when the mails of the tests are written.
var now = time.Date(2026, time.November, 13, 9, 0, 0, 0, time.UTC)

// spoken are the shipped languages and the right-to-left one that only tests know.
var spoken = sync.OnceValues(func() (*i18n.Catalogs, error) {
	arabic, err := i18n.Load(os.DirFS("../i18n/testdata"))
	if err != nil {
		return nil, err
	}
	return i18n.Shipped().With(arabic), nil
})

func writer(t testing.TB) Writer {
	t.Helper()
	catalogs, err := spoken()
	if err != nil {
		t.Fatal(err)
	}
	keys, err := survey.NewKeys(map[byte][]byte{1: []byte("a key for tests, thirty-two bytes")})
	if err != nil {
		t.Fatal(err)
	}
	return Writer{
		Links:    survey.Links{Base: "https://feedback.acme.example", Keys: keys},
		Catalogs: catalogs,
		Now:      func() time.Time { return now },
	}
}

// acme asks after purchases (CSAT 1-5), support (CES 1-7) and onboarding (NPS 0-10), after the other nine as Afterword comes, and with
// scales that others use.
func acme() *program.Program {
	scale := func(metric score.Metric, low, high int, direction score.Direction) score.Scale {
		s, ok := score.Standard(metric, high, direction)
		if !ok || s.Min != low {
			panic("no such scale")
		}
		return s
	}
	office := program.Hours{Days: [7]bool{false, true, true, true, true, true, false}, From: 8 * time.Hour, To: 17 * time.Hour}
	p := &program.Program{
		Version: 1, Name: "Acme", From: "Acme <hello@acme.example>", ReplyTo: "help@acme.example",
		Postal: "Acme AB\nStorgatan 1\n111 22 Stockholm\nSweden", Color: "#0a6e5c", Zone: stockholm,
		Languages: []string{"en", "sv", "nl", "zh", "ar"},
		Surveys: map[string]program.Survey{
			"purchase-csat-v1":  {ID: "purchase-csat-v1", Number: 1, Scale: scale(score.CSAT, 1, 5, score.Higher)},
			"support-ces-v1":    {ID: "support-ces-v1", Number: 2, Scale: scale(score.CES, 1, 7, score.Higher)},
			"onboarding-nps-v1": {ID: "onboarding-nps-v1", Number: 3, Scale: scale(score.NPS, 0, 10, score.Higher)},
			"words-v1":          {ID: "words-v1", Number: 11, Presentation: program.Words, Scale: scale(score.CSAT, 1, 5, score.Higher)},
			"effort-v1":         {ID: "effort-v1", Number: 12, Presentation: program.Words, Scale: scale(score.CES, 1, 7, score.Lower)},
			"agree-v1":          {ID: "agree-v1", Number: 13, Agree: true, Scale: scale(score.CES, 1, 7, score.Higher)},
			"faces-v1":          {ID: "faces-v1", Number: 14, Presentation: program.Faces, Scale: scale(score.CSAT, 1, 5, score.Higher)},
			"three-v1":          {ID: "three-v1", Number: 15, Presentation: program.Faces, Scale: scale(score.CSAT, 1, 3, score.Higher)},
			"stars-v1":          {ID: "stars-v1", Number: 16, Presentation: program.Stars, Scale: scale(score.CSAT, 1, 5, score.Higher)},
			"thumbs-v1":         {ID: "thumbs-v1", Number: 17, Presentation: program.Thumbs, Scale: scale(score.CSAT, 1, 2, score.Higher)},
			"support-effort-v1": {ID: "support-effort-v1", Number: 4, Scale: scale(score.CES, 1, 10, score.Lower)},
		},
		Touchpoints: map[string]program.Touchpoint{
			"purchase":   {Name: "purchase", Survey: "purchase-csat-v1", Desk: "care", Subject: "own"},
			"support":    {Name: "support", Survey: "support-ces-v1", Desk: "care", Subject: "own"},
			"onboarding": {Name: "onboarding", Survey: "onboarding-nps-v1", Desk: "care", Subject: "own"},
		},
		Policy: program.Policy{AllWindow: 45 * 24 * time.Hour},
		Desks: map[string]program.Desk{
			"care": {
				Name: "Customer care", Zone: stockholm, Hours: office, Due: 8 * time.Hour, Language: "en",
				People:   []program.Person{{Name: "Anna Berg", Address: "anna@acme.example"}},
				Escalate: []program.Person{{Name: "Omar Haddad", Address: "omar@acme.example"}},
			},
		},
	}
	shipped := program.Default()
	for _, name := range others {
		touchpoint := shipped.Touchpoints[name]
		asked := shipped.Surveys[touchpoint.Survey]
		asked.Number += 100
		p.Touchpoints[name], p.Surveys[asked.ID] = touchpoint, asked
	}
	return p
}

var names = map[string]string{"en": "Grace Hopper", "sv": "Åsa Öberg", "nl": "Sanne de Vries", "zh": "王小明", "ar": "ليلى حداد"}

// invited is an invitation to a customer who speaks the language.
func invited(touchpoint, language string) (survey.Invitation, customer.Customer) {
	p := acme()
	id, subject := p.Touchpoints[touchpoint].Survey, map[string]string{
		"purchase": "#1030", "support": "35436", "onboarding": "user-7",
		"delivery": "#1030", "return": "#1030-R1", "invoice": "2026-0917", "new-feature": "dark-mode", "relationship": "2026-Q4",
	}[touchpoint]
	inv := survey.Invitation{
		ID: survey.IDOf(touchpoint, "shop", subject, 1), State: survey.Claimed, Touchpoint: touchpoint, Survey: id, Number: p.Surveys[id].Number,
		Customer: "c1", Language: language, Source: "shop", Subject: subject, Round: 1, VisitedAt: now.Add(-24 * time.Hour), PlannedAt: now,
		ClaimedAt: now, ExpiresAt: now.Add(30 * 24 * time.Hour),
	}
	return inv, customer.Customer{ID: "c1", Address: "customer@example.com", Name: names[language], Language: language}
}

// golden compares with the file, or writes it with -update.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (write it with -update)", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs from the golden file (-want +got):\n%s", name, diff)
	}
}
