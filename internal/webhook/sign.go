package webhook

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"afterword/internal/fault"
	"afterword/internal/program"
)

// Sign makes the headers with which the source would send the body now, and the body, into which some senders write the signature: for
// samples that are sent again, and for tests. The first secret that can be read signs; one of the form user:password is shown where the
// sender shows one. The same body at the same time is the same delivery. Faults: Invalid (an unknown kind, no secret that can be read).
func Sign(source program.Source, secrets []string, body []byte, now time.Time) (http.Header, []byte, error) {
	s, ok := senderOf(source)
	if !ok {
		return nil, nil, fault.New(fault.Invalid, "there is no kind of source %q", source.Kind)
	}
	header, sealed, err := s.scheme.sign(source.URL, secrets, body, now)
	if err != nil {
		return nil, nil, fault.Wrap(fault.Invalid, err, "the secret is not one of a source of kind %s", source.Kind)
	}
	return header, sealed, nil
}

var errNoSecret = errors.New("there is no secret")

func (s scheme) sign(url string, secrets []string, body []byte, now time.Time) (http.Header, []byte, error) {
	header := http.Header{}
	if len(secrets) == 0 {
		return nil, nil, errNoSecret
	}
	for _, secret := range secrets {
		if strings.Contains(secret, ":") && s.seal != nil {
			header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(secret)))
		}
	}
	if s.hash == nil {
		header.Set(SecretHeader, secrets[0])
		return header, body, nil
	}
	keys, err := s.keys(secrets)
	if len(keys) == 0 {
		return nil, nil, err
	}
	if s.seal != nil {
		sealed, err := s.seal(body, func(parts [][]byte) string { return s.encoding.EncodeToString(s.mac(keys[0], parts)) })
		return header, sealed, err
	}
	timestamp := strconv.FormatInt(now.Unix(), 10)
	digest := sha256.Sum256(append([]byte(timestamp), body...))
	if s.unit == time.Millisecond {
		timestamp = strconv.FormatInt(now.UnixMilli(), 10)
	}
	c := claim{delivery: "msg_" + hex.EncodeToString(digest[:12]), timestamp: timestamp}
	if c.parts, err = s.parts(message{http.MethodPost, url, header, body}, c); err != nil {
		return nil, nil, err
	}
	signature := s.prefix + s.encoding.EncodeToString(s.mac(keys[0], c.parts))
	if s.style == fields {
		signature = "t=" + timestamp + "," + signature
	}
	names := s.families[0]
	header.Set(names.signature, signature)
	for name, value := range map[string]string{names.delivery: c.delivery, names.timestamp: timestamp} {
		if name != "" {
			header.Set(name, value)
		}
	}
	if s.beside != nil && !s.beside(message{http.MethodPost, url, header, body}, secrets) {
		header.Set(SecretHeader, secrets[0])
	}
	return header, body, nil
}

// SampleSecrets are those of a source on a machine where nobody has set any: "local-secret-" and its name, in the form that its kind wants.
func SampleSecrets(source program.Source) []string {
	secret := "local-secret-" + source.Name
	if s, ok := senderOf(source); ok && s.scheme.seal != nil {
		return []string{hex.EncodeToString([]byte(secret)), "afterword:" + secret}
	}
	return []string{secret}
}

// Restamp lets the event of a sample happen now, so that it is not too old to be asked about, in whichever way its sender writes times.
// Sign it afterwards.
func Restamp(source program.Source, body []byte, now time.Time) []byte {
	s, ok := senderOf(source)
	if !ok || len(s.happened) == 0 {
		return body
	}
	times := regexp.MustCompile(`("(?:` + strings.Join(s.happened, "|") + `)"\s*:\s*)("[^"\\]*"|\d{13}|\d{10})`)
	return times.ReplaceAllFunc(body, func(field []byte) []byte {
		groups := times.FindSubmatch(field)
		return append(groups[1], again(string(groups[2]), now.UTC())...)
	})
}

// again writes the time in the way of another.
func again(written string, now time.Time) string {
	switch {
	case len(written) == 10 && written[0] != '"':
		return strconv.FormatInt(now.Unix(), 10)
	case len(written) == 13 && written[0] != '"':
		return strconv.FormatInt(now.UnixMilli(), 10)
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", time.RFC1123Z} {
		if _, err := time.Parse(layout, strings.Trim(written, `"`)); err == nil {
			return `"` + now.Format(layout) + `"`
		}
	}
	return written
}
