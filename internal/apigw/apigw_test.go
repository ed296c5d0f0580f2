package apigw_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"afterword/internal/apigw"
)

// seen is what a handler can tell about a request.
type seen struct {
	Method, Path, EscapedPath, Query, URI, Host, Remote, Source, Body string
	Length                                                            int64
	Header                                                            http.Header
}

func look(r *http.Request) seen {
	body, _ := io.ReadAll(r.Body)
	return seen{r.Method, r.URL.Path, r.URL.EscapedPath(), r.URL.RawQuery, r.RequestURI, r.Host, r.RemoteAddr, r.PathValue("source"), string(body), r.ContentLength, r.Header}
}

func invoke(t *testing.T, h http.HandlerFunc, event events.APIGatewayV2HTTPRequest) events.APIGatewayV2HTTPResponse {
	t.Helper()
	response, err := apigw.Handler(h)(t.Context(), event)
	if err != nil {
		t.Fatal(err)
	}
	return response
}

func TestAHandlerSeesTheRequestBehindAnEvent(t *testing.T) {
	data, err := os.ReadFile("testdata/request.json")
	if err != nil {
		t.Fatal(err)
	}
	var event events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(data, &event); err != nil {
		t.Fatal(err)
	}
	var got seen
	invoke(t, func(_ http.ResponseWriter, r *http.Request) { got = look(r) }, event)
	want := seen{
		Method: "POST", Path: "/hooks/a/b", EscapedPath: "/hooks/a%2Fb", Query: "parameter1=value1&parameter1=value2&parameter2=value%203",
		URI:  "/hooks/a%2Fb?parameter1=value1&parameter1=value2&parameter2=value%203",
		Host: "abcdefghij.execute-api.eu-west-1.amazonaws.com", Remote: "203.0.113.9:0", Source: "a/b", Body: `{"ok":true}`, Length: 11,
		Header: http.Header{
			"Content-Length": {"11"}, "Content-Type": {"application/json"}, "Cookie": {"cookie1=one; cookie2=two"}, "Header1": {"value1,value2"},
			"X-Amzn-Trace-Id": {"Root=1-5bdb40ca-556d8b0c50dc66f0511bf520"}, "X-Forwarded-For": {"203.0.113.9"}, "X-Forwarded-Port": {"443"}, "X-Forwarded-Proto": {"https"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAPathIsNeverTakenForAHostOrRefused(t *testing.T) {
	for raw, want := range map[string]string{"//host/x": "//host/x", "/100%": "/100%", "": "/", "/a b": "/a b"} {
		var got seen
		event := events.APIGatewayV2HTTPRequest{RawPath: raw, Headers: map[string]string{"host": "here"}}
		invoke(t, func(_ http.ResponseWriter, r *http.Request) { got = look(r) }, event)
		if got.Path != want || got.Host != "here" {
			t.Errorf("raw path %q: path %q, host %q", raw, got.Path, got.Host)
		}
	}
}

func TestABodyThatIsNotBase64FailsTheFunction(t *testing.T) {
	_, err := apigw.Handler(http.NotFoundHandler())(t.Context(), events.APIGatewayV2HTTPRequest{Body: "!", IsBase64Encoded: true})
	if err == nil {
		t.Error("accepted")
	}
}

func TestAResponseIsBase64OnlyWhenItIsBinary(t *testing.T) {
	response := invoke(t, func(w http.ResponseWriter, _ *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "1"})
		http.SetCookie(w, &http.Cookie{Name: "b", Value: "2"})
		w.Header().Add("Vary", "Accept")
		w.Header().Add("Vary", "Cookie")
		w.WriteHeader(http.StatusTeapot)
		w.Header().Set("Late", "is not sent")
		w.WriteHeader(http.StatusOK)
		fmt.Fprint(w, "<p>Återkoppling 谢谢</p>")
	}, events.APIGatewayV2HTTPRequest{})
	want := events.APIGatewayV2HTTPResponse{
		StatusCode: 418, Headers: map[string]string{"Vary": "Accept, Cookie", "Content-Type": "text/html; charset=utf-8"},
		Body: "<p>Återkoppling 谢谢</p>", Cookies: []string{"a=1", "b=2"},
	}
	if diff := cmp.Diff(want, response); diff != "" {
		t.Error(diff)
	}
	response = invoke(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("\x89PNG\r\n\x1a\n")) }, events.APIGatewayV2HTTPRequest{})
	if !response.IsBase64Encoded || response.Body != "iVBORw0KGgo=" || response.Headers["Content-Type"] != "image/png" {
		t.Errorf("a picture came as %+v", response)
	}
}

