package program

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// longestFile is the most that a program may be written in, so that its item stays well below the table's limit.
const longestFile = 256 << 10

// longestBlock is how many lines one value in brackets or quotes may take for a syntax error behind it to be found.
const longestBlock = 30

// reading gathers the problems of one file.
type reading struct{ problems Problems }

// node is a place in the file. Reading one that is wrong records the problem and returns what is harmless, so that one reading
// finds all problems.
type node struct {
	*yaml.Node
	path string
	in   *reading
}

// parse reads the file as YAML; false when it is none.
func (r *reading) parse(text []byte) (node, bool) {
	whole := func(line int, wrong, expected string) (node, bool) {
		r.problems = append(r.problems, Problem{Line: line, Wrong: wrong, Expected: expected})
		return node{}, false
	}
	if len(text) > longestFile {
		return whole(1, fmt.Sprintf("the file has %d bytes", len(text)), fmt.Sprintf("at most %d", longestFile))
	}
	documents, err := documents(text)
	switch {
	case err != nil:
		line, what := syntax(text, err)
		return whole(line, what, "YAML, in which what belongs together is indented alike, with spaces")
	case len(documents) == 0 || (node{Node: documents[0].Content[0]}).empty():
		return whole(1, "the file is empty", "a program")
	case len(documents) > 1:
		return whole(documents[1].Line, "a second document begins", "one program in a file")
	}
	return node{documents[0].Content[0], "", r}, true
}

func documents(text []byte) ([]yaml.Node, error) {
	var found []yaml.Node
	for decoder := yaml.NewDecoder(bytes.NewReader(text)); ; {
		var document yaml.Node
		if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
			return found, nil
		} else if err != nil {
			return nil, err
		}
		found = append(found, document)
	}
}

// syntax tells where text stops being YAML, and why. The library names the line where what it was reading began, or none at all;
// the first line without which the text before it is good is where an owner has to look.
func syntax(text []byte, err error) (line int, what string) {
	what = strings.TrimPrefix(err.Error(), "yaml: ")
	if _, after, ok := strings.Cut(what, ": "); ok && strings.HasPrefix(what, "line ") {
		what = after
	}
	return broken(bytes.SplitAfter(text, []byte("\n")), 0), what
}

// broken finds the line that spoils the text, of which so many first lines are good.
func broken(lines [][]byte, good int) int {
	spoilt := func(n int) bool {
		_, err := documents(bytes.Join(lines[:n], nil))
		return err != nil
	}
	first := good + 1
	line := first + sort.Search(len(lines)-first, func(i int) bool { return spoilt(first + i) })
	// A value in brackets or quotes is good only as a whole: then the line to find comes after it.
	for n := line + 1; n < min(len(lines), line+longestBlock); n++ {
		if !spoilt(n) {
			return broken(lines, n)
		}
	}
	return line
}

func (n node) wrong(expected, format string, args ...any) {
	n.in.problems = append(n.in.problems, Problem{n.Line, n.path, fmt.Sprintf(format, args...), expected})
}

func (n node) child(name string, of *yaml.Node) node {
	path := name
	if n.path != "" {
		path = n.path + "." + name
	}
	return node{of, path, n.in}
}

func (n node) empty() bool {
	return n.Kind == yaml.ScalarNode && (n.ShortTag() == "!!null" || strings.TrimSpace(n.Value) == "")
}

// entry is one name and what stands under it.
type entry struct {
	name string
	node
}

// entries are the names of a mapping, in their order; those with nothing under them are left out.
func (n node) entries(expected string) []entry {
	return slices.DeleteFunc(n.all(expected), func(e entry) bool { return e.empty() })
}

