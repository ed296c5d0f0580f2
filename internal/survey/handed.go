package survey

import (
	"encoding/binary"
	"time"

	"afterword/internal/program"
)

// A survey may also be handed out: a link on a counter, an invoice, in a chat. Either the owner's system has it made for one customer
// (an invitation that is never mailed), or the touchpoint has a link for everybody, behind which nobody knows who answers.
//
// The rule of the field for the latter: opening it makes nothing, because a chat's preview and a scanner open it as people do; the
// page that is shown carries a slip, so that a double tap, a resend and a change of mind are one answer; and each link has a name of
// its own, so that one that went astray is closed without the others.

// LinkID is the id in the token of a touchpoint's link for everybody. No visit has it: their rounds begin at 1.
func LinkID(touchpoint, name string) string { return IDOf(touchpoint, program.AnyLink, name, 0) }

// LinkOf finds the link for everybody that an id is of; false when the program has no such link (any more).
func LinkOf(p *program.Program, id string) (touchpoint program.Touchpoint, name string, known bool) {
	for _, t := range p.Touchpoints {
		for _, name := range t.Links {
			if LinkID(t.Name, name) == id {
				return t, name, true
			}
		}
	}
	return program.Touchpoint{}, "", false
}

// SlipAge is how long a slip may be handed in: as long as a page may reasonably lie open before its button is pressed.
const SlipAge = 24 * time.Hour

// The parts of a slip, in bytes: the seconds of its time, the beginning of the link's id, chance.
const (
	slipTime   = 4
	slipLink   = 3
	SlipChance = idBytes - slipTime - slipLink
)

// Slip names an answer before it is given, for the page of the link with the id: in the shape of an id, so that it fits a token, which
// proves it. It says of which link it is, because a survey that is asked about one touchpoint must not be answered about another.
func Slip(link string, at time.Time, chance [SlipChance]byte) string {
	id := binary.BigEndian.AppendUint32(nil, uint32(at.Unix()))
	id = append(id, linkPart(link)...)
	return strict.EncodeToString(append(id, chance[:]...))
}

// SlipOf reads a slip that a token has proven: when it was made, and whether for the link with the id.
func SlipOf(slip, link string) (at time.Time, fits bool) {
	id, err := strict.DecodeString(slip)
	if err != nil || len(id) != idBytes {
		return time.Time{}, false
	}
	at = time.Unix(int64(binary.BigEndian.Uint32(id)), 0).UTC()
	return at, string(id[slipTime:slipTime+slipLink]) == string(linkPart(link))
}

func linkPart(link string) []byte {
	id, err := strict.DecodeString(link)
	if err != nil || len(id) != idBytes {
		panic("survey: no link has the id " + link)
	}
	return id[:slipLink]
}

// Anonymous is the invitation that an answer by a link for everybody makes: open from now on, to nobody in particular.
func Anonymous(p *program.Program, t program.Touchpoint, s program.Survey, name, slip, language string, now time.Time) Invitation {
	return Invitation{
		ID:         IDOf(t.Name, program.AnyLink, slip, 1),
		State:      Handed,
		Handed:     true,
		Touchpoint: t.Name,
		Survey:     s.ID,
		Number:     s.Number,
		Metric:     string(s.Scale.Metric),
		Language:   language,
		Source:     program.AnyLink,
		Round:      1,
		Via:        name,
		Cuts:       CutsOf(p, map[string]string{program.ByChannel: name}, language, now),
		VisitedAt:  now,
		ExpiresAt:  now.Add(t.Expires),
	}
}

// Anybody tells whether nobody knows who answers: the invitation was made by a link for everybody.
func (inv Invitation) Anybody() bool { return inv.Handed && inv.Customer == "" }
