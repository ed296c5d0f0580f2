package api

import (
	"context"
	"net/http"

	"afterword/internal/program"
)

// Texts knows the program as it was written.
type Texts interface {
	// CurrentProgram reads the newest program and its version; nil and 0 when none was applied. Faults: Transient.
	CurrentProgram(ctx context.Context) (text []byte, version int, err error)
}

// Program is the program in force.
type Program struct {
	Version int    `json:"version"` // 0: the shipped one, none was applied
	Text    string `json:"text"`    // YAML, as it was applied
}

func (a *API) program(r *http.Request) (any, error) {
	if _, err := readQuery(r); err != nil {
		return nil, err
	}
	text, version, err := a.Texts.CurrentProgram(r.Context())
	if err != nil {
		return nil, err
	}
	if version == 0 {
		text = []byte(program.DefaultText())
	}
	return Program{version, string(text)}, nil
}
