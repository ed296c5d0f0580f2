package webhook

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/foreign"
	"afterword/internal/touchpoint"
)

func TestACheckoutsSampleBecomesAnEvent(t *testing.T) {
	at := time.Date(2026, 11, 20, 9, 12, 0, 0, time.UTC)
	checkout := touchpoint.Event{
		Name: "checkout.session.completed", Delivery: "evt_1ExAmPlE0001", Subject: "A-2041", Link: "https://dashboard.stripe.com/payments/pi_3ExAmPlE2041", At: at,
		Address: "astrid.holm@customer.example", Person: "Astrid Holm", Language: "sv",
		Properties: map[string]string{"country": "SE", "amount": "1299.00", "currency": "sek", "agent": "Olivia Lund", "order_id": "A-2041", "reference": "cart-2041",
			"payment": "pi_3ExAmPlE2041", "mode": "payment", "payment_status": "paid"},
	}
	completed := touchpoint.Event{
		Name: "order.completed", Delivery: "order.727.completed", Subject: "727", Link: "https://shop.acme.example/wp-admin/post.php?post=727&action=edit", At: at,
		Address: "pieter.jansen@customer.example", Person: "Pieter Jansen", Language: "nl",
		Properties: map[string]string{"country": "BE", "channel": "checkout", "product": "Bread knife", "amount": "74.90", "currency": "EUR", "payment_method": "bancontact"},
	}
	authorised := touchpoint.Event{
		Name: "AUTHORISATION", Delivery: "QFQTPCQ8HXSKGK82.AUTHORISATION", Subject: "order-3301", At: at,
		Link:    "https://ca-live.adyen.com/ca/ca/accounts/showTx.shtml?pspReference=QFQTPCQ8HXSKGK82&txType=Payment",
		Address: "femke.smit@customer.example", Person: "Femke Smit", Language: "nl_NL",
		Properties: map[string]string{"country": "NL", "channel": "ecommerce", "amount": "59.95", "currency": "EUR", "payment": "QFQTPCQ8HXSKGK82", "payment_method": "visa", "account": "AcmeECOM"},
	}
	with := func(e touchpoint.Event, change func(*touchpoint.Event), properties map[string]string) touchpoint.Event {
		changed := map[string]string{}
		for name, value := range e.Properties {
			changed[name] = value
		}
		for name, value := range properties {
			changed[name] = value
		}
		e.Properties = changed
		change(&e)
		return e
	}
	for name, want := range map[string]touchpoint.Event{
		"shopify-fulfilled": {
			Name: "orders/fulfilled", Delivery: "0c7d6f6e-5f7c-4a3f-9a51-7d4c7f0a6b11", Subject: "#1032", Link: "https://acme-example.myshopify.com/admin/orders/820982911946154510",
			At: at, Address: "joost.bakker@customer.example", Person: "Joost Bakker", Language: "nl-NL",
			Properties: map[string]string{"country": "NL", "channel": "web", "product": "Oak tray", "amount": "89.50", "currency": "EUR", "payment": "paid", "fulfillment": "fulfilled"},
		},
		"shopify-refunded": {
			Name: "orders/updated", Delivery: "6e0c4f59-4f0b-4a1b-9c0d-2f8f7f3a5e22", Subject: "#1033", Link: "https://acme-example.myshopify.com/admin/orders/820982911946154511",
			At: at, Address: "emma.hughes@customer.example", Person: "Emma Hughes", Language: "en-GB",
			Properties: map[string]string{"country": "GB", "channel": "pos", "agent": "799407056", "location": "655441491", "product": "Linen apron", "amount": "64.00", "currency": "GBP",
				"payment": "refunded", "fulfillment": "fulfilled", "refund": "return"},
		},
		"stripe-checkout": checkout,
		"stripe-checkout-test": with(checkout, func(e *touchpoint.Event) {
			e.Test, e.Delivery, e.Subject, e.Link = true, "evt_1ExAmPlE0002", "A-2042", "https://dashboard.stripe.com/test/payments/pi_3ExAmPlE2042"
		}, map[string]string{"order_id": "A-2042", "reference": "cart-2042", "payment": "pi_3ExAmPlE2042"}),
		"stripe-checkout-unpaid": {
			Name: "checkout.session.completed.unpaid", Delivery: "evt_1ExAmPlE0003", Subject: "A-2043", Link: "https://dashboard.stripe.com/payments/pi_3ExAmPlE2043", At: at,
			Address: "kenji.mori@customer.example", Person: "Kenji Mori",
			Properties: map[string]string{"country": "JP", "amount": "12000", "currency": "jpy", "agent": "Olivia Lund", "order_id": "A-2043", "reference": "cart-2043",
				"payment": "pi_3ExAmPlE2043", "mode": "payment", "payment_status": "unpaid"},
		},
		"stripe-invoice": {
			Name: "invoice.paid", Delivery: "evt_1ExAmPlE0005", Subject: "ACME-0007", Link: "https://dashboard.stripe.com/invoices/in_1ExAmPlE0007", At: at,
			Address: "sanne.visser@customer.example", Person: "Sanne Visser",
			Properties: map[string]string{"country": "NL", "amount": "49.00", "currency": "eur", "plan": "pro", "invoice": "ACME-0007", "subscription": "sub_1ExAmPlE0007",
				"billing_reason": "subscription_cycle"},
		},
		"stripe-refunded": {
			Name: "charge.refunded", Delivery: "evt_1ExAmPlE0006", Subject: "A-2038", Link: "https://dashboard.stripe.com/payments/ch_3ExAmPlE2038", At: at,
			Address: "noor.alsabah@customer.example", Person: "Noor Al-Sabah",
			Properties: map[string]string{"country": "KW", "amount": "12.345", "currency": "kwd", "order_id": "A-2038", "payment": "pi_3ExAmPlE2038"},
		},
		"woocommerce-completed": completed,
		"woocommerce-refunded": with(completed, func(e *touchpoint.Event) {
			e.Name, e.Delivery, e.Subject, e.Link = "order.refunded", "order.721.refunded", "721", "https://shop.acme.example/wp-admin/post.php?post=721&action=edit"
			e.Address, e.Person = "lotte.maes@customer.example", "Lotte Maes"
		}, nil),
		"bigcommerce-completed": {
			Name: "order.completed", Delivery: "7ee67cd1cf2ca60bc1aa9e5fe957d2de373be4ca", Subject: "250", Link: "https://store-acmeexample.mybigcommerce.com/manage/orders/250", At: at,
			Fetch: "orders/250", Properties: map[string]string{"status": "completed", "previous_status": "awaiting-fulfillment"},
		},
		"bigcommerce-created": {
			Name: "order.created", Delivery: "1b4f0e9851971998e732078544c96b36c3d01ced", Subject: "251", Link: "https://store-acmeexample.mybigcommerce.com/manage/orders/251", At: at,
			Fetch: "orders/251", Properties: map[string]string{},
		},
		"adyen-authorised": authorised,
		"adyen-authorised-test": with(authorised, func(e *touchpoint.Event) {
			e.Test, e.Delivery, e.Subject = true, "QFQTPCQ8HXSKGK83.AUTHORISATION", "order-3302"
			e.Link = "https://ca-test.adyen.com/ca/ca/accounts/showTx.shtml?pspReference=QFQTPCQ8HXSKGK83&txType=Payment"
		}, map[string]string{"payment": "QFQTPCQ8HXSKGK83"}),
		"adyen-refused": with(authorised, func(e *touchpoint.Event) {
			e.Name, e.Delivery, e.Subject = "AUTHORISATION.failed", "QFQTPCQ8HXSKGK84.AUTHORISATION.failed", "order-3303"
			e.Link = "https://ca-live.adyen.com/ca/ca/accounts/showTx.shtml?pspReference=QFQTPCQ8HXSKGK84&txType=Payment"
		}, map[string]string{"payment": "QFQTPCQ8HXSKGK84"}),
		"adyen-refunded": with(authorised, func(e *touchpoint.Event) { // leads to the payment, and not to the refund
			e.Name, e.Delivery, e.Subject = "REFUND", "QFQTPCQ8HXSKGK85.REFUND", "order-3290"
			e.Link = "https://ca-live.adyen.com/ca/ca/accounts/showTx.shtml?pspReference=QFQTPCQ8HXSKGK71&txType=Payment"
			e.Address, e.Person, e.Language = "birna.jonsdottir@customer.example", "Birna Jónsdóttir", "is_IS"
		}, map[string]string{"payment": "QFQTPCQ8HXSKGK71", "country": "IS", "amount": "10.00", "currency": "ISK"}),
	} {
		s := readSample(t, name)
		got, err := senders[s.PathParameters.Source].events(s.header(), []byte(s.Body))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]touchpoint.Event{want}, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestACheckoutIsReadWhateverIsMissing(t *testing.T) {
	at := time.Date(2026, 11, 20, 9, 12, 0, 0, time.UTC)
	topic := func(name string) http.Header { return http.Header{"X-Shopify-Topic": {name}} }
	woo := func(topic string) http.Header {
		return http.Header{"X-Wc-Webhook-Topic": {topic}, "X-Wc-Webhook-Source": {"https://shop.acme.example"}}
	}
	item := func(fields string) string {
		return `{"live":"true","notificationItems":[{"NotificationRequestItem":{` + fields + `}}]}`
	}
	is := func(pairs ...string) map[string]string {
		properties := map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			properties[pairs[i]] = pairs[i+1]
		}
		return properties
	}
	for _, row := range []struct {
		rule, kind, body string
		header           http.Header
		want             touchpoint.Event
	}{
		{"nothing at all", "stripe", `{}`, nil, touchpoint.Event{}},
		{"nothing at all", "woocommerce", `{}`, nil, touchpoint.Event{Person: " "}},
		{"nothing at all", "bigcommerce", `{"data":null}`, nil, touchpoint.Event{}},
		{"nothing at all", "adyen", `{"notificationItems":[{}]}`, nil, touchpoint.Event{}},

		{"an order was sent when it was, and not when it was bought", "shopify",
			`{"processed_at":"2026-11-01T09:12:00Z","fulfillments":[{"updated_at":"2026-11-10T09:12:00Z"},{"updated_at":"2026-11-20T09:12:00Z"}]}`, topic("orders/fulfilled"),
			touchpoint.Event{Name: "orders/fulfilled", Person: " ", At: at}},
		{"an order that is touched long after its refund", "shopify",
			`{"updated_at":"2027-11-20T09:12:00Z","refunds":[{"processed_at":"2026-11-20T09:12:00Z","refund_line_items":[{"restock_type":"cancel"},{"restock_type":"return"}]}]}`, topic("orders/updated"),
			touchpoint.Event{Name: "orders/updated", Person: " ", At: at, Properties: is("refund", "return")}},
		{"a refund of what was never sent", "shopify", `{"refunds":[{"refund_line_items":[{"restock_type":"cancel"}]}]}`, topic("orders/updated"),
			touchpoint.Event{Name: "orders/updated", Person: " ", Properties: is("refund", "cancel")}},
		{"a refund of nothing but money", "shopify", `{"financial_status":"partially_refunded","refunds":[{"refund_line_items":[]}]}`, topic("orders/updated"),
			touchpoint.Event{Name: "orders/updated", Person: " ", Properties: is("payment", "partially_refunded")}},
		{"a refund by its own topic, which knows nobody", "shopify", `{"id":929361464,"order_id":450789469,"user_id":7,"refund_line_items":[{"quantity":1}]}`, topic("refunds/create"),
			touchpoint.Event{Name: "refunds/create", Person: " ", Subject: "929361464", Properties: is("agent", "7")}},

		{"a customer's number is no order's", "stripe", `{"data":{"object":{"id":"cs_live_1","client_reference_id":"customer-7","payment_intent":"pi_1"}}}`, nil,
			touchpoint.Event{Subject: "pi_1", Link: "https://dashboard.stripe.com/payments/pi_1", Properties: is("reference", "customer-7", "payment", "pi_1")}},
		{"a platform's merchant, in test mode", "stripe", `{"account":"acct_1Ex","livemode":false,"data":{"object":{"id":"cs_test_1","subscription":"sub_1","mode":"subscription"}}}`, nil,
			touchpoint.Event{Subject: "cs_test_1", Test: true, Link: "https://dashboard.stripe.com/acct_1Ex/test/subscriptions/sub_1", Properties: is("subscription", "sub_1", "mode", "subscription")}},
		{"an id that is none leads nowhere", "stripe", `{"data":{"object":{"id":"in_1/../../settings","payment_intent":{"id":"pi_1"}}}}`, nil,
			touchpoint.Event{Subject: "in_1/../../settings"}},
		{"the address where there is one", "stripe", `{"data":{"object":{"customer_details":{"email":null,"individual_name":"Ada"},"customer_email":"a@b.example","locale":null}}}`, nil,
			touchpoint.Event{Address: "a@b.example", Person: "Ada"}},
		{"the address of the receipt", "stripe", `{"type":"charge.refunded","data":{"object":{"amount":500,"amount_refunded":200,"currency":"isk","billing_details":{"email":null},"receipt_email":"a@b.example"}}}`, nil,
			touchpoint.Event{Name: "charge.refunded", Address: "a@b.example", Properties: is("amount", "2.00", "currency", "isk")}},
		{"a yes to be written to", "stripe", `{"data":{"object":{"consent":{"promotions":"opt_in"}}}}`, nil, touchpoint.Event{Consent: touchpoint.Given}},
		{"metadata adds, and hides nothing", "stripe", `{"data":{"object":{"currency":"eur","amount_total":5,"metadata":{"Amount":"9999","Plan":"pro","n":7,"empty":""}}}}`, nil,
			touchpoint.Event{Properties: is("amount", "0.05", "currency", "eur", "plan", "pro", "n", "7")}},
		{"an address that is tried out", "stripe", `{"id":"evt_1","object":"v2.core.event","type":"v2.core.event_destination.ping","livemode":true}`, nil,
			touchpoint.Event{Name: "v2.core.event_destination.ping", Delivery: "evt_1"}},

		{"an order that is paid and not sent", "woocommerce", `{"id":7,"status":"processing","date_paid_gmt":"2026-11-20T09:12:00","date_modified_gmt":"2026-12-01T00:00:00"}`, woo("order.created"),
			touchpoint.Event{Name: "order.processing", Delivery: "order.7.processing", Subject: "7", Person: " ", At: at}},
		{"an order that was deleted", "woocommerce", `{"id":7}`, woo("order.deleted"),
			touchpoint.Event{Name: "order.deleted", Delivery: "order.7.deleted", Subject: "7", Person: " "}},
		{"another resource", "woocommerce", `{"id":7,"status":"publish"}`, woo("product.updated"),
			touchpoint.Event{Name: "product.updated", Delivery: "product.7.updated", Subject: "7", Person: " "}},
		{"a topic of the shop's own", "woocommerce", `{"action":"woocommerce_order_status_completed","arg":7}`, woo("action.woocommerce_order_status_completed"),
			touchpoint.Event{Name: "action.woocommerce_order_status_completed", Person: " "}},
		{"a shop in a folder, without fine links", "woocommerce", `{"id":7,"_links":{"self":[{"href":"https://acme.example/shop/index.php?rest_route=/wc/v3/orders/7"}]}}`,
			http.Header{"X-Wc-Webhook-Source": {"https://acme.example/shop/"}},
			touchpoint.Event{Delivery: ".7.", Subject: "7", Person: " ", Link: "https://acme.example/shop/wp-admin/post.php?post=7&action=edit"}},
		{"a shop that the order knows nothing of", "woocommerce", `{"id":7,"_links":{"self":[{"href":"https://shop.acme.example.evil.example/wp-json/wc/v3/orders/7"}]}}`, woo("order.updated"),
			touchpoint.Event{Name: "order.updated", Delivery: "order.7.updated", Subject: "7", Person: " "}},
		{"a shop without https", "woocommerce", `{"id":7,"_links":{"self":[{"href":"http://shop.acme.example/wp-json/wc/v3/orders/7"}]}}`, http.Header{"X-Wc-Webhook-Source": {"http://shop.acme.example/"}},
			touchpoint.Event{Delivery: ".7.", Subject: "7", Person: " "}},
		{"several products are none", "woocommerce", `{"line_items":[{"name":"Knife"},{"name":"Board"}]}`, nil, touchpoint.Event{Person: " "}},

		{"a status that is new to us", "bigcommerce", `{"scope":"store/order/statusUpdated","data":{"type":"order","id":"250","status":{"new_status_id":77}}}`, http.Header{"Webhook-Id": {"msg_1"}},
			touchpoint.Event{Name: "order.77", Delivery: "msg_1", Subject: "250", Fetch: "orders/250"}},
		{"the status 0 is one", "bigcommerce", `{"scope":"store/order/statusUpdated","data":{"type":"order","id":250,"status":{"new_status_id":0}}}`, nil,
			touchpoint.Event{Name: "order.incomplete", Subject: "250", Fetch: "orders/250", Properties: is("status", "incomplete")}},
		{"another resource is not fetched", "bigcommerce", `{"scope":"store/customer/address/updated","data":{"type":"customer","id":32},"producer":"stores/acme"}`, nil,
			touchpoint.Event{Name: "customer.address.updated", Subject: "32"}},
		{"neither fetched nor linked by what is no number", "bigcommerce", `{"scope":"store/order/created","data":{"type":"order","id":"1/../../x"},"producer":"stores/acme"}`, nil,
			touchpoint.Event{Name: "order.created", Subject: "1/../../x"}},

		{"an outcome that is not told is no success", "adyen", item(`"eventCode":"AUTHORISATION","pspReference":"ABC"`), nil,
			touchpoint.Event{Name: "AUTHORISATION.failed", Delivery: "ABC.AUTHORISATION.failed", Subject: "ABC", Properties: is("payment", "ABC"),
				Link: "https://ca-live.adyen.com/ca/ca/accounts/showTx.shtml?pspReference=ABC&txType=Payment"}},
		{"yes and no as such, an amount as text", "adyen", item(`"eventCode":"CAPTURE","success":true,"amount":{"value":"150000","currency":"CLP"},"pspReference":"a b"`), nil,
			touchpoint.Event{Name: "CAPTURE", Delivery: "a b.CAPTURE", Subject: "a b", Properties: is("amount", "1500.00", "currency", "CLP", "payment", "a b")}},
	} {
		if row.want.Properties == nil {
			row.want.Properties = map[string]string{}
		}
		events, err := senders[row.kind].events(row.header, []byte(row.body))
		if err != nil {
			t.Fatalf("%s, %s: %v", row.kind, row.rule, err)
		}
		if diff := cmp.Diff([]touchpoint.Event{row.want}, events); diff != "" {
			t.Errorf("%s, %s: %s", row.kind, row.rule, diff)
		}
	}
}

