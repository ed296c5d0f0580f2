package webhook

import (
	"crypto/sha256"
	"net/http"
	"time"

	"afterword/internal/touchpoint"
)

// standard is the Standard Webhooks specification, version 1.0.0, symmetric signatures (v1). Svix signs the same way under names of
// its own.
var standard = sender{
	scheme: scheme{
		hash: sha256.New, signed: []part{deliveryPart, timePart, bodyPart}, separator: ".", encoding: standardBase64, key: decodedKey,
		families: []family{
			{signature: "Webhook-Signature", timestamp: "Webhook-Timestamp", delivery: "Webhook-Id"},
			{signature: "Svix-Signature", timestamp: "Svix-Timestamp", delivery: "Svix-Id"},
		},
		prefix:    "v1,",
		tolerance: 300 * time.Second,
	},
	event: standardEvent,
}

type standardBody struct {
	Type      scalar `json:"type"`
	Timestamp scalar `json:"timestamp"`
	Data      struct {
		Customer struct {
			Email    scalar `json:"email"`
			Name     scalar `json:"name"`
			Language scalar `json:"language"`
			Zone     scalar `json:"time_zone"`
		} `json:"customer"`
		Subject    scalar            `json:"subject"`
		Link       scalar            `json:"link"`
		Properties map[string]scalar `json:"properties"`
		Test       scalar            `json:"test"`
		Reopened   scalar            `json:"reopened"`
		Consent    scalar            `json:"consent"`
		Since      scalar            `json:"customer_since"` // a time, or a date
	} `json:"data"`
}

func standardEvent(header http.Header, body []byte) (touchpoint.Event, error) {
	var b standardBody
	if err := decode(body, &b); err != nil {
		return touchpoint.Event{}, err
	}
	d := b.Data
	e := touchpoint.Event{
		Name:       first(b.Type),
		Delivery:   first(scalar(header.Get("Webhook-Id")), scalar(header.Get("Svix-Id"))),
		Subject:    first(d.Subject),
		Link:       first(d.Link),
		At:         moment(b.Timestamp),
		Address:    first(d.Customer.Email),
		Person:     first(d.Customer.Name),
		Language:   first(d.Customer.Language),
		Zone:       first(d.Customer.Zone),
		Since:      moment(d.Since, d.Since+"T00:00:00"),
		Test:       yes(d.Test),
		Reopened:   yes(d.Reopened),
		Properties: map[string]string{},
	}
	for name, value := range d.Properties {
		e.Properties[name] = first(value)
	}
	e.Properties = properties(e.Properties)
	switch {
	case yes(d.Consent):
		e.Consent = touchpoint.Given
	case first(d.Consent) != "":
		e.Consent = touchpoint.Refused
	}
	return e, nil
}
