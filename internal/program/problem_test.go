package program

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"afterword/internal/fault"
)

// One mistake at a time: a piece of the small program is replaced, and the one problem is named.
func TestAMistakeIsNamedWithItsLineAndWhatIsExpected(t *testing.T) {
	for _, row := range []struct{ old, new, want string }{
		{"company: Acme\n", "",
			"line 1: company is missing; expected the company's name, as customers know it"},
		{"company: Acme\n", "company:\n",
			"line 1: company is missing; expected the company's name, as customers know it"},
		{"company: Acme\n", "company: \"\"\n",
			"line 1: company is missing; expected the company's name, as customers know it"},
		{"from: hello@acme.example\n", "",
			"line 1: from is missing; expected the sender of mails, such as Acme <hello@acme.example>"},
		{"postal: Storgatan 1, Stockholm\n", "",
			"line 1: postal is missing; expected the company's postal address, which every survey mail has to show"},
		{"time_zone: Europe/Stockholm\n", "",
			"line 1: time_zone is missing; expected such as Europe/Stockholm"},
		{"company: Acme", "company: [Acme]",
			"line 1: company: a list is not a text; expected one text"},
		{"company: Acme", "company: {name: Acme}",
			"line 1: company: a group of names is not a text; expected one text"},
		{"company: Acme", `company: "Acme\nBcc: eve"`,
			`line 1: company: "Acme\nBcc: eve"... is too long or has line breaks; expected one line of at most 500 bytes`},
		{"company: Acme", "compnay: Acme\ncompany: Acme",
			`line 1: compnay: "compnay" is not a field here (did you mean company?); expected one of benchmarks, color, company, count_unconfirmed, desks, from, languages, logo, policy, postal, reply_to, reports, segments, sessions_from, sources, surveys, team, themes, time_zone, touchpoints, worth`},
		{"company: Acme", "company: Acme\ncompany: Other",
			"line 2: company: company stands here a second time; expected each name once"},
		{"company: Acme", "company: Acme\n? [a]\n: b",
			"line 2: ?: a list is not a name; expected a name"},
		{"company: Acme", "company: Acme\n\"\": x",
			`line 2: ?: "" is not a name; expected a name`},
		{"company: Acme", "company: " + strings.Repeat("Acme ", 101),
			`line 1: company: "Acme Acme Acme Acme Acme Acme Acme Acme "... is too long or has line breaks; expected one line of at most 500 bytes`},
		{"from: hello@acme.example", "form: hello@acme.example\nfrom: hello@acme.example",
			`line 2: form: "form" is not a field here (did you mean from?); expected one of benchmarks, color, company, count_unconfirmed, desks, from, languages, logo, policy, postal, reply_to, reports, segments, sessions_from, sources, surveys, team, themes, time_zone, touchpoints, worth`},
		{"{number: 7, metric: CES, scale: 1-5}", "{number: 7, metric: CSI, scale: 1-5, direction: lower_is_better}",
			`line 6: surveys.s1.metric: "CSI" is not a metric; expected one of CES, CSAT, NPS`},
		{"  s1: {number: 7,", "  s1: {",
			"line 6: surveys.s1: number is missing; expected a number of its own from 1 to 65535, never used again"},
		{"  s1: {number: 7, metric: CES, scale: 1-5}\n", "  s1: {metric: CES, scale: 1-5}\n  s2: {metric: CES, scale: 1-5}\n",
			"line 6: surveys.s1: number is missing; expected a number of its own from 1 to 65535, never used again\n" +
				"line 7: surveys.s2: number is missing; expected a number of its own from 1 to 65535, never used again"},
		{"desks:\n", "desks:\n  aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: {people: [a@b.example]}\n",
			`line 8: desks.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" is not a name; expected up to 40 of a-z, 0-9 and -, such as trial-conversion`},
		{"hello@acme.example", "hello",
			`line 2: from: "hello" is not a mail address; expected such as Anna Berg <anna@acme.example>`},
		{"hello@acme.example", "Acme <hello@acme>",
			`line 2: from: "Acme <hello@acme>" is not a mail address; expected such as Anna Berg <anna@acme.example>`},
		{"Europe/Stockholm", "Europe/Stokholm",
			`line 4: time_zone: "Europe/Stokholm" is not a time zone; expected such as Europe/Stockholm`},
		{"Europe/Stockholm", "Local",
			`line 4: time_zone: "Local" is not a time zone; expected such as Europe/Stockholm`},
		{"sources:\n", "reply_to: a@b.example, c@d.example\nsources:\n",
			`line 13: reply_to: "a@b.example, c@d.example" is not a mail address; expected such as Anna Berg <anna@acme.example>`},
		{"sources:\n", "reply_to: [a@b.example]\nsources:\n",
			"line 13: reply_to: a list is not a text; expected one text"},
		{"sources:\n", "color: green\nsources:\n",
			`line 13: color: "green" is not a colour; expected six hex digits, such as "#0a6e5c"`},
		{"sources:\n", "logo: http://acme.example/l.png\nsources:\n",
			`line 13: logo: "http://acme.example/l.png" is not the address of an image on an https server; expected such as https://acme.example/logo.png`},
		{"sources:\n", "logo: https:///l.png\nsources:\n",
			`line 13: logo: "https:///l.png" is not the address of an image on an https server; expected such as https://acme.example/logo.png`},
		{"sources:\n", "time_zones: UTC\nsources:\n",
			`line 13: time_zones: "time_zones" is not a field here (did you mean time_zone?); expected one of benchmarks, color, company, count_unconfirmed, desks, from, languages, logo, policy, postal, reply_to, reports, segments, sessions_from, sources, surveys, team, themes, time_zone, touchpoints, worth`},
		{"sources:\n", "languages: en\nsources:\n",
			`line 13: languages: "en" is not a list; expected such as [en, sv]`},
		{"sources:\n", "languages: [\"\"]\nsources:\n",
			`line 13: languages.1: "" is not a language; expected such as en, sv or pt-BR`},
		{"sources:\n", "languages: [en, swedish, en]\nsources:\n",
			"line 13: languages.2: \"swedish\" is not a language; expected such as en, sv or pt-BR\nline 13: languages.3: en stands here a second time; expected each language once"},
		{"sources:\n", "count_unconfirmed: yes\nsources:\n",
			`line 13: count_unconfirmed: "yes" is neither true nor false; expected true or false`},
		{"sources:\n", "policy: [45d]\nsources:\n",
			"line 13: policy: a list stands here; expected names with values, such as all_window: ..."},
		{"sources:\n", "policy: {all_window: -1d}\nsources:\n",
			`line 13: policy.all_window: "-1d" is not a duration; expected such as 30m, 8h or 2d`},
		{"sources:\n", "policy: {all_window: 45}\nsources:\n",
			`line 13: policy.all_window: "45" is not a duration; expected such as 30m, 8h or 2d`},
		{"sources:\n", "policy: {metric_window: 11w4000d}\nsources:\n",
			`line 13: policy.metric_window: "11w4000d" is out of range; expected from 0 to 3650d`},
		{"sources:\n", "policy: {all_window: 99999999999999999w}\nsources:\n",
			`line 13: policy.all_window: "99999999999999999w" is not a duration; expected such as 30m, 8h or 2d`},
		{"sources:\n", "policy: {hour: {}}\nsources:\n",
			`line 13: policy.hour: "hour" is not a field here (did you mean hours?); expected one of all_window, consent, daily_quota, holidays, hours, metric_window, role_mail, staff`},
		{"sources:\n", "policy: {hours: {days: Mon-Frei}}\nsources:\n",
			`line 13: policy.hours.days: "Mon-Frei" is not days of the week; expected such as Mon-Fri or Mon, Wed, Sat`},
		{"sources:\n", "policy: {hours: {from: 8, to: \"20:00\"}}\nsources:\n",
			`line 13: policy.hours.from: "8" is not a time of day; expected such as "08:00"`},
		{"sources:\n", "policy: {hours: {from: \"08:60\"}}\nsources:\n",
			`line 13: policy.hours.from: "08:60" is not a time of day; expected such as "08:00"`},
		{"sources:\n", "policy: {hours: {to: \"24:01\"}}\nsources:\n",
			`line 13: policy.hours.to: "24:01" is not a time of day; expected such as "08:00"`},
		{"sources:\n", "policy: {hours: {from: \"22:00\", to: \"06:00\"}}\nsources:\n",
			"line 13: policy.hours: the hours end before they begin; expected an end later than the beginning, at most 24:00"},
		{"sources:\n", "policy: {hours: 8-20}\nsources:\n",
			`line 13: policy.hours: "8-20" stands here; expected names with values, such as days: ...`},
		{"sources:\n", "segments: [agent, agents]\nsources:\n",
			`line 13: segments.2: "agents" is not a property to cut by (did you mean agent?); expected one of agent, cause, channel, country, hour, language, plan, product, team, theme, weekday`},
		{"sources:\n", "segments: [agent, team, agent]\nsources:\n",
			`line 13: segments.3: agent stands here a second time; expected each property once`},
		{"sources:\n", "segments: [agent, team, product, country, channel, plan, language, weekday, hour]\nsources:\n",
			`line 13: segments.9: there are too many properties to cut by; expected at most 8`},
		{"    desk: help\n", "    desk: help\n    links: counter\n",
			`line 13: touchpoints.support.links: "counter" is not a list; expected names of your own, such as [counter, invoice]`},
		{"    desk: help\n", "    desk: help\n    links: [counter, The Till, -x, \"\", [], counter]\n",
			`line 13: touchpoints.support.links.2: "The Till" is not a name; expected up to 40 of a-z, 0-9 and -, such as trial-conversion` + "\n" +
				`line 13: touchpoints.support.links.3: "-x" is not a name; expected up to 40 of a-z, 0-9 and -, such as trial-conversion` + "\n" +
				`line 13: touchpoints.support.links.4: "" is not a name; expected up to 40 of a-z, 0-9 and -, such as trial-conversion` + "\n" +
				`line 13: touchpoints.support.links.5: a list is not a text; expected one text` + "\n" +
				`line 13: touchpoints.support.links.6: counter stands here a second time; expected each name once`},
		{"    desk: help\n", "    desk: help\n    links: [" + dates(51) + "]\n",
			"line 13: touchpoints.support.links.51: there are too many links; expected at most 50"},
		{"sources:\n", "policy: {holidays: 12-25}\nsources:\n",
			`line 13: policy.holidays: "12-25" is not a list; expected such as [2026-04-03, 12-25]`},
		{"sources:\n", "policy: {holidays: [12-25, 25 Dec, 2027-02-29, 02-30, [], 12-25]}\nsources:\n",
			`line 13: policy.holidays.2: "25 Dec" is not a date; expected such as 2026-04-03, or 12-25 for every year` + "\n" +
				`line 13: policy.holidays.3: "2027-02-29" is not a date; expected such as 2026-04-03, or 12-25 for every year` + "\n" +
				`line 13: policy.holidays.4: "02-30" is not a date; expected such as 2026-04-03, or 12-25 for every year` + "\n" +
				"line 13: policy.holidays.5: a list is not a text; expected one text\n" +
				"line 13: policy.holidays.6: 12-25 stands here a second time; expected each date once"},
		{"sources:\n", "policy: {holidays: [" + dates(101) + "]}\nsources:\n",
			"line 13: policy.holidays.101: there are too many holidays; expected at most 100"},
		{"sources:\n", "policy: {consent: maybe}\nsources:\n",
			`line 13: policy.consent: "maybe" is neither true nor false; expected true or false`},
		{"sources:\n", "policy: {consent: [DE]}\nsources:\n",
			"line 13: policy.consent: this does not say whose consent is wanted; expected true, false, or some of sources, countries and properties"},
		{"sources:\n", "policy: {consent: {}}\nsources:\n",
			"line 13: policy.consent: this does not say whose consent is wanted; expected true, false, or some of sources, countries and properties"},
		{"sources:\n", "policy: {consent: {sources: [zendesk, apo]}}\nsources:\n",
			`line 13: policy.consent.sources.2: "apo" is not a source of this program (did you mean api?); expected one of api, zendesk`},
		{"sources:\n", "policy: {consent: {countries: [DE, Germany, de, \"150\", ZZ, UK]}}\nsources:\n",
			`line 13: policy.consent.countries.2: "Germany" is not a country; expected two capital letters, such as DE` + "\n" +
				`line 13: policy.consent.countries.3: "de" is not a country; expected two capital letters, such as DE` + "\n" +
				`line 13: policy.consent.countries.4: "150" is not a country; expected two capital letters, such as DE` + "\n" +
				`line 13: policy.consent.countries.5: "ZZ" is not a country; expected two capital letters, such as DE` + "\n" +
				`line 13: policy.consent.countries.6: "UK" is not a country; expected two capital letters, such as DE`},
		{"sources:\n", "policy: {consent: {sources: [zendesk], ask_unknown_country: true}}\nsources:\n",
			"line 13: policy.consent.ask_unknown_country: consent is wanted by no country; expected countries beside it"},
		{"sources:\n", "policy: {consent: {countries: DE}}\nsources:\n",
			`line 13: policy.consent.countries: "DE" is not a list; expected such as [DE, AT]`},
		{"sources:\n", "policy: {consent: {properties: newsletter}}\nsources:\n",
			`line 13: policy.consent.properties: "newsletter" stands here; expected properties of the visit with values, such as channel: newsletter`},
		{"sources:\n", "policy: {consent: {source: [zendesk]}}\nsources:\n",
			`line 13: policy.consent.source: "source" is not a field here (did you mean sources?); expected one of ask_unknown_country, countries, properties, sources`},
		{"sources:\n", "policy: {staff: [\"@acme\"]}\nsources:\n",
			`line 13: policy.staff.1: "@acme" is neither an address nor a domain; expected such as anna@acme.example or @acme.example`},
		{"sources:\n", "policy: {staff: \"@acme.example\"}\nsources:\n",
			`line 13: policy.staff: "@acme.example" is not a list; expected a list, such as ["@acme.example"]`},
		{"sources:\n", "policy: {staff: [anna]}\nsources:\n",
			`line 13: policy.staff.1: "anna" is neither an address nor a domain; expected such as anna@acme.example or @acme.example`},
		{"sources:\n", "policy: {daily_quota: -1}\nsources:\n",
			`line 13: policy.daily_quota: "-1" is out of range or no whole number; expected a whole number from 0 to 1000000000`},
		{"sources:\n", "policy: {daily_quota: many}\nsources:\n",
			`line 13: policy.daily_quota: "many" is out of range or no whole number; expected a whole number from 0 to 1000000000`},
		{"surveys:\n  s1: {number: 7, metric: CES, scale: 1-5}\n", "",
			"line 1: surveys is missing; expected at least one survey"},
		{"surveys:\n  s1: {number: 7, metric: CES, scale: 1-5}\n", "surveys: [s1]\n",
			"line 5: surveys: a list stands here; expected names of your own with values, such as my-own: ..."},
		{"surveys:\n  s1: {number: 7, metric: CES, scale: 1-5}\n", "surveys: {}\n",
			"line 5: surveys: there is none; expected at least one survey"},
		{"  s1: {", "  S1: {",
			`line 6: surveys.S1: "S1" is not a name; expected up to 40 of a-z, 0-9 and -, such as trial-conversion`},
		{"  s1: {", "  -s1: {",
			`line 6: surveys.-s1: "-s1" is not a name; expected up to 40 of a-z, 0-9 and -, such as trial-conversion`},
		{"  s1: {number: 7, metric: CES, scale: 1-5}\n", "  s1: {number: 7, metric: CES, scale: 1-5}\n  s2: {number: 7, metric: NPS, scale: 0-10}\n",
			"line 7: surveys.s2: 7 is the number of s1 already; expected a number of its own"},
		{"  s1: {number: 7, metric: CES, scale: 1-5}\n", "  s1: {number: 7, metric: CES, scale: 1-5}\n  s1: {number: 8, metric: NPS, scale: 0-10}\n",
			"line 7: surveys.s1: s1 stands here a second time; expected each name once"},
		{"{number: 7, metric: CES, scale: 1-5}", "{metric: CES, scale: 1-5}",
			"line 6: surveys.s1: number is missing; expected a number of its own from 1 to 65535, never used again"},
		{"{number: 7, metric: CES, scale: 1-5}", "{number: 0, metric: CES, scale: 1-5}",
			`line 6: surveys.s1.number: "0" is out of range or no whole number; expected a whole number from 1 to 65535`},
		{"{number: 7, metric: CES, scale: 1-5}", "{number: 65536, metric: CES, scale: 1-5}",
			`line 6: surveys.s1.number: "65536" is out of range or no whole number; expected a whole number from 1 to 65535`},
		{"{number: 7, metric: CES, scale: 1-5}", "{number: 7, scale: 1-5}",
			"line 6: surveys.s1: metric is missing; expected CES, CSAT or NPS"},
		{"{number: 7, metric: CES, scale: 1-5}", "{number: 7, metric: ces, scale: 1-5}",
			`line 6: surveys.s1.metric: "ces" is not a metric (did you mean CES?); expected one of CES, CSAT, NPS`},
		{"{number: 7, metric: CES, scale: 1-5}", "{number: 7, metric: CES}",
			"line 6: surveys.s1: scale is missing; expected its lowest and highest rating, such as 1-5"},
		{"{number: 7, metric: CES, scale: 1-5}", "{number: 7, metric: CES, scale: five}",
			`line 6: surveys.s1.scale: "five" is not a scale; expected its lowest and highest rating, such as 1-5`},
		{"{number: 7, metric: CES, scale: 1-5}", "{number: 7, metric: CES, scale: 5}",
			`line 6: surveys.s1.scale: "5" is not a scale; expected its lowest and highest rating, such as 1-5`},
		{"{number: 7, metric: CES, scale: 1-5}", "{number: 7, metric: CES, scale: 1-11, good_from: 9, bad_to: 4}",
			"line 6: surveys.s1.scale: 1-11 is not a scale; expected a range within 0-10, such as 1-5"},
		{"{number: 7, metric: CES, scale: 1-5}", "{number: 7, metric: CES, scale: 1-6}",
			"line 6: surveys.s1.scale: good_from or bad_to is missing; expected both, because this scale has no usual groups"},
		{"{number: 7, metric: CES, scale: 1-5}", "{number: 7, metric: CES, scale: 0-5, good_from: 4}",
			"line 6: surveys.s1.scale: good_from or bad_to is missing; expected both, because this scale has no usual groups"},
		{"{number: 7, metric: CES, scale: 1-5}", "{number: 7, metric: CES, scale: 1-5, good_from: 2}",
			"line 6: surveys.s1.scale: good_from 2 and bad_to 2 do not fit the scale 1-5, higher_is_better; expected one group at each end, apart from each other"},
		{"{number: 7, metric: CES, scale: 1-5}", "{number: 7, metric: CES, scale: 1-5, direction: up}",
			`line 6: surveys.s1.direction: "up" is not a direction; expected one of higher_is_better, lower_is_better`},
		{"{number: 7, metric: CES, scale: 1-5}", "{number: 7, metric: NPS, scale: 1-10}",
			"line 6: surveys.s1.scale: NPS is asked on 0-10, higher is better, 9-10 good and 0-6 bad; expected no other scale"},
		{"{number: 7, metric: CES, scale: 1-5}", "{number: 7, metric: NPS, scale: 0-10, direction: lower_is_better}",
			"line 6: surveys.s1.scale: NPS is asked on 0-10, higher is better, 9-10 good and 0-6 bad; expected no other scale"},
		{"{number: 7, metric: CES, scale: 1-5}", "{number: 7, metric: CES, scale: 1-5, presentation: smileys}",
			`line 6: surveys.s1.presentation: "smileys" is not a presentation; expected one of faces, numbers, stars, thumbs, words`},
		{"{number: 7, metric: CES, scale: 1-5}", "{number: 7, metric: CES, scale: 1-10, presentation: words}",
			"line 6: surveys.s1.presentation: words do not fit the scale 1-10 ease; expected CES or CSAT on 1-5 or 1-7"},
		{"{number: 7, metric: CES, scale: 1-5}", "{number: 7, metric: NPS, scale: 0-10, presentation: faces}",
			"line 6: surveys.s1.presentation: faces do not fit the scale 0-10 recommendation; expected CES or CSAT on 1-3 or 1-5"},
		{"{number: 7, metric: CES, scale: 1-5}", "{number: 7, metric: CES, scale: 1-5, presentation: stars}",
			"line 6: surveys.s1.presentation: stars do not fit the scale 1-5 ease; expected CSAT on 1-5, higher is better"},
		{"{number: 7, metric: CES, scale: 1-5}", "\n    number: 7\n    metric: CSAT\n    scale: 1-3\n    presentation: thumbs",
			"line 10: surveys.s1.presentation: thumbs do not fit the scale 1-3 satisfaction; expected CSAT on 1-2, higher is better"},
		{"{number: 7, metric: CES, scale: 1-5}", "{number: 7, metric: CES, scale: five, presentation: stars}",
			`line 6: surveys.s1.scale: "five" is not a scale; expected its lowest and highest rating, such as 1-5`},
		{"{number: 7, metric: CES, scale: 1-5}", "{number: 7, metric: CSAT, scale: 1-5, agree: true}",
			"line 6: surveys.s1.agree: nobody agrees or disagrees on the scale 1-5 satisfaction; expected CES, higher is better"},
		{"{number: 7, metric: CES, scale: 1-5}", "{number: 7, metric: CES, scale: 1-5, question: {se: Hur}}",
			`line 6: surveys.s1.question.se: "se" is not one of the program's languages; expected en`},
		{"{number: 7, metric: CES, scale: 1-5}", "{number: 7, metric: CES, scale: 1-5, reasons: {god: Hur}}",
			`line 6: surveys.s1.reasons.god: "god" is not a field here (did you mean good?); expected one of bad, good, neutral`},
		{"{number: 7, metric: CES, scale: 1-5}", "{number: 7, metric: CES, scale: 1-5, question: [Hur]}",
			"line 6: surveys.s1.question: a list stands here; expected a text, or texts by language, such as en: ..."},
		{"{number: 7, metric: CES, scale: 1-5}", "{number: 7, metric: CES, scale: 1-5, question: &q Hur, low: *q}",
			"line 6: surveys.s1.low: the alias *q stands here; expected a text, or texts by language, such as en: ..."},
		{"desks:\n  help: {people: [anna@acme.example]}\n", "",
			"line 1: desks is missing; expected at least one desk"},
		{"people: [anna@acme.example]", "",
			"line 8: desks.help: people is missing; expected a list of who works here, such as [Anna Berg <anna@acme.example>]"},
		{"people: [anna@acme.example]", "people: []",
			"line 8: desks.help.people: nobody works here; expected at least one"},
		{"people: [anna@acme.example]", "people: anna@acme.example",
			`line 8: desks.help.people: "anna@acme.example" is not a list; expected a list, such as [Anna Berg <anna@acme.example>]`},
		{"people: [anna@acme.example]", "people: [Anna]",
			`line 8: desks.help.people.1: "Anna" is not a mail address; expected such as Anna Berg <anna@acme.example>`},
		{"people: [anna@acme.example]", "people: [anna@acme.example], due: 2d",
			`line 8: desks.help.due: "2d" could mean days by the calendar; expected working hours, such as 4h or 16h`},
		{"people: [anna@acme.example]", "people: [anna@acme.example], due: 0",
			`line 8: desks.help.due: "0" is out of range; expected from 1m to 1000h`},
		{"people: [anna@acme.example]", "people: [anna@acme.example], language: sv",
			`line 8: desks.help.language: "sv" is not one of the program's languages; expected en`},
		{"people: [anna@acme.example]", "people: [anna@acme.example], time_zone: Mars",
			`line 8: desks.help.time_zone: "Mars" is not a time zone; expected such as Europe/Stockholm`},
		{"people: [anna@acme.example]", "people: [anna@acme.example], escalate: [x]",
			`line 8: desks.help.escalate.1: "x" is not a mail address; expected such as Anna Berg <anna@acme.example>`},
		{"    survey: s1\n", "",
			"line 11: touchpoints.support: survey is missing; expected the id of the survey that asks about it"},
		{"    desk: help\n", "",
			"line 11: touchpoints.support: desk is missing; expected the name of the desk that works its unhappy answers"},
		{"survey: s1", "survey: s2",
			`line 11: touchpoints.support.survey: "s2" is not a survey of this program (did you mean s1?); expected s1`},
		{"desk: help", "desk: helpdesk",
			`line 12: touchpoints.support.desk: "helpdesk" is not a desk of this program; expected help`},
		{"    desk: help\n", "    desk: help\n    min_account_age: old\n",
			`line 13: touchpoints.support.min_account_age: "old" is not a duration; expected such as 30m, 8h or 2d`},
		{"    desk: help\n", "    desk: help\n    min_account_age: 3651d\n",
			`line 13: touchpoints.support.min_account_age: "3651d" is out of range; expected from 0 to 3650d`},
		{"    desk: help\n", "    desk: help\n    window: once\n",
			`line 13: touchpoints.support.window: "once" is not a duration; expected such as 30m, 8h or 2d`},
		{"    desk: help\n", "    desk: help\n    window: 3651d\n",
			`line 13: touchpoints.support.window: "3651d" is out of range; expected from 0 to 3650d`},
		{"    desk: help\n", "    desk: help\n    delay: 2 dys\n",
			`line 13: touchpoints.support.delay: "2 dys" is not a duration; expected such as 30m, 8h or 2d`},
		{"    desk: help\n", "    desk: help\n    delay: [2d]\n",
			"line 13: touchpoints.support.delay: a list is not a duration; expected such as 30m, 8h or 2d"},
		{"    desk: help\n", "    desk: help\n    delay: 91d\n",
			`line 13: touchpoints.support.delay: "91d" is out of range; expected from 0 to 90d`},
		{"    desk: help\n", "    desk: help\n    max_age: 30m\n",
			`line 13: touchpoints.support.max_age: "30m" is out of range; expected from 1h to 365d`},
		{"    desk: help\n", "    desk: help\n    sample: 1.5\n",
			`line 13: touchpoints.support.sample: "1.5" is not a share; expected a number from 0 to 1, such as 0.5`},
		{"    desk: help\n", "    desk: help\n    sample: half\n",
			`line 13: touchpoints.support.sample: "half" is not a share; expected a number from 0 to 1, such as 0.5`},
		{"    desk: help\n", "    desk: help\n    reminder: 30m\n",
			`line 13: touchpoints.support.reminder: "30m" is no time for a reminder of a survey that expires after 30d; expected from 1h to less than expires, or 0 for none`},
		{"    desk: help\n", "    desk: help\n    reminder: 30d\n",
			`line 13: touchpoints.support.reminder: "30d" is no time for a reminder of a survey that expires after 30d; expected from 1h to less than expires, or 0 for none`},
		{"    desk: help\n", "    desk: help\n    expires: 1h\n",
			`line 13: touchpoints.support.expires: "1h" is out of range; expected from 1d to 365d`},
		{"    desk: help\n", "    desk: help\n    filter: SE\n",
			`line 13: touchpoints.support.filter: "SE" stands here; expected properties of the visit with values, such as country: SE`},
		{"    desk: help\n", "    desk: help\n    filter: {country: [SE, [DE]]}\n",
			"line 13: touchpoints.support.filter.country.2: a list is not a text; expected one text"},
		{"    desk: help\n", "    desk: help\n    subject: mine\n",
			`line 13: touchpoints.support.subject: "mine" is not a kind of subject; expected one of own, shared`},
		{"    desk: help\n", "    desk: help\n    subject: shared\n    every: week\n",
			`line 14: touchpoints.support.every: "week" is not a period in which everybody is asked once; expected one of month, quarter, year`},
		{"    desk: help\n", "    desk: help\n    every: quarter\n",
			"line 13: touchpoints.support.every: what everybody is asked about once a quarter is not one customer's own; expected subject: shared"},
		{"    desk: help\n", "    desk: help\n    weekdays: Mon-Fri\n",
			"line 13: touchpoints.support.weekdays: weekdays are those of every, which is missing; expected every: quarter beside them, or no weekdays"},
		{"    desk: help\n", "    desk: help\n    subject: shared\n    every: month\n    weekdays: Mondays\n",
			`line 15: touchpoints.support.weekdays: "Mondays" is not days of the week; expected such as Mon-Fri or Mon, Wed, Sat`},
		{"    desk: help\n", "    desk: help\n    subject: shared\n    every: month\n    weekdays: Sun\n",
			"line 11: touchpoints.support: no survey mail leaves on the weekdays of every; expected weekdays that are among the days of policy.hours"},
		{"    desk: help\n", "    desk: help\n    off: 1\n",
			`line 13: touchpoints.support.off: "1" is neither true nor false; expected true or false`},
		{"    desk: help\n", "    desk: help\n    dealy: 2d\n",
			`line 13: touchpoints.support.dealy: "dealy" is not a field here (did you mean delay?); expected one of delay, desk, every, expires, filter, links, max_age, min_account_age, off, reminder, sample, shadow, subject, survey, weekdays, window`},
		{"  zendesk:\n    events: {solved: support}\n", "  zendesk: {}\n",
			"line 14: sources.zendesk: events is missing; expected its events with their touchpoints, such as orders/paid: purchase"},
		{"  zendesk:\n    events: {solved: support}\n", "  zendesk: {events: {}}\n",
			"line 14: sources.zendesk.events: the source reports nothing; expected at least one, such as orders/paid: purchase"},
		{"  zendesk:\n", "  shop:\n",
			"line 15: sources.shop: kind is missing; expected one of adyen, auth0, bigcommerce, calendly, clerk, freshdesk, generic, gorgias, helpscout, hubspot, intercom, segment, shopify, standard, stripe, woocommerce, zendesk"},
		{"  zendesk:\n", "  zendesk:\n    kind: zendisk\n",
			`line 15: sources.zendesk.kind: "zendisk" is not a kind of source (did you mean zendesk?); expected one of adyen, auth0, bigcommerce, calendly, clerk, freshdesk, generic, gorgias, helpscout, hubspot, intercom, segment, shopify, standard, stripe, woocommerce, zendesk`},
		{"solved: support", "solved: suport",
			`line 15: sources.zendesk.events.solved: "suport" is not a touchpoint of this program (did you mean support?); expected support`},
		{"solved: support", "solved: [[support]]",
			"line 15: sources.zendesk.events.solved.1: a list is not a text; expected one text"},
		{"solved: support", "solved: *s",
			"line 15: unknown anchor 's' referenced; expected YAML, in which what belongs together is indented alike, with spaces"},
		{"sources:\n", "reports: {day: [a@b.example]}\nsources:\n",
			`line 13: reports.day: "day" is not a field here; expected one of agents, at, desks, month, quarter, quote, teams, week, year`},
		{"sources:\n", "reports: {at: noon}\nsources:\n",
			`line 13: reports.at: "noon" is not a time of day; expected such as "08:00"`},
		{"sources:\n", "reports: {month: ebba@acme.example}\nsources:\n",
			`line 13: reports.month: "ebba@acme.example" is not a list; expected a list, such as [Ebba Ek <ebba@acme.example>]`},
		{"sources:\n", "reports:\n  month:\n    - ebba@acme.example\n    - Ebba <ebba@ACME.example>\nsources:\n",
			"line 16: reports.month.2: ebba@acme.example stands here a second time; expected each address once"},
		{"sources:\n", "reports: {quarter: [{language: en}]}\nsources:\n",
			"line 13: reports.quarter.1: to is missing; expected who gets it, such as Ebba Ek <ebba@acme.example>"},
		{"sources:\n", "reports: {quarter: [{to: ebba, language: sv}]}\nsources:\n",
			"line 13: reports.quarter.1.to: \"ebba\" is not a mail address; expected such as Anna Berg <anna@acme.example>\n" +
				`line 13: reports.quarter.1.language: "sv" is not one of the program's languages; expected en`},
		{"sources:\n", "reports: {month: [" + someone(51) + "]}\nsources:\n",
			"line 13: reports.month: 51 people are to get it; expected at most 50; a mail to a list of your own reaches any number"},
		{"sources:\n", "team: ebba@acme.example\nsources:\n",
			`line 13: team: "ebba@acme.example" is not a list; expected a list, such as [Ebba Ek <ebba@acme.example>]`},
		{"sources:\n", "team:\n  - Ebba <ebba@acme.example>\n  - {who: EBBA@acme.example, role: reader}\nsources:\n",
			"line 15: team.2: EBBA@acme.example stands here a second time; expected each address once"},
		{"sources:\n", "team:\n  - {who: ebba, role: admin}\n  - {role: reader, language: sv}\nsources:\n",
			"line 14: team.1.who: \"ebba\" is not a mail address; expected such as Anna Berg <anna@acme.example>\n" +
				"line 14: team.1.role: \"admin\" is not a role; expected reader\n" +
				"line 15: team.2: who is missing; expected who may sign in, such as Ebba Ek <ebba@acme.example>\n" +
				`line 15: team.2.language: "sv" is not one of the program's languages; expected en`},
		{"sources:\n", "team: [" + someone(201) + "]\nsources:\n",
			"line 13: team: 201 people are on the team; expected at most 200"},
		{"sources:\n", "sessions_from: yesterday\nsources:\n",
			`line 13: sessions_from: "yesterday" is not a point in time; expected such as 2026-11-22T09:30:00Z`},
		{"sources:\n", "reports: {desks: day}\nsources:\n",
			`line 13: reports.desks: "day" is not a kind of period that is reported on; expected week, month, quarter or year, or several as [week, quarter]`},
		{"sources:\n", "reports: {quote: yes please}\nsources:\n",
			`line 13: reports.quote: "yes please" is neither true nor false; expected true or false`},
		{"sources:\n", "segments: [team]\nreports: {teams: [Returns]}\nsources:\n",
			"line 14: reports.teams: a list stands here; expected values of the property team, such as anna: {every: week, to: anna@acme.example}"},
		{"sources:\n", "segments: [agent]\nreports: {agents: {anna: {every: [week, fortnight]}}}\nsources:\n",
			`line 14: reports.agents.anna.every: "fortnight" is not a kind of period that is reported on; expected week, month, quarter or year, or several as [week, quarter]` + "\n" +
				`line 14: reports.agents.anna: to is missing; expected who gets it, such as Anna Berg <anna@acme.example>`},
		{"sources:\n", "segments: [team]\nreports: {teams: {Returns: {every: month, to: omar, team: x}}}\nsources:\n",
			`line 14: reports.teams.Returns.team: "team" is not a field here; expected one of every, to` + "\n" +
				`line 14: reports.teams.Returns.to: "omar" is not a mail address; expected such as Anna Berg <anna@acme.example>`},
		{"sources:\n", "segments: [agent]\nreports: {agents: {\" anna\": {every: week, to: anna@acme.example}}}\nsources:\n",
			`line 14: reports.agents. anna: " anna" is no value; expected what visits say in the property agent, up to 80 characters`},
		{"sources:\n", "segments: [product]\nreports: {agents: {anna: {every: week, to: anna@acme.example}}}\nsources:\n",
			`line 14: reports.agents: answers are not told apart by agent; expected agent among the segments, such as segments: [agent]`},
		{"company: Acme\n", "company: Acme\n\tfrom: x\n",
			"line 2: found a tab character that violates indentation; expected YAML, in which what belongs together is indented alike, with spaces"},
		{"postal: Storgatan 1, Stockholm\n", "postal: Storgatan 1: Stockholm\n",
			"line 3: mapping values are not allowed in this context; expected YAML, in which what belongs together is indented alike, with spaces"},
		{"{solved: support}", "{solved: support",
			"line 15: did not find expected ',' or '}'; expected YAML, in which what belongs together is indented alike, with spaces"},
		{"    desk: help\n", "   desk: help\n",
			"line 12: did not find expected key; expected YAML, in which what belongs together is indented alike, with spaces"},
		{"    events: {solved: support}\n", "    events: {solved: support}\n---\ncompany: Other\n",
			"line 16: a second document begins; expected one program in a file"},
		{"company: Acme", "company: Ac\x01me",
			"line 1: control characters are not allowed; expected YAML, in which what belongs together is indented alike, with spaces"},
	} {
		if strings.Count(small, row.old) != 1 {
			t.Fatalf("%q stands %d times in the small program", row.old, strings.Count(small, row.old))
		}
		_, err := Parse([]byte(strings.Replace(small, row.old, row.new, 1)))
		if got := fmt.Sprint(err); got != row.want {
			t.Errorf("%q:\ngot  %s\nwant %s", row.new, got, row.want)
		}
	}
}

