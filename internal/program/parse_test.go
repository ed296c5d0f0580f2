package program

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/fault"
	"afterword/internal/period"
	"afterword/internal/score"
)

// small is the least that is a program.
const small = `company: Acme
from: hello@acme.example
postal: Storgatan 1, Stockholm
time_zone: Europe/Stockholm
surveys:
  s1: {number: 7, metric: CES, scale: 1-5}
desks:
  help: {people: [anna@acme.example]}
touchpoints:
  support:
    survey: s1
    desk: help
sources:
  zendesk:
    events: {solved: support}
`

var sameZone = cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() })

func TestWhatAnOwnerLeavesOutHasADefault(t *testing.T) {
	p, err := Parse([]byte(small))
	if err != nil {
		t.Fatal(err)
	}
	stockholm := zoneOf(t, "Europe/Stockholm")
	want := &Program{
		Name: "Acme", From: "hello@acme.example", Postal: "Storgatan 1, Stockholm", Color: "#0a6e5c", Zone: stockholm, Languages: []string{"en"},
		Surveys: map[string]Survey{"s1": {ID: "s1", Number: 7, Presentation: Numbers, Scale: score.Scale{Metric: score.CES, Min: 1, Max: 5,
			Direction: score.Higher, GoodFrom: 4, BadTo: 2}}},
		Desks: map[string]Desk{"help": {Name: "help", People: []Person{{Address: "anna@acme.example"}}, Due: 8 * time.Hour,
			Hours: weekly(t, "Mon-Fri", 9, 17), Zone: stockholm, Language: "en"}},
		Touchpoints: map[string]Touchpoint{"support": {Name: "support", Survey: "s1", Delay: time.Hour, MaxAge: 7 * day, Sample: 1, Expires: 30 * day,
			Desk: "help", Subject: OwnSubject}},
		Policy:  Policy{AllWindow: 45 * day, MetricWindow: 90 * day, Hours: weekly(t, "Mon-Sat", 8, 20)},
		Sources: map[string]Source{"zendesk": {Name: "zendesk", Kind: Zendesk, Events: map[string][]Rule{"solved": {{Touchpoint: "support"}}}}},
		Reports: Reports{At: 8 * time.Hour},
		Worth:   Worth{All: score.Worth{Churn: score.Churn{Neutral: 0.80, Bad: 0.92}}},
	}
	if diff := cmp.Diff(want, p, sameZone); diff != "" {
		t.Error(diff)
	}
}

