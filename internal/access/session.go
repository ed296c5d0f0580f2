package access

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"time"

	"afterword/internal/fault"
	"afterword/internal/program"
)

// How long a session lasts: a working day at most, and two hours without being used. That it is used is kept every ten minutes, so
// that reading a page costs no write.
const (
	SessionTime = 12 * time.Hour
	IdleTime    = 2 * time.Hour
	seenEvery   = 10 * time.Minute
)

// Session is a member who signed in, as it is kept. Its secret is in the cookie alone.
type Session struct {
	ID    string       `json:"id"` // hash of the secret
	Who   Who          `json:"who"`
	Role  program.Role `json:"role"` // that they signed in with
	Host  string       `json:"host"` // of the address where they did
	Began time.Time    `json:"began"`
	Seen  time.Time    `json:"seen"` // used last, to ten minutes
}

// Ends is when the session is over if nobody uses it any more.
func (s Session) Ends() time.Time {
	idle, last := s.Seen.Add(IdleTime), s.Began.Add(SessionTime)
	if idle.Before(last) {
		return idle
	}
	return last
}

// Sessions keeps sessions.
type Sessions interface {
	// Session reads one, strongly: one that was just ended is over. Faults: NotFound, Transient.
	Session(ctx context.Context, id string) (Session, error)
	// SeeSession keeps when a session was used, if it is there. Faults: Transient.
	SeeSession(ctx context.Context, session Session) error
	// EndSession forgets a session; one that is not there is over. Faults: Transient.
	EndSession(ctx context.Context, id string) error
}

// Visitor is a member of the team who is signed in.
type Visitor struct {
	program.Member
	form []byte // what only this session's forms carry
}

// Form is what each form carries that changes something: a page of another site can send a form with the visitor's cookie, but cannot know
// this. It is another each time, under a mask of its own, so that the length of a compressed page tells nothing of it.
func (v Visitor) Form() string {
	masked := make([]byte, 2*len(v.form))
	rand.Read(masked[:len(v.form)]) // never fails
	subtle.XORBytes(masked[len(v.form):], masked[:len(v.form)], v.form)
	return base64.RawURLEncoding.EncodeToString(masked)
}

// Sent tells whether a form that carries this is one of the visitor's own pages.
func (v Visitor) Sent(form string) bool {
	masked, err := base64.RawURLEncoding.DecodeString(form)
	if err != nil || len(v.form) == 0 || len(masked) != 2*len(v.form) {
		return false
	}
	subtle.XORBytes(masked, masked[:len(v.form)], masked[len(v.form):])
	return subtle.ConstantTimeCompare(masked[:len(v.form)], v.form) == 1
}

var errSession = fault.New(fault.Unauthorized, "sign in first")

// Visitor tells who has the session with the secret, at a host. Each time the session and the program in force are asked, so that
// whoever is taken out of the team, gets another role or signs out is out. Faults: Unauthorized, Transient.
func (s SignIn) Visitor(ctx context.Context, secret, host string, now time.Time) (Visitor, error) {
	id, ok := secretID(secret)
	if !ok {
		return Visitor{}, errSession
	}
	session, err := s.Sessions.Session(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return Visitor{}, errSession
	}
	if err != nil {
		return Visitor{}, fmt.Errorf("read a session: %w", err)
	}
	if session.Host != host {
		return Visitor{}, errSession
	}
	p, err := s.Programs.Current(ctx)
	if err != nil {
		return Visitor{}, err
	}
	m, in := member(p, session.Who)
	if !in || m.Role != session.Role || session.Began.Before(p.SessionsFrom) || !now.Before(session.Ends()) {
		if err := s.Sessions.EndSession(ctx, id); err != nil { // also for those who are taken in again
			return Visitor{}, fmt.Errorf("end a session: %w", err)
		}
		return Visitor{}, errSession
	}
	if now.Sub(session.Seen) >= seenEvery {
		session.Seen = now.UTC().Truncate(time.Second)
		if err := s.Sessions.SeeSession(ctx, session); err != nil {
			return Visitor{}, fmt.Errorf("keep that a session is used: %w", err)
		}
	}
	return Visitor{m, formOf(secret)}, nil
}

// formOf says nothing about the secret, and is nobody else's.
func formOf(secret string) []byte {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte("form"))
	return h.Sum(nil)[:16]
}

// Leave signs out. A secret of no session is out already. Faults: Transient.
func (s SignIn) Leave(ctx context.Context, secret string) error {
	id, ok := secretID(secret)
	if !ok {
		return nil
	}
	return s.Sessions.EndSession(ctx, id)
}