// all are the names of a mapping, also those with nothing under them.
func (n node) all(expected string) []entry {
	if n.Kind != yaml.MappingNode {
		n.wrong(expected, "%s stands here", n.written())
		return nil
	}
	var found []entry
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.child(n.Content[i].Value, n.Content[i])
		switch value := n.child(key.Value, n.Content[i+1]); {
		case key.Kind != yaml.ScalarNode || key.Value == "":
			n.child("?", key.Node).wrong("a name", "%s is not a name", key.written())
		case seen[key.Value]:
			key.wrong("each name once", "%s stands here a second time", key.Value)
		default:
			found = append(found, entry{key.Value, value})
		}
		seen[key.Value] = true
	}
	return found
}

// fields is a mapping whose names are known.
type fields struct {
	node
	of map[string]node
}

// fields reads a mapping of at most these names.
func (n node) fields(names ...string) fields {
	f := fields{n, map[string]node{}}
	for _, e := range n.entries("names with values, such as " + names[0] + ": ...") {
		if !slices.Contains(names, e.name) {
			wrong, expected := choice(e.name, "a field here", slices.Clone(names))
			e.wrong(expected, "%s", wrong)
			continue
		}
		f.of[e.name] = e.node
	}
	return f
}

// wordless tells whether there is no text at the place, only perhaps the names of languages for one.
func (n node) wordless() bool {
	if n.Kind != yaml.MappingNode {
		return n.empty()
	}
	for i := 1; i < len(n.Content); i += 2 {
		if !(node{Node: n.Content[i]}).empty() {
			return false
		}
	}
	return true
}

// needWords says that a field of texts is missing, also where it has none.
func (f fields) needWords(name, expected string) {
	if n, ok := f.of[name]; ok && n.wordless() {
		delete(f.of, name)
	}
	f.need(name, expected)
}

// need says that a field is missing, if it is.
func (f fields) need(name, expected string) bool {
	_, ok := f.of[name]
	if !ok {
		f.wrong(expected, "%s is missing", name)
	}
	return ok
}

// text is a field's words on one line; what is not there is the default.
func (f fields) text(name, otherwise string) string {
	n, ok := f.of[name]
	if !ok {
		return otherwise
	}
	return n.text()
}

func (n node) text() string {
	if n.Kind != yaml.ScalarNode {
		n.wrong("one text", "%s is not a text", n.written())
		return ""
	}
	text := strings.TrimSpace(n.Value)
	if strings.ContainsFunc(text, unicode.IsControl) || len(text) > 500 {
		n.wrong("one line of at most 500 bytes", "%.40q... is too long or has line breaks", text)
		return ""
	}
	return text
}

// list is the parts of a field that is a list.
func (f fields) list(name, expected string) []node {
	n, ok := f.of[name]
	if !ok {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		n.wrong(expected, "%s is not a list", n.written())
		return nil
	}
	var parts []node
	for i, part := range n.Content {
		parts = append(parts, n.child(strconv.Itoa(i+1), part))
	}
	return parts
}

func (f fields) flag(name string, otherwise bool) bool {
	n, ok := f.of[name]
	if ok && n.Value != "true" && n.Value != "false" {
		n.wrong("true or false", "%s is neither true nor false", n.written())
	}
	if !ok {
		return otherwise
	}
	return n.Value == "true"
}

func (f fields) whole(name string, otherwise, least, most int) int {
	n, ok := f.of[name]
	if !ok {
		return otherwise
	}
	value, err := strconv.Atoi(n.Value)
	if err != nil || value < least || value > most {
		n.wrong(fmt.Sprintf("a whole number from %d to %d", least, most), "%s is out of range or no whole number", n.written())
		return otherwise
	}
	return value
}

// share is a field from 0 to 1.
func (f fields) share(name string, otherwise float64) float64 {
	n, ok := f.of[name]
	if !ok {
		return otherwise
	}
	value, err := strconv.ParseFloat(n.Value, 64)
	if err != nil || !(value >= 0 && value <= 1) {
		n.wrong("a number from 0 to 1, such as 0.5", "%s is not a share", n.written())
		return otherwise
	}
	return value
}

// written is what stands at the place, for the owner to find it again.
func (n node) written() string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a group of names"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return fmt.Sprintf("the alias *%.40s", n.Value)
	}
	return fmt.Sprintf("%.60q", n.Value)
}
