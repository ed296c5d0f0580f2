package webhook

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"afterword/internal/foreign"
)

// adyen signs eight fields of each item and puts the signature into the item; the customer's address, the time and whether it is a
// test are not among them, so that a password has to be shown beside it. The secrets are the HMAC key in hex and user:password. It waits
// ten seconds, and sends again for up to thirty days what is not a 2xx, before anything newer.
//
// An event that did not succeed has ".failed" after its code: a payment that was refused is no purchase. The customer's address and
// language are there when the account's additional settings include the shopper's details.
var adyen = sender{
	scheme: scheme{
		hash: sha256.New, separator: ":", encoding: standardBase64, key: hexKey,
		inside: adyenClaims, seal: adyenSeal,
		beside: func(m message, secrets []string) bool { return password(m.header, secrets) },
	},
	events:   adyenEvents,
	happened: []string{"eventDate"},
}

// adyenNotification is the body, as far as the signature covers it.
type adyenNotification struct {
	Items []struct {
		Item adyenSigned `json:"NotificationRequestItem"`
	} `json:"notificationItems"`
}

type adyenSigned struct {
	Reference foreign.Text `json:"pspReference"`
	Original  foreign.Text `json:"originalReference"`
	Account   foreign.Text `json:"merchantAccountCode"`
	Merchant  foreign.Text `json:"merchantReference"`
	Event     foreign.Text `json:"eventCode"`
	Success   foreign.Text `json:"success"`
	Amount    struct {
		Value    foreign.Text `json:"value"`
		Currency foreign.Text `json:"currency"`
	} `json:"amount"`
	Additional struct {
		Signature foreign.Text `json:"hmacSignature"`
	} `json:"additionalData"`
}

// longestSigned bounds each signed field, in bytes: a reference has 80 characters at most.
const longestSigned = 1000

var (
	errLong   = errors.New("a signed field is too long")
	errColon  = errors.New("a signed field has a colon in it")
	errNoItem = errors.New("an item is missing")
)

// parts are the eight fields. Only the merchant's own reference may have a colon: elsewhere a field could be taken for two.
func (i adyenSigned) parts() ([][]byte, error) {
	texts := []foreign.Text{i.Reference, i.Original, i.Account, i.Merchant, i.Amount.Value, i.Amount.Currency, i.Event, i.Success}
	parts := make([][]byte, len(texts))
	for n, text := range texts {
		if len(text) > longestSigned {
			return nil, errLong
		}
		if parts[n] = []byte(text); n != 3 && strings.Contains(string(text), ":") {
			return nil, errColon
		}
	}
	return parts, nil
}

func adyenClaims(m message) ([]claim, error) {
	var n adyenNotification
	if err := foreign.Decode(m.body, &n); err != nil {
		return nil, errUnsigned
	}
	claims := make([]claim, len(n.Items))
	for i, item := range n.Items {
		signature, err := standardBase64.DecodeString(string(item.Item.Additional.Signature))
		if err != nil || len(signature) == 0 {
			return nil, errUnsigned
		}
		parts, err := item.Item.parts()
		if err != nil {
			return nil, errors.Join(errUnsigned, err)
		}
		claims[i] = claim{parts: parts, given: [][]byte{signature}}
	}
	return claims, nil
}

// adyenSeal signs each item of a sample.
func adyenSeal(body []byte, mac func([][]byte) string) ([]byte, error) {
	var signed adyenNotification
	var whole map[string]any
	if err := errors.Join(foreign.Decode(body, &signed), json.Unmarshal(body, &whole)); err != nil {
		return nil, err
	}
	items, _ := whole["notificationItems"].([]any)
	for i := range items {
		parts, err := signed.Items[i].Item.parts()
		if err != nil {
			return nil, err
		}
		outer, _ := items[i].(map[string]any)
		item, _ := outer["NotificationRequestItem"].(map[string]any)
		if item == nil {
			return nil, errNoItem
		}
		additional, is := item["additionalData"].(map[string]any)
		if !is {
			additional = map[string]any{}
			item["additionalData"] = additional
		}
		additional["hmacSignature"] = mac(parts)
	}
	return json.Marshal(whole)
}

// password tells whether one of the secrets that are user:password is shown.
func password(header http.Header, secrets []string) bool {
	coded, is := strings.CutPrefix(header.Get("Authorization"), "Basic ")
	have, err := standardBase64.DecodeString(coded)
	matched := false
	for _, secret := range secrets {
		if same(string(have), secret) && strings.Contains(secret, ":") {
			matched = true
		}
	}
	return is && err == nil && matched
}
