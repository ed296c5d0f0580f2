package api

import (
	_ "embed"
	"encoding/json"
	"net/http"
	"sync"

	"go.yaml.in/yaml/v3"
)

// openAPI is the OpenAPI document of this API, which tests hold to what the code does.
//
//go:embed openapi.yaml
var openAPI []byte

var document = sync.OnceValues(func() (json.RawMessage, error) {
	var tree any
	if err := yaml.Unmarshal(openAPI, &tree); err != nil {
		return nil, err
	}
	return json.Marshal(tree)
})

func (a *API) document(r *http.Request) (any, error) {
	if _, err := readQuery(r); err != nil {
		return nil, err
	}
	return document()
}
