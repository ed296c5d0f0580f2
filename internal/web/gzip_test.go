package web_test

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"afterword/internal/apigw"
)

func TestAPageIsCompressedForWhoTakesIt(t *testing.T) {
	s := open(t)
	link := s.links().Survey(s.invite(t, "purchase", "sv")) + "?r=4"
	plain := s.ask(t, http.MethodGet, link, "", "Accept-Encoding", "identity")
	for accepted, want := range map[string]bool{
		"br":                                false,
		"gzip":                              true,
		"gzip, deflate, br, zstd":           true,
		"deflate,GZIP ; q=0.1":              true,
		"x-gzip":                            true,
		"gzip;q=0":                          false,
		"gzip; Q=0.000, *":                  false,
		"*;q=0, gzip":                       true,
		"*":                                 true,
		"*;q=0":                             false,
		"br;q=1, *;q=0.2":                   true,
		"identity":                          false,
		"gzip;q=much":                       false,
		"gzip;level=9":                      false,
		"gzipped":                           false,
		"identity;q=0.5, gzip;q=1.0, *;q=0": true,
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			got := s.ask(t, method, link, "", "Accept-Encoding", accepted)
			if (got.header.Get("Content-Encoding") == "gzip") != want || got.header.Get("Vary") != "Accept-Encoding" {
				t.Errorf("%s, %q: coded %q, varies by %q", method, accepted, got.header.Get("Content-Encoding"), got.header.Get("Vary"))
			}
			length, _ := strconv.Atoi(got.header.Get("Content-Length"))
			if method == http.MethodHead {
				if got.body != "" || (length < len(plain.body)/2) != want {
					t.Errorf("%q: %d bytes to HEAD, which tells of %d", accepted, len(got.body), length)
				}
				continue
			}
			if length != len(got.body) || opened(t, got) != plain.body || want && length > len(plain.body)/2 {
				t.Errorf("%q: %d bytes, said to be %d, of %d", accepted, len(got.body), length, len(plain.body))
			}
		}
	}
}

// Lambda's answers are JSON, so that what is compressed travels in base64.
func TestACompressedPagePassesAPIGateway(t *testing.T) {
	s := open(t)
	path := strings.TrimPrefix(s.links().Survey(s.invite(t, "purchase", "en")), s.server.URL)
	event := events.APIGatewayV2HTTPRequest{RawPath: path, Headers: map[string]string{"accept-encoding": "gzip, br"}}
	event.RequestContext.HTTP.Method = http.MethodGet
	response, err := apigw.Handler(&s.Respond)(context.Background(), event)
	if err != nil || !response.IsBase64Encoded || response.Headers["Content-Encoding"] != "gzip" || len(response.Cookies) > 0 {
		t.Errorf("base64 %v, coded %q, %d cookies, %v", response.IsBase64Encoded, response.Headers["Content-Encoding"], len(response.Cookies), err)
	}
}

// The script's answers are shorter than a packet.
func TestAShortAnswerIsNotCompressed(t *testing.T) {
	s := open(t)
	link := s.links().Survey(s.invite(t, "purchase", "en"))
	got := s.ask(t, http.MethodPost, link, "rating=4&act=explicit", "Content-Type", "application/x-www-form-urlencoded", "Accept", "application/json", "Accept-Encoding", "gzip")
	if got.body != "{\"state\":\"saved\"}\n" {
		t.Errorf("%q", got.body)
	}
}

// A customer's words stand in the page of a case, so that no credential may: what is compressed together can be guessed together.
func TestThePageOfACaseHoldsNoToken(t *testing.T) {
	for _, query := range []string{"", "?do=take", "?do=resolved"} {
		o := openOffice(t, "en")
		_, token, _ := strings.Cut(o.link(0), "/c/")
		if page := o.get(t, o.link(0)+query); page.status != http.StatusOK || strings.Contains(page.body, token) {
			t.Errorf("%s: %d, with the token of its address", query, page.status)
		}
	}
}

// opened is the text of an answer, whichever way it came.
func opened(t *testing.T, a answer) string {
	t.Helper()
	if a.header.Get("Content-Encoding") != "gzip" {
		return a.body
	}
	reader, err := gzip.NewReader(strings.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
