package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"slices"
	"strings"
	"text/template"

	"afterword/internal/program"
	"afterword/internal/webhook"
)

//go:embed guides
var guides embed.FS

// chosen are the kinds whose secret the owner chooses and tells the sender; that of the others is made by the sender.
var chosen = []string{
	program.WooCommerce, program.Freshdesk, program.HelpScout, program.Gorgias, program.Track, program.Auth0, program.Calendly, program.Standard, program.Generic,
}

// guidance is what a guide speaks of.
type guidance struct {
	Name, URL, Secret, Template string
	Events                      []string
}

// connect tells how to let a source report, step by step; or, with check, lets it report a sample and says what was decided.
func connect(ctx context.Context, to target, arguments []string, out io.Writer) error {
	name, checks := arguments[0], arguments[1] == "true"
	p, err := to.program(ctx)
	if err != nil {
		return err
	}
	source, there := p.Sources[name]
	if !there {
		return missingSource(p, name)
	}
	if checks {
		return tryOut(ctx, to, source, out)
	}
	return guide(to, source, out)
}

// program is the one in force.
func (t target) program(ctx context.Context) (*program.Program, error) {
	var now struct{ Text string }
	if err := t.call(ctx, http.MethodGet, "/api/admin/program", "", nil, &now); err != nil {
		return nil, err
	}
	return program.Parse([]byte(now.Text))
}

// missingSource says what the program has to say first.
func missingSource(p *program.Program, name string) error {
	has := strings.Join(slices.Sorted(maps.Keys(p.Sources)), ", ")
	shipped, known := program.Default().Sources[name]
	if !known {
		return fmt.Errorf("the program in force has no source %q; it has %s", name, has)
	}
	return fmt.Errorf("the program in force has no source %q; it has %s\nAdd it to your program and apply that (the shipped one shows how):\n\nsources:\n  %s:\n    kind: %s\n    events: {%s: ...}",
		name, has, name, shipped.Kind, strings.Join(slices.Sorted(maps.Keys(shipped.Events)), ": ..., "))
}

// guide prints the address, the secret and the steps.
func guide(to target, source program.Source, out io.Writer) error {
	text, err := guides.ReadFile("guides/" + source.Kind + ".txt")
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("nothing is written about sources of kind %q", source.Kind)
	}
	if err != nil {
		return err
	}
	steps, err := template.New(source.Kind).Parse(string(text))
	if err != nil {
		return err
	}
	g := guidance{
		Name: source.Name, URL: cmp.Or(source.URL, to.url+"/hooks/"+source.Name), Template: indented(webhook.Template(source.Kind)),
		Events: slices.Sorted(maps.Keys(source.Events)),
	}
	if slices.Contains(chosen, source.Kind) {
		g.Secret = newSecret(source.Kind)
	}
	fmt.Fprintf(out, "%s (%s)\n\nAddress: %s\n", source.Name, source.Kind, g.URL)
	if g.Secret != "" {
		fmt.Fprintf(out, "Secret:  %s   (made now, kept nowhere; or one of your own)\n", g.Secret)
	}
	fmt.Fprintln(out)
	if err := steps.Execute(out, g); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, `
Then let Afterword know the secret. On AWS, in the secret of the stack (README, Deploy), under sources:
    "sources": {"%[1]s": ["the secret"]}
On one machine, in the file that -secrets names. Two secrets in the list are both good, while one replaces the other.
Try it:
    AFTERWORD_SECRET="the secret" go run ./scripts/afterword connect %[1]s --check
`, source.Name)
	return err
}

// newSecret is one that nobody guesses, in the form that the kind takes: Standard Webhooks decodes it, Help Scout takes 40 characters.
func newSecret(kind string) string {
	if kind != program.Standard {
		return rand.Text()
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	return "whsec_" + base64.StdEncoding.EncodeToString(key)
}

func indented(text string) string {
	if text == "" {
		return ""
	}
	return "     " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n     ")
}
