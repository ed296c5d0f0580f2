package webhook

import (
	"crypto/sha256"
	"net/http"
	"strings"
	"time"

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
	event: zendeskEvent,
	// A ticket is closed some days after it was solved, by itself: that is no news.
	reopens: func(status string) bool { return status != "" && status != "closed" && status != "deleted" },
	public:  []string{zendeskTestSecret},
}

// zendeskTestSecret is what Zendesk signs with while a webhook is only being tried out. It is published.
const zendeskTestSecret = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="

type zendeskTicket struct {
	ID            scalar `json:"ticket_id"`
	Status        scalar `json:"status"`
	Link          scalar `json:"link"`
	UpdatedAt     scalar `json:"updated_at"`
	Email         scalar `json:"requester_email"`
	Name          scalar `json:"requester_name"`
	Language      scalar `json:"requester_language"`
	Assignee      scalar `json:"assignee_name"`
	AssigneeEmail scalar `json:"assignee_email"`
	Group         scalar `json:"group"`
	Product       scalar `json:"product"`
	Country       scalar `json:"country"`
	Channel       scalar `json:"channel"`
	Tags          scalar `json:"tags"`
	Test          scalar `json:"test"`
}

func zendeskEvent(header http.Header, body []byte) (touchpoint.Event, error) {
	var t zendeskTicket
	if err := decode(body, &t); err != nil {
		return touchpoint.Event{}, err
	}
	link := first(t.Link)
	if link != "" && !strings.Contains(link, "://") { // {{ticket.url}} has no scheme
		link = "https://" + link
	}
	language := strings.ToLower(first(t.Language))
	if tag, ok := languageNames[language]; ok {
		language = tag
	}
	return touchpoint.Event{
		Name:     strings.ToLower(first(t.Status)),
		Delivery: header.Get("X-Zendesk-Webhook-Invocation-Id"),
		Subject:  first(t.ID),
		Link:     link,
		At:       moment(t.UpdatedAt),
		Address:  first(t.Email),
		Person:   first(t.Name),
		Language: language,
		Test:     yes(t.Test),
		Properties: properties(map[string]string{
			"agent": first(t.Assignee, t.AssigneeEmail), "team": first(t.Group), "product": first(t.Product), "country": first(t.Country),
			"channel": strings.ToLower(first(t.Channel)), "tags": strings.Join(strings.FieldsFunc(first(t.Tags), tagEnd), ","),
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
