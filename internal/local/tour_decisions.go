package local

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"afterword/internal/customer"
	"afterword/internal/fault"
	"afterword/internal/period"
	"afterword/internal/touchpoint"
)

// decisionsView is a page of the decisions of a day, newest first.
type decisionsView struct {
	Day, Zone   string
	Before      string // link to the decisions of the day before
	After       string // likewise; "" today
	Touchpoint  string // that alone; "": all
	Touchpoints []tourLink
	Decisions   []decisionLine
	More        string // link to the page after; ""
}

type (
	tourLink struct{ Name, Link string }
	// decisionLine says what was decided about a visit, and why.
	decisionLine struct {
		At, Touchpoint, About, Reason, Why string
		Customer                           string // link to the history; "": nobody knows who it was
		After                              string // what came of the invitation
	}
)

func lineOf(v touchpoint.Visit) decisionLine {
	line := decisionLine{
		At: v.ReceivedAt.Format("2 Jan 2006 15:04"), Touchpoint: v.Touchpoint, About: v.Source + " " + v.Subject,
		Reason: string(v.Reason), Why: v.Explanation,
	}
	if v.Erased {
		line.About = v.Source
	}
	if v.Customer != "" {
		line.Customer = historyLink(v.Customer)
	}
	return line
}

func historyLink(id customer.ID) string { return "/local/tour/customers/" + url.PathEscape(string(id)) }

// decisionsLink leads to the decisions of a day, about a touchpoint or all, from a cursor on.
func decisionsLink(day period.Day, touchpoint, cursor string) string {
	query := url.Values{"day": {day.String()}}
	for name, value := range map[string]string{"touchpoint": touchpoint, "cursor": cursor} {
		if value != "" {
			query.Set(name, value)
		}
	}
	return "/local/tour/decisions?" + query.Encode()
}

// tourDecisions shows why the visits of a day led to an invitation or did not, as the API tells it.
func (s *System) tourDecisions(w http.ResponseWriter, r *http.Request) (err error) {
	today := period.DayOf(s.clock.Now(), s.zone())
	day, query := today, r.URL.Query()
	if text := query.Get("day"); text != "" {
		if day, err = period.ParseDay(text); err != nil {
			return err
		}
	}
	name := query.Get("touchpoint")
	var page struct {
		Items []touchpoint.Visit
		Next  string
	}
	if err := s.ask(r.Context(), "/api/decisions?"+query.Encode(), &page); err != nil {
		return said(err, "expected a day such as 2026-11-20, one of the program's touchpoints, and a page that the tour leads to")
	}
	view := decisionsView{
		Day: day.String(), Zone: s.zone().String(), Before: decisionsLink(day.Add(-1), name, ""), Touchpoint: name,
		Touchpoints: []tourLink{{"all", decisionsLink(day, "", "")}},
	}
	if day.Before(today) {
		view.After = decisionsLink(day.Add(1), name, "")
	}
	for _, each := range slices.Sorted(slices.Values(s.touchpoints(r.Context()))) {
		view.Touchpoints = append(view.Touchpoints, tourLink{each, decisionsLink(day, each, "")})
	}
	for _, v := range page.Items {
		view.Decisions = append(view.Decisions, lineOf(v))
	}
	if page.Next != "" {
		view.More = decisionsLink(day, name, page.Next)
	}
	return showTour(w, "tour_decisions.html", view)
}

// customerView is a page of what happened with a customer, newest first.
type customerView struct {
	Who, Standing string
	Asks          []string // that hold a place in a window
	Decisions     []decisionLine
	More          string
}

// tourFind leads from an address to the customer's history. The address is in the form, and in no link.
func (s *System) tourFind(w http.ResponseWriter, r *http.Request) error {
	body, err := json.Marshal(map[string]string{"address": r.PostFormValue("address")})
	if err != nil {
		return err
	}
	var found struct{ ID customer.ID }
	if err := s.call(r.Context(), http.MethodPost, "/api/customers/find", body, &found); err != nil {
		return said(err, "nothing is known of anybody with this address, or it is none")
	}
	http.Redirect(w, r, historyLink(found.ID), http.StatusSeeOther)
	return nil
}

// tourCustomer shows why a customer was asked about each visit or was not, and what came of it.
func (s *System) tourCustomer(w http.ResponseWriter, r *http.Request) error {
	id := customer.ID(r.PathValue("id"))
	var person struct {
		Customer customer.Customer
		Items    []struct {
			Visit      touchpoint.Visit
			Invitation *struct {
				State, Why string
				Rating     int
				Rev        int64
			}
		}
		Next string
	}
	path := "/api/customers/" + url.PathEscape(string(id))
	if cursor := r.URL.Query().Get("cursor"); cursor != "" {
		path += "?cursor=" + url.QueryEscape(cursor)
	}
	if err := s.ask(r.Context(), path, &person); err != nil {
		return said(err, "nothing is known of such a customer")
	}
	c := person.Customer
	view := customerView{Who: c.Address, Standing: standing(c)}
	if view.Who == "" {
		view.Who = "customer " + string(id)
	}
	for _, ask := range c.Asks {
		view.Asks = append(view.Asks, fmt.Sprintf("%s (%s), %s", ask.Touchpoint, ask.Metric, ask.At.Format("2 Jan 2006 15:04 UTC")))
	}
	for _, item := range person.Items {
		line := lineOf(item.Visit)
		line.Customer = ""
		if inv := item.Invitation; inv != nil {
			if line.After = inv.State; inv.Why != "" {
				line.After += ": " + inv.Why
			}
			if inv.Rev > 0 {
				line.After += fmt.Sprintf(", rating %d", inv.Rating)
			}
		}
		view.Decisions = append(view.Decisions, line)
	}
	if person.Next != "" {
		view.More = historyLink(id) + "?cursor=" + url.QueryEscape(person.Next)
	}
	return showTour(w, "tour_customer.html", view)
}

// standing is what speaks for or against asking the customer again.
func standing(c customer.Customer) string {
	text := "reachable"
	switch {
	case c.Status != customer.Reachable:
		text = string(c.Status)
	case c.Refused:
		text = "does not want to be asked"
	case c.Agreed:
		text = "reachable, and agreed to be asked"
	}
	if c.OpenCases > 0 {
		text += fmt.Sprintf("; open cases: %d", c.OpenCases)
	}
	return text
}

// said is a fault that says in plain words what the API refused.
func said(err error, words string) error {
	var refused refusal
	switch {
	case errors.As(err, &refused) && refused.status == http.StatusNotFound:
		return fault.Wrap(fault.NotFound, err, "%s", words)
	case errors.As(err, &refused) && refused.status == http.StatusBadRequest:
		return fault.Wrap(fault.Invalid, err, "%s", words)
	}
	return err
}
