package apigw_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"afterword/internal/apigw"
)

func TestRequestsAtTheSameTimeGetTheirOwnAnswers(t *testing.T) {
	echo := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, strings.Repeat(r.URL.Query().Get("who")+" ", 400))
	})
	mux := http.NewServeMux()
	mux.Handle("/echo", apigw.Serve(apigw.Handler(echo), slog.New(slog.DiscardHandler)))
	var callers sync.WaitGroup
	for caller := range 16 {
		callers.Go(func() {
			for n := range 60 {
				who := fmt.Sprintf("%d-%d", caller, n)
				w := httptest.NewRecorder()
				mux.ServeHTTP(w, httptest.NewRequest("GET", "/echo?who="+who, nil))
				if got := w.Body.String(); got != strings.Repeat(who+" ", 400) {
					t.Errorf("%s got %d and %.40q", who, w.Code, got)
					return
				}
			}
		})
	}
	callers.Wait()
}
