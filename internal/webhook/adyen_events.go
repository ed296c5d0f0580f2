package webhook

import (
	"net/http"
	"strings"

	"afterword/internal/foreign"
	"afterword/internal/touchpoint"
)

// adyenBody is what Adyen sends, with what is not signed.
type adyenBody struct {
	Live  foreign.Text `json:"live"`
	Items []struct {
		Item struct {
			adyenSigned
			At      foreign.Text `json:"eventDate"`
			Method  foreign.Text `json:"paymentMethod"`
			Shopper struct {
				Email       foreign.Text `json:"shopperEmail"`
				Locale      foreign.Text `json:"shopperLocale"`
				Country     foreign.Text `json:"shopperCountry"`
				Billing     foreign.Text `json:"billingAddress.country"`
				Holder      foreign.Text `json:"cardHolderName"`
				Interaction foreign.Text `json:"shopperInteraction"`
			} `json:"additionalData"`
		} `json:"NotificationRequestItem"`
	} `json:"notificationItems"`
}

func adyenEvents(_ http.Header, body []byte) ([]touchpoint.Event, error) {
	var b adyenBody
	if err := foreign.Decode(body, &b); err != nil {
		return nil, err
	}
	test := strings.EqualFold(foreign.First(b.Live), "false")
	events := make([]touchpoint.Event, len(b.Items))
	for i := range b.Items {
		item := b.Items[i].Item
		name := foreign.First(item.Event)
		if name != "" && !foreign.Yes(item.Success) {
			name += ".failed"
		}
		payment := foreign.First(item.Original, item.Reference) // of a refund, the payment before it
		e := touchpoint.Event{
			Name:     name,
			Subject:  foreign.First(item.Merchant, foreign.Text(payment)),
			Link:     adyenLink(payment, test),
			At:       foreign.Moment(item.At),
			Address:  foreign.First(item.Shopper.Email),
			Person:   foreign.First(item.Shopper.Holder),
			Language: foreign.First(item.Shopper.Locale),
			Test:     test,
			Properties: foreign.Properties(map[string]string{
				"country": foreign.First(item.Shopper.Country, item.Shopper.Billing), "channel": strings.ToLower(foreign.First(item.Shopper.Interaction)),
				"amount": major(item.Amount.Value, item.Amount.Currency, adyenDecimals), "currency": foreign.First(item.Amount.Currency),
				"payment": payment, "payment_method": foreign.First(item.Method), "account": foreign.First(item.Account),
			}),
		}
		if reference := foreign.First(item.Reference); reference != "" {
			e.Delivery = reference + "." + name
		}
		events[i] = e
	}
	return events, nil
}

// adyenDecimals are where Adyen counts otherwise than the standard (docs.adyen.com/development-resources/currency-codes).
var adyenDecimals = map[string]int{"CLP": 2, "CVE": 0, "IDR": 0, "ISK": 2}

var adyenReference = foreign.Pattern(`^[A-Z0-9]{1,40}$`)

// adyenLink leads to the payment in the Customer Area.
func adyenLink(payment string, test bool) string {
	if !adyenReference().MatchString(payment) {
		return ""
	}
	area := "live"
	if test {
		area = "test"
	}
	return "https://ca-" + area + ".adyen.com/ca/ca/accounts/showTx.shtml?pspReference=" + payment + "&txType=Payment"
}
