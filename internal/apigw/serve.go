package apigw

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
)

// MaxBody is the largest body that API Gateway takes, in bytes; Serve answers 413 to a larger one. The functions' own limits are
// far below.
const MaxBody = 10 << 20

// Serve calls the function for each request as API Gateway would: the request becomes an event, the event becomes JSON and is
// decoded by Lambda's own library, so that what runs on one machine is what runs there. Mount it on an http.ServeMux: the route and
// the path parameters are read from the pattern that matched ("{proxy...}" is API Gateway's "{proxy+}"). The log gets the errors of
// the function, which Lambda would log.
func Serve(fn Function, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
		if err != nil {
			status := http.StatusBadRequest
			if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
				status = http.StatusRequestEntityTooLarge
			}
			gatewayError(w, status)
			return
		}
		// Lambda's library gives its buffer back before the answer is read, because an instance has one call at a time. So each
		// call has a handler of its own.
		response, err := invoke(lambda.NewHandler(fn), r, body)
		if err != nil {
			log.LogAttrs(r.Context(), slog.LevelError, "the function failed", slog.String("cause", err.Error()))
			gatewayError(w, http.StatusInternalServerError)
			return
		}
		write(w, response)
	})
}

// reply is a response with its body's bytes.
type reply struct {
	events.APIGatewayV2HTTPResponse
	body []byte
}

func invoke(function lambda.Handler, r *http.Request, body []byte) (reply, error) {
	payload, err := json.Marshal(event(r, body, time.Now()))
	if err != nil {
		return reply{}, fmt.Errorf("encode the event: %w", err)
	}
	answer, err := function.Invoke(r.Context(), payload)
	if err != nil {
		return reply{}, err
	}
	var out reply
	if err := json.Unmarshal(answer, &out.APIGatewayV2HTTPResponse); err != nil {
		return reply{}, fmt.Errorf("decode the response: %w", err)
	}
	if out.StatusCode < 200 || out.StatusCode > 599 {
		return reply{}, fmt.Errorf("the response has the status %d", out.StatusCode)
	}
	out.body = []byte(out.Body)
	if out.IsBase64Encoded {
		if out.body, err = base64.StdEncoding.DecodeString(out.Body); err != nil {
			return reply{}, fmt.Errorf("decode the body of the response: %w", err)
		}
	}
	return out, nil
}

func write(w http.ResponseWriter, response reply) {
	for name, value := range response.Headers {
		w.Header().Set(name, value)
	}
	for _, cookie := range response.Cookies {
		w.Header().Add("Set-Cookie", cookie)
	}
	w.WriteHeader(response.StatusCode)
	_, _ = w.Write(response.body) // a caller that has gone away has nobody to tell
}

func gatewayError(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": http.StatusText(status)})
}

// event is the request as API Gateway writes it: names of headers in lower case, values that repeat joined by a comma, and every
// body that is not plainly text in base64 (a form's too).
func event(r *http.Request, body []byte, now time.Time) events.APIGatewayV2HTTPRequest {
	route, parameters := matched(r)
	e := events.APIGatewayV2HTTPRequest{
		Version:               "2.0",
		RouteKey:              route,
		RawPath:               r.URL.EscapedPath(),
		RawQueryString:        r.URL.RawQuery,
		Headers:               map[string]string{"host": r.Host},
		QueryStringParameters: joined(r.URL.Query()),
		PathParameters:        parameters,
		RequestContext: events.APIGatewayV2HTTPRequestContext{
			RouteKey: route, Stage: "$default", DomainName: r.Host, TimeEpoch: now.UnixMilli(), Time: now.UTC().Format("02/Jan/2006:15:04:05 -0700"),
			HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{
				Method: r.Method, Path: r.URL.EscapedPath(), Protocol: r.Proto, SourceIP: r.RemoteAddr, UserAgent: r.UserAgent(),
			},
		},
	}
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		e.RequestContext.HTTP.SourceIP = host
	}
	for name, values := range r.Header {
		if name == "Cookie" {
			for _, line := range values {
				e.Cookies = append(e.Cookies, strings.Split(line, "; ")...)
			}
			continue
		}
		e.Headers[strings.ToLower(name)] = strings.Join(values, ",")
	}
	e.Body, e.IsBase64Encoded = string(body), false
	if !textual(r.Header.Get("Content-Type"), body) {
		e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
	}
	return e
}

func textual(contentType string, body []byte) bool {
	if len(body) == 0 {
		return true
	}
	media, _, _ := mime.ParseMediaType(contentType)
	known := strings.HasPrefix(media, "text/") || media == "application/json" || media == "application/xml" || media == "application/javascript"
	return known && utf8.Valid(body)
}

func joined(values map[string][]string) map[string]string {
	all := make(map[string]string, len(values))
	for name, list := range values {
		all[name] = strings.Join(list, ",")
	}
	return all
}

// matched reads the route's key and the path's parameters from the pattern of the mux.
func matched(r *http.Request) (route string, parameters map[string]string) {
	method, path, found := strings.Cut(r.Pattern, " ")
	if !found {
		method, path = "ANY", r.Pattern
	}
	parameters = map[string]string{}
	for part := range strings.SplitSeq(path, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok && name != "$}" {
			name = strings.TrimSuffix(strings.TrimSuffix(name, "}"), "...")
			parameters[name] = r.PathValue(name)
		}
	}
	return method + " " + strings.TrimSuffix(strings.ReplaceAll(path, "...}", "+}"), "{$}"), parameters
}
