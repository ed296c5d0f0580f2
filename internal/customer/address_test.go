package customer_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/customer"
)

var key = customer.Key(bytes.Repeat([]byte{7}, customer.MinKey))

func TestOnePersonIsOneIDHoweverTheAddressIsWritten(t *testing.T) {
	id := key.IDOf("Maria.Lind@Shop.Example")
	if len(id) != 22 || strings.ContainsAny(string(id), "@#") {
		t.Errorf("id %q", id)
	}
	for _, same := range []string{"maria.lind@shop.example", "  MARIA.LIND@shop.example\t"} {
		if key.IDOf(same) != id {
			t.Errorf("%q is somebody else", same)
		}
	}
	for _, other := range []string{"maria@shop.example", "maria.lind@shop.example.com", "maria.lind+x@shop.example", ""} {
		if key.IDOf(other) == id {
			t.Errorf("%q is the same person", other)
		}
	}
	if customer.Key(bytes.Repeat([]byte{8}, customer.MinKey)).IDOf("maria.lind@shop.example") == id {
		t.Error("the id does not depend on the key")
	}
}

func TestAShortKeyMakesNoID(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("an id was made without a key")
		}
	}()
	key[:31].IDOf("maria@shop.example")
}

func TestAnAddressIsKeptAsItsHostWantsIt(t *testing.T) {
	for written, kept := range map[string]string{" Maria@Shop.EXAMPLE\n": "Maria@shop.example", "maria": "maria", "": "", "a@b@C.example": "a@b@c.example"} {
		if got := customer.Address(written); got != kept {
			t.Errorf("%q is kept as %q, want %q", written, got, kept)
		}
	}
}

func TestOnlyAnAddressThatMailCanReachIsMailable(t *testing.T) {
	for _, good := range []string{
		"a@b.example", "maria.lind@shop.example", "o'brien+order=1@mail-3.shop.example", "1@1.co", "x@xn--80ak6aa92e.com",
		strings.Repeat("a", 64) + "@b.example", "a@" + strings.Repeat("b", 63) + ".example",
	} {
		if !customer.Mailable(good) {
			t.Errorf("%q is refused", good)
		}
	}
	for _, bad := range []string{
		"", "maria", "@b.example", "maria@", "maria@localhost", "a@b..example", ".a@b.example", "a.@b.example", "a..b@c.example", "a@b@c.example",
		"a b@c.example", "a@b c.example", "a@-b.example", "a@b-.example", "a@10.0.0.1", "a@[10.0.0.1]", `"a b"@c.example`, "maría@b.example", "a@bücher.example",
		"a@b.example\r\nBcc: x@y.example", "a@b.example\x00", "<a@b.example>", "a@b.example,c@d.example", "a@b_c.example",
		strings.Repeat("a", 65) + "@b.example", "a@" + strings.Repeat("b", 64) + ".example", "a@" + strings.Repeat("b.", 130) + "example",
	} {
		if customer.Mailable(bad) {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestAnInvitationThatWasNeverSentFreesItsPlace(t *testing.T) {
	c := customer.Customer{Asks: []customer.Ask{{Invitation: "a"}, {Invitation: "b"}, {Invitation: "c"}}}
	freed := c.Free("b").Free("nobody's")
	if diff := cmp.Diff([]customer.Ask{{Invitation: "a"}, {Invitation: "c"}}, freed.Asks); diff != "" {
		t.Error(diff)
	}
	if len(c.Asks) != 3 || c.Asks[1].Invitation != "b" {
		t.Error("the customer as read was changed")
	}
}
