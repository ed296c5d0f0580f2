package function

import (
	"net/http"

	"afterword/internal/access"
	"afterword/internal/console"
)

// Console serves the team's pages. It needs Store, Programs, Secrets, Now and Log.
func Console(p Parts) http.Handler {
	door := access.SignIn{Asks: p.Store, Links: p.diary(), Sessions: p.Store, Meter: p.Store, Programs: p.Programs}
	return (&console.Console{Sessions: door, Door: door, Programs: p.Programs, Scores: p.gather(), Answers: p.Store, Now: p.Now, Log: p.Log}).Handler()
}
