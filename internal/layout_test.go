// Package internal_test holds the layout that internal/README.md draws: who may import whom, and that the folders, template.yaml,
// the sample events and the local routes tell the same story. It parses the sources itself: a test that asks `go list` is cached
// and passes after the code broke.
package internal_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"afterword/internal/local"
)

// layers from the bottom up; a package may import those of lower layers, and those of its own where peers says so.
var layers = []struct {
	name     string
	packages []string
	peers    bool
}{
	{"fault", []string{"fault", "trail"}, false},
	{"field", []string{"access", "score", "period", "customer", "program", "theme", "agenda", "survey", "touchpoint", "response", "tally", "followup", "why", "report", "privacy", "imports"}, true},
	{"surface", []string{"i18n", "problem", "chart", "qr", "mail", "web", "foreign", "webhook", "enrich", "api", "console"}, true},
	{"technology", []string{"table", "table/bolt", "table/dynamo", "table/dynamo/feed", "table/tabletest", "store", "ses", "ses/sestest", "secrets", "apigw", "esm", "browser"}, true},
	{"assembly", []string{"function", "function/artefact", "local"}, true},
}

const technology, assembly = 3, 4

// What the field may not know: the cloud, the web, templates.
var foreignToField = regexp.MustCompile(`^(github\.com/aws/.*|net/http.*|html/template|text/template|go\.etcd\.io/.*)$`)

var aws = regexp.MustCompile(`^github\.com/aws/`)

func layerOf(pkg string) int {
	for i, layer := range layers {
		if slices.Contains(layer.packages, pkg) {
			return i
		}
	}
	return -1
}

