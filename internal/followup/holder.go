package followup

import (
	"hash/fnv"
	"maps"
	"slices"
	"strings"

	"afterword/internal/program"
)

// Holder is who the link in a task mail was written to, in the 16 bits that its token has for it: a seat, and a mark of the desk. A case
// may leave a desk while that one's mail is on its way; what is done with its link is then done by somebody of that desk. Below
// firstMark it is a seat alone, at whichever desk has the case.
type Holder uint16

// The parts of a Holder: six bits for the seat, of which one is for those above the desk, and ten for the mark.
const (
	above     = 1 << 5
	seatBits  = 6
	firstMark = 2048 // higher than any seat
	marks     = (1<<16 - firstMark) >> seatBits
)

// HolderOf is who has a seat at a desk. A seat that is too far down for six bits goes without the desk.
func HolderOf(desk string, seat Seat) Holder {
	index, bit := seat, Seat(0)
	if seat >= EscalationSeat {
		index, bit = seat-EscalationSeat, above
	}
	if index >= above {
		return Holder(seat)
	}
	name := fnv.New32a()
	name.Write([]byte(desk))
	return Holder(firstMark + name.Sum32()%marks<<seatBits + uint32(bit|index))
}

// Seat is where at the desk.
func (h Holder) Seat() Seat {
	switch {
	case h < firstMark:
		return Seat(h)
	case h&above != 0:
		return EscalationSeat + Seat(h&(above-1))
	}
	return Seat(h & (above - 1))
}

// sits tells whether the desk may be the holder's.
func (h Holder) sits(desk program.Desk) bool {
	return h < firstMark || HolderOf(desk.Name, h.Seat()) == h
}

// name is who acts on a case that is at the desk: the person of the seat at the holder's own desk, or that desk when nobody has the
// seat any more.
func (h Holder) name(p *program.Program, at program.Desk) string {
	own := at
	if !h.sits(at) {
		desks := slices.SortedFunc(maps.Values(p.Desks), func(a, b program.Desk) int { return strings.Compare(a.Name, b.Name) })
		if i := slices.IndexFunc(desks, h.sits); i >= 0 {
			own = desks[i]
		} else {
			own = program.Desk{Name: at.Name}
		}
	}
	if person, ok := PersonAt(own, h.Seat()); ok {
		return person.Name
	}
	return own.Name
}
