package customer

import (
	"slices"
	"strings"
	"testing"
)

func TestAnAddressIsKeptInOneForm(t *testing.T) {
	local := strings.Repeat("a", 64)
	host := func(n int) string { return strings.Repeat("b", 60) + strings.Repeat(".cccc", (n-63)/5) + ".de" }
	for _, row := range []struct {
		raw, want string // want "": not one
	}{
		{"anna@shop.example", "anna@shop.example"},
		{"  Anna.Berg@Shop.EXAMPLE\r\n", "Anna.Berg@shop.example"},
		{"anna+news@shop.example", "anna+news@shop.example"},
		{"o'hara_{x}@a-b.shop.example", "o'hara_{x}@a-b.shop.example"},
		{"anna@münchen.example", "anna@xn--mnchen-3ya.example"},
		{"anna@XN--MNCHEN-3YA.example", "anna@xn--mnchen-3ya.example"},
		{"anna@例え.example", "anna@xn--r8jz45g.example"},
		{"anna@例え。example", "anna@xn--r8jz45g.example"}, // an ideographic full stop
		{"1@2.example", "1@2.example"},
		{local + "@shop.example", local + "@shop.example"},
		{local + "@" + host(188), local + "@" + host(188)}, // 253
		{"", ""},
		{"anna", ""},
		{"@shop.example", ""},
		{"anna@", ""},
		{"anna@localhost", ""},
		{"anna@10.0.0.1", ""},
		{"anna@[10.0.0.1]", ""},
		{"anna@shop..example", ""},
		{"anna@.example", ""},
		{"anna@shop.example.", ""},
		{"anna@-shop.example", ""},
		{"anna@sh_op.example", ""},
		{"anna@" + strings.Repeat("s", 64) + ".example", ""},
		{"anna@shop example", ""},
		{"anna@shop.example\nBcc: eve@x.example", ""},
		{"Anna <anna@shop.example>", ""},
		{"<anna@shop.example>", ""},
		{"anna@shop.example, eve@x.example", ""},
		{"anna@shop.example (work)", ""},
		{`"anna berg"@shop.example`, ""},
		{`"anna"@shop.example`, ""},
		{"anna berg@shop.example", ""},
		{".anna@shop.example", ""},
		{"anna.@shop.example", ""},
		{"an..na@shop.example", ""},
		{"a@b@shop.example", ""},
		{"ånna@shop.example", ""}, // SES takes no such name
		{"anna\x00@shop.example", ""},
		{local + "a@shop.example", ""},
		{local + "@" + host(193), ""}, // 258
		{strings.Repeat("a@", 100000), ""},
	} {
		got := Address(row.raw)
		if Valid(got) != (row.want != "") {
			t.Errorf("%.60q: %.60q is valid: %v", row.raw, got, Valid(got))
		}
		if row.want != "" && got != row.want {
			t.Errorf("%.60q: %q, want %q", row.raw, got, row.want)
		}
	}
	if Valid("anna@Shop.example") || Valid(" anna@shop.example") {
		t.Error("an address that is not in its one form is valid")
	}
}

func TestSharedMailboxesAreNobodys(t *testing.T) {
	for address, want := range map[string]bool{
		"info@shop.example": true, "INFO@shop.example": true, "noreply@shop.example": true, "no-reply@shop.example": true,
		"support+anna@shop.example": true, "postmaster@shop.example": true, "abuse@shop.example": true, "webmaster@shop.example": true,
		"anna@shop.example": false, "anna@info.example": false, "information@shop.example": false, "anna+info@shop.example": false,
		"info": false, "": false,
	} {
		if Role(address) != want {
			t.Errorf("%q is a role: %v", address, !want)
		}
	}
	if !slices.IsSorted(roles) {
		t.Error("the roles are searched as a sorted list and are not sorted")
	}
}

func FuzzAddress(f *testing.F) {
	for _, raw := range []string{"anna@shop.example", " A@münchen.example", "anna", "\"a b\"@x.y", "a@b@c.d", "x@ß.example", "a@\u200d.b"} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		address := Address(raw)
		if !Valid(address) {
			return
		}
		if again := Address(address); again != address {
			t.Errorf("%q becomes %q and then %q", raw, address, again)
		}
		if strings.ContainsAny(address, " \t\r\n<>\"(),;:\\") {
			t.Errorf("%q could reach into a mail's header", address)
		}
		h, err := NewHasher(make([]byte, 32))
		if err != nil {
			t.Fatal(err)
		}
		if h.ID(raw) != h.ID(strings.ToUpper(address)) {
			t.Errorf("%q in capitals is somebody else", address)
		}
	})
}
