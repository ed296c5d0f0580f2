package i18n

import (
	"go/ast"
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

	"github.com/google/go-cmp/cmp"
)

// speakers are the folders whose code and templates speak.
var speakers = []string{".", "../console", "../mail", "../web"}

// spoken is what one of them says: a key, and the placeholders that it fills in if it stands in a call.
type spoken struct {
	where, key string
	call       bool
	names      []string
}

// keyPattern finds keys among all texts of a program: their first word is one of the catalogs'.
func keyPattern(t *testing.T) *regexp.Regexp {
	var groups []string
	for key := range For("en").texts {
		groups = append(groups, regexp.QuoteMeta(key[:strings.IndexByte(key, '.')]))
	}
	slices.Sort(groups)
	return regexp.MustCompile(`^(?:` + strings.Join(slices.Compact(groups), "|") + `)(?:\.[a-z0-9-]+)*\.(?:[a-z0-9-]+|\*(?:\.[a-z0-9*-]+)*)$`)
}

// isFile tells names of files from keys.
func isFile(text string) bool {
	return slices.Contains([]string{".html", ".txt", ".css", ".js", ".json", ".csv", ".go"}, filepath.Ext(text))
}

func everythingSpoken(t *testing.T) (all []spoken) {
	t.Helper()
	keys := keyPattern(t)
	for _, dir := range speakers {
		err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || strings.Contains(path, "testdata") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			found := inTemplate
			switch filepath.Ext(path) {
			case ".go":
				found = inCode
			case ".html", ".txt":
			default:
				return nil
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, s := range found(t, data) {
				if keys.MatchString(s.key) && !isFile(s.key) {
					s.where = path
					all = append(all, s)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(all) < 100 {
		t.Fatalf("only %d keys are spoken; are the folders still there?", len(all))
	}
	return all
}

var (
	templateText = regexp.MustCompile(`"([^"]*)"`)
	templateCall = regexp.MustCompile(`\bT "([^"]*)"((?:\s+"[a-z]+"\s+(?:\$?[\w.]+|"[^"]*"|\([^)]*\)))*)`)
	templateName = regexp.MustCompile(`\s"([a-z]+)"\s`)
)

func inTemplate(_ *testing.T, data []byte) (all []spoken) {
	for _, call := range templateCall.FindAllStringSubmatch(string(data), -1) {
		s := spoken{key: call[1], call: true}
		for _, name := range templateName.FindAllStringSubmatch(call[2], -1) {
			s.names = append(s.names, name[1])
		}
		all = append(all, s)
	}
	for _, text := range templateText.FindAllStringSubmatch(templateCall.ReplaceAllString(string(data), ""), -1) {
		all = append(all, spoken{key: text[1]})
	}
	return all
}

// inCode finds keys in literals. A key that is put together has a star for what is not literal: "page.*.title".
func inCode(t *testing.T, data []byte) (all []spoken) {
	file, err := parser.ParseFile(token.NewFileSet(), "", data, 0)
	if err != nil {
		t.Fatal(err)
	}
	part := map[ast.Node]bool{} // of a longer sum that was seen
	ast.Inspect(file, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.CallExpr:
			if selector, ok := node.Fun.(*ast.SelectorExpr); ok && selector.Sel.Name == "T" && len(node.Args) > 0 && !node.Ellipsis.IsValid() {
				s := spoken{key: joined(node.Args[0]), call: true}
				for i := 1; i < len(node.Args); i += 2 {
					s.names = append(s.names, joined(node.Args[i]))
				}
				all = append(all, s)
			}
		case *ast.BinaryExpr:
			part[node.X] = true
			if !part[node] {
				all = append(all, spoken{key: joined(node)})
			}
		case *ast.BasicLit:
			all = append(all, spoken{key: joined(node)})
		}
		return true
	})
	return all
}

func joined(expr ast.Expr) string {
	switch expr := expr.(type) {
	case *ast.BasicLit:
		text, _ := strconv.Unquote(expr.Value)
		return text
	case *ast.BinaryExpr:
		return joined(expr.X) + joined(expr.Y)
	}
	return "*"
}

// matching lists the keys of the catalogs that a spoken key stands for; a star stands for one word.
func matching(key string) (found []string) {
	pattern := regexp.MustCompile(`^` + strings.ReplaceAll(regexp.QuoteMeta(key), `\*`, `[^.]+`) + `$`)
	for known := range For("en").texts {
		if pattern.MatchString(known) {
			found = append(found, known)
		}
	}
	return found
}

func TestEveryKeyThatIsSpokenExists(t *testing.T) {
	for _, s := range everythingSpoken(t) {
		if len(matching(s.key)) == 0 {
			t.Errorf("%s speaks %s, which no catalog has", s.where, s.key)
		}
	}
}

func TestEveryKeyIsSpoken(t *testing.T) {
	used := map[string]bool{}
	for _, s := range everythingSpoken(t) {
		for _, key := range matching(s.key) {
			used[key] = true
		}
	}
	for key := range For("en").texts {
		if !used[key] {
			t.Errorf("nobody speaks %s", key)
		}
	}
}

func TestEveryPlaceholderIsFilledInWhereItIsSpoken(t *testing.T) {
	for _, s := range everythingSpoken(t) {
		if !s.call || strings.Contains(s.key, "*") {
			continue
		}
		var want []string
		for _, name := range placeholders(For("en").texts[s.key]) {
			want = append(want, strings.Trim(name, "{}"))
		}
		slices.Sort(s.names)
		if diff := cmp.Diff(want, s.names); diff != "" {
			t.Errorf("%s speaks %s with other placeholders (-catalog +call):\n%s", s.where, s.key, diff)
		}
	}
}
