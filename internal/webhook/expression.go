package webhook

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/types"
	"github.com/expr-lang/expr/vm"
	"github.com/expr-lang/expr/vm/runtime"
)

// What an expression may be made of, and what one delivery may cost. Every expression ends, and neither its text nor what is sent can make
// it long or large. A step is a part of an expression, each time that it is worked out; what goes through a list or a long text takes more.
const (
	longestExpression = 500     // bytes
	mostNodes         = 200     // of one expression
	longestValue      = 1000    // bytes of a text, also of one that is joined; what is longer in a body is cut
	mostSteps         = 200_000 // of all expressions of a delivery
	mostMade          = 50_000  // elements of lists that one expression makes
	mostCompiled      = 16 * 40 // kept, so that a warm process compiles once
)

// builtins are the functions of the expression language that are there, beside header and those of a scope.
var builtins = []string{"all", "any", "none", "filter", "find", "map", "first", "last", "len", "int", "float"}

// operators that are there. Those in counted are our own, because the language's take as long as what they are given is large.
var (
	operators = []string{"and", "&&", "or", "||", "<", "<=", ">", ">=", "-", "*", "/", "%", "??", "contains", "startsWith", "endsWith"}
	counted   = []string{"+", "==", "!=", "in"}
)

// turn is the name of the function that counts the turns of a loop. No expression can write it.
const turn = "->"

var (
	errSteps   = errors.New("the expressions take too many steps")
	errTooLong = errors.New("the text becomes too long")
	errKinds   = errors.New("these cannot be put together")
)

// scope is what the expressions see of one delivery, and what they have cost.
type scope struct {
	values map[string]any
	steps  int
}

func newScope(body any, header func(name string) string) *scope {
	s := &scope{}
	s.values = map[string]any{
		"body": body, "item": body,
		"header": func(name string) string { return cut(header(name)) },
		"join":   s.join, "split": s.split,
		"lower": s.small(strings.ToLower), "upper": s.small(strings.ToUpper), "trim": s.small(strings.TrimSpace),
		turn: func(of ...any) any { s.cost(of[1].(int)); return of[0] },
		"+":  func(of ...any) any { return s.plus(of[0], of[1]) },
		"==": func(of ...any) any { return s.equal(of[0], of[1]) },
		"!=": func(of ...any) any { return !s.equal(of[0], of[1]) },
		"in": func(of ...any) any { return s.in(of[0], of[1]) },
	}
	return s
}

// eval returns what the expression gives; nil when it fails, because a sender left something out. Only one that costs too much is an error.
func (s *scope) eval(text string) (any, error) {
	e, err := compiled(text)
	if err != nil {
		return nil, err
	}
	if s.steps += e.parts; s.steps > mostSteps {
		return nil, errSteps
	}
	machine := vm.VM{MemoryBudget: mostMade}
	value, err := machine.Run(e.program, s.values)
	if list, is := value.([]any); is { // which is going to be written
		s.steps += len(list)
	}
	switch {
	case s.steps > mostSteps:
		return nil, errSteps
	case err != nil:
		return nil, nil //nolint:nilerr // a field that is not there
	}
	return value, nil
}

// cost counts steps; it panics when there are too many, which ends the expression.
func (s *scope) cost(n int) {
	if s.steps += n; s.steps > mostSteps {
		panic(errSteps)
	}
}

// long is what a text costs.
func (s *scope) long(text string) { s.cost(len(text) / 64) }

// small is a function of one text.
func (s *scope) small(of func(string) string) func(string) string {
	return func(text string) string { s.long(text); return cut(of(text)) }
}

// plus adds numbers; where one is a text, both are put together as texts. Nothing cannot be put to anything.
func (s *scope) plus(a, b any) any {
	if a == nil || b == nil || !scalar(a) || !scalar(b) {
		panic(errKinds)
	}
	one, isText := a.(string)
	other, isOther := b.(string)
	if !isText && !isOther {
		return runtime.Add(a, b)
	}
	if !isText {
		one = written(a)
	}
	if !isOther {
		other = written(b)
	}
	if len(one)+len(other) > longestValue {
		panic(errTooLong)
	}
	s.long(one + other)
	return one + other
}

// equal compares texts, numbers, flags and nothing; a list or an object is like no other.
func (s *scope) equal(a, b any) bool {
	return scalar(a) && scalar(b) && runtime.Equal(a, b)
}

func scalar(v any) bool {
	switch v.(type) {
	case nil, string, bool, int, float64:
		return true
	}
	return false
}

