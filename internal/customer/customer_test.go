package customer

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/fault"
)

func TestAPersonHasOneIDHoweverTheAddressIsTyped(t *testing.T) {
	h, err := NewHasher([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	id := h.ID("anna@münchen.example")
	for _, typed := range []string{" Anna@München.example ", "ANNA@XN--MNCHEN-3YA.EXAMPLE", "anna@xn--mnchen-3ya.example"} {
		if got := h.ID(typed); got != id {
			t.Errorf("%q is another person", typed)
		}
	}
	for _, other := range []string{"ann@münchen.example", "anna+1@münchen.example", "anna@munchen.example"} {
		if h.ID(other) == id {
			t.Errorf("%q is the same person", other)
		}
	}
	// HMAC-SHA256 of "anna@shop.example" under 32 times "k", the first 16 bytes (computed apart, with openssl).
	if got := h.ID("anna@shop.example"); got != "_qd9CvXH04iEEt6IWnw0-Q" {
		t.Errorf("id %s", got)
	}
	another, err := NewHasher([]byte(strings.Repeat("l", 32)))
	if err != nil {
		t.Fatal(err)
	}
	if another.ID("anna@shop.example") == h.ID("anna@shop.example") {
		t.Error("the key does not matter")
	}
}

func TestAShortSuppressionKeyIsRefused(t *testing.T) {
	if _, err := NewHasher(make([]byte, 31)); !fault.Is(err, fault.Invalid) {
		t.Errorf("got %v", err)
	}
}

func TestAsksStandInOrderAndHoldOnePlaceEach(t *testing.T) {
	at := func(day int) time.Time { return time.Date(2026, 11, day, 9, 0, 0, 0, time.UTC) }
	var c Customer
	c.AddAsk(Ask{Invitation: "b", At: at(10)})
	c.AddAsk(Ask{Invitation: "c", At: at(20)})
	c.AddAsk(Ask{Invitation: "a", At: at(5)})
	c.AddAsk(Ask{Invitation: "d", At: at(10)})
	copied := c
	c.AddAsk(Ask{Invitation: "b", At: at(25)}) // replanned
	order := func(c Customer) (names []string) {
		for _, a := range c.Asks {
			names = append(names, a.Invitation)
		}
		return names
	}
	if diff := cmp.Diff([]string{"a", "d", "c", "b"}, order(c)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"a", "b", "d", "c"}, order(copied)); diff != "" {
		t.Errorf("a copy of the customer changed along:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"b", "c", "a", "d"}, c.Invited); diff != "" {
		t.Errorf("the row leads to each once:\n%s", diff)
	}
	if !c.RemoveAsk("d") || c.RemoveAsk("d") || c.RemoveAsk("") {
		t.Error("a place is freed once")
	}
	c.Prune(at(20))
	if diff := cmp.Diff([]string{"c", "b"}, order(c)); diff != "" {
		t.Error(diff)
	}
	c.Prune(at(20).Add(time.Second))
	c.Prune(at(30))
	if len(c.Asks) != 0 || len(c.Invited) != 4 {
		t.Errorf("left: %v; the row leads to %v", c.Asks, c.Invited)
	}
	for n := range MostInvited {
		c.AddAsk(Ask{Invitation: string(rune('A' + n)), At: at(1)})
	}
	if len(c.Invited) != MostInvited || c.Invited[4] != "A" || len(c.Asks) != MostInvited {
		t.Errorf("the row leads to %v", c.Invited)
	}
}

func TestAnyOrderOfAsksComesOutSorted(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 500 {
		var c Customer
		held := map[string]int64{}
		for range r.IntN(20) {
			name, at := string(rune('a'+r.IntN(8))), r.Int64N(10)
			if r.IntN(4) == 0 {
				_, has := held[name]
				if c.RemoveAsk(name) != has {
					t.Fatal("RemoveAsk does not know what is held")
				}
				delete(held, name)
				continue
			}
			c.AddAsk(Ask{Invitation: name, At: time.Unix(at, 0)})
			held[name] = at
		}
		got := map[string]int64{}
		for _, a := range c.Asks {
			got[a.Invitation] = a.At.Unix()
		}
		if !cmp.Equal(got, held) || len(c.Asks) != len(held) || !slices.IsSortedFunc(c.Asks, func(a, b Ask) int { return a.At.Compare(b.At) }) {
			t.Fatalf("held %v, asks %v", held, c.Asks)
		}
	}
}
