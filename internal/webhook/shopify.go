package webhook

import (
	"crypto/sha256"
	"net/http"
	"regexp"

	"afterword/internal/foreign"
	"afterword/internal/touchpoint"
)

// shopify signs the body alone, with the app's client secret (or the secret of the shop's notification settings: both may be live).
// A captured delivery therefore stays good until the secret changes; that a visit is unique by its order is the defence. It gives
// one second to connect and five in all.
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
		At:       foreign.Moment(get("Triggered-At"), o.ProcessedAt, o.UpdatedAt),
		Address:  foreign.First(o.ContactEmail, o.Email, o.Customer.Email),
		Person:   foreign.First(o.Customer.FirstName) + " " + foreign.First(o.Customer.LastName),
		Language: foreign.First(o.Locale),
		Since:    foreign.Moment(o.Customer.CreatedAt),
		Test:     foreign.Yes(o.Test) || foreign.Yes(get("Test")),
		Properties: foreign.Properties(map[string]string{
			"country": foreign.First(o.Billing.Country, o.Shipping.Country), "channel": foreign.First(o.Channel), "agent": foreign.First(o.Staff), "product": o.product(),
			"tags": foreign.First(o.Tags), "amount": foreign.First(o.TotalPrice), "currency": foreign.First(o.Currency),
		}),
	}
	// Declining marketing is no refusal of being asked about one's own order.
	if foreign.Yes(o.Accepts) || o.Customer.Marketing.State == "subscribed" {
		e.Consent = touchpoint.Given
	}
	return e, nil
}

// product is what was bought, of an order of one thing: an answer about several cannot be cut by product.
func (o shopifyOrder) product() string {
	title := ""
	for _, line := range o.Lines {
		if title != "" && foreign.First(line.Title) != title {
			return ""
		}
		title = foreign.First(line.Title)
	}
	return title
}

// The shop's name comes in a header, which is not signed: it may lead to a shop's own admin pages and nowhere else.
var (
	shopDomain = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*\.myshopify\.com$`)
	orderID    = regexp.MustCompile(`^[0-9]{1,20}$`)
)

func shopifyLink(shop, order string) string {
	if !shopDomain.MatchString(shop) || !orderID.MatchString(order) {
		return ""
	}
	return "https://" + shop + "/admin/orders/" + order
}
