package webhook

import (
	"crypto/sha256"
	"net/http"
	"regexp"

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
	event: shopifyEvent,
}

type shopifyOrder struct {
	ID           scalar `json:"id"`
	Name         scalar `json:"name"` // "#1030"
	Number       scalar `json:"order_number"`
	ContactEmail scalar `json:"contact_email"`
	Email        scalar `json:"email"`
	Locale       scalar `json:"customer_locale"`
	ProcessedAt  scalar `json:"processed_at"`
	UpdatedAt    scalar `json:"updated_at"`
	TotalPrice   scalar `json:"total_price"`
	Currency     scalar `json:"currency"`
	Test         scalar `json:"test"`
	Accepts      scalar `json:"buyer_accepts_marketing"`
	Tags         scalar `json:"tags"`
	Channel      scalar `json:"source_name"`
	Staff        scalar `json:"user_id"`
	Customer     struct {
		Email     scalar `json:"email"`
		FirstName scalar `json:"first_name"`
		LastName  scalar `json:"last_name"`
		CreatedAt scalar `json:"created_at"`
		Marketing struct {
			State scalar `json:"state"`
		} `json:"email_marketing_consent"`
	} `json:"customer"`
	Billing  shopifyAddress `json:"billing_address"`
	Shipping shopifyAddress `json:"shipping_address"`
	Lines    []struct {
		Title scalar `json:"title"`
	} `json:"line_items"`
}

type shopifyAddress struct {
	Country scalar `json:"country_code"`
}

func shopifyEvent(header http.Header, body []byte) (touchpoint.Event, error) {
	var o shopifyOrder
	if err := decode(body, &o); err != nil {
		return touchpoint.Event{}, err
	}
	get := func(name string) scalar {
		return scalar(first(scalar(header.Get("X-Shopify-"+name)), scalar(header.Get("Shopify-"+name))))
	}
	e := touchpoint.Event{
		Name:     string(get("Topic")),
		Delivery: string(get("Webhook-Id")),
		Subject:  first(o.Name, o.Number, o.ID),
		Link:     shopifyLink(string(get("Shop-Domain")), first(o.ID)),
		At:       moment(get("Triggered-At"), o.ProcessedAt, o.UpdatedAt),
		Address:  first(o.ContactEmail, o.Email, o.Customer.Email),
		Person:   first(o.Customer.FirstName) + " " + first(o.Customer.LastName),
		Language: first(o.Locale),
		Since:    moment(o.Customer.CreatedAt),
		Test:     yes(o.Test) || yes(get("Test")),
		Properties: properties(map[string]string{
			"country": first(o.Billing.Country, o.Shipping.Country), "channel": first(o.Channel), "agent": first(o.Staff), "product": o.product(),
			"tags": first(o.Tags), "amount": first(o.TotalPrice), "currency": first(o.Currency),
		}),
	}
	// Declining marketing is no refusal of being asked about one's own order.
	if yes(o.Accepts) || o.Customer.Marketing.State == "subscribed" {
		e.Consent = touchpoint.Given
	}
	return e, nil
}

// product is what was bought, of an order of one thing: an answer about several cannot be cut by product.
func (o shopifyOrder) product() string {
	title := ""
	for _, line := range o.Lines {
		if title != "" && first(line.Title) != title {
			return ""
		}
		title = first(line.Title)
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
