package webhook

import (
	"crypto/sha256"
	"net/http"
	"slices"
	"strings"
	"time"

	"afterword/internal/foreign"
	"afterword/internal/touchpoint"
)

// zendesk signs the text of the time header and the body with nothing between. It gives 12 seconds, and sends again after a 503 only
// when Retry-After is under a minute.
//
// What it sends is of one of two shapes. A trigger sends the template below and tells everything. An event subscription sends Zendesk's own
// "zen:event-type:ticket.status_changed", which tells nobody's address: the ticket is asked for. Either way the event is the ticket's
// status, in small letters; what else happened to a ticket is an event by its type, such as "ticket.created".
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
	happened: []string{"updated_at", "time"},
	reopens: func(status string) bool {
		return status != "" && !strings.Contains(status, ".") && !slices.Contains(zendeskOver, status)
	},
}

// zendeskOver are the statuses of tickets that nobody works on. A ticket is closed some days after it was solved, by itself: that is no news.
var zendeskOver = []string{"solved", "closed", "deleted", "archived", "scrubbed"}

// zendeskTestSecret is what Zendesk signs with while a webhook is only being tried out. It is published,
// and no source's (published).
const zendeskTestSecret = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="

// zendeskTemplate is for a trigger on any change of the ticket's status.
const zendeskTemplate = `{"requester_name":"{{ticket.requester.name}}","requester_language":"{{ticket.requester.language}}",
 "assignee_name":"{{ticket.assignee.name}}","group":"{{ticket.group.name}}","tags":"{{ticket.tags}}","channel":"{{ticket.via}}",
 "ticket_id":"{{ticket.id}}","status":"{{ticket.status}}","link":"{{ticket.link}}","updated_at":"{{ticket.updated_at_with_timestamp}}",
 "requester_email":"{{ticket.requester.email}}"}`

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
	var own zendeskOwn
	if foreign.Decode(body, &own) == nil && strings.HasPrefix(foreign.First(own.Type), zendeskTypes) && !isTemplate(body) {
		return own.event(), nil
	}
	var t zendeskTicket
	if err := filled(body, &t, needed("ticket_id"), needed("status"), needed("requester_email"), vital{names: []string{"link"}}); err != nil {
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

// isTemplate tells whether a body is the template, whatever else is in it: a customer may have written the type of an event into it, to have
// somebody else's ticket asked about. Zendesk's own events tell nobody's address.
func isTemplate(body []byte) bool {
	return slices.ContainsFunc(fieldsOf(body), func(f field) bool { return strings.EqualFold(f.name, "requester_email") })
}

func tagEnd(r rune) bool { return r == ' ' || r == ',' }

// zendeskTypes begin the types of Zendesk's own events.
const zendeskTypes = "zen:event-type:"

// zendeskOwn is an event of a subscription. Of who works on the ticket it has the ids: the names come with the ticket.
type zendeskOwn struct {
	Type   foreign.Text `json:"type"`
	ID     foreign.Text `json:"id"`
	Time   foreign.Text `json:"time"`
	Detail struct {
		ID       foreign.Text `json:"id"`
		Assignee foreign.Text `json:"assignee_id"`
		Group    foreign.Text `json:"group_id"`
		Brand    foreign.Text `json:"brand_id"`
		Tags     foreign.Text `json:"tags"`
		Via      struct {
			Channel foreign.Text `json:"channel"`
		} `json:"via"`
	} `json:"detail"`
	Event struct {
		Current foreign.Text `json:"current"`
	} `json:"event"`
}

func (o zendeskOwn) event() touchpoint.Event {
	e := touchpoint.Event{
		Name:     strings.TrimPrefix(foreign.First(o.Type), zendeskTypes),
		Delivery: foreign.First(o.ID),
		At:       foreign.Moment(o.Time),
		Properties: foreign.Properties(map[string]string{
			"assignee": foreign.First(o.Detail.Assignee), "group": foreign.First(o.Detail.Group), "brand": foreign.First(o.Detail.Brand),
			"channel": strings.ToLower(foreign.First(o.Detail.Via.Channel)), "tags": foreign.First(o.Detail.Tags),
		}),
	}
	if e.Name == "ticket.status_changed" {
		e.Name = strings.ToLower(foreign.First(o.Event.Current))
	}
	if id := foreign.First(o.Detail.ID); strings.HasPrefix(foreign.First(o.Type), zendeskTypes+"ticket.") && isNumber(id) {
		e.Subject, e.Fetch = id, "tickets/"+id
	}
	return e
}

// languageNames are what {{ticket.requester.language}} says, in the language of the account or of the requester; the tag for those
// that it names otherwise is taken as it is.
var languageNames = map[string]string{
	"arabic": "ar", "العربية": "ar", "chinese": "zh", "simplified chinese": "zh-CN", "简体中文": "zh-CN", "traditional chinese": "zh-TW", "繁體中文": "zh-TW",
	"czech": "cs", "čeština": "cs", "danish": "da", "dansk": "da", "dutch": "nl", "nederlands": "nl", "english": "en", "finnish": "fi", "suomi": "fi",
	"french": "fr", "français": "fr", "german": "de", "deutsch": "de", "italian": "it", "italiano": "it", "japanese": "ja", "日本語": "ja",
	"norwegian": "no", "norsk": "no", "polish": "pl", "polski": "pl", "portuguese": "pt", "português": "pt", "spanish": "es", "español": "es",
	"swedish": "sv", "svenska": "sv", "turkish": "tr", "türkçe": "tr", "ukrainian": "uk", "українська": "uk",
}
