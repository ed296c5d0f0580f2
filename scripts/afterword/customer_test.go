package main

import (
	"strings"
	"testing"
)

func TestACustomerIsExportedAndErased(t *testing.T) {
	url := system(t)
	t.Chdir("../..")
	if out, err := run(t, url, "invoke", "intake", "zendesk-solved"); err != nil {
		t.Fatal(out, err)
	}
	const address = "pieter.devries@customer.example"
	out, err := run(t, url, "customer", "export", address)
	if err != nil || !strings.Contains(strings.ToLower(out), address) || !strings.Contains(out, `"reason": `) {
		t.Errorf("export: %q, %v", out, err)
	}
	for _, wrong := range [][]string{{"customer", "erase", address}, {"customer", "erase", address, "yes"}, {"customer", "forget", address}, {"customer", "export", "nobody@customer.example"}} {
		if _, err := run(t, url, wrong...); err == nil {
			t.Errorf("%v went well", wrong)
		}
	}
	if out, err := run(t, url, "customer", "erase", address, "keep-ratings"); err != nil || !strings.Contains(out, "erased: 1 visits") {
		t.Errorf("erase: %q, %v", out, err)
	}
	if out, err := run(t, url, "customer", "export", address); err != nil || strings.Contains(strings.ToLower(out), "pieter") {
		t.Errorf("the export after it: %q, %v", out, err)
	}
}
