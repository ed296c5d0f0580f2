package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// Finding is a rule of axe-core that something on a page breaks.
type Finding struct {
	ID     string `json:"id"`
	Help   string `json:"help"`
	Impact string `json:"impact"`
	Nodes  []struct {
		Target []string `json:"target"`
		HTML   string   `json:"html"`
		Why    string   `json:"failureSummary"`
	} `json:"nodes"`
}

// String tells what is wrong, and where.
func (f Finding) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s): %s", f.ID, f.Impact, f.Help)
	for _, node := range f.Nodes {
		fmt.Fprintf(&b, "\n%v %.300s\n%s", node.Target, node.HTML, node.Why)
	}
	return b.String()
}

// Axe is axe-core, the rules by which a page is usable for everybody, from the file that AFTERWORD_AXE names; "" where it names none.
func Axe() (source string, err error) {
	path := os.Getenv("AFTERWORD_AXE")
	if path == "" {
		return "", nil
	}
	text, err := os.ReadFile(path)
	return string(text), err
}

// See shows the page in a tab on a screen of a width in CSS pixels, in a colour scheme ("light", "dark"), with nothing moving.
func See(ctx context.Context, width int64, scheme string) error {
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}, // no colours on their way
	}}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 800)); err != nil {
		return fmt.Errorf("a screen of %d pixels: %w", width, err)
	}
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, media); err != nil {
		return fmt.Errorf("a %s screen: %w", scheme, err)
	}
	return nil
}

// Check runs axe-core on the page in a tab, as it is seen now. rules are what axe takes as its option of that name: "{}" for all.
func Check(ctx context.Context, axe, rules string) (found []Finding, err error) {
	// A page that was checked before has it.
	if there, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("typeof axe === 'object'")); err != nil || !there {
		if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](axe+"; true")); err != nil {
			return nil, fmt.Errorf("give axe-core to a page: %w", err)
		}
	}
	ask := fmt.Sprintf(`axe.run(document, {resultTypes: ['violations'], rules: %s}).then(r => JSON.stringify(r.violations))`, rules)
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](ask, chromedp.EvalAwaitPromise))
	if err != nil {
		return nil, fmt.Errorf("ask axe-core: %w", err)
	}
	return found, json.Unmarshal([]byte(text), &found)
}
