package local_test

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"go.yaml.in/yaml/v3"

	"afterword/internal/local"
	"afterword/internal/table"
)

// use is something that a function does to a table or an index: an IAM action on a resource, as template.yaml names both.
type use struct{ function, resource, action string }

func (u use) String() string { return u.function + ": dynamodb:" + u.action + " on " + u.resource }

// calls are the uses that were seen, each with the partitions it went to, up to their first '#'.
type calls struct {
	sync.Mutex
	seen map[use]map[string]bool
}

func (c *calls) add(function, resource, action, partition string) {
	c.Lock()
	defer c.Unlock()
	u := use{function, resource, action}
	if c.seen[u] == nil {
		c.seen[u] = map[string]bool{}
	}
	if kind, _, has := strings.Cut(partition, "#"); has {
		partition = kind + "#"
	}
	c.seen[u][partition] = true
}

// watch is local.Options.Watch.
func (c *calls) watch(function string, engine table.Table) table.Table {
	return &watched{engine, func(resource, action, partition string) { c.add(function, resource, action, partition) }}
}

// watched tells what IAM is asked for at each call of an engine.
type watched struct {
	table.Table
	say func(resource, action, partition string)
}

func arn(name table.Name, index *table.Index) string {
	if index == nil {
		return string(name) + ".Arn"
	}
	return "${" + string(name) + ".Arn}/index/" + index.Name
}

var writeActions = map[table.Kind]string{
	table.Put: "PutItem", table.Update: "UpdateItem", table.Delete: "DeleteItem", table.Check: "ConditionCheckItem",
}

func (w *watched) Get(ctx context.Context, key table.Key, strong bool) (table.Item, error) {
	w.say(arn(key.Table, nil), "GetItem", key.Partition)
	return w.Table.Get(ctx, key, strong)
}

func (w *watched) BatchGet(ctx context.Context, keys []table.Key, strong bool) ([]table.Item, error) {
	for _, key := range keys {
		w.say(arn(key.Table, nil), "BatchGetItem", key.Partition)
	}
	return w.Table.BatchGet(ctx, keys, strong)
}

func (w *watched) Query(ctx context.Context, q table.Query) (table.Page, error) {
	w.say(arn(q.Table, q.Index), "Query", q.Partition)
	return w.Table.Query(ctx, q)
}

func (w *watched) Scan(ctx context.Context, name table.Name, start string, limit, segment, segments int) (table.Page, error) {
	w.say(arn(name, nil), "Scan", "")
	return w.Table.Scan(ctx, name, start, limit, segment, segments)
}

func (w *watched) Write(ctx context.Context, write table.Write) (table.Item, error) {
	w.say(arn(write.Key.Table, nil), writeActions[write.Kind], write.Key.Partition)
	return w.Table.Write(ctx, write)
}

func (w *watched) Transact(ctx context.Context, writes []table.Write) error {
	for _, write := range writes {
		w.say(arn(write.Key.Table, nil), writeActions[write.Kind], write.Key.Partition)
	}
	return w.Table.Transact(ctx, writes)
}

// oneOrMore is a value that a template may write without the brackets of a list.
type oneOrMore []string

func (o *oneOrMore) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		*o = oneOrMore{node.Value}
		return nil
	}
	return node.Decode((*[]string)(o))
}

// grants reads what template.yaml allows: each use with the prefixes that its partitions must have; none: any partition.
func grants(t *testing.T) map[use][]string {
	t.Helper()
	text, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var template struct {
		Resources map[string]struct {
			Type       string `yaml:"Type"`
			Properties struct {
				CodeUri  string `yaml:"CodeUri"`
				Policies []struct {
					Statement []struct {
						Action    oneOrMore                       `yaml:"Action"`
						Resource  oneOrMore                       `yaml:"Resource"`
						Condition map[string]map[string]oneOrMore `yaml:"Condition"`
					} `yaml:"Statement"`
				} `yaml:"Policies"`
			} `yaml:"Properties"`
		} `yaml:"Resources"`
	}
	if err := yaml.Unmarshal(text, &template); err != nil {
		t.Fatal(err)
	}
	granted := map[use][]string{}
	for name, resource := range template.Resources {
		if resource.Type != "AWS::Serverless::Function" {
			continue
		}
		for _, policy := range resource.Properties.Policies {
			for _, statement := range policy.Statement {
				prefixes := statement.Condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
				for _, action := range statement.Action {
					if strings.Contains(action, "*") {
						t.Errorf("%s: %s is granted", name, action)
					}
					act, is := strings.CutPrefix(action, "dynamodb:")
					if !is {
						continue
					}
					if act == "Scan" && len(prefixes) > 0 {
						t.Errorf("%s: a scan has no leading keys, the condition holds nothing back", name)
					}
					for _, on := range statement.Resource {
						u := use{path.Base(resource.Properties.CodeUri), on, act}
						if _, twice := granted[u]; twice {
							t.Errorf("%s is granted twice", u)
						}
						granted[u] = prefixes
					}
				}
			}
		}
	}
	return granted
}

