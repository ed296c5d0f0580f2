package function

import (
	"net/http"

	"afterword/internal/console"
)

// Console serves the team's pages. It needs Store, Programs, Secrets, Sessions, Now and Log.
func Console(p Parts) http.Handler {
	return (&console.Console{Sessions: p.Sessions, Programs: p.Programs, Scores: p.gather(), Now: p.Now, Log: p.Log}).Handler()
}
