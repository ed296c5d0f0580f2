package webhook

import (
	"crypto/sha256"
	"net/http"
	"net/url"
	"strings"

	"afterword/internal/foreign"
	"afterword/internal/touchpoint"
)

// woocommerce signs the body alone. It sends nothing again, and after some answers in a row that are no 2xx it gives the address up. When a
// webhook is saved it sends a form without a signature, and its owner sees an error unless that is a 200.
//
// There is no topic for an order that was completed: "order.updated" comes with each change, many times, so that the event is the resource
// with the order's status, such as "order.completed". The delivery's id is made of the second, and two orders may share it: the order with
// its status stands for it. An order that was deleted is its id and nothing else.
var woocommerce = sender{
	scheme: scheme{
		hash: sha256.New, signed: []part{bodyPart}, encoding: standardBase64, key: htmlKey,
		families: []family{{signature: "X-WC-Webhook-Signature"}},
	},
	events: single(woocommerceEvent),
	handshake: func(header http.Header, body []byte) bool {
		return header.Get("X-WC-Webhook-Signature") == "" && woocommercePing().Match(body)
	},
	happened: []string{"date_completed_gmt", "date_paid_gmt", "date_modified_gmt"},
}

var woocommercePing = foreign.Pattern(`^webhook_id=[0-9]{1,20}\s*$`)

type woocommerceOrder struct {
	ID        foreign.Text `json:"id"`
	Number    foreign.Text `json:"number"`
	Status    foreign.Text `json:"status"`
	Total     foreign.Text `json:"total"`
	Currency  foreign.Text `json:"currency"`
	Via       foreign.Text `json:"created_via"`
	Completed foreign.Text `json:"date_completed_gmt"` // these without a zone
	Paid      foreign.Text `json:"date_paid_gmt"`
	Modified  foreign.Text `json:"date_modified_gmt"`
	Method    foreign.Text `json:"payment_method"`
	Billing   struct {
		Email     foreign.Text `json:"email"`
		FirstName foreign.Text `json:"first_name"`
		LastName  foreign.Text `json:"last_name"`
		Country   foreign.Text `json:"country"`
	} `json:"billing"`
	Lines []struct {
		Name foreign.Text `json:"name"`
	} `json:"line_items"`
	Meta []struct {
		Key   foreign.Text `json:"key"`
		Value foreign.Text `json:"value"`
	} `json:"meta_data"`
	Links struct {
		Self []struct {
			Href foreign.Text `json:"href"`
		} `json:"self"`
	} `json:"_links"`
}

func woocommerceEvent(header http.Header, body []byte) (touchpoint.Event, error) {
	var o woocommerceOrder
	if err := foreign.Decode(body, &o); err != nil {
		return touchpoint.Event{}, err
	}
	topic := header.Get("X-WC-Webhook-Topic")
	resource, what, _ := strings.Cut(topic, ".")
	status := strings.ToLower(foreign.First(o.Status))
	if resource == "order" && status != "" {
		what, topic = status, resource+"."+status
	}
	e := touchpoint.Event{
		Name:     topic,
		Subject:  foreign.First(o.Number, o.ID),
		Link:     o.link(header.Get("X-WC-Webhook-Source")),
		At:       foreign.Moment(o.Modified),
		Address:  foreign.First(o.Billing.Email),
		Person:   foreign.First(o.Billing.FirstName) + " " + foreign.First(o.Billing.LastName),
		Language: o.language(),
		Properties: foreign.Properties(map[string]string{
			"country": foreign.First(o.Billing.Country), "channel": foreign.First(o.Via), "product": o.product(), "amount": foreign.First(o.Total),
			"currency": foreign.First(o.Currency), "payment_method": foreign.First(o.Method),
		}),
	}
	if id := foreign.First(o.ID); id != "" {
		e.Delivery = strings.Join([]string{resource, id, what}, ".")
	}
	switch status { // an order that is touched long afterwards was completed when it was
	case "completed":
		e.At = foreign.Moment(o.Completed, o.Modified)
	case "processing":
		e.At = foreign.Moment(o.Paid, o.Modified)
	}
	return e, nil
}

func (o woocommerceOrder) product() string {
	var names []foreign.Text
	for _, line := range o.Lines {
		names = append(names, line.Name)
	}
	return sole(names)
}

// language is the one of the order where the shop speaks several, by the plugin WPML; WooCommerce itself knows none.
func (o woocommerceOrder) language() string {
	for _, meta := range o.Meta {
		if meta.Key == "wpml_language" {
			return foreign.First(meta.Value)
		}
	}
	return ""
}

// link leads to the order in the shop's admin. The shop's address comes in a header, which is not signed: the order's own, which is, has
// to be within it. Shops that keep orders elsewhere than in posts lead on from there.
func (o woocommerceOrder) link(shop string) string {
	u, err := url.Parse(shop)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || !isNumber(string(o.ID)) {
		return ""
	}
	base := strings.TrimRight(shop, "/") + "/"
	for _, self := range o.Links.Self {
		if strings.HasPrefix(string(self.Href), base) {
			return base + "wp-admin/post.php?post=" + string(o.ID) + "&action=edit"
		}
	}
	return ""
}
