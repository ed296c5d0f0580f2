package enrich

import (
	"context"
	"net/url"
	"strings"

	"afterword/internal/foreign"
	"afterword/internal/touchpoint"
)

// hubspot: the CRM API, version 3: a ticket with its contacts, the first of them, and the ticket's owner. The token is that of a private
// app with the scopes tickets and crm.objects.contacts.read; with crm.objects.owners.read beside them the agent is known.
var hubspot = kind{
	name: "HubSpot", api: "https://api.hubapi.com", what: "tickets", least: "read tickets and contacts",
	authorize: bearer, fill: hubspotTicket,
}

func hubspotTicket(ctx context.Context, c call, id string, e *touchpoint.Event) error {
	var ticket struct {
		Properties struct {
			Owner   foreign.Text `json:"hubspot_owner_id"`
			Channel foreign.Text `json:"source_type"`
		} `json:"properties"`
		Associations struct {
			Contacts struct {
				Results []struct {
					ID foreign.Text `json:"id"`
				} `json:"results"`
			} `json:"contacts"`
		} `json:"associations"`
	}
	query := url.Values{"associations": {"contacts"}, "properties": {"hubspot_owner_id,source_type"}}
	if err := c.get(ctx, "crm/v3/objects/tickets/"+id, query, nil, &ticket); err != nil {
		return err
	}
	put(e, "channel", strings.ToLower(foreign.First(ticket.Properties.Channel)))
	var contact struct {
		Properties struct {
			Email    foreign.Text `json:"email"`
			First    foreign.Text `json:"firstname"`
			Last     foreign.Text `json:"lastname"`
			Language foreign.Text `json:"hs_language"`
			Country  foreign.Text `json:"hs_country_region_code"`
		} `json:"properties"`
	}
	all := ticket.Associations.Contacts.Results
	if len(all) == 0 || !idForm().MatchString(string(all[0].ID)) {
		return nil // a ticket of nobody: there is no address to ask at
	}
	query = url.Values{"properties": {"email,firstname,lastname,hs_language,hs_country_region_code"}}
	if err := c.get(ctx, "crm/v3/objects/contacts/"+string(all[0].ID), query, nil, &contact); err != nil {
		return err
	}
	who := contact.Properties
	e.Address, e.Language = foreign.First(who.Email), foreign.First(who.Language, foreign.Text(e.Language))
	e.Person = foreign.First(who.First) + " " + foreign.First(who.Last)
	put(e, "country", foreign.First(who.Country))
	return c.hubspotOwner(ctx, foreign.First(ticket.Properties.Owner), e)
}

func (c call) hubspotOwner(ctx context.Context, id string, e *touchpoint.Event) error {
	if !idForm().MatchString(id) {
		return nil
	}
	var owner struct {
		First foreign.Text `json:"firstName"`
		Last  foreign.Text `json:"lastName"`
	}
	if err := c.get(ctx, "crm/v3/owners/"+id, nil, nil, &owner); err != nil {
		return optional(err)
	}
	put(e, "agent", strings.TrimSpace(foreign.First(owner.First)+" "+foreign.First(owner.Last)))
	return nil
}
