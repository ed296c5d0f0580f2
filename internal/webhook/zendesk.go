package webhook

import (
	"crypto/sha256"
	"net/http"
	"strings"
	"time"

	"afterword/internal/foreign"
	"afterword/internal/touchpoint"
)

// zendesk signs the text of the time header and the body with nothing between. It gives 12 seconds, and sends again after a 503 only
// when Retry-After is under a minute.
var zendesk = sender{
	scheme: scheme{
		hash: sha256.New, signed: []part{timePart, bodyPart}, encoding: standardBase64, key: literal,
		families: []family{{
			signature: "X-Zendesk-Webhook-Signature", timestamp: "X-Zendesk-Webhook-Signature-Timestamp", delivery: "X-Zendesk-Webhook-Invocation-Id",
		}},
		tolerance: 600 * time.Second,
	},
	events:   single(zendeskEvent),
	refuses:  true,
	happened: []string{"updated_at"},
	// A ticket is closed some days after it was solved, by itself: that is no news.
	reopens: func(status string) bool { return status != "" && status != "closed" && status != "deleted" },
	public:  []string{zendeskTestSecret},
}

// zendeskTestSecret is what Zendesk signs with while a webhook is only being tried out. It is published.
const zendeskTestSecret = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="

type zendeskTicket struct {
	ID            foreign.Text `json:"ticket_id"`
	Status        foreign.Text `json:"status"`
	Link          foreign.Text `json:"link"`
	UpdatedAt     foreign.Text `json:"updated_at"`
	Email         foreign.Text `json:"requester_email"`
	Name          foreign.Text `json:"requester_name"`
	Language      foreign.Text `json:"requester_language"`
	Assignee      foreign.Text `json:"assignee_name"`
	AssigneeEmail foreign.Text `json:"assignee_email"`
	Group         foreign.Text `json:"group"`
	Product       foreign.Text `json:"product"`
	Country       foreign.Text `json:"country"`
	Channel       foreign.Text `json:"channel"`
	Tags          foreign.Text `json:"tags"`
	Test          foreign.Text `json:"test"`
}

func zendeskEvent(header http.Header, body []byte) (touchpoint.Event, error) {
	var t zendeskTicket
	if err := foreign.Decode(body, &t); err != nil {
		return touchpoint.Event{}, err
	}
	link := foreign.First(t.Link)
	if link != "" && !strings.Contains(link, "://") { // {{ticket.url}} has no scheme
		link = "https://" + link
	}
	language := strings.ToLower(foreign.First(t.Language))
	if tag, ok := languageNames[language]; ok {
		language = tag
	}
	return touchpoint.Event{
		Name:     strings.ToLower(foreign.First(t.Status)),
		Delivery: header.Get("X-Zendesk-Webhook-Invocation-Id"),
		Subject:  foreign.First(t.ID),
		Link:     link,
		At:       foreign.Moment(t.UpdatedAt),
		Address:  foreign.First(t.Email),
		Person:   foreign.First(t.Name),
		Language: language,
		Test:     foreign.Yes(t.Test),
		Properties: foreign.Properties(map[string]string{
			"agent": foreign.First(t.Assignee, t.AssigneeEmail), "team": foreign.First(t.Group), "product": foreign.First(t.Product), "country": foreign.First(t.Country),
			"channel": strings.ToLower(foreign.First(t.Channel)), "tags": strings.Join(strings.FieldsFunc(foreign.First(t.Tags), tagEnd), ","),
		}),
	}, nil
}

func tagEnd(r rune) bool { return r == ' ' || r == ',' }

// languageNames are what {{ticket.requester.language}} says, in the language of the account or of the requester; the tag for those
// that it names otherwise is taken as it is.
var languageNames = map[string]string{
	"arabic": "ar", "العربية": "ar", "chinese": "zh", "simplified chinese": "zh-CN", "简体中文": "zh-CN", "traditional chinese": "zh-TW", "繁體中文": "zh-TW",
	"czech": "cs", "čeština": "cs", "danish": "da", "dansk": "da", "dutch": "nl", "nederlands": "nl", "english": "en", "finnish": "fi", "suomi": "fi",
	"french": "fr", "français": "fr", "german": "de", "deutsch": "de", "italian": "it", "italiano": "it", "japanese": "ja", "日本語": "ja",
	"norwegian": "no", "norsk": "no", "polish": "pl", "polski": "pl", "portuguese": "pt", "português": "pt", "spanish": "es", "español": "es",
	"swedish": "sv", "svenska": "sv", "turkish": "tr", "türkçe": "tr", "ukrainian": "uk", "українська": "uk",
}
