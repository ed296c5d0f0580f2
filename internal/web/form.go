package web

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strconv"

	"afterword/internal/fault"
	"afterword/internal/response"
)

// maxForm is the most bytes that a form may have: a comment and replies of the longest kind in a script of four bytes a character,
// encoded.
const maxForm = 96 << 10

// readForm reads what a form sent, in either of the two encodings that browsers and mail providers use. Faults: Unsupported,
// TooLarge, Invalid.
func readForm(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" && kind != "multipart/form-data" {
		return nil, fault.New(fault.Unsupported, "a form is application/x-www-form-urlencoded or multipart/form-data")
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	var values url.Values
	if kind == "multipart/form-data" {
		if err = r.ParseMultipartForm(maxForm); err == nil {
			values = r.MultipartForm.Value
			err = r.MultipartForm.RemoveAll()
		}
	} else {
		var body []byte
		if body, err = io.ReadAll(r.Body); err == nil {
			values, err = url.ParseQuery(string(body))
		}
	}
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return nil, fault.Wrap(fault.TooLarge, err, "a form has at most %d bytes", maxForm)
	}
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the form cannot be read")
	}
	return values, nil
}

// errNoRating refuses an answer without a rating, or with more than one.
var errNoRating = fault.New(fault.Invalid, "an answer has one rating, a whole number")

// answerOf reads an answer from a form: rating, act, opened (the rating whose link opened the page), language (of the page), comment,
// and shown, which says that the page showed a stored comment. Without that an empty comment is a field that nobody touched, and takes
// nothing away; so it is with causes and replies, of which had says which were stored or touched.
// Faults: Invalid.
func answerOf(form url.Values) (response.Answer, error) {
	a := response.Answer{Act: response.Explicit}
	rating := number(form["rating"])
	if rating == nil {
		return a, errNoRating
	}
	a.Rating = *rating
	if form.Get("act") == string(response.Implied) {
		a.Act = response.Implied
	}
	a.Opened = number(form["opened"])
	if comments := form["comment"]; len(comments) > 0 && (comments[0] != "" || form.Has("shown")) {
		a.Comment = &comments[0]
	}
	a.Language = form.Get(languageField)
	addExtras(&a, form)
	return a, nil
}

var digits = regexp.MustCompile(`^[0-9]{1,3}$`)

// number reads the one whole number among the values of a field; nil when there is none, or more than one.
func number(values []string) *int {
	if len(values) != 1 || !digits.MatchString(values[0]) {
		return nil
	}
	n, err := strconv.Atoi(values[0])
	if err != nil {
		return nil
	}
	return &n
}
