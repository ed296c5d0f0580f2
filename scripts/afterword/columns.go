package main

import (
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	people "afterword/internal/customer"
	"afterword/internal/touchpoint"
)

// as takes a text as it stands.
func as(field string) column {
	return func(r record, value string, _ *time.Location) error {
		r[field] = value
		return nil
	}
}

// at takes a time.
func at(field string) column {
	return func(r record, value string, local *time.Location) error {
		t, err := moment(value, local)
		if err != nil {
			return err
		}
		if t.Year() < 2000 {
			return fmt.Errorf("%.40q is before the year 2000", value)
		}
		r[field] = t.Format(time.RFC3339)
		return nil
	}
}

func consent(r record, value string, _ *time.Location) error {
	given := value == string(touchpoint.Given)
	if !given && value != string(touchpoint.Refused) {
		return fmt.Errorf("%.20q is no consent; expected given, refused or nothing", value)
	}
	r["agreed"] = given
	return nil
}

func agreed(r record, value string, _ *time.Location) error {
	switch strings.ToLower(value) {
	case "yes", "true", "1":
		r["agreed"] = true
	case "no", "false", "0":
		r["agreed"] = false
	default:
		return fmt.Errorf("%.20q is neither yes nor no", value)
	}
	return nil
}

func test(r record, value string, _ *time.Location) error {
	is := strings.EqualFold(value, "true") // spreadsheets write TRUE
	if !is && !strings.EqualFold(value, "false") {
		return fmt.Errorf("%.20q is neither true nor false", value)
	}
	if is {
		r["test"] = true
	}
	return nil
}

func rating(r record, value string, _ *time.Location) error {
	n, err := strconv.Atoi(value)
	if err != nil {
		return fmt.Errorf("%.20q is not a whole number", value)
	}
	r["rating"] = n
	return nil
}

// since is a time from which on somebody may not be mailed. Of two the graver status counts.
func since(status people.Status) column {
	return func(r record, value string, local *time.Location) error {
		t, err := moment(value, local)
		if err != nil {
			return err
		}
		had, _ := r["status"].(string)
		if weaker, _ := people.Status(had).Weaker(); len(weaker) == 0 || status == people.Complained {
			r["status"], r["status_at"] = string(status), t.Format(time.RFC3339)
		}
		return nil
	}
}

// zoneless are the times that spreadsheets write, and dates.
var zoneless = []string{"2006-01-02 15:04", "2006-01-02 15:04:05", "2006-01-02T15:04:05", time.DateOnly}

// zoned are times of exports.
var zoned = []string{time.RFC3339, "2006-01-02 15:04:05 MST", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05-07:00"}

var errNoZone = errors.New("it says no time zone, and this key may not ask for the program's; write such as 2026-11-20T09:12:00Z, or use an admin key")

// moment reads a time, also as the seconds since 1970. One that says no zone is local, and a date is its first moment.
func moment(value string, local *time.Location) (time.Time, error) {
	if seconds, err := strconv.ParseInt(value, 10, 64); err == nil && (len(value) == 9 || len(value) == 10) {
		return time.Unix(seconds, 0).UTC(), nil
	}
	for _, layout := range zoned {
		t, err := time.Parse(layout, value)
		if name, offset := t.Zone(); err == nil && (offset != 0 || name == "UTC" || name == "GMT" || name == "") { // else a name that could be anywhere
			return t, nil
		}
	}
	for _, layout := range zoneless {
		if _, err := time.Parse(layout, value); err == nil {
			if local == nil {
				return time.Time{}, errNoZone
			}
			return time.ParseInLocation(layout, value, local)
		}
	}
	return time.Time{}, fmt.Errorf("%.40q is not a time; expected such as 2026-11-20T09:12:00Z, 2026-11-20 09:12 or 2026-11-20", value)
}

// with is columns and further ones.
func with(columns, more map[string]column) map[string]column {
	all := maps.Clone(columns)
	maps.Copy(all, more)
	return all
}

// visitColumns are those of a visit, whatever is done with it.
var visitColumns = map[string]column{
	"at": at("at"), "since": at("customer_since"), "touchpoint": as("touchpoint"), "address": as("address"), "subject": as("subject"),
	"source": as("source"), "language": as("language"), "zone": as("time_zone"), "consent": consent, "test": test,
}

// past is visits that programs are tried on.
var past = kind{
	such: "at,touchpoint,address,subject", needed: []string{"at", "touchpoint"},
	columns: with(visitColumns, map[string]column{"customer": as("customer"), "received": at("received")}),
}

// person are the aliases of columns about somebody.
var person = map[string]string{
	"email": "address", "email_address": "address", "person_email": "address", "mail": "address", "full_name": "name", "person_name": "name",
	"locale": "language", "time_zone": "zone", "timezone": "zone", "customer_since": "since",
	"person": ignored, "person_id": ignored, "phone_number": ignored, "rejected_line": ignored, "rejected_because": ignored,
}

func aliases(more map[string]string) map[string]string {
	all := maps.Clone(person)
	maps.Copy(all, more)
	return all
}

// importable is the kinds of files that can be imported.
var importable = map[string]imported{
	"visits": {
		kind: kind{
			such: "touchpoint,address,subject,at", needed: nil,
			columns: with(visitColumns, map[string]column{"name": as("name"), "link": as("link"), "agreed": agreed}),
			aliases: aliases(map[string]string{"order": "subject", "ticket": "subject", "visited_at": "at"}),
		},
		path: "/api/visits", field: "visits", key: "idempotency_key", known: "subject", touchpoint: true,
	},
	"customers": {
		kind: kind{
			such: "address,name,last_asked", needed: []string{"address"}, plain: true,
			columns: map[string]column{
				"address": as("address"), "name": as("name"), "language": as("language"), "zone": as("time_zone"), "since": at("customer_since"),
				"consent": consent, "agreed": agreed, "last_asked": at("last_asked"), "status_at": at("status_at"),
				"unsubscribed_at": since(people.Unsubscribed), "bounced_at": since(people.Bounced), "complained_at": since(people.Complained),
				"status": func(r record, value string, _ *time.Location) error { r["status"] = strings.ToLower(value); return nil },
				"metric": func(r record, value string, _ *time.Location) error { r["metric"] = strings.ToUpper(value); return nil },
			},
			aliases: aliases(map[string]string{
				"last_sent_at": "last_asked", "last_surveyed_at": "last_asked", "created_at": "since", "id": ignored, "last_responded_at": ignored,
				"next_survey_scheduled_at": ignored,
			}),
		},
		path: "/api/customers/import", field: "customers",
	},
	"responses": {
		kind: kind{
			such: "id,touchpoint,address,rating,comment,answered_at", needed: []string{"rating", "answered_at"},
			columns: map[string]column{
				"id": as("id"), "touchpoint": as("touchpoint"), "survey": as("survey"), "address": as("address"), "name": as("name"), "language": as("language"),
				"subject": as("subject"), "link": as("link"), "rating": rating, "comment": as("comment"), "answered_at": at("answered_at"), "sent_at": at("sent_at"),
			},
			aliases: aliases(map[string]string{
				"response_id": "id", "survey_response_id": "id", "score": "rating", "created_at": "answered_at", "responded_at": "answered_at",
				"order": "subject", "ticket": "subject", "survey_type": ignored, "permalink": ignored, "updated_at": ignored, "notes": ignored, "tags": ignored,
			}),
		},
		path: "/api/responses/import", field: "responses", key: "id", known: "id", touchpoint: true,
	},
}
