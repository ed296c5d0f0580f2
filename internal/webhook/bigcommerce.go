package webhook

import (
	"crypto/sha256"
	"net/http"
	"strings"
	"time"

	"afterword/internal/foreign"
	"afterword/internal/touchpoint"
)

// bigcommerce signs by Standard Webhooks, with the bytes of the app's client secret as they are. It sends again for two days and then gives
// the address up, and it takes a rest of minutes from a server that refuses one in ten.
//
// What it sends says that an order has another status and nothing of the customer, who has to be asked for (Event.Fetch). The event is the
// resource with the status, such as "order.completed", else what happened to it: "order.created".
var bigcommerce = sender{
	scheme: scheme{
		hash: sha256.New, signed: []part{deliveryPart, timePart, bodyPart}, separator: ".", encoding: standardBase64, key: literal,
		families: []family{{signature: "Webhook-Signature", timestamp: "Webhook-Timestamp", delivery: "Webhook-Id"}},
		style:    spaced, prefix: "v1,", tolerance: 300 * time.Second,
	},
	events:   single(bigcommerceEvent),
	happened: []string{"created_at"},
}

type bigcommerceBody struct {
	Scope     foreign.Text `json:"scope"`
	Hash      foreign.Text `json:"hash"` // the same when the same is sent twice
	CreatedAt foreign.Text `json:"created_at"`
	Producer  foreign.Text `json:"producer"`
	Data      struct {
		Type   foreign.Text `json:"type"`
		ID     foreign.Text `json:"id"`
		Status struct {
			New foreign.Text `json:"new_status_id"`
			Old foreign.Text `json:"previous_status_id"`
		} `json:"status"`
	} `json:"data"`
}

// bigcommerceStatuses are an order's, by their ids.
var bigcommerceStatuses = map[string]string{
	"0": "incomplete", "1": "pending", "2": "shipped", "3": "partially-shipped", "4": "refunded", "5": "cancelled", "6": "declined", "7": "awaiting-payment",
	"8": "awaiting-pickup", "9": "awaiting-shipment", "10": "completed", "11": "awaiting-fulfillment", "12": "manual-verification-required",
	"13": "disputed", "14": "partially-refunded",
}

func bigcommerceEvent(header http.Header, body []byte) (touchpoint.Event, error) {
	var b bigcommerceBody
	if err := foreign.Decode(body, &b); err != nil {
		return touchpoint.Event{}, err
	}
	scope, id := strings.TrimPrefix(foreign.First(b.Scope), "store/"), foreign.First(b.Data.ID)
	status := foreign.First(b.Data.Status.New)
	e := touchpoint.Event{
		Name:     strings.ReplaceAll(scope, "/", "."),
		Delivery: foreign.First(b.Hash, foreign.Text(header.Get("Webhook-Id"))),
		Subject:  id,
		At:       foreign.Moment(b.CreatedAt),
		Properties: foreign.Properties(map[string]string{
			"status": bigcommerceStatuses[status], "previous_status": bigcommerceStatuses[foreign.First(b.Data.Status.Old)],
		}),
	}
	if scope == "order/statusUpdated" && status != "" {
		e.Name = "order." + status // of a status that is new to us, its id
		if name := bigcommerceStatuses[status]; name != "" {
			e.Name = "order." + name
		}
	}
	if b.Data.Type == "order" && isNumber(id) {
		e.Fetch = "orders/" + id
		if store := bigcommerceStore().FindStringSubmatch(string(b.Producer)); store != nil {
			e.Link = "https://store-" + store[1] + ".mybigcommerce.com/manage/orders/" + id
		}
	}
	return e, nil
}

var bigcommerceStore = foreign.Pattern(`^stores/([a-z0-9]{1,40})$`)
