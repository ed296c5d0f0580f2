package webhook

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"afterword/internal/fault"
)

// Sign makes the headers with which a sender of the kind signs the body now: for samples that are sent again, and for tests. The same
// body at the same time is the same delivery. Faults: Invalid (an unknown kind, a secret that cannot be read).
func Sign(kind, secret string, body []byte, now time.Time) (http.Header, error) {
	s, ok := senders[kind]
	if !ok {
		return nil, fault.New(fault.Invalid, "there is no kind of source %q", kind)
	}
	timestamp := strconv.FormatInt(now.Unix(), 10)
	digest := sha256.Sum256(append([]byte(timestamp), body...))
	delivery := "msg_" + hex.EncodeToString(digest[:12])
	mac, err := s.scheme.mac(secret, delivery, timestamp, body)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the secret is not one of a %s source", kind)
	}
	names := s.scheme.families[0]
	header := http.Header{}
	header.Set(names.signature, s.scheme.prefix+s.scheme.encoding.EncodeToString(mac))
	header.Set(names.delivery, delivery)
	if names.timestamp != "" {
		header.Set(names.timestamp, timestamp)
	}
	return header, nil
}

// happened finds the fields in which the senders say when it happened.
var happened = regexp.MustCompile(`("(?:processed_at|updated_at|timestamp)"\s*:\s*)"[^"\\]*"`)

// Restamp lets a sample's event happen now, so that it is not too old to be asked about. Sign it afterwards.
func Restamp(body []byte, now time.Time) []byte {
	return happened.ReplaceAll(body, []byte(`${1}"`+now.UTC().Format(time.RFC3339)+`"`))
}
