package local_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"afterword/internal/local"
)

// After an erasure no byte of the data file tells of the person: neither the items, nor the changes that the feed kept, nor the pages
// that bbolt had freed.
func TestNoByteOfTheFileTellsOfAnErasedCustomer(t *testing.T) {
	folder := t.TempDir()
	s, server := open(t, local.Options{Data: folder, Now: monday})
	if _, err := s.FireSample(t.Context(), "zendesk-solved"); err != nil {
		t.Fatal(err)
	}
	if err := s.Advance(t.Context(), s.Now().Add(3*time.Hour)); err != nil {
		t.Fatal(err)
	}
	const address = "pieter.devries@customer.example"
	var sent *local.Captured
	for _, m := range s.Mails() {
		if m.Kind == "survey" && strings.Contains(strings.ToLower(m.To), address) {
			sent = &m
		}
	}
	if sent == nil {
		t.Fatal("nothing was mailed")
	}
	opened, err := sent.Open()
	if err != nil {
		t.Fatal(err)
	}
	link := server.URL + linkVariables["SURVEY"].FindString(opened.Text)
	answer, err := http.Post(link, "application/x-www-form-urlencoded", strings.NewReader("rating=1&act=explicit&comment=The+lid+was+crooked."))
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if err := s.Advance(t.Context(), s.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if tells := toldBy(t, folder); len(tells) < 3 {
		t.Fatalf("before it the file tells only %q: this test shows nothing", tells)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/api/customers/erase", strings.NewReader(`{"address":"`+address+`","keep_ratings":true}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = bearer(http.Header{"Content-Type": {"application/json"}})
	erased, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	erased.Body.Close()
	if erased.StatusCode != http.StatusOK {
		t.Fatalf("the erasure answers %d", erased.StatusCode)
	}
	if tells := toldBy(t, folder); len(tells) > 0 {
		t.Errorf("the file still tells %q", tells)
	}
	if status, found := callAPI(t, http.MethodPost, server.URL+"/api/admin/audit"); status != http.StatusOK || !strings.Contains(found, `"lagging":0`) || !strings.Contains(found, `"drifted":0`) {
		t.Errorf("the audit answers %d %s", status, found)
	}
}

// toldBy lists what the data file tells of the person, as it is or encoded.
func toldBy(t *testing.T, folder string) (tells []string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(folder, "afterword.db"))
	if err != nil {
		t.Fatal(err)
	}
	raw = bytes.ToLower(raw)
	for _, text := range []string{"pieter.devries", "pieter", "lid was crooked"} {
		encoded := []string{text, hex.EncodeToString([]byte(text)), strings.ToLower(base64.RawStdEncoding.EncodeToString([]byte(text))[:len(text)])}
		for _, form := range encoded {
			if bytes.Contains(raw, []byte(form)) {
				tells = append(tells, form)
			}
		}
	}
	return tells
}