// imports lists what the Go files under root import, tests apart when asked, by package folder relative to the repository.
func imports(t *testing.T, root string, tests bool) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") != tests {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		folder, err := filepath.Rel(root, filepath.Dir(path))
		for _, spec := range file.Imports {
			name, _ := strconv.Unquote(spec.Path.Value)
			if !slices.Contains(found[folder], name) {
				found[folder] = append(found[folder], name)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestImportsPointOneWay(t *testing.T) {
	for pkg, names := range imports(t, ".", false) {
		layer := layerOf(pkg)
		if layer < 0 {
			t.Errorf("internal/%s is in no layer: give it its place in layout_test.go and README.md", pkg)
			continue
		}
		for _, name := range names {
			for _, broken := range brokenRules(pkg, layer, name) {
				t.Errorf("internal/%s imports %s: %s", pkg, name, broken)
			}
		}
	}
}

func brokenRules(pkg string, layer int, name string) (broken []string) {
	if layer < technology-1 && foreignToField.MatchString(name) {
		broken = append(broken, "the field knows neither cloud nor web nor templates")
	}
	if layer < technology && aws.MatchString(name) {
		broken = append(broken, "only technology, functions and assembly know AWS")
	}
	inner, ours := strings.CutPrefix(name, "afterword/internal/")
	if !ours {
		return broken
	}
	other := layerOf(inner)
	if other > layer || other == layer && !layers[layer].peers {
		broken = append(broken, fmt.Sprintf("%s may not know %s", layers[layer].name, inner))
	}
	return broken
}

func TestTheRulesCatchWhatTheyAreFor(t *testing.T) {
	for _, row := range []struct{ pkg, imported string }{
		{"survey", "net/http"},
		{"survey", "html/template"},
		{"response", "github.com/aws/aws-sdk-go-v2/service/dynamodb"},
		{"web", "github.com/aws/aws-lambda-go/events"},
		{"tally", "afterword/internal/store"},
		{"mail", "afterword/internal/ses"},
		{"store", "afterword/internal/local"},
		{"fault", "afterword/internal/score"},
	} {
		if len(brokenRules(row.pkg, layerOf(row.pkg), row.imported)) == 0 {
			t.Errorf("%s may import %s", row.pkg, row.imported)
		}
	}
}

func TestTheTestPackagesAreLinkedIntoNothing(t *testing.T) {
	for _, root := range []string{".", "../functions", "../scripts"} {
		for pkg, names := range imports(t, root, false) {
			for _, name := range names {
				if name == "afterword/internal/browser" && root != "../scripts" {
					t.Errorf("%s/%s imports %s, which is for tests and pictures", root, pkg, name)
				}
				if strings.HasPrefix(name, "github.com/schollz/") && root != "../scripts" {
					t.Errorf("%s/%s imports %s, which is for who watches a command", root, pkg, name)
				}
				if name == "afterword/internal/qr" && root != "../scripts" && pkg != "local" {
					t.Errorf("%s/%s imports %s, which is for who prints links", root, pkg, name)
				}
				if name == "afterword/internal/table/tabletest" || name == "afterword/internal/ses/sestest" || name == "testing" {
					if pkg != "table/tabletest" && pkg != "ses/sestest" {
						t.Errorf("%s/%s imports %s, which is for tests", root, pkg, name)
					}
				}
			}
		}
	}
}

func TestEachFunctionIsOneMainThatWires(t *testing.T) {
	for _, name := range folders(t, "../functions") {
		files, _ := filepath.Glob("../functions/" + name + "/*")
		if len(files) != 1 || filepath.Base(files[0]) != "main.go" {
			t.Errorf("functions/%s holds %v, want main.go and nothing else", name, files)
			continue
		}
		text, err := os.ReadFile(files[0])
		if err != nil {
			t.Fatal(err)
		}
		if lines := strings.Count(string(text), "\n"); lines > 60 {
			t.Errorf("functions/%s/main.go has %d lines: it does more than wire", name, lines)
		}
	}
}

func TestFoldersTemplateEventsAndLocalRoutesAgree(t *testing.T) {
	template, err := local.ReadTemplate("../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var deployed []string
	for _, f := range template.Functions {
		deployed = append(deployed, f.Name)
		if samples, _ := filepath.Glob("../events/" + f.Name + "/*.json"); len(samples) == 0 {
			t.Errorf("function %s has no sample under events/%s/", f.Name, f.Name)
		}
	}
	if inFolders := folders(t, "../functions"); !slices.Equal(deployed, inFolders) {
		t.Errorf("template.yaml deploys %v, functions/ has %v", deployed, inFolders)
	}
	for _, name := range folders(t, "../events") {
		if !slices.Contains(deployed, name) {
			t.Errorf("events/%s belongs to no function", name)
		}
	}
}

// environmentName finds what a main asks of its environment.
var environmentName = regexp.MustCompile(`function\.Environment\("([A-Z_]+)"\)`)

func TestTheTemplateSetsWhatAMainReadsAndNoMore(t *testing.T) {
	template, err := local.ReadTemplate("../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range template.Functions {
		text, err := os.ReadFile("../functions/" + f.Name + "/main.go")
		if err != nil {
			t.Fatal(err)
		}
		var read []string
		for _, match := range environmentName.FindAllStringSubmatch(string(text), -1) {
			read = append(read, match[1])
		}
		slices.Sort(read)
		if read = slices.Compact(read); !slices.Equal(read, f.Environment) {
			t.Errorf("functions/%s/main.go reads %v, template.yaml sets %v", f.Name, read, f.Environment)
		}
	}
}

func TestTheTopLevelIsTheOneThatTheOwnerFixed(t *testing.T) {
	fixed := []string{"LICENSE", "Makefile", "README.md", "events", "functions", "go.mod", "go.sum", "internal", "out", "scripts", "template.yaml"}
	entries, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), ".") && !slices.Contains(fixed, entry.Name()) {
			t.Errorf("%s is not part of the fixed top level", entry.Name())
		}
	}
}

func folders(t *testing.T, root string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if entry.IsDir() {
			names = append(names, entry.Name())
		}
	}
	return names
}
