package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"afterword/internal/customer"
	"afterword/internal/fault"
	"afterword/internal/program"
)

// LinkTime is how long a sign-in link is good, from when it is mailed.
const LinkTime = 15 * time.Minute

// AsksPerMinute is how many links all of the world may ask for in a clock minute: enough for a team on a Monday morning, and a flood
// neither fills the agenda nor keeps the team out for longer than it lasts.
const AsksPerMinute = 30

// Who names a member of the team in keys and items: 32 hex digits that are no address. The letters of an address may be large or small.
type Who string

// WhoOf is the member with the address, which is in the form of customer.Address.
func WhoOf(address string) Who {
	sum := sha256.Sum256([]byte(strings.ToLower(address)))
	return Who(hex.EncodeToString(sum[:16]))
}

// member finds somebody in the team; false for who is not, or no longer, in it.
func member(p *program.Program, who Who) (program.Member, bool) {
	for _, m := range p.Team {
		if WhoOf(m.Address) == who {
			return m, true
		}
	}
	return program.Member{}, false
}

// Ask is that somebody asked for a link, from when they asked until a walk of the agenda has seen to it.
type Ask struct {
	Who Who       `json:"who"`
	To  string    `json:"to"` // the page that they wanted: a path of ours
	At  time.Time `json:"at"` // UTC, to the second
}

// Link is a sign-in link as it is kept. Its secret is in the mail alone.
type Link struct {
	ID      string    `json:"id"` // hash of the secret
	Who     Who       `json:"who"`
	Host    string    `json:"host"` // of the address that it was made for
	To      string    `json:"to"`
	Expires time.Time `json:"expires"` // it is good before; UTC, to the second
	Used    bool      `json:"-"`
}

// secretBytes is the length of what cannot be guessed in links and cookies; it is why a plain hash of it needs no salt.
const secretBytes = 32

// NewSecret draws the secret of a link or a session, 43 characters of base64url, and the id by which that is kept.
func NewSecret() (secret, id string) {
	var random [secretBytes]byte
	rand.Read(random[:]) // never fails
	secret = base64.RawURLEncoding.EncodeToString(random[:])
	id, _ = secretID(secret)
	return secret, id
}

// secretID is the id of what is kept under a secret; false for text that cannot be one.
func secretID(secret string) (string, bool) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(secret)
	if err != nil || len(raw) != secretBytes || len(secret) != base64.RawURLEncoding.EncodedLen(secretBytes) {
		return "", false
	}
	sum := sha256.Sum256(raw)
	return base64.RawURLEncoding.EncodeToString(sum[:]), true
}

// Asks keeps who asked for a link.
type Asks interface {
	// KeepAsk puts an ask on the agenda, due at its time, in the place of one of the same person's. Faults: Transient.
	KeepAsk(ctx context.Context, ask Ask) error
	// Ask reads one, strongly. Faults: NotFound, Transient.
	Ask(ctx context.Context, who Who) (Ask, error)
	// DropAsk takes an ask off the agenda, unless there is a newer one in its place. Faults: Transient.
	DropAsk(ctx context.Context, ask Ask) error
}

// Links keeps links.
type Links interface {
	// KeepLink keeps a new link. Faults: Transient.
	KeepLink(ctx context.Context, link Link) error
	// Link reads one, strongly. Faults: NotFound, Transient.
	Link(ctx context.Context, id string) (Link, error)
	// OpenSession uses a link up and keeps the session that it opens, both or neither, whoever else does so at the same time. False: it was
	// used before. Faults: Transient.
	OpenSession(ctx context.Context, link Link, session Session) (bool, error)
}

// Meter counts.
type Meter interface {
	// CountRequest counts as that of package api does. Faults: Transient.
	CountRequest(ctx context.Context, key string, most int64, now time.Time) (count int64, err error)
	// CountLink counts a link to somebody in the quarter of an hour that now is in, likewise. Faults: Transient.
	CountLink(ctx context.Context, who Who, most int64, now time.Time) (count int64, err error)
}

// Programs gives the program in force.
type Programs interface {
	// Current returns the program in force. Faults: Transient.
	Current(ctx context.Context) (*program.Program, error)
}

// SignIn lets the members of the team in, by a link that is mailed to them: whoever reads their mail is taken for them. There are no
// passwords to choose, to leak and to reset, and whoever loses their mailbox leaves the team with it.
//
// To ask is the same for everybody: it keeps that somebody asked, and reads neither program nor team, so that neither words nor time
// tell who is on it. A walk of the agenda mails those who are (Porter), within a minute.
type SignIn struct {
	Asks     Asks
	Links    Links
	Sessions Sessions
	Meter    Meter
	Programs Programs
}

// Ask asks for a link to the address, as it was typed, and for the page that is wanted afterwards. Faults: Invalid for what is no
// address, TooMany, Transient.
func (s SignIn) Ask(ctx context.Context, address, to string, now time.Time) error {
	address = customer.Address(address)
	if !customer.Valid(address) {
		return fault.New(fault.Invalid, "this is not a mail address")
	}
	count, err := s.Meter.CountRequest(ctx, "sign-in", AsksPerMinute, now)
	if err != nil {
		return fmt.Errorf("count who asks for a link: %w", err)
	}
	if count > AsksPerMinute {
		return fault.New(fault.TooMany, "many are asking for links at this moment; ask again in a minute")
	}
	return s.Asks.KeepAsk(ctx, Ask{Who: WhoOf(address), To: to, At: now.UTC().Truncate(time.Second)})
}

// errLink is the one answer to every link that lets nobody in, so that nobody learns why.
var errLink = fault.New(fault.Closed, "this link was used, is too old, or is not one of ours; ask for another")

// Look tells whom a link lets in, and uses nothing up: mail scanners open every link. Faults: Closed, Transient.
func (s SignIn) Look(ctx context.Context, secret, host string, now time.Time) (program.Member, error) {
	_, m, err := s.link(ctx, secret, host, now)
	return m, err
}

func (s SignIn) link(ctx context.Context, secret, host string, now time.Time) (Link, program.Member, error) {
	nobody := program.Member{}
	id, ok := secretID(secret)
	if !ok {
		return Link{}, nobody, errLink
	}
	link, err := s.Links.Link(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return Link{}, nobody, errLink
	}
	if err != nil {
		return Link{}, nobody, fmt.Errorf("read a sign-in link: %w", err)
	}
	p, err := s.Programs.Current(ctx)
	if err != nil {
		return Link{}, nobody, err
	}
	m, in := member(p, link.Who)
	if !in || link.Used || !now.Before(link.Expires) || link.Host != host {
		return Link{}, nobody, errLink
	}
	return link, m, nil
}

// Enter lets in by a link, once, and returns the secret of the session that begins, for a cookie, and the page that was wanted.
// Faults: Closed, Transient.
func (s SignIn) Enter(ctx context.Context, secret, host string, now time.Time) (session, to string, err error) {
	link, m, err := s.link(ctx, secret, host, now)
	if err != nil {
		return "", "", err
	}
	session, id := NewSecret()
	now = now.UTC().Truncate(time.Second)
	entered, err := s.Links.OpenSession(ctx, link, Session{ID: id, Who: link.Who, Role: m.Role, Host: host, Began: now, Seen: now})
	if err != nil {
		return "", "", fmt.Errorf("sign in: %w", err)
	}
	if !entered {
		return "", "", errLink
	}
	return session, link.To, nil
}
