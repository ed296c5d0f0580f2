// Package apigw lets a plain http.Handler serve the events of an API Gateway HTTP API (payload format 2.0), and the other way round
// lets a local listener call such a function. It is a bridge of our own because the public one is archived and the alternatives put
// an HTTP server inside the function.
//
// Handlers see what a server of net/http would show them: the path and query as they came, the sender's headers, the bytes of the
// body whether API Gateway coded them or not, the caller's address. Repeated headers arrive joined by a comma, as API Gateway
// sends them; cookies have a list of their own in both directions.
package apigw

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-lambda-go/events"
)

// Function is what Lambda calls with an event of an HTTP API.
type Function = func(context.Context, events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error)

// Handler makes a function of h. The route's path parameters are the request's PathValues. It fails only on an event that API
// Gateway cannot send.
func Handler(h http.Handler) Function {
	return func(ctx context.Context, event events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		r, err := request(ctx, event)
		if err != nil {
			return events.APIGatewayV2HTTPResponse{}, err
		}
		w := &writer{header: http.Header{}}
		h.ServeHTTP(w, r)
		return w.response(r.Method), nil
	}
}

func request(ctx context.Context, event events.APIGatewayV2HTTPRequest) (*http.Request, error) {
	body := []byte(event.Body)
	if event.IsBase64Encoded {
		decoded, err := base64.StdEncoding.DecodeString(event.Body)
		if err != nil {
			return nil, fmt.Errorf("decode the body of an event: %w", err)
		}
		body = decoded
	}
	r := &http.Request{
		Method:        event.RequestContext.HTTP.Method,
		URL:           location(event.RawPath, event.RawQueryString),
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        make(http.Header, len(event.Headers)+1),
		Body:          io.NopCloser(bytes.NewReader(body)),
		ContentLength: int64(len(body)),
		Host:          event.RequestContext.DomainName,
	}
	r.RequestURI = r.URL.RequestURI()
	if event.RequestContext.HTTP.SourceIP != "" {
		r.RemoteAddr = net.JoinHostPort(event.RequestContext.HTTP.SourceIP, "0")
	}
	for name, value := range event.Headers {
		r.Header.Set(name, value)
	}
	if len(event.Cookies) > 0 {
		r.Header.Set("Cookie", strings.Join(event.Cookies, "; "))
	}
	if host := r.Header.Get("Host"); host != "" {
		r.Host = host
		r.Header.Del("Host") // as net/http does
	}
	for name, value := range event.PathParameters {
		r.SetPathValue(name, value)
	}
	return r.WithContext(ctx), nil
}

// location keeps the raw path beside its decoded form. It is not parsed as a URL: "//host/x" is a path here, and a stray '%' is
// the caller's own.
func location(rawPath, rawQuery string) *url.URL {
	if !strings.HasPrefix(rawPath, "/") {
		rawPath = "/" + rawPath
	}
	path, err := url.PathUnescape(rawPath)
	if err != nil {
		return &url.URL{Path: rawPath, RawQuery: rawQuery}
	}
	return &url.URL{Path: path, RawPath: rawPath, RawQuery: rawQuery}
}