// dates lists so many days of the year as an owner does.
func dates(n int) string {
	var list []string
	for i := range n {
		list = append(list, time.Date(2000, 1, 1+i, 0, 0, 0, 0, time.UTC).Format("01-02"))
	}
	return strings.Join(list, ", ")
}

func TestAllMistakesAreNamedAtOnceInTheOrderOfTheFile(t *testing.T) {
	_, err := Parse([]byte(`company: Acme
from: hello@acme.example
time_zone: Europe/Stokholm
languages: [en, sv]
policy:
  all_window: 45
touchpoints:
  purchase:
    survey: purchase-ces-v2
    desk: orders
    dealy: 2d
    sample: 2
surveys:
  purchase-ces-v1: {number: 1, metric: CES, scale: 1-5}
desks:
  orders:
    people: [Anna]
    due: 2d
`))
	want := `line 1: postal is missing; expected the company's postal address, which every survey mail has to show
line 3: time_zone: "Europe/Stokholm" is not a time zone; expected such as Europe/Stockholm
line 6: policy.all_window: "45" is not a duration; expected such as 30m, 8h or 2d
line 9: touchpoints.purchase.survey: "purchase-ces-v2" is not a survey of this program (did you mean purchase-ces-v1?); expected purchase-ces-v1
line 11: touchpoints.purchase.dealy: "dealy" is not a field here (did you mean delay?); expected one of delay, desk, every, expires, filter, links, max_age, min_account_age, off, reminder, sample, shadow, subject, survey, weekdays, window
line 12: touchpoints.purchase.sample: "2" is not a share; expected a number from 0 to 1, such as 0.5
line 17: desks.orders.people.1: "Anna" is not a mail address; expected such as Anna Berg <anna@acme.example>
line 18: desks.orders.due: "2d" could mean days by the calendar; expected working hours, such as 4h or 16h`
	if got := fmt.Sprint(err); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestProblemsAreAFaultThatTheOwnerMayRead(t *testing.T) {
	_, err := Parse([]byte("company: Acme"))
	var problems Problems
	if !errors.As(err, &problems) || len(problems) < 4 || !fault.Is(err, fault.Invalid) || fault.TextOf(err) != err.Error() {
		t.Errorf("%v", err)
	}
}

func someone(n int) string {
	addresses := make([]string, n)
	for i := range addresses {
		addresses[i] = fmt.Sprintf("a%d@acme.example", i)
	}
	return strings.Join(addresses, ", ")
}
