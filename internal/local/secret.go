package local

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"afterword/internal/program"
	"afterword/internal/webhook"
)

// localSecret is what Secrets Manager would hold: the user's file, or one that is made for this machine and kept with the data.
// Sources that it does not name sign with "local-secret-" and their name, so that samples can be fired without any set-up.
type localSecret struct {
	Seed        string              `json:"seed,omitempty"`
	Tokens      map[string]string   `json:"tokens,omitempty"`
	Suppression string              `json:"suppression,omitempty"`
	Sources     map[string][]string `json:"sources,omitempty"`
	Fetch       map[string]string   `json:"fetch,omitempty"`
	API         string              `json:"api,omitempty"` // the API key

	known func() []program.Source // the program's
}

func openSecret(folder, file string) (*localSecret, error) {
	own := &localSecret{}
	path := ""
	if folder != "" {
		path = filepath.Join(folder, "secret.json")
	}
	if err := readSecret(path, own); err != nil {
		return nil, err
	}
	if own.Seed == "" || own.API == "" {
		own.Seed, own.API = rand.Text()+rand.Text(), "local-"+rand.Text()
		if err := own.keep(path); err != nil {
			return nil, err
		}
	}
	if file == "" {
		return own, nil
	}
	given := &localSecret{}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(given); err != nil {
		return nil, fmt.Errorf(`%s: %w; expected JSON such as {"sources":{"shopify":["..."]},"tokens":{"1":"..."}}`, file, err)
	}
	for name, live := range given.Sources {
		if len(live) == 0 || slices.Contains(live, "") {
			return nil, fmt.Errorf("%s: source %s has no secret; expected one or two", file, name)
		}
	}
	if given.Seed == "" {
		given.Seed = own.Seed
	}
	if given.API == "" {
		given.API = own.API
	}
	return given, nil
}

func readSecret(path string, into *localSecret) error {
	if path == "" {
		return nil
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}

func (l *localSecret) keep(path string) error {
	if path == "" {
		return nil
	}
	text, err := json.Marshal(l)
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o600)
}

// read is what the keeper of secrets reads.
func (l *localSecret) read(context.Context) ([]byte, error) {
	sources := map[string][]string{}
	for _, source := range l.known() {
		sources[source.Name] = webhook.SampleSecrets(source)
	}
	for name, live := range l.Sources {
		sources[name] = live
	}
	tokens := map[string]string{}
	for id, text := range l.Tokens {
		tokens[id] = keyOf(text)
	}
	return json.Marshal(map[string]any{
		"seed": l.Seed, "tokens": tokens, "suppression": l.Suppression, "sources": sources, "fetch": l.Fetch,
	})
}

// keyOf is a key for links as the secret on AWS has it: the base64 of 32 bytes or more. On this machine any other text will do as well
// and is made into one, so that trying the runner needs no key generator.
func keyOf(text string) string {
	if key, err := base64.StdEncoding.Strict().DecodeString(text); err == nil && len(key) >= sha256.Size || text == "" {
		return text
	}
	key := sha256.Sum256([]byte("afterword local key " + text))
	return base64.StdEncoding.EncodeToString(key[:])
}

// senderSecrets are what the source signs with.
func (s *System) senderSecrets(ctx context.Context, source string) ([]string, error) {
	live, err := s.parts.Secrets.Source(ctx, source)
	if err != nil || len(live) == 0 {
		return nil, errors.Join(err, fmt.Errorf("source %s has no secret", source))
	}
	return live, nil
}