func TestHeadAndNoContentHaveNoBody(t *testing.T) {
	var head events.APIGatewayV2HTTPRequest
	head.RequestContext.HTTP.Method = http.MethodHead
	response := invoke(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "page") }, head)
	if response.Body != "" || response.StatusCode != 200 || response.Headers["Content-Type"] == "" {
		t.Errorf("HEAD: %+v", response)
	}
	response = invoke(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNoContent)
		if _, err := w.Write([]byte("page")); !errors.Is(err, http.ErrBodyNotAllowed) {
			t.Errorf("a body after 204: %v", err)
		}
	}, events.APIGatewayV2HTTPRequest{})
	if response.Body != "" || response.StatusCode != 204 {
		t.Errorf("204: %+v", response)
	}
}

// local mounts a handler as the local runner does: a listener's request becomes an event, the event a request.
func local(h http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/hooks/{source}", apigw.Serve(apigw.Handler(h), slog.New(slog.DiscardHandler)))
	return mux
}

func TestAHandlerSeesTheSameBehindTheBridgeAsBehindAListener(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	pick := func(of ...string) string { return of[random.IntN(len(of))] }
	bytesOf := func(n int) string {
		b := make([]byte, random.IntN(n))
		for i := range b {
			b[i] = byte(random.IntN(256))
		}
		return string(b)
	}
	for range 2000 {
		var direct, bridged seen
		status, reply := 200+random.IntN(300), bytesOf(50)
		handler := func(into *seen) http.HandlerFunc {
			return func(w http.ResponseWriter, r *http.Request) {
				*into = look(r)
				w.Header().Add("Set-Cookie", "a=1; Path=/")
				w.Header().Add("Set-Cookie", "b=2")
				w.Header().Set("X-Reply", "yes")
				w.WriteHeader(status)
				_, _ = w.Write([]byte(reply))
			}
		}
		method := pick("GET", "POST", "PUT", "HEAD", "DELETE")
		// An event is JSON: text in it is UTF-8, only a body may be anything.
		target := "/hooks/" + url.PathEscape("s"+strings.ToValidUTF8(bytesOf(8), "é")) + pick("", "?r=4", "?a=%20b&a=c", "?;;%")
		body, contentType := bytesOf(200), pick("application/json", "text/plain; charset=utf-8", "application/x-www-form-urlencoded", "image/png", "nonsense", "")
		send := func(h http.Handler) *httptest.ResponseRecorder {
			r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
			r.RemoteAddr = "203.0.113.9:0"
			r.Header.Set("Content-Type", contentType)
			r.Header.Set("Cookie", "x=1; y=2")
			r.Header.Set("X-Shopify-Topic", "orders/paid")
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, r)
			return rec
		}
		mux := http.NewServeMux()
		mux.Handle("/hooks/{source}", handler(&direct))
		want, got := send(mux), send(local(handler(&bridged)))
		if diff := cmp.Diff(direct, bridged); diff != "" {
			t.Fatalf("%s %s (%s): the request differs: %s", method, target, contentType, diff)
		}
		wantBody := want.Body.String()
		if method == "HEAD" || status == 204 || status == 304 {
			wantBody = "" // a recorder keeps what a listener drops
		}
		if got.Code != want.Code || got.Body.String() != wantBody || !slices.Equal(got.Header()["Set-Cookie"], want.Header()["Set-Cookie"]) || got.Header().Get("X-Reply") != "yes" {
			t.Fatalf("%s %s: answered %d %q %v, want %d %q", method, target, got.Code, got.Body, got.Header(), want.Code, wantBody)
		}
	}
}

