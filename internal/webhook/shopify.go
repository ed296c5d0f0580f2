package webhook

import (
	"crypto/sha256"
	"net/http"

	"afterword/internal/foreign"
	"afterword/internal/touchpoint"
)

// shopify signs the body alone, with the app's client secret (or the secret of the shop's notification settings: both may be live).
// A captured delivery therefore stays good until the secret changes; that a visit is unique by its order is the defence. It gives
// one second to connect and five in all, sends again for four hours and then gives the address up.
//
// A return is heard of by orders/updated, which has the whole order, with its refunds: refunds/create and returns/* have the order's number
// and nothing of the customer. Whoever works at a till is the agent, by a number; orders of a till often have no address.
var shopify = sender{
	scheme: scheme{
		hash: sha256.New, signed: []part{bodyPart}, encoding: standardBase64, key: literal,
		families: []family{
			{signature: "X-Shopify-Hmac-Sha256", delivery: "X-Shopify-Webhook-Id"},
			{signature: "Shopify-Hmac-Sha256", delivery: "Shopify-Webhook-Id"}, // of the newer "Events"
		},
	},
	events:   single(shopifyEvent),
	happened: []string{"processed_at", "updated_at"},
}

type shopifyOrder struct {
	ID           foreign.Text `json:"id"`
	Name         foreign.Text `json:"name"` // "#1030"
	Number       foreign.Text `json:"order_number"`
	ContactEmail foreign.Text `json:"contact_email"`
	Email        foreign.Text `json:"email"`
	Locale       foreign.Text `json:"customer_locale"`
	ProcessedAt  foreign.Text `json:"processed_at"`
	UpdatedAt    foreign.Text `json:"updated_at"`
	TotalPrice   foreign.Text `json:"total_price"`
	Currency     foreign.Text `json:"currency"`
	Test         foreign.Text `json:"test"`
	Accepts      foreign.Text `json:"buyer_accepts_marketing"`
	Tags         foreign.Text `json:"tags"`
	Channel      foreign.Text `json:"source_name"`
	Staff        foreign.Text `json:"user_id"`
	Place        foreign.Text `json:"location_id"` // of the till
	Payment      foreign.Text `json:"financial_status"`
	Fulfillment  foreign.Text `json:"fulfillment_status"`
	Customer     struct {
		Email     foreign.Text `json:"email"`
		FirstName foreign.Text `json:"first_name"`
		LastName  foreign.Text `json:"last_name"`
		CreatedAt foreign.Text `json:"created_at"`
		Marketing struct {
			State foreign.Text `json:"state"`
		} `json:"email_marketing_consent"`
	} `json:"customer"`
	Billing  shopifyAddress `json:"billing_address"`
	Shipping shopifyAddress `json:"shipping_address"`
	Lines    []struct {
		Title foreign.Text `json:"title"`
	} `json:"line_items"`
	Fulfillments []struct {
		UpdatedAt foreign.Text `json:"updated_at"`
	} `json:"fulfillments"`
	Refunds []shopifyRefund `json:"refunds"`
}

type shopifyRefund struct {
	ProcessedAt foreign.Text `json:"processed_at"`
	Lines       []struct {
		Restock foreign.Text `json:"restock_type"` // return: what was sent came back; cancel: it was never sent
	} `json:"refund_line_items"`
}

type shopifyAddress struct {
	Country foreign.Text `json:"country_code"`
}

func shopifyEvent(header http.Header, body []byte) (touchpoint.Event, error) {
	var o shopifyOrder
	if err := foreign.Decode(body, &o); err != nil {
		return touchpoint.Event{}, err
	}
	get := func(name string) foreign.Text {
		return foreign.Text(foreign.First(foreign.Text(header.Get("X-Shopify-"+name)), foreign.Text(header.Get("Shopify-"+name))))
	}
	e := touchpoint.Event{
		Name:     string(get("Topic")),
		Delivery: string(get("Webhook-Id")),
		Subject:  foreign.First(o.Name, o.Number, o.ID),
		Link:     shopifyLink(string(get("Shop-Domain")), foreign.First(o.ID)),
		At:       foreign.Moment(o.moment(get("Topic")), get("Triggered-At"), o.ProcessedAt, o.UpdatedAt),
		Address:  foreign.First(o.ContactEmail, o.Email, o.Customer.Email),
		Person:   foreign.First(o.Customer.FirstName) + " " + foreign.First(o.Customer.LastName),
		Language: foreign.First(o.Locale),
		Since:    foreign.Moment(o.Customer.CreatedAt),
		Test:     foreign.Yes(o.Test) || foreign.Yes(get("Test")),
		Properties: foreign.Properties(map[string]string{
			"country": foreign.First(o.Billing.Country, o.Shipping.Country), "channel": foreign.First(o.Channel), "agent": foreign.First(o.Staff), "product": o.product(),
			"tags": foreign.First(o.Tags), "amount": foreign.First(o.TotalPrice), "currency": foreign.First(o.Currency),
			"payment": foreign.First(o.Payment), "fulfillment": foreign.First(o.Fulfillment), "refund": o.refund(), "location": foreign.First(o.Place),
		}),
	}
	// Declining marketing is no refusal of being asked about one's own order.
	if foreign.Yes(o.Accepts) || o.Customer.Marketing.State == "subscribed" {
		e.Consent = touchpoint.Given
	}
	return e, nil
}

func (o shopifyOrder) product() string {
	var titles []foreign.Text
	for _, line := range o.Lines {
		titles = append(titles, line.Title)
	}
	return sole(titles)
}

// moment is when it happened that the topic is about, as the order itself says; "" when it does not. An order is updated long after its
// refund as well: what counts is the refund.
func (o shopifyOrder) moment(topic foreign.Text) foreign.Text {
	switch {
	case topic == "orders/fulfilled" && len(o.Fulfillments) > 0:
		return o.Fulfillments[len(o.Fulfillments)-1].UpdatedAt
	case topic == "orders/updated" && len(o.Refunds) > 0:
		return o.Refunds[len(o.Refunds)-1].ProcessedAt
	}
	return ""
}

// refund is what became of the goods of the last refund: "return", "cancel" or "no_restock"; "" without a refund of goods.
func (o shopifyOrder) refund() string {
	if len(o.Refunds) == 0 {
		return ""
	}
	kind := ""
	for _, line := range o.Refunds[len(o.Refunds)-1].Lines {
		if kind = foreign.First(line.Restock); kind == "return" {
			break
		}
	}
	return kind
}

// The shop's name comes in a header, which is not signed: it may lead to a shop's own admin pages and nowhere else.
var shopDomain = foreign.Pattern(`^[a-z0-9][a-z0-9-]*\.myshopify\.com$`)

func shopifyLink(shop, order string) string {
	if !shopDomain().MatchString(shop) || !isNumber(order) {
		return ""
	}
	return "https://" + shop + "/admin/orders/" + order
}
