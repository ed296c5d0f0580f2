package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// customer exports or erases everything that is kept about the person with an address.
func customer(ctx context.Context, of target, arguments []string, out io.Writer) error {
	body := map[string]any{"address": arguments[1]}
	switch arguments[0] {
	case "export":
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		answer, err := of.send(ctx, http.MethodPost, "/api/customers/export", http.Header{"Content-Type": {"application/json"}}, text)
		if err != nil {
			return err
		}
		var indented bytes.Buffer
		if err := json.Indent(&indented, answer, "", "  "); err != nil {
			return err
		}
		_, err = indented.WriteTo(out)
		return err
	case "erase":
		ratings := ""
		if len(arguments) > 2 {
			ratings = arguments[2]
		}
		if ratings != "keep-ratings" && ratings != "remove-ratings" {
			return fmt.Errorf("say keep-ratings (they count on, as nobody's) or remove-ratings (scores change)")
		}
		body["keep_ratings"] = ratings == "keep-ratings"
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		var done struct{ Visits, Answers, Cases int }
		if err := of.call(ctx, http.MethodPost, "/api/customers/erase", "application/json", text, &done); err != nil {
			return fmt.Errorf("run it again, it goes on where it broke off: %w", err)
		}
		_, err = fmt.Fprintf(out, "erased: %d visits, %d answers, %d cases\n", done.Visits, done.Answers, done.Cases)
		return err
	}
	return fmt.Errorf("a customer is exported or erased, not %q", arguments[0])
}
