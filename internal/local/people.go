package local

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"
)

// historyAddress begins the addresses of invented customers.
const historyAddress = "customer-"

// person is an invented customer of the seeded history.
type person struct{ name, address, language, zone, country string }

var (
	givenNames = map[string][]string{
		"en": {"Olivia", "James", "Amelia", "Noah", "Grace", "Leo", "Maya", "Ethan", "Ruth", "Sam"},
		"sv": {"Astrid", "Erik", "Maja", "Lars", "Elsa", "Nils", "Freja", "Oskar", "Ingrid", "Axel"},
		"nl": {"Sanne", "Daan", "Lotte", "Bram", "Fenna", "Thijs", "Noor", "Ruben", "Eva", "Jasper"},
		"zh": {"伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "洋", "婷"},
	}
	familyNames = map[string][]string{
		"en": {"Taylor", "Walker", "Hughes", "Bennett", "Clarke", "Foster", "Reid", "Murray"},
		"sv": {"Lindqvist", "Sandberg", "Åkesson", "Nyström", "Holm", "Ekdahl", "Björk", "Wallin"},
		"nl": {"de Vries", "Bakker", "Visser", "Mulder", "Smit", "van Dijk", "Hoekstra", "Kuiper"},
		"zh": {"王", "李", "张", "刘", "陈", "杨", "赵", "黄"},
	}
	homes = []struct{ language, zone, country string }{
		{"sv", "Europe/Stockholm", "SE"}, {"sv", "Europe/Stockholm", "SE"}, {"sv", "Europe/Stockholm", "SE"},
		{"en", "Europe/London", "GB"}, {"en", "America/New_York", "US"}, {"nl", "Europe/Amsterdam", "NL"}, {"zh", "Asia/Shanghai", "CN"},
	}
	agents   = []string{"Anna", "Johan", "Mei", "Pieter"}
	products = []string{"Kettle", "Lamp", "Desk", "Chair", "Rug"}
	comments = map[bool]map[string][]string{
		true: { // from the happy
			"en": {"Quick and friendly, thank you.", "Exactly what I needed.", "Arrived a day early!"},
			"sv": {"Snabbt och enkelt, tack!", "Precis vad jag behövde.", "Trevligt bemötande."},
			"nl": {"Snel en vriendelijk geholpen.", "Precies wat ik zocht.", "Een dag eerder binnen!"},
			"zh": {"很快，很友好，谢谢。", "正是我需要的。"},
		},
		false: { // from the unhappy
			"en": {"I had to explain it three times.", "The parcel came late and damaged.", "The page was slow and I nearly gave up."},
			"sv": {"Jag fick förklara samma sak tre gånger.", "Paketet kom sent och var trasigt."},
			"nl": {"Ik moest het drie keer uitleggen.", "Het pakket kwam te laat en was beschadigd."},
			"zh": {"我解释了三次。", "包裹迟到而且损坏了。"},
		},
	}
)

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

func inventPerson(r *rand.Rand, n int) person {
	home := pick(r, homes)
	given, family := pick(r, givenNames[home.language]), pick(r, familyNames[home.language])
	name := given + " " + family
	if home.language == "zh" {
		name = family + given
	}
	return person{name: name, address: fmt.Sprintf("%s%03d@example.com", historyAddress, n), language: home.language, zone: home.zone, country: home.country}
}

// visit is a delivery of a source about one customer.
type visit struct {
	at     time.Time
	source string
	topic  string // Shopify's topic header
	body   []byte
}

// inventVisit makes the payload that the source would send about the n-th visit.
func inventVisit(r *rand.Rand, n int, who person, at time.Time) visit {
	switch k := r.IntN(100); {
	case k < 55:
		product := pick(r, products)
		return visit{at, "shopify", "orders/paid", mustJSON(map[string]any{
			"id": 5_000_000 + n, "name": fmt.Sprintf("#%d", 3000+n), "contact_email": who.address,
			"customer":        map[string]any{"id": n, "first_name": who.name, "last_name": ""},
			"customer_locale": who.language, "processed_at": at.Format(time.RFC3339), "total_price": "129.00", "currency": "EUR",
			"billing_address": map[string]any{"country_code": who.country}, "tags": product, "test": false,
			"line_items": []any{map[string]any{"title": product}},
		})}
	case k < 85:
		return visit{at, "zendesk", "", mustJSON(map[string]any{
			"ticket_id": fmt.Sprint(60_000 + n), "status": "solved", "requester_email": who.address, "requester_name": who.name,
			"requester_language": who.language, "assignee_name": pick(r, agents), "group": "Support", "updated_at": at.Format(time.RFC3339),
		})}
	default:
		return visit{at, "standard", "", mustJSON(map[string]any{
			"type": "onboarding.completed", "timestamp": at.Format(time.RFC3339),
			"data": map[string]any{
				"customer": map[string]any{"email": who.address, "name": who.name, "language": who.language, "time_zone": who.zone},
				"subject":  fmt.Sprintf("account-%d", n), "properties": map[string]any{"plan": pick(r, []string{"basic", "plus"}), "country": who.country},
			},
		})}
	}
}

func mustJSON(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // maps of strings and numbers always marshal
	}
	return data
}