// in tells whether a list has the value, or an object the name.
func (s *scope) in(value, within any) bool {
	switch of := within.(type) {
	case []any:
		s.cost(len(of))
		return slices.ContainsFunc(of, func(one any) bool { return s.equal(value, one) })
	case map[string]any:
		name, isText := value.(string)
		_, has := of[name]
		return isText && has
	}
	return false
}

// join writes those of the list that are texts, numbers or flags, and not blank, with the separator between.
func (s *scope) join(list []any, separator string) string {
	s.cost(len(list))
	var texts []string
	long := 0
	for _, one := range list {
		if !scalar(one) {
			continue
		}
		if text := strings.TrimSpace(written(one)); text != "" {
			if long += len(text) + len(separator); long > longestValue+len(separator) {
				panic(errTooLong)
			}
			texts = append(texts, text)
		}
	}
	return strings.Join(texts, separator)
}

func (s *scope) split(text, separator string) []any {
	parts := strings.Split(cut(text), separator)
	s.cost(len(parts))
	list := make([]any, len(parts))
	for i, part := range parts {
		list[i] = part
	}
	return list
}

// cut is a text of at most longestValue bytes.
func cut(s string) string {
	if len(s) <= longestValue {
		return s
	}
	return strings.ToValidUTF8(s[:longestValue], "")
}

// compiledExpression is one that can be worked out, and of how many parts it is.
type compiledExpression struct {
	program *vm.Program
	parts   int
}

var known = struct {
	sync.Mutex
	of map[string]compiledExpression
}{of: map[string]compiledExpression{}}

// compiled is an expression by its text. It is made once.
func compiled(text string) (compiledExpression, error) {
	known.Lock()
	defer known.Unlock()
	if e, is := known.of[text]; is {
		return e, nil
	}
	e, err := compile(text)
	if err != nil {
		return e, err
	}
	if len(known.of) >= mostCompiled { // of programs that were replaced
		clear(known.of)
	}
	known.of[text] = e
	return e, nil
}

// compile makes an expression's program. Its errors are for whoever wrote it, and quote a word of it at most.
func compile(text string) (e compiledExpression, err error) {
	if len(text) > longestExpression {
		return e, fmt.Errorf("it has %d bytes, more than %d", len(text), longestExpression)
	}
	if strings.TrimSpace(text) == "" {
		return e, errors.New("it is empty")
	}
	guard := &guard{}
	options := []expr.Option{
		expr.Env(names()), expr.MaxNodes(mostNodes), expr.Optimize(false), expr.DisableAllBuiltins(), expr.Patch(guard),
	}
	for _, name := range builtins {
		options = append(options, expr.EnableBuiltin(name))
	}
	e.program, err = expr.Compile(text, options...)
	if guard.wrong != nil {
		return e, guard.wrong
	}
	if at := (*file.Error)(nil); errors.As(err, &at) {
		return e, fmt.Errorf("%s, at character %d", strings.TrimSpace(at.Message), at.Column+1)
	}
	e.parts = guard.parts
	return e, err
}

// names are what may stand in an expression. Of a body nothing is known before it comes.
var names = sync.OnceValue(func() types.Map {
	all := types.Map{}
	for name, value := range newScope(nil, nil).values {
		if all[name] = types.Any; value != nil {
			all[name] = types.TypeOf(value)
		}
	}
	return all
})

// guard lets an expression be made of what is bounded only, and has its loops and operators count.
type guard struct {
	wrong error
	parts int
}

func (g *guard) Visit(node *ast.Node) {
	g.parts++
	switch n := (*node).(type) {
	case *ast.PredicateNode:
		all := count(0)
		ast.Walk(&n.Node, &all)
		n.Node = call(turn, n.Node, &ast.IntegerNode{Value: int(all)})
	case *ast.BinaryNode:
		switch {
		case slices.Contains(counted, n.Operator):
			ast.Patch(node, call(n.Operator, n.Left, n.Right))
		case !slices.Contains(operators, n.Operator):
			g.refuse("there is no operator %s", n.Operator)
		}
	case *ast.BuiltinNode: // the parser takes those with loops although they are switched off
		if !slices.Contains(builtins, n.Name) {
			g.refuse("there is no function %s", n.Name)
		}
	case *ast.IdentifierNode:
		if n.Value == "$env" {
			g.refuse("there is no %s", n.Value)
		}
	}
}

func (g *guard) refuse(format string, of ...any) {
	if g.wrong == nil {
		g.wrong = fmt.Errorf(format, of...)
	}
}

func call(name string, of ...ast.Node) ast.Node {
	return &ast.CallNode{Callee: &ast.IdentifierNode{Value: name}, Arguments: of}
}

// count counts parts.
type count int

func (c *count) Visit(*ast.Node) { *c++ }
