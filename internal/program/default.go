package program

import _ "embed"

//go:embed default.yaml
var defaultText string

// DefaultText is the shipped program as an owner reads it, every field explained.
func DefaultText() string { return defaultText }

// Default is the shipped program, version 0: in use until an owner applies one. Each call returns one of its own.
func Default() *Program {
	p, err := Parse([]byte(defaultText))
	if err != nil {
		panic("the shipped program: " + err.Error()) // part of the build, and held by a test
	}
	return p
}
