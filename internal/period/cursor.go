package period

import (
	"encoding/base64"
	"strings"
	"time"
	"unicode/utf8"

	"afterword/internal/fault"
)

// A cursor is a position in a list: the time and the id that an item is listed under. It is not secret, and means the same in any
// list; the encoding only keeps callers from building on it.

// Cursor is the position as a caller hands it back; "" for the end.
func Cursor(position string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(position))
}

var errCursor = fault.New(fault.Invalid, "this is no cursor; expected the \"next\" of the page before")

// Position is what a cursor was made of; whoever reads the list checks it. Fault: Invalid.
func Position(cursor string) (position string, err error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || !utf8.Valid(raw) {
		return "", errCursor
	}
	return string(raw), nil
}

// Page is the page of a list that is asked for, of a whole period in the zone; "" is the first. Fault: Invalid.
func Page(cursor string, in Period, zone *time.Location, limit int) (Span, error) {
	span := Span{From: in.Start(zone), To: in.End(zone), Limit: limit}
	if cursor == "" {
		return span, nil
	}
	position, err := Position(cursor)
	if err != nil {
		return Span{}, err
	}
	at, id, ok := strings.Cut(position, "#")
	if _, err := time.Parse(time.RFC3339, at); err != nil || !ok || id == "" {
		return Span{}, errCursor
	}
	span.After = position
	return span, nil
}
