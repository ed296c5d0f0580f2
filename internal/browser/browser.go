// Package browser starts Chromium where something has to be seen or done in one: the tests of pages, the suites of scanners and people
// (package local) and the README's pictures. No function is linked with it.
//
// The rule of the field that it serves: what a page does is decided by a browser and not by what its source seems to say. So it only
// adds what a person or a scanner in front of a browser has: acts that the browser takes for somebody's, and time.
package browser

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// Path is where Chromium is on this machine, as AFTERWORD_CHROMIUM names it; "": there is none to be used.
func Path() string { return os.Getenv("AFTERWORD_CHROMIUM") }

// Start starts the Chromium at the path, headless. Tabs are opened in the context (chromedp.NewContext), which has one already; quit
// ends all of them. Cancelling ctx does so too.
func Start(ctx context.Context, path string, options ...chromedp.ExecAllocatorOption) (_ context.Context, quit func(), err error) {
	all := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path))
	if os.Geteuid() == 0 {
		all = append(all, chromedp.NoSandbox) // Chromium has none for root
	}
	allocator, stop := chromedp.NewExecAllocator(ctx, append(all, options...)...)
	browser, leave := chromedp.NewContext(allocator)
	quit = func() { leave(); stop() }
	if err := chromedp.Do(browser); err != nil { // the browser ends with the context of its first use
		quit()
		return nil, nil, fmt.Errorf("start %s: %w", path, err)
	}
	return browser, quit, nil
}

// Stay lets so much time pass for the page in a tab: its timers run and its clocks move, and nobody waits for it. Afterwards the
// page's time stands, and the tab shows no other page any more. Chromium calls it virtual time.
func Stay(ctx context.Context, d time.Duration) error {
	budget := float64(d.Milliseconds())
	pass := chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetVirtualTimePolicy, emulation.SetVirtualTimePolicyParams{
			Policy: emulation.VirtualTimePolicyPauseIfNetworkFetchesPending, Budget: &budget,
		})
		return err
	})
	if _, err := chromedp.Run(ctx, chromedp.WaitEvent(emulation.VirtualTimeBudgetExpired, nil, pass)); err != nil {
		return fmt.Errorf("let %s pass for a page: %w", d, err)
	}
	return nil
}
