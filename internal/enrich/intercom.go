package enrich

import (
	"context"

	"afterword/internal/foreign"
	"afterword/internal/program"
	"afterword/internal/touchpoint"
)

// intercom: "Get a contact" of the REST API, for conversations that one of the team began. Workspaces in Europe and Australia have
// addresses of their own: https://api.eu.intercom.io, https://api.au.intercom.io. The token is an app's access token with the permission
// "Read and list users and companies".
var intercom = kind{
	name: "Intercom", api: "https://api.intercom.io", what: "contacts", least: "read users",
	authorize: bearer, fill: intercomContact,
}

// intercomVersion is of the API whose answers are read here; else it would be whatever the owner's app is set to.
const intercomVersion = "2.11"

func intercomContact(ctx context.Context, c call, id string, e *touchpoint.Event) error {
	var contact struct {
		Email    foreign.Text `json:"email"`
		Name     foreign.Text `json:"name"`
		Language foreign.Text `json:"language_override"`
		Browser  foreign.Text `json:"browser_language"`
		SignedUp foreign.Text `json:"signed_up_at"`
		Location struct {
			Country foreign.Text `json:"country_code"` // of three letters
		} `json:"location"`
	}
	if err := c.get(ctx, "contacts/"+id, nil, map[string]string{"Intercom-Version": intercomVersion}, &contact); err != nil {
		return err
	}
	e.Address, e.Person = foreign.First(contact.Email), foreign.First(contact.Name)
	e.Language = foreign.First(contact.Language, contact.Browser, foreign.Text(e.Language))
	if at := foreign.Moment(contact.SignedUp); !at.IsZero() {
		e.Since = at
	}
	if code, known := program.Country(foreign.First(contact.Location.Country)); known {
		put(e, "country", code)
	}
	return nil
}
