package webhook

import (
	"strings"

	"afterword/internal/foreign"
	"afterword/internal/touchpoint"
)

// auth0 signs nothing: it shows a bearer token. It is the most fragile of all: it tries four times within seconds, never again after a
// 4xx, and switches a stream off after three attempts in a row that failed. It has two ways of telling: an event stream sends CloudEvents
// (user.created), and a log stream, which every plan has, a list of log entries or one of them (not lines of JSON). A sign-up in a log,
// of type ss, is told as user.created, by the user's id, so that whoever has both is asked once.
var auth0 = sender{
	scheme:   shownScheme,
	events:   batched(auth0Event),
	happened: []string{"time", "date"},
}

// auth0Body is either way's.
type auth0Body struct {
	Type    foreign.Text `json:"type"`
	ID      foreign.Text `json:"id"`
	Time    foreign.Text `json:"time"`
	Purpose foreign.Text `json:"a0purpose"` // test, of what the dashboard sends to try a stream
	LogID   foreign.Text `json:"log_id"`
	Data    struct {
		auth0Log
		Object auth0User `json:"object"`
	} `json:"data"`
	auth0Log
}

type auth0User struct {
	ID         foreign.Text  `json:"user_id"`
	Email      foreign.Text  `json:"email"`
	Verified   foreign.Text  `json:"email_verified"`
	Name       foreign.Text  `json:"name"`
	GivenName  foreign.Text  `json:"given_name"`
	FamilyName foreign.Text  `json:"family_name"`
	Locale     foreign.Text  `json:"locale"`
	CreatedAt  foreign.Text  `json:"created_at"`
	Metadata   auth0Metadata `json:"user_metadata"`
	Identities []struct {
		Connection foreign.Text `json:"connection"`
	} `json:"identities"`
}

type auth0Metadata struct {
	Locale foreign.Text `json:"locale"`
	Zone   foreign.Text `json:"zoneinfo"`
}

type auth0Log struct {
	Type       foreign.Text `json:"type"`
	Date       foreign.Text `json:"date"`
	User       foreign.Text `json:"user_id"`
	UserName   foreign.Text `json:"user_name"` // the address, where people sign up with one
	Connection foreign.Text `json:"connection"`
	Client     foreign.Text `json:"client_name"`
	Details    struct {
		Body struct {
			Email    foreign.Text  `json:"email"`
			Metadata auth0Metadata `json:"user_metadata"`
		} `json:"body"`
	} `json:"details"`
}

// signedUp is what the log calls a sign-up.
const signedUp = "ss"

func auth0Event(body []byte) (touchpoint.Event, error) {
	var b auth0Body
	if err := foreign.Decode(body, &b); err != nil {
		return touchpoint.Event{}, err
	}
	if user := b.Data.Object; foreign.First(b.LogID) == "" {
		connection := foreign.Text("")
		if len(user.Identities) > 0 {
			connection = user.Identities[0].Connection
		}
		return touchpoint.Event{
			Name:     foreign.First(b.Type),
			Delivery: foreign.First(b.ID),
			Subject:  foreign.First(user.ID),
			At:       foreign.Moment(b.Time),
			Address:  foreign.First(user.Email),
			Person:   named(user.Name, user.GivenName+" "+user.FamilyName),
			Language: foreign.First(user.Metadata.Locale, user.Locale),
			Zone:     foreign.First(user.Metadata.Zone),
			Since:    foreign.Moment(user.CreatedAt),
			Test:     foreign.First(b.Purpose) == "test",
			Properties: foreign.Properties(map[string]string{
				"email_verified": foreign.First(user.Verified), "connection": foreign.First(connection),
			}),
		}, nil
	}
	log := b.Data.auth0Log
	if foreign.First(log.Type) == "" { // an entry without an envelope
		log = b.auth0Log
		log.Type = b.Type
	}
	e := touchpoint.Event{
		Name:     foreign.First(log.Type),
		Delivery: foreign.First(b.LogID),
		Subject:  foreign.First(log.User),
		At:       foreign.Moment(log.Date),
		Address:  foreign.First(log.Details.Body.Email),
		Language: foreign.First(log.Details.Body.Metadata.Locale),
		Zone:     foreign.First(log.Details.Body.Metadata.Zone),
		Properties: foreign.Properties(map[string]string{
			"connection": foreign.First(log.Connection), "client": foreign.First(log.Client),
		}),
	}
	if name := foreign.First(log.UserName); e.Address == "" && strings.Contains(name, "@") {
		e.Address = name
	}
	if e.Name == signedUp {
		e.Name, e.Since = "user.created", e.At
	}
	return e, nil
}

// named is the first that is a name: who has told none is often called by the address.
func named(of ...foreign.Text) string {
	for _, name := range of {
		if text := foreign.First(name); text != "" && !strings.Contains(text, "@") {
			return text
		}
	}
	return ""
}
