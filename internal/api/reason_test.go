package api_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The reasons are read from where they are declared, so that one that is added cannot be forgotten here.
func TestTheDocumentNamesEveryReasonInTheOrderInWhichTheyAreAsked(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../touchpoint/reason.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var declared []any
	for _, d := range file.Decls {
		constants, ok := d.(*ast.GenDecl)
		if !ok || constants.Tok != token.CONST {
			continue
		}
		for _, spec := range constants.Specs {
			for _, value := range spec.(*ast.ValueSpec).Values {
				text, err := strconv.Unquote(value.(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				declared = append(declared, text)
			}
		}
		break // what follows makes no visit
	}
	if diff := cmp.Diff(document(t).Components.Schemas["Reason"].Value.Enum, declared); diff != "" {
		t.Errorf("document (-), code (+): %s", diff)
	}
}
