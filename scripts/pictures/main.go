// Command pictures takes the README's pictures anew: it photographs what people see of the local system's invented history. It needs
// Chromium, named by AFTERWORD_CHROMIUM or found as chromium.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/chromedp"

	"afterword/internal/browser"
	"afterword/internal/local"
)

func main() {
	if err := run(context.Background(), "scripts/pictures"); err != nil {
		fmt.Fprintln(os.Stderr, "pictures:", err)
		os.Exit(1)
	}
}

// run takes the pictures into a folder.
func run(ctx context.Context, folder string) (err error) {
	now := time.Date(2026, time.November, 20, 9, 0, 0, 0, time.UTC)
	s, err := local.Open(ctx, local.Options{Now: now, Seed: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	server := httptest.NewServer(s.Handler())
	defer server.Close()
	if err := s.Advance(ctx, now.AddDate(0, 0, 12)); err != nil {
		return err
	}
	survey, err := newest(s.Mails(), "survey")
	if err != nil {
		return err
	}
	report, err := newest(s.Mails(), "report")
	if err != nil {
		return err
	}
	opened, err := survey.Open()
	if err != nil {
		return err
	}
	link := surveyLink.FindString(opened.Text)
	team, shut, err := signedIn(ctx, s)
	if err != nil {
		return err
	}
	defer shut()
	return photograph(ctx, folder, []picture{
		{"scores.png", team + "/scores?period=2026-Q4", 1120, 0},
		{"series.png", team + "/series/purchase?period=2026-W46&by=product", 1120, 1180},
		{"survey-mail.png", server.URL + "/local/mail/" + survey.ID + ".html", 400, 0},
		{"survey-page.png", server.URL + link + "?r=4", 400, 0},
		{"report-mail.png", server.URL + "/local/mail/" + report.ID + ".html", 720, 1180},
	})
}

// signedIn serves the system to somebody of the team, who has signed in by the link in the mail.
func signedIn(ctx context.Context, s *local.System) (site string, shut func(), err error) {
	visit := func(path string, form url.Values) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, local.Site+path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		answer := httptest.NewRecorder()
		s.Handler().ServeHTTP(answer, r)
		return answer
	}
	visit("/sign-in", url.Values{"address": {"ebba@acme.example"}})
	if err := s.Advance(ctx, s.Now().Add(time.Minute)); err != nil {
		return "", nil, err
	}
	mails := s.Mails()
	opened, err := mails[len(mails)-1].Open()
	if err != nil {
		return "", nil, err
	}
	cookies := visit(entrance.FindString(opened.Text), nil).Result().Cookies()
	if len(cookies) == 0 {
		return "", nil, errors.New("nobody was let in")
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Host = strings.TrimPrefix(local.Site, "http://")
		r.AddCookie(cookies[0])
		s.Handler().ServeHTTP(w, r)
	}))
	return server.URL, server.Close, nil
}

var entrance = regexp.MustCompile(`/sign-in/[A-Za-z0-9_-]+`)

var surveyLink = regexp.MustCompile(`/s/[A-Za-z0-9_-]{47}`)

// newest finds the last mail of a kind in English.
func newest(mails []local.Captured, kind string) (local.Captured, error) {
	for _, m := range slices.Backward(mails) {
		opened, err := m.Open()
		if err != nil {
			return m, err
		}
		if m.Kind == kind && opened.Headers["Content-Language"] == "en" {
			return m, nil
		}
	}
	return local.Captured{}, fmt.Errorf("the history has no %s mail in English", kind)
}

// picture is one page at a width in CSS pixels, from the top down to a height; 0: all of it.
type picture struct {
	file, url     string
	width, height int64
}

func photograph(ctx context.Context, folder string, pictures []picture) error {
	ctx, quit, err := browser.Start(ctx, cmp.Or(browser.Path(), "chromium"), chromedp.Flag("hide-scrollbars", true))
	if err != nil {
		return err
	}
	defer quit()
	for _, p := range pictures {
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(p.width, max(p.height, 100), chromedp.EmulateScale(2)), chromedp.Navigate(p.url)); err != nil {
			return err
		}
		take := chromedp.FullScreenshot(100)
		if p.height > 0 {
			take = chromedp.CaptureScreenshot()
		}
		image, err := chromedp.Run(ctx, take)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, p.file), image, 0o644); err != nil {
			return err
		}
		fmt.Printf("%s: %d KB\n", p.file, len(image)/1024)
	}
	return nil
}