func TestAnAmountIsWrittenAsPeopleDo(t *testing.T) {
	for _, row := range []struct {
		minor, currency foreign.Text
		own             map[string]int
		want            string
	}{
		{"129900", "sek", nil, "1299.00"}, {"5", "EUR", nil, "0.05"}, {"0", "EUR", nil, "0.00"}, {"100", "EUR", nil, "1.00"},
		{"12000", "JPY", nil, "12000"}, {"0", "JPY", nil, "0"}, {"12345", "KWD", nil, "12.345"}, {"7", "BHD", nil, "0.007"},
		{"1000", "ISK", nil, "1000"}, {"1000", "ISK", stripeDecimals, "10.00"}, {"1000", "UGX", stripeDecimals, "10.00"}, {"1000", "MGA", stripeDecimals, "1000"},
		{"1000", "ISK", adyenDecimals, "10.00"}, {"1000", "CLP", adyenDecimals, "10.00"}, {"1000", "CLP", stripeDecimals, "1000"}, {"1000", "IDR", adyenDecimals, "1000"},
		{"1000", "IDR", stripeDecimals, "10.00"}, {"1000", "COP", nil, "10.00"}, {" 7 ", " eur ", nil, "0.07"},
		{"", "EUR", nil, ""}, {"100", "", nil, ""}, {"-100", "EUR", nil, ""}, {"1.5", "EUR", nil, ""}, {"1e3", "EUR", nil, ""}, {"9999999999999999999", "EUR", nil, ""},
	} {
		if got := major(row.minor, row.currency, row.own); got != row.want {
			t.Errorf("%s %s is %q, want %q", row.minor, row.currency, got, row.want)
		}
	}
}

func TestAnAddressMayBeTriedAndNothingComesOfIt(t *testing.T) {
	g := newGate()
	form := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	for body, status := range map[string]int{"webhook_id=5": 200, "webhook_id=": 415, "webhook_id=5&order=7": 415, "": 415, `{"id":7,"status":"completed"}`: 415} {
		if rec := g.send(t, http.MethodPost, "woocommerce", form, []byte(body)); rec.Code != status || rec.Body.Len() > 0 && status == 200 {
			t.Errorf("%q: %d %s", body, rec.Code, rec.Body)
		}
	}
	g.secrets["stripe"] = secretsOf["stripe"]
	ping := []byte(`{"id":"evt_1","type":"v2.core.event_destination.ping"}`)
	header := signed(t, "stripe", ping, noon)
	header.Set("Content-Type", "application/json")
	if rec := g.send(t, http.MethodPost, "stripe", header, ping); rec.Code != 200 || rec.Body.String() != "{\"decision\":\"ping\"}\n" {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
	if len(g.taken) > 0 || len(g.skipped) != 1 || g.skipped[0].Reason != touchpoint.Ping {
		t.Errorf("taken %v, kept %v", g.taken, g.skipped)
	}
}
