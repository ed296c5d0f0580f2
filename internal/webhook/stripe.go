package webhook

import (
	"crypto/sha256"
	"net/http"
	"strings"
	"time"

	"afterword/internal/foreign"
	"afterword/internal/touchpoint"
)

// stripe takes the endpoint's secret as it is, whsec_ and all. Stripe's own library refuses old times only; a time to come is as little
// now. What is not a 2xx it sends again for three days, in no order, and then gives the address up.
//
// A checkout is completed before the money is there when the customer pays by a slow method. That is reported as
// "checkout.session.completed.unpaid", which nobody should call a purchase: "checkout.session.async_payment_succeeded" follows when it is
// paid.
var stripe = sender{
	scheme: scheme{
		hash: sha256.New, signed: []part{timePart, bodyPart}, separator: ".", encoding: lowerHex{}, key: literal,
		families: []family{{signature: "Stripe-Signature"}}, style: fields, prefix: "v1=", tolerance: 300 * time.Second,
	},
	events:   single(stripeEvent),
	pings:    []string{"v2.core.event_destination.ping"},
	happened: []string{"created"},
}

type stripeBody struct {
	ID       foreign.Text `json:"id"`
	Type     foreign.Text `json:"type"`
	Created  foreign.Text `json:"created"`
	Livemode foreign.Text `json:"livemode"`
	Account  foreign.Text `json:"account"` // of a platform's merchant
	Data     struct {
		Object stripeObject `json:"object"`
	} `json:"data"`
}

// stripeObject is a checkout session, an invoice or a charge, as far as they say the same in the same words.
type stripeObject struct {
	ID            foreign.Text            `json:"id"`
	Reference     foreign.Text            `json:"client_reference_id"`
	Number        foreign.Text            `json:"number"` // of an invoice
	Metadata      map[string]foreign.Text `json:"metadata"`
	PaymentIntent foreign.Text            `json:"payment_intent"`
	Subscription  foreign.Text            `json:"subscription"`
	Locale        foreign.Text            `json:"locale"`
	Mode          foreign.Text            `json:"mode"`
	PaymentStatus foreign.Text            `json:"payment_status"`
	BillingReason foreign.Text            `json:"billing_reason"`
	Currency      foreign.Text            `json:"currency"`
	AmountTotal   foreign.Text            `json:"amount_total"`    // of a session
	AmountPaid    foreign.Text            `json:"amount_paid"`     // of an invoice
	Refunded      foreign.Text            `json:"amount_refunded"` // of a charge
	Amount        foreign.Text            `json:"amount"`
	Consent       struct {
		Promotions foreign.Text `json:"promotions"`
	} `json:"consent"`
	Parent struct { // where invoices have their subscription since 2025
		Details struct {
			Subscription foreign.Text `json:"subscription"`
		} `json:"subscription_details"`
	} `json:"parent"`

	Details         stripePerson  `json:"customer_details"` // of a session
	Billing         stripePerson  `json:"billing_details"`  // of a charge
	CustomerEmail   foreign.Text  `json:"customer_email"`
	CustomerName    foreign.Text  `json:"customer_name"`
	CustomerAddress stripeAddress `json:"customer_address"`
	ReceiptEmail    foreign.Text  `json:"receipt_email"`
}

type stripePerson struct {
	Email      foreign.Text  `json:"email"`
	Name       foreign.Text  `json:"name"`
	Individual foreign.Text  `json:"individual_name"`
	Address    stripeAddress `json:"address"`
}

type stripeAddress struct {
	Country foreign.Text `json:"country"`
}

func stripeEvent(_ http.Header, body []byte) (touchpoint.Event, error) {
	var b stripeBody
	if err := foreign.Decode(body, &b); err != nil {
		return touchpoint.Event{}, err
	}
	o := b.Data.Object
	e := touchpoint.Event{
		Name:     foreign.First(b.Type),
		Delivery: foreign.First(b.ID),
		// The client_reference_id is no subject by itself: many shops put the customer's number there, who would be asked once and never again.
		Subject:    foreign.First(o.Metadata["order_id"], o.Number, o.PaymentIntent, o.ID),
		Link:       b.link(),
		At:         foreign.Moment(b.Created),
		Address:    foreign.First(o.Details.Email, o.Billing.Email, o.CustomerEmail, o.ReceiptEmail),
		Person:     foreign.First(o.Details.Name, o.Details.Individual, o.Billing.Name, o.CustomerName),
		Language:   foreign.First(o.Locale),
		Test:       strings.EqualFold(foreign.First(b.Livemode), "false"),
		Properties: b.properties(),
	}
	if e.Name == "checkout.session.completed" && o.PaymentStatus == "unpaid" {
		e.Name += ".unpaid"
	}
	if e.Language == "auto" { // the browser's, which Stripe does not tell
		e.Language = ""
	}
	if o.Consent.Promotions == "opt_in" {
		e.Consent = touchpoint.Given
	}
	return e, nil
}

// properties are what Stripe says, and beside it the owner's own metadata, such as an agent or a plan.
func (b stripeBody) properties() map[string]string {
	o := b.Data.Object
	amount := foreign.Text(foreign.First(o.AmountTotal, o.AmountPaid, o.Amount))
	if b.Type == "charge.refunded" {
		amount = o.Refunded
	}
	own := map[string]string{
		"country": foreign.First(o.Details.Address.Country, o.Billing.Address.Country, o.CustomerAddress.Country),
		"amount":  major(amount, o.Currency, stripeDecimals), "currency": foreign.First(o.Currency),
		"mode": foreign.First(o.Mode), "payment_status": foreign.First(o.PaymentStatus), "billing_reason": foreign.First(o.BillingReason),
		"reference": foreign.First(o.Reference), "payment": foreign.First(o.PaymentIntent), "invoice": foreign.First(o.Number),
		"subscription": foreign.First(o.Subscription, o.Parent.Details.Subscription),
	}
	for name, value := range o.Metadata {
		if own[strings.ToLower(name)] == "" {
			own[strings.ToLower(name)] = foreign.First(value)
		}
	}
	return foreign.Properties(own)
}

// stripeDecimals are where Stripe counts otherwise than the standard (docs.stripe.com/currencies, special cases).
var stripeDecimals = map[string]int{"ISK": 2, "UGX": 2, "MGA": 0}

var (
	stripeID    = foreign.Pattern(`^([a-z]{2,4})_[A-Za-z0-9_]{1,100}$`)
	stripePages = map[string]string{"pi": "payments", "ch": "payments", "py": "payments", "in": "invoices", "sub": "subscriptions"}
)

// link leads to the payment, invoice or subscription in the owner's dashboard.
func (b stripeBody) link() string {
	o, base := b.Data.Object, "https://dashboard.stripe.com/"
	if account := stripeID().FindStringSubmatch(string(b.Account)); account != nil && account[1] == "acct" {
		base += account[0] + "/"
	}
	if strings.EqualFold(foreign.First(b.Livemode), "false") {
		base += "test/"
	}
	for _, id := range []foreign.Text{o.ID, o.PaymentIntent, o.Subscription} {
		if found := stripeID().FindStringSubmatch(string(id)); found != nil && stripePages[found[1]] != "" {
			return base + stripePages[found[1]] + "/" + found[0]
		}
	}
	return ""
}
