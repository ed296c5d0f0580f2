package web

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// worthZipping is from how many bytes on a page is compressed: below it the answer fits one packet as it is.
const worthZipping = 1 << 10

// Zipped is the body as the client may have it, compressed if it takes that, with the headers that say so. Most of a page is its style
// and script, which shrink to a third.
//
// A compressed page tells its length to whoever watches the wire, and so whether a guess that stands in it repeats a secret in it
// (BREACH). That takes a page in which text of the attacker stands beside a secret of somebody else. Here is none. To customers and
// desks no cookie is sent along by a browser, so that a survey's page, with its tokens, is only drawn for who has its token, and what it
// repeats (a comment) came from who has it; and the page of a case, where a customer's words stand before a desk's eyes, has no
// token in it (see hereAgain). The team's pages (package console) have no token, and repeat nothing of their addresses that is not in what
// they read.
func Zipped(h http.Header, r *http.Request, body []byte) []byte {
	if len(body) < worthZipping {
		return body
	}
	h.Add("Vary", "Accept-Encoding")
	if !takesGzip(r.Header) {
		return body
	}
	var b bytes.Buffer
	w := zippers.Get().(*gzip.Writer)
	defer zippers.Put(w)
	w.Reset(&b)
	if _, err := w.Write(body); err != nil {
		return body
	}
	if err := w.Close(); err != nil {
		return body
	}
	h.Set("Content-Encoding", "gzip")
	return b.Bytes()
}

// zippers are kept, because each holds most of a megabyte.
var zippers = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

// takesGzip reads Accept-Encoding (RFC 9110, 12.5.3): a coding is taken if it is named, or else if "*" is, with a weight above zero.
func takesGzip(h http.Header) bool {
	takes := false
	for coding := range strings.SplitSeq(strings.Join(h.Values("Accept-Encoding"), ","), ",") {
		name, weight, _ := strings.Cut(coding, ";")
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "gzip", "x-gzip":
			return positive(weight)
		case "*":
			takes = positive(weight)
		}
	}
	return takes
}

// positive tells whether a weight ("q=0.5") is above zero; none is, and one that cannot be read is not.
func positive(weight string) bool {
	name, value, given := strings.Cut(weight, "=")
	if !given {
		return strings.TrimSpace(weight) == ""
	}
	q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	return err == nil && q > 0 && strings.EqualFold(strings.TrimSpace(name), "q")
}