func TestTheProgramSaysWhatAnOwnerWrote(t *testing.T) {
	p, err := Parse([]byte(`
company: Löv & Ö
from: Löv & Ö <hej@löv.example>
reply_to: Svar <svar@LÖV.example>
postal: >
  Löv AB,
  Box 1
color: "#FFcc00"
logo: https://löv.example/l.png
time_zone: Asia/Shanghai
languages: [sv, EN, pt-br]
count_unconfirmed: true
policy:
  all_window: 2w
  metric_window: 0
  hours: {days: "Sat, Sun,Tue-Wed", from: 7:30, to: "24:00"}
  holidays: [2026-12-24, 02-29]
  consent: {sources: [app, api], countries: [DE], ask_unknown_country: true, properties: {Channel: newsletter}}
  staff: ["@LÖV.example", Eva@löv.example]
  role_mail: true
  daily_quota: 5000
surveys:
  effort:
    number: 65535
    metric: CES
    scale: 1-10
    direction: lower_is_better
    good_from: 2
    question: Hur mycket möda?
    low: {sv: Ingen, en: None}
    high: {sv: Mycket, pt: Muito}
    reasons: {good: "Vad gick bra?", bad: {en: "What went wrong?"}}
  marks: {number: 1, metric: CSAT, scale: 1-6, direction: lower_is_better, good_from: 2, bad_to: 5}
  eased: {number: 2, metric: CES, scale: 1-7, presentation: words, agree: true}
  thumb: {number: 3, metric: CSAT, scale: 1-2, presentation: thumbs}
desks:
  a-1:
    people: [Eva Öman <eva@löv.example>, "\"Berg, Anna\" <anna@acme.example>"]
    due: 1h30m
    hours: {days: Fri-Mon, from: "22:00", to: "23:30"}
    time_zone: America/New_York
    escalate: [Chefen <chef@acme.example>]
    language: pt-BR
touchpoints:
  new-feature:
    survey: effort
    desk: a-1
    off: true
    shadow: true
    window: 52w
    delay: 0
    max_age: 36h
    min_account_age: 2w
    sample: 0.25
    reminder: 1d12h
    expires: 2d
    filter: {country: SE, tier: 2}
    subject: shared
sources:
  app:
    kind: standard
    agreed: true
    events: {feature.used: new-feature}
segments: [team, agent]
reports:
  at: "06:30"
  quote: true
  desks: [month, week, month]
  teams: {"Retouren & mehr": {every: quarter, to: [anna@acme.example]}}
  agents: {42: {every: week, to: {to: anna@acme.example, language: en}, team: Retouren & mehr}}
  quarter: [Ebba Ek <ebba@Löv.example>, {to: anna@acme.example, language: pt-BR}]
themes:
  delivery:
    name: {sv: Leverans}
    words: {sv: [leverans*, kom  fram], pt: [Entrega]}
  price: {words: {en: [price]}}
worth:
  churn: {bad: 0.5}
  value: 79.90
  currency: SEK
  touchpoints: {new-feature: {churn: {good: 0.01}, value: 1200}}
benchmarks:
  industry: banks
  figures: {new-feature: {value: 3.5, source: Branch survey, date: 2026-03}}
team: [Ebba Ek <ebba@Löv.example>, {who: anna@acme.example, role: reader, language: pt-BR}]
sessions_from: 2026-11-22T10:30:00+01:00
`))
	if err != nil {
		t.Fatal(err)
	}
	weekend := Hours{[7]bool{true, false, true, true, false, false, true}, 7*time.Hour + 30*time.Minute, 24 * time.Hour}
	late := Hours{[7]bool{true, true, false, false, false, true, true}, 22 * time.Hour, 23*time.Hour + 30*time.Minute}
	want := &Program{
		Name: "Löv & Ö", From: "Löv & Ö <hej@xn--lv-fka.example>", ReplyTo: "svar@xn--lv-fka.example", Postal: "Löv AB, Box 1",
		Color: "#FFcc00", Logo: "https://löv.example/l.png", Zone: zoneOf(t, "Asia/Shanghai"), Languages: []string{"sv", "en", "pt-BR"},
		CountUnconfirmed: true,
		Policy: Policy{AllWindow: 14 * day, Hours: weekend, Holidays: []Holiday{{2026, time.December, 24}, {0, time.February, 29}},
			Consent: Consent{Sources: []string{"app", "api"}, Countries: []string{"DE"}, AskUnknownCountry: true, Properties: Filter{"channel": {Any: []string{"newsletter"}}}}, RoleMail: true, DailyQuota: 5000,
			Staff: []string{"@xn--lv-fka.example", "Eva@xn--lv-fka.example"}},
		Surveys: map[string]Survey{
			"effort": {ID: "effort", Number: 65535, Presentation: Numbers, Question: Text{"sv": "Hur mycket möda?"},
				Scale: score.Scale{Metric: score.CES, Min: 1, Max: 10, Direction: score.Lower, GoodFrom: 2, BadTo: 7},
				Low:   Text{"sv": "Ingen", "en": "None"}, High: Text{"sv": "Mycket", "pt": "Muito"},
				Reasons: Reasons{Good: Text{"sv": "Vad gick bra?"}, Bad: Text{"en": "What went wrong?"}}},
			"marks": {ID: "marks", Number: 1, Presentation: Numbers, Scale: score.Scale{Metric: score.CSAT, Min: 1, Max: 6, Direction: score.Lower, GoodFrom: 2, BadTo: 5}},
			"eased": {ID: "eased", Number: 2, Presentation: Words, Agree: true, Scale: score.Scale{Metric: score.CES, Min: 1, Max: 7, Direction: score.Higher, GoodFrom: 6, BadTo: 3}},
			"thumb": {ID: "thumb", Number: 3, Presentation: Thumbs, Scale: score.Scale{Metric: score.CSAT, Min: 1, Max: 2, Direction: score.Higher, GoodFrom: 2, BadTo: 1}},
		},
		Desks: map[string]Desk{"a-1": {Name: "a-1", Due: 90 * time.Minute, Hours: late, Zone: zoneOf(t, "America/New_York"), Language: "pt-BR",
			People:   []Person{{"Eva Öman", "eva@xn--lv-fka.example"}, {"Berg, Anna", "anna@acme.example"}},
			Escalate: []Person{{"Chefen", "chef@acme.example"}}}},
		Touchpoints: map[string]Touchpoint{"new-feature": {Name: "new-feature", Survey: "effort", Desk: "a-1", Off: true, Shadow: true,
			Window: 364 * day, MaxAge: 36 * time.Hour, MinAge: 14 * day, Sample: 0.25, Reminder: 36 * time.Hour, Expires: 2 * day,
			Filter: Filter{"country": {Any: []string{"SE"}}, "tier": {Any: []string{"2"}}}, Subject: SharedSubject}},
		Sources:  map[string]Source{"app": {Name: "app", Kind: Standard, Agreed: true, Events: map[string][]Rule{"feature.used": {{Touchpoint: "new-feature"}}}}},
		Segments: []Segment{ByTeam, ByAgent},
		Reports: Reports{At: 6*time.Hour + 30*time.Minute, Quote: true, Editions: []Edition{
			{Audience{OfDesk, "a-1", ""}, []period.Kind{period.Monthly, period.Weekly}, []Recipient{
				{Person{"Eva Öman", "eva@xn--lv-fka.example"}, "pt-BR"}, {Person{"Berg, Anna", "anna@acme.example"}, "pt-BR"}}},
			{Audience{OfTeam, "Retouren & mehr", ""}, []period.Kind{period.Quarterly}, []Recipient{{Person{"", "anna@acme.example"}, "sv"}}},
			{Audience{OfAgent, "42", "Retouren & mehr"}, []period.Kind{period.Weekly}, []Recipient{{Person{"", "anna@acme.example"}, "en"}}},
		}, To: map[period.Kind][]Recipient{period.Quarterly: {
			{Person{"Ebba Ek", "ebba@xn--lv-fka.example"}, "sv"}, {Person{"", "anna@acme.example"}, "pt-BR"}}}},
		Themes: []Theme{
			{ID: "delivery", Name: Text{"sv": "Leverans"}, Words: map[string][]string{"sv": {"leverans*", "kom fram"}, "pt": {"Entrega"}}},
			{ID: "price", Words: map[string][]string{"en": {"price"}}}},
		Worth: Worth{score.Worth{Churn: score.Churn{Neutral: 0.80, Bad: 0.5}, Value: 79.90, Currency: "SEK"}, map[string]score.Worth{
			"new-feature": {Churn: score.Churn{Good: 0.01, Neutral: 0.80, Bad: 0.5}, Value: 1200, Currency: "SEK"}}},
		Benchmarks: Benchmarks{"banks", map[string]score.Figure{"new-feature": {Value: 3.5, Source: "Branch survey", Date: "2026-03",
			Scale: score.Scale{Metric: score.CES, Min: 1, Max: 10, Direction: score.Lower, GoodFrom: 2, BadTo: 7}}}},
		Team:         []Member{{Person{"Ebba Ek", "ebba@xn--lv-fka.example"}, RoleReader, "sv"}, {Person{"", "anna@acme.example"}, RoleReader, "pt-BR"}},
		SessionsFrom: time.Date(2026, time.November, 22, 9, 30, 0, 0, time.UTC),
	}
	if diff := cmp.Diff(want, p, sameZone); diff != "" {
		t.Error(diff)
	}
}

