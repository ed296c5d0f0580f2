package webhook

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
)

// encoding is how the bytes of a signature are written. Each takes one spelling only: a signature that was changed in any byte is
// another.
type encoding interface {
	EncodeToString([]byte) string
	DecodeString(string) ([]byte, error)
}

type strictBase64 struct{ *base64.Encoding }

var standardBase64 = strictBase64{base64.StdEncoding.Strict()}

// DecodeString takes no line ends, which the decoder would pass over.
func (e strictBase64) DecodeString(s string) ([]byte, error) {
	if strings.ContainsAny(s, "\r\n") {
		return nil, base64.CorruptInputError(0)
	}
	return e.Encoding.DecodeString(s)
}

type lowerHex struct{}

func (lowerHex) EncodeToString(b []byte) string { return hex.EncodeToString(b) }

// DecodeString takes small letters only, as all senders write them.
func (lowerHex) DecodeString(s string) ([]byte, error) {
	if strings.ContainsAny(s, "ABCDEF") {
		return nil, errCapitals
	}
	return hex.DecodeString(s)
}

var errCapitals = errors.New("hex in capitals")

// Keys of secrets.

// literal takes the secret's own bytes.
func literal(secret string) ([]byte, error) { return []byte(secret), nil }

// secretPrefix marks a secret of Standard Webhooks, which is base64 after it.
const secretPrefix = "whsec_"

// decodedKey decodes a secret that says that it is coded; any other is taken as it is.
func decodedKey(secret string) ([]byte, error) {
	coded, is := strings.CutPrefix(secret, secretPrefix)
	if !is {
		return []byte(secret), nil
	}
	return base64Key(coded)
}

// base64Key decodes a secret that is written in base64.
func base64Key(secret string) ([]byte, error) {
	key, err := standardBase64.DecodeString(secret)
	if err == nil && len(key) == 0 {
		err = errors.New("it is empty")
	}
	return key, err
}

// hexKey decodes a secret that is written in hex, in whichever case.
func hexKey(secret string) ([]byte, error) {
	key, err := hex.DecodeString(secret)
	if err == nil && len(key) == 0 {
		err = errors.New("it is empty")
	}
	if err != nil { // the error of hex would quote a byte of it
		return nil, errors.New("it is not in hex")
	}
	return key, nil
}

// htmlKey is the secret as WordPress uses it, with its entities decoded (wp_specialchars_decode with ENT_QUOTES).
func htmlKey(secret string) ([]byte, error) { return []byte(entities.Replace(secret)), nil }

var entities = strings.NewReplacer(
	"&quot;", `"`, "&#034;", `"`, "&#34;", `"`, "&#x22;", `"`, "&#039;", "'", "&#39;", "'", "&#x27;", "'",
	"&lt;", "<", "&#060;", "<", "&#60;", "<", "&gt;", ">", "&#062;", ">", "&#62;", ">", "&amp;", "&", "&#038;", "&", "&#38;", "&", "&#x26;", "&",
)

var errNoElement = errors.New("the list has no first element")

// elements returns the first element of a body that is a list, and whether there are more; a body that is none is its own first. It copies
// nothing, and follows brackets and quotes only: what is no JSON is cut somewhere, and nothing is read out of it afterwards.
func elements(body []byte) (first []byte, more bool, err error) {
	const space = " \t\r\n"
	list := bytes.TrimLeft(body, space)
	if len(list) == 0 || list[0] != '[' {
		return body, false, nil
	}
	list = bytes.TrimLeft(list[1:], space)
	depth, quoted := 0, false
	for i := 0; i < len(list); i++ {
		switch c := list[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{', c == '[':
			depth++
		case depth > 0 && (c == '}' || c == ']'):
			depth--
		case depth == 0 && i > 0 && (c == ',' || c == ']'):
			return bytes.TrimRight(list[:i], space), c == ',', nil
		}
	}
	return nil, false, errNoElement
}
