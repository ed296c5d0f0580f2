package main

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
)

// ledger remembers what each customer sent and what was acknowledged. One customer sends one answer at a time.
type ledger struct {
	mu    sync.Mutex
	links []string
	sent  map[string]*answers
}

// answers of one customer. An answer whose acknowledgement was lost may or may not have been stored, so that what is stored must
// be the last acknowledged one or one that was tried after it.
type answers struct {
	busy     bool
	acked    int // 0: none
	tried    map[int]bool
	ackCount int
}

// responses is the stored rating by invitation.
type responses map[string]int

// histogram counts ratings, by their name in JSON.
type histogram map[string]int

func newLedger(links []string) *ledger {
	l := &ledger{links: links, sent: map[string]*answers{}}
	for _, link := range links {
		l.sent[link] = &answers{tried: map[int]bool{}}
	}
	return l
}

// try picks a customer who is not answering at this moment, and a rating. False: every one of them is.
func (l *ledger) try(r *rand.Rand) (link string, rating int, free bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	first := r.IntN(len(l.links))
	for n := range l.links {
		link = l.links[(first+n)%len(l.links)]
		if a := l.sent[link]; !a.busy {
			a.busy = true
			rating = 1 + r.IntN(5)
			a.tried[rating] = true
			return link, rating, true
		}
	}
	return "", 0, false
}

func (l *ledger) learn(link string, rating int, acknowledged bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.sent[link]
	a.busy = false
	if acknowledged {
		a.acked, a.tried = rating, map[int]bool{}
		a.ackCount++
	}
}

func (l *ledger) acknowledged() (n int) {
	for _, a := range l.sent {
		n += a.ackCount
	}
	return n
}

// differences lists what is stored and should not be, or the other way round.
func (l *ledger) differences(stored responses) (wrong []string) {
	for _, link := range l.links {
		a, rating := l.sent[link], stored[invitationIn(link)]
		switch {
		case rating == 0 && a.acked != 0:
			wrong = append(wrong, fmt.Sprintf("an acknowledged answer (%d) is lost", a.acked))
		case rating != 0 && rating != a.acked && !a.tried[rating]:
			wrong = append(wrong, fmt.Sprintf("an answer is stored as %d; %d was acknowledged last", rating, a.acked))
		}
	}
	return wrong
}

func (r responses) byRating() histogram {
	h := histogram{}
	for _, rating := range r {
		h[strconv.Itoa(rating)]++
	}
	return h
}

func (h histogram) total() (n int) {
	for _, count := range h {
		n += count
	}
	return n
}