func TestAnAudienceIsAskedForByName(t *testing.T) {
	p, err := Parse([]byte(strings.Replace(small, "sources:\n", "segments: [agent]\nreports: {agents: {anna: {every: week, to: anna@acme.example, team: Returns}}}\nsources:\n", 1)))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		asked string
		want  Audience
		wrong string
	}{
		{"", Everybody, ""},
		{"leadership", Everybody, ""},
		{"desk:help", Audience{OfDesk, "help", ""}, ""},
		{"desk:none", Audience{}, `the program has no desk "none"`},
		{"agent:anna", Audience{OfAgent, "anna", "Returns"}, ""},
		{"agent:bo:2", Audience{OfAgent, "bo:2", ""}, ""},
		{"team:Returns", Audience{OfTeam, "Returns", ""}, `told apart by team`},
		{"team:", Audience{}, `"team:" is no audience`},
		{"leadership:x", Audience{}, `"leadership:x" is no audience`},
		{"Desk:help", Audience{}, `"Desk:help" is no audience`},
	} {
		got, err := p.Audience(row.asked)
		if row.wrong != "" {
			if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), row.wrong) {
				t.Errorf("%q: %v", row.asked, err)
			}
			continue
		}
		if err != nil || got != row.want {
			t.Errorf("%q: %+v, %v", row.asked, got, err)
		}
		if again, err := p.Audience(got.String()); err != nil || again != got {
			t.Errorf("%q is written %q, which is %+v, %v", row.asked, got, again, err)
		}
	}
}

