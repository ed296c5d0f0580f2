package web

import (
	"net/http"
	"strings"
	"time"

	"afterword/internal/response"
	"afterword/internal/score"
)

// hitOf is what a GET or HEAD shows as evidence. A rating that the scale does not have is no rating.
func hitOf(r *http.Request, scale score.Scale, now time.Time) response.Hit {
	h := response.Hit{At: now, Method: r.Method, Against: against(r.Header)}
	wanted := r.URL.Query()["r"]
	if rating := number(wanted); rating != nil && scale.Contains(*rating) {
		h.Rating = rating
	}
	h.Honeypot = len(wanted) == 1 && wanted[0] == "x"
	return h
}

// against lists the headers that say that no person is looking at a page: it is fetched ahead, or as a part of something else. Their
// absence proves nothing, and neither does any other header: scanners send what browsers send.
func against(h http.Header) (found []string) {
	for _, name := range []string{"Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"} {
		value := strings.ToLower(h.Get(name))
		for _, ahead := range []string{"prefetch", "prerender", "preview"} {
			if strings.Contains(value, ahead) {
				found = append(found, strings.ToLower(name)+": "+ahead)
			}
		}
	}
	if dest := h.Get("Sec-Fetch-Dest"); dest != "" && dest != "document" {
		found = append(found, "sec-fetch-dest: not a document")
	}
	if mode := h.Get("Sec-Fetch-Mode"); mode != "" && mode != "navigate" {
		found = append(found, "sec-fetch-mode: not a navigation")
	}
	return found
}