// What a function calls without being granted fails on AWS alone; what it is granted and never calls serves nobody but an intruder.
// The calls are those of all journeys, of the seeded history, and of an audit that finds something to heal.
func TestEachFunctionIsGrantedWhatItCallsAndNothingElse(t *testing.T) {
	c := &calls{seen: map[use]map[string]bool{}}
	t.Run("calls", func(t *testing.T) {
		testscript.Run(t, testscript.Params{
			Files: journeysFor(t, "bolt"),
			Setup: func(env *testscript.Env) error {
				return begin(env, "bolt", func(j *traveller) { j.options.Watch = c.watch })
			},
			Cmds: commands,
		})
		playHistory(t, c)
	})
	granted := grants(t)
	for u, partitions := range c.seen {
		prefixes, may := granted[u]
		if !may {
			t.Errorf("%s is called (%s) and not granted", u, slices.Sorted(maps.Keys(partitions)))
		}
		for partition := range partitions {
			if len(prefixes) > 0 && !slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(partition, strings.TrimSuffix(p, "*")) }) {
				t.Errorf("%s is called for %s and granted for %s", u, partition, prefixes)
			}
		}
	}
	for u, prefixes := range granted {
		if c.seen[u] == nil {
			t.Errorf("%s is granted and never called", u)
			continue
		}
		for _, prefix := range prefixes {
			called := func(partition string) bool { return strings.HasPrefix(partition, strings.TrimSuffix(prefix, "*")) }
			if !slices.ContainsFunc(slices.Collect(maps.Keys(c.seen[u])), called) {
				t.Errorf("%s is granted for %s and never called for it", u, prefix)
			}
		}
	}
	if t.Failed() {
		for _, u := range slices.SortedFunc(maps.Keys(c.seen), func(a, b use) int { return strings.Compare(a.String(), b.String()) }) {
			t.Logf("%s: %s", u, slices.Sorted(maps.Keys(c.seen[u])))
		}
	}
}

// playHistory plays a quarter of a shop that sends so many mails a day, and lets the nightly audit and one that the owner asks for find
// answers that were never counted, cases that are gone, and cases that were never told that their answer does not count.
func playHistory(t *testing.T, c *calls) {
	t.Helper()
	text, err := os.ReadFile("../program/default.yaml")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "program.yaml")
	if err := os.WriteFile(file, bytes.Replace(text, []byte("daily_quota: 0"), []byte("daily_quota: 900"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	var d damage
	s, server := open(t, local.Options{Seed: true, Program: file, Watch: func(function string, e table.Table) table.Table {
		d.engine = e
		return c.watch(function, e)
	}})
	visitConsole(t, s, server.URL)
	complain(t, s, server.URL)
	d.withdrawAnswers(t)
	if err := s.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.inflict(t)
	if err := s.Advance(t.Context(), s.Now().Add(24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	d.inflict(t)
	if status, answer := callAPI(t, http.MethodPost, server.URL+"/api/admin/audit"); status != http.StatusOK {
		t.Errorf("the audit answers %d: %s", status, answer)
	}
}

// complain has a customer answer badly, so that there is an open case.
func complain(t *testing.T, s *local.System, url string) {
	t.Helper()
	if _, err := s.FireSample(t.Context(), "zendesk-solved"); err != nil {
		t.Fatal(err)
	}
	if err := s.Advance(t.Context(), s.Now().Add(3*time.Hour)); err != nil {
		t.Fatal(err)
	}
	for _, m := range s.Mails() {
		if m.Kind != "survey" || !strings.Contains(m.To, "pieter.devries@customer.example") {
			continue
		}
		opened, err := m.Open()
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.Post(url+linkVariables["SURVEY"].FindString(opened.Text), "application/x-www-form-urlencoded", strings.NewReader("rating=1&act=explicit"))
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}
	if err := s.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// damage is what an audit has to find.
type damage struct {
	engine table.Table
	stale  []table.Write // cases as they were before their answers were withdrawn
}

func (d *damage) each(t *testing.T, name table.Name, do func(table.Key, table.Item)) {
	t.Helper()
	for start := ""; ; {
		page, err := d.engine.Scan(t.Context(), name, start, 0, 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range page.Items {
			do(item.Key(name), item)
		}
		if start = page.Next; start == "" {
			return
		}
	}
}

func (d *damage) write(t *testing.T, w table.Write) {
	t.Helper()
	if _, err := d.engine.Write(t.Context(), w); err != nil {
		t.Fatal(err)
	}
}

// withdrawAnswers makes the answers behind all open cases count for nothing.
func (d *damage) withdrawAnswers(t *testing.T) {
	t.Helper()
	d.each(t, table.Feedback, func(key table.Key, item table.Item) {
		id, is := strings.CutPrefix(key.Partition, "K#")
		if !is || item["state"] != "open" {
			return
		}
		for _, attr := range []string{table.AttrPartition, table.AttrSort, table.AttrWriter} {
			delete(item, attr) // are the write's
		}
		d.stale = append(d.stale, table.Write{Kind: table.Put, Key: key, Item: item})
		d.write(t, table.Write{
			Kind: table.Update, Key: table.Key{Table: table.Feedback, Partition: "I#" + id, Sort: "invitation"},
			Remove: []string{"counted"}, Add: map[string]int64{"rev": 1}, If: table.Present("counted"),
		})
	})
	if len(d.stale) == 0 {
		t.Fatal("there is no open case")
	}
}

// inflict loses what was counted and all cases but those, which it puts back as they were.
func (d *damage) inflict(t *testing.T) {
	t.Helper()
	for name, prefixes := range map[table.Name][]string{table.Scorebook: {"0#L#", "0#S#"}, table.Feedback: {"K#"}} {
		d.each(t, name, func(key table.Key, _ table.Item) {
			if slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(key.Partition, p) }) {
				d.write(t, table.Write{Kind: table.Delete, Key: key})
			}
		})
	}
	for _, w := range d.stale {
		d.write(t, w)
	}
}

// callAPI asks the API as its owner.
func callAPI(t *testing.T, method, url string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header = bearer(nil)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(answer)
}
