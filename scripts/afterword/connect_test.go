package main

import (
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"afterword/internal/program"
)

func TestEverySourceOfTheShippedProgramIsGuidedAndTriedOut(t *testing.T) {
	url := system(t)
	t.Chdir("../..")
	for name, source := range program.Default().Sources {
		out, err := run(t, url, "connect", name)
		if err != nil || !strings.Contains(out, "/hooks/"+name) || !strings.Contains(out, "connect "+name+" --check") {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
		for event := range source.Events {
			if !strings.Contains(out, event) {
				t.Errorf("%s is not told of the event %s", name, event)
			}
		}
		if strings.Contains(out, "<no value>") || strings.Contains(out, "{{") && source.Kind != program.Zendesk && source.Kind != program.Freshdesk && source.Kind != program.Gorgias {
			t.Errorf("%s: something was not filled in:\n%s", name, out)
		}
		out, err = run(t, url, "connect", name, "--check")
		if err != nil || !strings.Contains(out, "decision  test") || !strings.Contains(out, "subject ") {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

func TestTheReadmeTellsOfEveryKind(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range program.Kinds() {
		if !strings.Contains(string(text), "\n| "+kind+" | ") {
			t.Errorf("the table of sources has no row of %s", kind)
		}
	}
}

func TestEveryKindHasAGuide(t *testing.T) {
	files, err := fs.Glob(guides, "guides/*.txt")
	if err != nil || len(files) != len(program.Kinds()) {
		t.Errorf("%d guides, %d kinds: %v", len(files), len(program.Kinds()), err)
	}
	for _, kind := range program.Kinds() {
		if !slices.Contains(files, "guides/"+kind+".txt") {
			t.Errorf("nothing is written about %s", kind)
		}
	}
}

func TestATriedSourceSaysWhatIsWrong(t *testing.T) {
	url := system(t)
	t.Chdir("../..")
	t.Setenv("AFTERWORD_SECRET", "another")
	if _, err := run(t, url, "connect", "shopify", "--check"); err == nil || !strings.Contains(err.Error(), "AFTERWORD_SECRET") {
		t.Errorf("with another secret: %v", err)
	}
	if _, err := run(t, url, "connect", "nobody"); err == nil || !strings.Contains(err.Error(), "shopify") {
		t.Errorf("a source that is not there: %v", err)
	}
	for name := range program.Default().Sources {
		if name != "shopify" {
			cut := regexp.MustCompile(`(?m)^  shopify:\n(    .*\n)+`).ReplaceAllString(program.DefaultText(), "")
			if _, err := run(t, url, "apply", file(t, cut)); err != nil {
				t.Fatal(err)
			}
			break
		}
	}
	if _, err := run(t, url, "connect", "shopify"); err == nil || !strings.Contains(err.Error(), "kind: shopify") {
		t.Errorf("a source that the program in force lacks: %v", err)
	}
}

func TestASecretThatIsMadeIsOneThatTheSenderTakes(t *testing.T) {
	for _, kind := range chosen {
		one, other := newSecret(kind), newSecret(kind)
		if one == other || len(one) < 24 || kind == program.HelpScout && len(one) > 40 || kind == program.Standard && !strings.HasPrefix(one, "whsec_") {
			t.Errorf("%s: %q", kind, one)
		}
	}
}
