package enrich

import (
	"context"
	"net/http"
	"strings"

	"afterword/internal/foreign"
	"afterword/internal/touchpoint"
)

// bigcommerce: "Get an Order" of the V2 Orders API. The address is https://api.bigcommerce.com/stores/ and the store's hash; the token is
// that of an API account with the scope Orders, read-only. It lets us ask 150 times in 30 seconds or more.
var bigcommerce = kind{
	name: "BigCommerce", what: "orders", least: "read orders",
	authorize: func(r *http.Request, token string) { r.Header.Set("X-Auth-Token", token) },
	fill:      bigcommerceOrder,
}

func bigcommerceOrder(ctx context.Context, c call, id string, e *touchpoint.Event) error {
	var order struct {
		Locale   foreign.Text `json:"customer_locale"`
		Total    foreign.Text `json:"total_inc_tax"` // "361.9500"
		Currency foreign.Text `json:"currency_code"`
		Source   foreign.Text `json:"order_source"`
		Billing  struct {
			Email   foreign.Text `json:"email"`
			First   foreign.Text `json:"first_name"`
			Last    foreign.Text `json:"last_name"`
			Country foreign.Text `json:"country_iso2"`
		} `json:"billing_address"`
	}
	if err := c.get(ctx, "v2/orders/"+id, nil, nil, &order); err != nil {
		return err
	}
	e.Address, e.Language = foreign.First(order.Billing.Email), foreign.First(order.Locale, foreign.Text(e.Language))
	e.Person = foreign.First(order.Billing.First) + " " + foreign.First(order.Billing.Last)
	put(e, "amount", cents(foreign.First(order.Total)))
	put(e, "currency", foreign.First(order.Currency))
	put(e, "country", foreign.First(order.Billing.Country))
	put(e, "channel", strings.ToLower(foreign.First(order.Source)))
	return nil
}

// cents is the amount without zeros that no currency has.
func cents(amount string) string {
	if whole, part, ok := strings.Cut(amount, "."); ok && len(part) > 2 {
		return whole + "." + part[:2] + strings.TrimRight(part[2:], "0")
	}
	return amount
}
