package store

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"afterword/internal/agenda"
	"afterword/internal/program"
	"afterword/internal/survey"
	"afterword/internal/table"
	"afterword/internal/touchpoint"
)

// A visit and the invitation about it are one item, because they are made together and written again and again. What both say is
// there once. A visit that was decided against has no state, and whoever acts on an invitation asks for one.

// renamed are attributes of a visit that are called otherwise on its item: an answer has a reason of its own, and the invitation
// names the time of the visit already.
var renamed = map[string]string{"reason": "decision", "at": "visited_at"}

// implied are attributes of a visit that its key says, and where it is listed, and that it has a state; and decided are those that an
// invitation says.
var (
	implied = []string{"id", "day", "received_at", "invitation"}
	decided = []string{"decision", "explanation"}
)

// isProperty tells whether a cut of an invitation is a property of its visit as well, and is kept once.
func isProperty(cut string) bool { return slices.Contains(program.VisitProperties, cut) }

// visitItem is a visit, with the invitation about it unless that is nil.
func visitItem(v touchpoint.Visit, inv *survey.Invitation) (table.Item, error) {
	if inv != nil {
		v.Properties = maps.Clone(v.Properties)
		maps.DeleteFunc(v.Properties, func(name, value string) bool { return isProperty(name) && inv.Cuts[name] == value })
	}
	item, err := table.Encode(v)
	if err != nil {
		return nil, err
	}
	for attr, kept := range renamed {
		item[kept] = item[attr]
		delete(item, attr)
	}
	for _, attr := range implied {
		delete(item, attr)
	}
	item[table.Listing.Partition] = visitsList(v.Touchpoint, v.Day)
	item[table.Listing.Sort] = listedAt(v.ReceivedAt, v.ID)
	if inv == nil {
		if v.Customer != "" {
			item[table.Also.Partition], item[table.Also.Sort] = customersList(v.Customer), item[table.Listing.Sort]
		}
		return item, nil
	}
	planned, err := table.Encode(inv)
	if err != nil {
		return nil, err
	}
	maps.Copy(item, planned)
	for _, attr := range decided {
		delete(item, attr)
	}
	delete(item, "id")
	if inv.State == survey.Planned {
		place(item, agenda.Entry{Due: inv.PlannedAt, Kind: agenda.Invite, Key: inv.ID})
	}
	return item, nil
}

// visitOf reads the visit from its item.
func visitOf(item table.Item) (v touchpoint.Visit, err error) {
	named := maps.Clone(item)
	for attr, kept := range renamed {
		named[attr] = item[kept]
	}
	for _, attr := range implied {
		delete(named, attr) // an answer's day
	}
	if err := table.Decode(named, &v); err != nil {
		return v, fmt.Errorf("read a visit: %w", err)
	}
	v.ID = idOf(item)
	list, _ := item[table.Listing.Partition].(string)
	v.Day = list[strings.LastIndexByte(list, '#')+1:]
	received, _, _ := strings.Cut(listedOf(item, &table.Listing), "#")
	if v.ReceivedAt, err = time.Parse(time.RFC3339, received); err != nil {
		return v, fmt.Errorf("read when a visit was received: %w", err)
	}
	if !invites(item) {
		return v, nil
	}
	cuts, _ := item["cuts"].(map[string]any)
	if v.Invitation, v.Decision, err = v.ID, touchpoint.PlannedFor(v.PlannedAt), nil; item["handed"] == true {
		v.Decision, err = handedOf(item, v)
	}
	if name, via := item["via"].(string); via {
		v.Properties = map[string]string{program.ByChannel: name}
	}
	if err != nil {
		return v, err
	}
	for name, value := range cuts {
		if text, _ := value.(string); isProperty(name) {
			if v.Properties == nil {
				v.Properties = map[string]string{}
			}
			v.Properties[name] = text
		}
	}
	return v, nil
}

// handedOf is the decision about a visit that is asked about by a link.
func handedOf(item table.Item, v touchpoint.Visit) (touchpoint.Decision, error) {
	if item["imported_at"] != nil {
		return touchpoint.BroughtAlong(), nil
	}
	if v.Customer == "" {
		name, _ := item["via"].(string)
		return touchpoint.HandedToAnybody(name), nil
	}
	text, _ := item["expires_at"].(string)
	until, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return touchpoint.Decision{}, fmt.Errorf("read until when a link is open: %w", err)
	}
	return touchpoint.HandedUntil(until), nil
}

// idOf is the id of a visit and of the invitation about it.
func idOf(item table.Item) string {
	return strings.TrimPrefix(item.Key(table.Feedback).Partition, "I#")
}

// invites tells whether the item is an invitation as well.
func invites(item table.Item) bool {
	_, has := item["state"].(string)
	return has
}

// anInvitation holds for an item that is one.
var anInvitation = table.Present("state")

// asides are the writes by which a planned visit is found that the row of its customer, which is full, does not lead to.
func asides(e touchpoint.Entry) []table.Write {
	inv := e.Invitation
	if inv == nil || e.Customer != nil && slices.Contains(e.Customer.Invited, inv.ID) {
		return nil
	}
	return []table.Write{{Kind: table.Put, Key: feedback(invitationKey(inv.ID).Partition, "customer"), Item: table.Item{
		table.Also.Partition: customersList(inv.Customer), table.Also.Sort: listedAt(e.Visit.ReceivedAt, inv.ID),
	}}}
}
