package foreign_test

import (
	"strings"
	"testing"
	"time"

	"afterword/internal/foreign"

	"github.com/google/go-cmp/cmp"
)

func TestAFieldIsReadWhateverItsType(t *testing.T) {
	for body, want := range map[string]foreign.Text{
		`{"is":"text"}`:                      "text",
		`{"is":12}`:                          "12",
		`{"is":false}`:                       "false",
		`{"is":null}`:                        "",
		`{"is":{"in":"another"}}`:            "",
		`{"is":["a",["b",null],2,{}]}`:       "a,b,,2,",
		`{"is":[true,{"in":["c",{}]},1.50]}`: "true,,1.50",
		`{}`:                                 "",
	} {
		var read struct {
			Is foreign.Text `json:"is"`
		}
		if err := foreign.Decode([]byte(body), &read); err != nil || read.Is != want {
			t.Errorf("%s reads %q, %v; want %q", body, read.Is, err, want)
		}
	}
}

func TestAListIsReadInOneGoHoweverDeepItIs(t *testing.T) {
	const deep = 9000 // encoding/json takes ten thousand
	body := `{"is":` + strings.Repeat("[", deep) + `"` + strings.Repeat("x", 30_000) + `"` + strings.Repeat("]", deep) + `}`
	var read struct {
		Is foreign.Text `json:"is"`
	}
	at := time.Now()
	if err := foreign.Decode([]byte(body), &read); err != nil || len(read.Is) != 30_000 {
		t.Errorf("read %d bytes, %v", len(read.Is), err)
	}
	if took := time.Since(at); took > time.Second { // some milliseconds; list by list it is six seconds
		t.Errorf("it took %s", took)
	}
}

func TestAnObjectOfAnotherTypeIsAsGoodAsMissing(t *testing.T) {
	for _, of := range []string{`[]`, `"text"`, `7`, `[{"name":"Anna"}]`} {
		var read struct {
			Agent struct {
				Name foreign.Text `json:"name"`
			} `json:"agent"`
			Lines []struct {
				Title foreign.Text `json:"title"`
			} `json:"lines"`
			Own map[string]foreign.Text `json:"own"`
			ID  foreign.Text            `json:"id"`
		}
		body := `{"agent":` + of + `,"own":` + of + `,"lines":{"1":{}},"id":12}`
		if err := foreign.Decode([]byte(body), &read); err != nil || read.ID != "12" || read.Agent.Name != "" || len(read.Lines)+len(read.Own) > 0 {
			t.Errorf("%s reads %+v, %v", body, read, err)
		}
	}
}

func TestOnlyAnObjectIsRead(t *testing.T) {
	for _, body := range []string{``, `null`, `[]`, `"text"`, `{`, `{} {}`} {
		if err := foreign.Decode([]byte(body), &struct{}{}); err == nil {
			t.Errorf("%q was read", body)
		}
	}
}

func TestMoments(t *testing.T) {
	nine := time.Date(2026, 11, 20, 9, 12, 0, 0, time.UTC)
	for text, want := range map[foreign.Text]time.Time{
		"2026-11-20T10:12:00+01:00": nine,
		"2026-11-20T09:12Z":         nine,
		"2026-11-20T09:12:00":       nine,
		"2026-11-20 10:12:00 +0100": nine,
		"2026-11-20 10:12:00+01:00": nine,
		" 1795165920 ":              nine,
		"1795165920000":             nine,
		"yesterday":                 {},
		"17951659":                  {},
	} {
		if got := foreign.Moment(text); !got.Equal(want) {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
	if got := foreign.Moment("", "never", "2026-11-20T09:12:00Z"); !got.Equal(nine) {
		t.Errorf("the first that is one was not taken: %s", got)
	}
}

func TestBlankIsMissing(t *testing.T) {
	if got := foreign.First("", "  ", " a b ", "c"); got != "a b" {
		t.Errorf("first: %q", got)
	}
	got := foreign.Properties(map[string]string{"agent": "Anna", "team": ""})
	if diff := cmp.Diff(map[string]string{"agent": "Anna"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestFlags(t *testing.T) {
	for _, yes := range []foreign.Text{"true", "TRUE", "1", " true "} {
		if !foreign.Yes(yes) {
			t.Errorf("%q is no", yes)
		}
	}
	for _, no := range []foreign.Text{"", "false", "0", "yes", "2"} {
		if foreign.Yes(no) {
			t.Errorf("%q is yes", no)
		}
	}
}
