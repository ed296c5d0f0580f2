package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"afterword/internal/api"
	"afterword/internal/qr"
)

// link prints a touchpoint's links for everybody, or a customer's own, and draws one as a QR code.
func link(ctx context.Context, of target, arguments []string, out io.Writer) error {
	touchpoint, name, file, customer, subject := arguments[0], arguments[1], arguments[2], arguments[3], arguments[4]
	if _, drawable := drawings[strings.ToLower(filepath.Ext(file))]; file != "" && !drawable {
		return fmt.Errorf("a QR code is written as .svg or .png, not as %q", file)
	}
	switch {
	case customer == "" && subject == "":
		return linksForEverybody(ctx, of, touchpoint, name, file, out)
	case name != "":
		return errors.New("a link is everybody's (--name) or a customer's (--customer and --subject), not both")
	case customer == "" || subject == "":
		return errors.New("a customer's link needs both --customer ADDRESS and --subject SUBJECT, such as an order or a ticket")
	}
	return linkForCustomer(ctx, of, touchpoint, customer, subject, file, out)
}

func linksForEverybody(ctx context.Context, of target, touchpoint, name, file string, out io.Writer) error {
	var answer struct{ Items []api.Link }
	if err := of.call(ctx, http.MethodGet, "/api/links?touchpoint="+url.QueryEscape(touchpoint), "", nil, &answer); err != nil {
		return err
	}
	links := answer.Items
	var names []string
	for _, l := range links {
		names = append(names, l.Name)
	}
	known := strings.Join(names, ", ")
	switch {
	case len(links) == 0:
		return fmt.Errorf("%s has no links; name them in the program, such as links: [counter] below touchpoints, %s, and apply it", touchpoint, touchpoint)
	case name != "" && !slices.Contains(names, name):
		return fmt.Errorf("%s has no link %q; it has %s", touchpoint, name, known)
	case name == "" && file != "" && len(links) > 1:
		return fmt.Errorf("%s has the links %s; say with --name which of them the QR code is for", touchpoint, known)
	}
	for _, l := range links {
		if name != "" && l.Name != name {
			continue
		}
		closed := ""
		if !l.Open {
			closed = " (closed while the touchpoint is off or in shadow mode)"
		}
		if _, err := fmt.Fprintf(out, "%s %s%s\n", l.Name, l.URL, closed); err != nil {
			return err
		}
		if err := drawTo(file, l.URL, touchpoint+" "+l.Name, out); err != nil {
			return err
		}
	}
	return nil
}

func linkForCustomer(ctx context.Context, of target, touchpoint, customer, subject, file string, out io.Writer) error {
	body, err := json.Marshal(map[string]string{"touchpoint": touchpoint, "subject": subject, "address": customer})
	if err != nil {
		return err
	}
	var made api.HandedOut
	if err := of.call(ctx, http.MethodPost, "/api/links", "application/json", body, &made); err != nil {
		return err
	}
	if made.URL == "" {
		return fmt.Errorf("there is no link for this customer: %s (%s)", made.Explanation, made.Reason)
	}
	if _, err := fmt.Fprintln(out, made.URL); err != nil {
		return err
	}
	return drawTo(file, made.URL, touchpoint+" "+subject, out)
}

// drawings are the kinds of files that a QR code is written as.
var drawings = map[string]func(code qr.Code, title string) []byte{
	".svg": func(code qr.Code, title string) []byte { return []byte(code.SVG(title)) },
	".png": func(code qr.Code, _ string) []byte { return code.PNG() },
}

// drawTo writes the QR code of a link, where a file is named.
func drawTo(file, link, title string, out io.Writer) error {
	if file == "" {
		return nil
	}
	code, err := qr.Of(link)
	if err != nil {
		return err
	}
	if err := os.WriteFile(file, drawings[strings.ToLower(filepath.Ext(file))](code, title), 0o644); err != nil { // #nosec G306: it is for print
		return err
	}
	_, err = fmt.Fprintf(out, "its QR code is in %s\n", file)
	return err
}
