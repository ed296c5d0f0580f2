package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"afterword/internal/access"
	"afterword/internal/api"
)

const keysUsage = "usage: afterword keys list | create NAME SCOPES [EXPIRES] | revoke ID"

// keys makes, lists and takes back the keys of the API.
func keys(ctx context.Context, to target, arguments []string, out io.Writer) error {
	switch n := len(arguments) - 1; {
	case arguments[0] == "list" && n == 0:
		return listKeys(ctx, to, out)
	case arguments[0] == "create" && (n == 2 || n == 3):
		return createKey(ctx, to, arguments[1:], out)
	case arguments[0] == "revoke" && n == 1:
		if err := to.call(ctx, http.MethodDelete, "/api/admin/keys/"+url.PathEscape(arguments[1]), "", nil, nil); err != nil {
			return err
		}
		fmt.Fprintln(out, "revoked; it stops working within a minute")
		return nil
	}
	return fmt.Errorf("%s\nSCOPES are some of %v, with commas between; EXPIRES is a time such as 2027-01-31T00:00:00Z", keysUsage, access.Scopes())
}

func createKey(ctx context.Context, to target, arguments []string, out io.Writer) error {
	wanted := map[string]any{"name": arguments[0], "scopes": strings.Split(arguments[1], ",")}
	if len(arguments) > 2 {
		wanted["expires"] = arguments[2]
	}
	body, err := json.Marshal(wanted)
	if err != nil {
		return err
	}
	var key api.NewKey
	if err := to.call(ctx, http.MethodPost, "/api/admin/keys", "application/json", body, &key); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s\n\nThis is the key %s. It is shown this once; afterword keys revoke %s takes it back.\n", key.Secret, key.Name, key.ID)
	return nil
}

func listKeys(ctx context.Context, to target, out io.Writer) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tNAME\tSCOPES\tA MINUTE\tMADE\tEXPIRES\tENDS IN")
	for query, more := "", true; more; {
		var page struct {
			Items []api.Key
			Next  string
		}
		if err := to.call(ctx, http.MethodGet, "/api/admin/keys"+query, "", nil, &page); err != nil {
			return err
		}
		for _, k := range page.Items {
			fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%s\t%s\t...%s\n", k.ID, k.Name, scopesOf(k), k.PerMinute, k.Created.Format(time.DateOnly), expiry(k), k.Last)
		}
		query, more = "?cursor="+url.QueryEscape(page.Next), page.Next != ""
	}
	return table.Flush()
}

func scopesOf(k api.Key) string {
	var names []string
	for _, scope := range k.Scopes {
		names = append(names, string(scope))
	}
	slices.Sort(names)
	return strings.Join(names, ",")
}

func expiry(k api.Key) string {
	switch {
	case k.Expires == nil:
		return "never"
	case k.Expired:
		return "expired"
	}
	return k.Expires.Format(time.RFC3339)
}
