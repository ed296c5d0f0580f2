package local_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// simulate tries a program on the visits of the last days, or on those of a file, whose columns are the fields of a visit.
func simulate(ts *testscript.TestScript, args []string) {
	wanted := map[string]any{"program": ts.ReadFile(args[0])}
	over, from, _ := strings.Cut(args[1], "=")
	switch over {
	case "days":
		days, err := strconv.Atoi(from)
		ts.Check(err)
		wanted["days"] = days
	case "visits":
		lines, err := csv.NewReader(bytes.NewReader(readFile(ts, from))).ReadAll()
		ts.Check(err)
		visits := []map[string]string{}
		for _, line := range lines[1:] {
			visit := map[string]string{}
			for i, value := range line {
				if value != "" {
					visit[lines[0][i]] = value
				}
			}
			visits = append(visits, visit)
		}
		wanted["visits"] = visits
	default:
		ts.Fatalf("%q is neither days nor visits", over)
	}
	body, err := json.Marshal(wanted)
	ts.Check(err)
	on(ts).send(ts, http.MethodPost, "/api/admin/simulate", bearer(http.Header{"Content-Type": {"application/json"}}), body)
}