func TestARequestBecomesTheEventThatApiGatewayWouldSend(t *testing.T) {
	var got events.APIGatewayV2HTTPRequest
	mux := http.NewServeMux()
	mux.Handle("GET /api/{proxy...}", apigw.Serve(func(_ context.Context, e events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		got = e
		return events.APIGatewayV2HTTPResponse{StatusCode: 200}, nil
	}, slog.New(slog.DiscardHandler)))
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/api/scores/x?period=2026-11&period=2026-12", strings.NewReader("a=1"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Add("Accept", "a")
	r.Header.Add("Accept", "b")
	mux.ServeHTTP(httptest.NewRecorder(), r)
	if got.RouteKey != "GET /api/{proxy+}" || got.PathParameters["proxy"] != "scores/x" || got.QueryStringParameters["period"] != "2026-11,2026-12" ||
		got.Headers["accept"] != "a,b" || !got.IsBase64Encoded || got.Body != "YT0x" || got.RequestContext.HTTP.SourceIP != "192.0.2.1" || got.Version != "2.0" {
		t.Errorf("%+v", got)
	}
}

func TestABodyOverTheGatewaysLimitIsRefusedAndOneOfTwoMegabytesReachesTheFunction(t *testing.T) {
	var read int
	h := local(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		read = len(body)
	}))
	for size, status := range map[int]int{2 << 20: 200, apigw.MaxBody: 200, apigw.MaxBody + 1: 413} {
		read = 0
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), "POST", "/hooks/x", bytes.NewReader(make([]byte, size))))
		if rec.Code != status || (status == 200) != (read == size) {
			t.Errorf("%d bytes: status %d, the function read %d", size, rec.Code, read)
		}
	}
}

func TestAFunctionThatFailsIsABlandErrorAndALogLine(t *testing.T) {
	var log bytes.Buffer
	for name, fn := range map[string]apigw.Function{
		"error": func(context.Context, events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
			return events.APIGatewayV2HTTPResponse{StatusCode: 200}, errors.New("the reason")
		},
		"no status": func(context.Context, events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
			return events.APIGatewayV2HTTPResponse{}, nil
		},
		"bad body": func(context.Context, events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
			return events.APIGatewayV2HTTPResponse{StatusCode: 200, Body: "!", IsBase64Encoded: true}, nil
		},
	} {
		log.Reset()
		rec := httptest.NewRecorder()
		apigw.Serve(fn, slog.New(slog.NewTextHandler(&log, nil))).ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), "GET", "/", nil))
		if rec.Code != 500 || rec.Body.String() != "{\"message\":\"Internal Server Error\"}\n" || strings.Count(log.String(), "\n") != 1 {
			t.Errorf("%s: %d %s, log %q", name, rec.Code, rec.Body, log.String())
		}
	}
}

func FuzzEvent(f *testing.F) {
	sample, err := os.ReadFile("testdata/request.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sample)
	f.Add([]byte(`{"rawPath":"//%zz","headers":{"":"\u0000"},"requestContext":{"http":{"method":" ","sourceIp":"::1"}}}`))
	echo := apigw.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_ = r.ParseForm()
		_, _ = w.Write(append(body, r.URL.String()...))
	}))
	f.Fuzz(func(t *testing.T, data []byte) {
		var event events.APIGatewayV2HTTPRequest
		if json.Unmarshal(data, &event) != nil {
			return
		}
		response, err := echo(t.Context(), event)
		if err == nil && !response.IsBase64Encoded && !utf8.ValidString(response.Body) {
			t.Errorf("a body that JSON cannot hold: %q", response.Body)
		}
	})
}