func TestConsentMayBeWantedOfAll(t *testing.T) {
	for written, want := range map[string]bool{"true": true, "false": false, "": false} {
		p, err := Parse([]byte(strings.Replace(small, "sources:\n", "policy: {consent: "+written+"}\nsources:\n", 1)))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(Consent{All: want}, p.Policy.Consent); diff != "" {
			t.Errorf("consent: %s: %s", written, diff)
		}
	}
}

func TestTheProgramAnswersWhoAsksAboutWhat(t *testing.T) {
	p := Default()
	if s, ok := p.SurveyByNumber(2); !ok || s.ID != "support-ces-v1" {
		t.Errorf("survey 2 is %q", s.ID)
	}
	if s, ok := p.SurveyOf("purchase"); !ok || s.ID != "purchase-csat-v1" {
		t.Errorf("purchases are asked about with %q", s.ID)
	}
	if d, ok := p.DeskOf("onboarding"); !ok || d.Name != "success" {
		t.Errorf("onboarding is worked by %q", d.Name)
	}
	if rule, ok := p.Sources["shopify"].RuleFor("orders/paid", nil); !ok || rule.Touchpoint != "purchase" {
		t.Errorf("a paid order is a %q", rule.Touchpoint)
	}
	_, number := p.SurveyByNumber(99)
	_, survey := p.SurveyOf("workshop")
	_, desk := p.DeskOf("workshop")
	_, event := p.Sources["shopify"].RuleFor("orders/cancelled", nil)
	_, source := p.Sources["woo"].RuleFor("orders/paid", nil)
	if !p.Reported("purchase") || p.Reported("delivery") || p.Reported("workshop") {
		t.Error("which touchpoints are reported is not what the sources say")
	}
	if number || survey || desk || event || source {
		t.Error("the program has what nobody wrote into it")
	}
}

func TestATextIsFoundByItsLanguageOrTheOneItBelongsTo(t *testing.T) {
	text := Text{"pt": "Olá", "zh-Hant": "你好"}
	for tag, want := range map[string]string{"pt": "Olá", "pt-BR": "Olá", "zh-Hant-HK": "你好", "zh": "", "en": "", "": ""} {
		if got := text.In(tag); got != want {
			t.Errorf("%s: %q, want %q", tag, got, want)
		}
	}
}

