package tabletest_test

import (
	"testing"

	"afterword/internal/table/tabletest"
)

func TestEveryEngineKeepsTheContract(t *testing.T) {
	for _, engine := range tabletest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) { tabletest.Contract(t, engine) })
	}
}
