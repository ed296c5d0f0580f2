package artefact

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"
)

const templateFile = "../../../template.yaml"

func readTemplate(t *testing.T) []byte {
	t.Helper()
	text, err := os.ReadFile(templateFile)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// build builds each function as `sam build` does, but for the processor at hand, and returns its bootstrap by its name.
func build(t *testing.T) map[string]string {
	t.Helper()
	s, err := deploy(readTemplate(t))
	if err != nil {
		t.Fatal(err)
	}
	functions, err := s.functions()
	if err != nil {
		t.Fatal(err)
	}
	folder, bootstraps := t.TempDir(), map[string]string{}
	var builds errgroup.Group
	builds.SetLimit(2)
	for _, f := range functions {
		out := filepath.Join(folder, f.name, fmt.Sprint(f.settings["Handler"]))
		bootstraps[f.name] = out
		builds.Go(func() error {
			command, err := Command(t.Context(), "../../..", runtime.GOARCH, "-o", out, "./"+fmt.Sprint(f.settings["CodeUri"]))
			if err != nil {
				return err
			}
			if text, err := command.CombinedOutput(); err != nil {
				return fmt.Errorf("build %s: %w: %s", f.name, err, text)
			}
			return nil
		})
	}
	if err := builds.Wait(); err != nil {
		t.Fatal(err)
	}
	return bootstraps
}

// The processes stand on DynamoDB Local, which `make test` starts; where it is missing, only what needs no process is tested.
func TestTheArtefacts(t *testing.T) {
	if os.Getenv(dynamoDBLocal) == "" {
		return
	}
	bootstraps := build(t)
	t.Run("take their sample events", func(t *testing.T) { takeSamples(t, bootstraps) })
	t.Run("play the journey", func(t *testing.T) {
		w, err := open(t, readTemplate(t), bootstraps)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(play(t, w), w.logs()); err != nil {
			t.Error(err)
		}
	})
	t.Run("show what is wrong in a template", func(t *testing.T) { breakTemplate(t, bootstraps) })
}

func takeSamples(t *testing.T, bootstraps map[string]string) {
	w, err := open(t, readTemplate(t), bootstraps)
	if err != nil {
		t.Fatal(err)
	}
	for name, p := range w.processes {
		samples, err := filepath.Glob("../../../events/" + name + "/*.json")
		if err != nil || len(samples) == 0 {
			t.Fatalf("no samples for %s: %v", name, err)
		}
		for _, sample := range samples {
			event, err := os.ReadFile(sample)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := p.invoke(t.Context(), event)
			if filepath.Base(sample) == "task.json" { // its case is not one of this stack
				if err == nil || !strings.Contains(err.Error(), "there is no such case") {
					t.Errorf("%s: answered %s, %v", sample, answer, err)
				}
				continue
			}
			want := sampleAnswers[name]
			if filepath.Base(sample) == "sign-in.json" {
				want = `"statusCode":200` // whoever asks is told the same
			}
			if err != nil || !strings.Contains(string(answer), want) {
				t.Errorf("%s: answered %.300s, %v, want %s", sample, answer, err, want)
			}
		}
	}
	if err := errors.Join(w.refusals(), w.logs()); err != nil {
		t.Error(err)
	}
}

// sampleAnswers are what functions answer to samples: they are unsigned and about things that the stack does not have. What matters is
// that the event is read.
var sampleAnswers = map[string]string{
	"intake": `"statusCode":401`, "respond": `"statusCode":404`, "api": `"statusCode":401`, "console": `"statusCode":303`,
	"tally": `"batchItemFailures":null`, "followup": `"batchItemFailures":null`,
	"dispatch": "null", "audit": "null", "bounce": "null", "report": "null",
}

// logs holds what is promised of every line that a function logs.
func (w *world) logs() (wrong error) {
	for name, p := range w.processes {
		lines, err := p.lines()
		wrong = errors.Join(wrong, err)
		for _, line := range lines {
			id, _ := line["requestId"].(string)
			switch {
			case line["_aws"] != nil: // a metric, which has a form of its own
			case line["level"] == nil || line["message"] == nil || !p.ids[id] && !outside(line):
				wrong = errors.Join(wrong, fmt.Errorf("%s logs a line without level, message or the id of its request: %v", name, line))
			}
		}
		output := strings.ToLower(p.output.String())
		for _, word := range personal {
			if strings.Contains(output, strings.ToLower(word)) {
				wrong = errors.Join(wrong, fmt.Errorf("%s logs %q", name, word))
			}
		}
	}
	return wrong
}

// outside tells whether a line has no request: it tells of a start, or Lambda's library wrote it.
func outside(line map[string]any) bool {
	return line["message"] == "started" || line["from"] == "lambda"
}
