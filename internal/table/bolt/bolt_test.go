package bolt_test

import (
	"testing"

	"afterword/internal/table/tabletest"
)

func TestBoltKeepsTheContract(t *testing.T) { tabletest.Contract(t, tabletest.Bolt) }
