package store

import (
	"context"
	"fmt"
	"time"

	"afterword/internal/access"
	"afterword/internal/agenda"
	"afterword/internal/fault"
	"afterword/internal/table"
)

var (
	_ access.Asks     = (*Store)(nil)
	_ access.Links    = (*Store)(nil)
	_ access.Sessions = (*Store)(nil)
	_ access.Meter    = (*Store)(nil)
)

// askKept is how long an ask stays that no walk sees to: long after a link would have come too late.
const askKept = 24 * time.Hour

var (
	errNoAsk     = fault.New(fault.NotFound, "nobody asked for a link")
	errNoLink    = fault.New(fault.NotFound, "there is no such link")
	errNoSession = fault.New(fault.NotFound, "there is no such session")
)

func askKey(who access.Who) table.Key { return workKey(agenda.SignIn, string(who)) }

// expiring encodes what is removed some time after it has come to its end.
func expiring(v any, ends time.Time) (table.Item, error) {
	item, err := table.Encode(v)
	if err == nil {
		item[table.AttrExpires] = ends.Unix()
	}
	return item, err
}

// KeepAsk puts an ask on the agenda. The same is written whoever it is.
func (s *Store) KeepAsk(ctx context.Context, ask access.Ask) error {
	item, err := expiring(ask, ask.At.Add(askKept))
	if err != nil {
		return err
	}
	for attr, value := range agendaAttributes(agenda.Entry{Due: ask.At, Kind: agenda.SignIn, Key: string(ask.Who)}) {
		item[attr] = value
	}
	_, err = s.write(ctx, table.Write{Kind: table.Put, Key: askKey(ask.Who), Item: item})
	return err
}

// Ask reads an ask.
func (s *Store) Ask(ctx context.Context, who access.Who) (ask access.Ask, err error) {
	return ask, s.read(ctx, askKey(who), &ask, errNoAsk)
}

// read reads an item, strongly, or tells that there is none.
func (s *Store) read(ctx context.Context, key table.Key, into any, none error) error {
	item, err := s.table.Get(ctx, key, true)
	if err != nil {
		return err
	}
	if item == nil {
		return none
	}
	return table.Decode(item, into)
}

// DropAsk takes an ask off the agenda, unless there is a newer one.
func (s *Store) DropAsk(ctx context.Context, ask access.Ask) error {
	_, err := s.applies(ctx, table.Write{Kind: table.Delete, Key: askKey(ask.Who), If: table.Equal("at", stamp(ask.At))})
	return err
}

// KeepLink keeps a new link.
func (s *Store) KeepLink(ctx context.Context, link access.Link) error {
	item, err := expiring(link, link.Expires)
	if err != nil {
		return err
	}
	_, err = s.write(ctx, table.Write{Kind: table.Put, Key: signInKey(link.ID), Item: item, If: table.Absent(table.AttrPartition)})
	return err
}

// Link reads a link.
func (s *Store) Link(ctx context.Context, id string) (link access.Link, err error) {
	kept := struct {
		*access.Link
		Used string `json:"used_at"`
	}{Link: &link}
	err = s.read(ctx, signInKey(id), &kept, errNoLink)
	link.Used = kept.Used != ""
	return link, err
}

// OpenSession uses a link up and keeps the session that it opens, in one transaction.
func (s *Store) OpenSession(ctx context.Context, link access.Link, session access.Session) (bool, error) {
	item, err := expiring(session, session.Ends())
	if err != nil {
		return false, err
	}
	writer := newWriter()
	err = s.transact(ctx, []table.Write{
		{
			Kind: table.Update, Key: signInKey(link.ID), Set: table.Item{"used_at": stamp(session.Began)}, Writer: writer,
			If: table.All(table.Present(table.AttrPartition), table.Absent("used_at")),
		},
		{Kind: table.Put, Key: sessionKey(session.ID), Item: item, If: table.Absent(table.AttrPartition), Writer: writer},
	})
	if failed(err) != nil {
		return false, nil
	}
	return err == nil, err
}

// Session reads a session.
func (s *Store) Session(ctx context.Context, id string) (session access.Session, err error) {
	return session, s.read(ctx, sessionKey(id), &session, errNoSession)
}

// SeeSession keeps when a session was used. One that was ended meanwhile stays so.
func (s *Store) SeeSession(ctx context.Context, session access.Session) error {
	_, err := s.applies(ctx, table.Write{
		Kind: table.Update, Key: sessionKey(session.ID), If: table.Present(table.AttrPartition),
		Set: table.Item{"seen": stamp(session.Seen), table.AttrExpires: session.Ends().Unix()},
	})
	return err
}

// EndSession forgets a session.
func (s *Store) EndSession(ctx context.Context, id string) error {
	_, err := s.write(ctx, table.Write{Kind: table.Delete, Key: sessionKey(id)})
	return err
}

// CountLink counts in the quarters of an hour.
func (s *Store) CountLink(ctx context.Context, who access.Who, most int64, now time.Time) (int64, error) {
	n, err := s.count(ctx, linksKey(who), now.Unix()/int64(access.LinkTime/time.Second), most)
	if err != nil {
		return 0, fmt.Errorf("count links: %w", err)
	}
	return n, nil
}
