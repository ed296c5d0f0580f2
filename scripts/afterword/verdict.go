package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// evidence prints what is known about one answer.
func evidence(ctx context.Context, of target, arguments []string, out io.Writer) error {
	var account json.RawMessage
	if err := of.call(ctx, http.MethodGet, "/api/responses/"+url.PathEscape(arguments[0]), "", nil, &account); err != nil {
		return err
	}
	var text bytes.Buffer
	if err := json.Indent(&text, account, "", "  "); err != nil {
		return err
	}
	_, err := fmt.Fprintln(out, text.String())
	return err
}

// verdict makes an answer counted, or withdraws it.
func verdict(ctx context.Context, of target, arguments []string, out io.Writer) error {
	counted := arguments[1] == "count"
	if !counted && arguments[1] != "withdraw" {
		return fmt.Errorf("say count (it is an answer) or withdraw (it was a machine's), not %q", arguments[1])
	}
	body, err := json.Marshal(map[string]any{"id": arguments[0], "counted": counted, "reason": arguments[2]})
	if err != nil {
		return err
	}
	var answer struct {
		Rating   int
		Revision int64
	}
	if err := of.call(ctx, http.MethodPost, "/api/admin/verdict", "application/json", body, &answer); err != nil {
		return err
	}
	became := map[bool]string{true: "counts", false: "does not count"}
	_, err = fmt.Fprintf(out, "the %d of %s %s (revision %d)\n", answer.Rating, arguments[0], became[counted], answer.Revision)
	return err
}