func TestTheShippedProgramShowsEveryMetricAndExplainsEveryField(t *testing.T) {
	p := Default()
	metrics := map[score.Metric]bool{}
	for _, touchpoint := range []string{"purchase", "support", "onboarding"} {
		s, ok := p.SurveyOf(touchpoint)
		if !ok {
			t.Errorf("nothing asks about %s", touchpoint)
		}
		metrics[s.Scale.Metric] = true
	}
	if len(metrics) != 3 || p.Version != 0 || p.Zone.String() != "Europe/Stockholm" || !slices.Equal(p.Languages, []string{"en", "sv", "nl", "zh"}) {
		t.Errorf("%+v", p)
	}
	if p == Default() {
		t.Error("two callers share the shipped program, and one may change it")
	}
	// A name that no section has makes each section list those that it has.
	asked := regexp.MustCompile(`(?m)^( *)(company|all_window|number|people|survey|kind|days|good|policy|hours|at|words|churn|industry):`).ReplaceAllString(DefaultText(), "${1}zzzz: 1\n$0")
	asked = strings.Replace(asked, "metric: CES\n", "metric: CES\n    reasons: {zzzz: 1}\n", 1)
	asked = strings.Replace(asked, "if: {", "zzzz: 1\n        if: {zzzz: 1, ", 1)
	asked = strings.Replace(asked, "slow-site: {", "slow-site: {zzzz: 1, ", 1)
	_, problems := read([]byte(asked))
	names := map[string]bool{}
	for _, problem := range problems {
		if list, ok := strings.CutPrefix(problem.Expected, "one of "); ok && strings.Contains(problem.Wrong, "zzzz") {
			for name := range strings.SplitSeq(list, ", ") {
				names[name] = true
			}
		}
	}
	if len(names) < 60 {
		t.Errorf("found only %d fields", len(names))
	}
	for name := range names {
		explained := regexp.MustCompile(`(?m)^ *` + name + `: .*# .|^#.*\b` + name + `\b|(?m)#.*\n(#.*\n)* *` + name + `:`)
		if !explained.MatchString(DefaultText()) {
			t.Errorf("%s is not explained in the shipped program", name)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte(DefaultText()))
	f.Add([]byte(asking(extras)))
	for _, more := range []string{"themes: {t: {name: x, words: {en: [\"a b*\", late]}}}", "worth: {value: 1e3, currency: EUR, touchpoints: {support: {churn: {bad: 1}}}}",
		"benchmarks: {industry: banks, figures: {support: {value: 5, source: Us, date: 2026}}}"} {
		f.Add([]byte(small + more))
	}
	for _, text := range []string{"", "a: [", "a: &a [*a]", "? {a: 1}\n: 2", "--- 1\n--- 2", "surveys: {s: {scale: 1-5}}", "policy: {hours: {days: Mon-Mon}}",
		"surveys: {s: {number: 1, metric: NPS, scale: 0--1}}", "from: a@b.c (d)", "\t- x", "%YAML 1.1\n---\na: 1", "---"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := Parse(text)
		if err == nil {
			for id, s := range p.Surveys {
				if again, ok := p.SurveyByNumber(s.Number); s.Scale.Valid() != nil || s.Presentation.Fits(s.Scale) != nil || !ok || again.ID != id {
					t.Errorf("the survey %s is %+v", id, s)
				}
				for _, c := range s.Causes {
					if _, works := p.Desks[c.Desk]; c.Desk != "" && !works || len(c.For) == 0 {
						t.Errorf("the cause %+v", c)
					}
				}
				for _, q := range s.Questions {
					if q.Kind.Chooses() == (len(q.Options) == 0) || (q.Kind == ScaleKind) != (q.Min < q.Max) || q.ID == "" {
						t.Errorf("the question %+v", q)
					}
				}
			}
			for _, theme := range p.Themes {
				for tag, words := range theme.Words {
					if len(words) > MaxThemeWords || slices.ContainsFunc(words, func(w string) bool { return !tells(w) }) {
						t.Errorf("the theme %s in %s: %q", theme.ID, tag, words)
					}
				}
			}
			for name, touchpoint := range p.Touchpoints {
				w := p.WorthOf(name)
				if !(w.Value >= 0) || w.Value > 0 && w.Currency == "" || !(w.Churn.Bad >= 0 && w.Churn.Bad <= 1) {
					t.Errorf("%s is worth %+v", name, w)
				}
				for _, b := range p.BenchmarksOf(name, nil, nil) {
					if low, high := p.Surveys[touchpoint.Survey].Scale.Range(); b.Kind == score.OwnFigure && !(b.Value >= low && b.Value <= high) {
						t.Errorf("%s is compared with %+v", name, b)
					}
				}
				_, asked := p.SurveyOf(name)
				_, worked := p.DeskOf(name)
				if !asked || !worked || touchpoint.Delay < 0 || touchpoint.Expires < touchpoint.Reminder || touchpoint.Sample < 0 || touchpoint.Sample > 1 {
					t.Errorf("the touchpoint %+v", touchpoint)
				}
			}
			return
		}
		problems, ok := err.(Problems)
		if !ok || !fault.Is(err, fault.Invalid) || len(problems) == 0 {
			t.Fatalf("%v", err)
		}
		for i, problem := range problems {
			if problem.Line < 1 || problem.Line > 1+strings.Count(string(text), "\n")+strings.Count(string(text), "\r") || problem.Wrong == "" || problem.Expected == "" ||
				i > 0 && problem.Line < problems[i-1].Line {
				t.Errorf("%+v", problem)
			}
		}
	})
}
