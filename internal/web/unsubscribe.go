package web

import (
	"net/http"

	"afterword/internal/fault"
	"afterword/internal/survey"
)

// The field and value with which mail providers unsubscribe for their users (RFC 8058); the page's own button sends the same.
const (
	oneClickField = "List-Unsubscribe"
	oneClickValue = "One-Click"
)

// unsubscribe asks by GET, which changes nothing because scanners follow this link too, and acts at once by POST. It never
// redirects: providers do not follow.
func (v *visit) unsubscribe(t survey.Token) {
	read := v.r.Method == http.MethodGet || v.r.Method == http.MethodHead
	if !read && v.r.Method != http.MethodPost {
		v.method(http.MethodGet, http.MethodHead, http.MethodPost)
		return
	}
	wanted := false
	if !read {
		values, err := readForm(v.w, v.r)
		if err != nil {
			v.fail(err, v.wished(), nil)
			return
		}
		wanted = values.Get(oneClickField) == oneClickValue
	}
	rec, err := v.Evidence.Look(v.r.Context(), t.ID)
	if err == nil && wanted {
		err = v.Stop.Unsubscribe(v.r.Context(), rec.Invitation, v.now)
	}
	if err != nil {
		v.fail(err, v.wished(), v.stop(v.wished()))
		return
	}
	switch {
	case wanted:
		v.message(http.StatusOK, rec.Language, "unsubscribed", message{Done: true}, "company", v.program.Name)
	case read:
		v.message(http.StatusOK, rec.Language, "unsubscribe", message{Button: v.stop(rec.Language)}, "company", v.program.Name)
	default: // a form of somebody else
		v.fail(fault.New(fault.Invalid, "to unsubscribe, send List-Unsubscribe=One-Click"), rec.Language, v.stop(rec.Language))
	}
}

func (v *visit) stop(language string) *button {
	return &button{
		Action: v.r.URL.Path,
		Label:  v.Shell.words(language).T("page.unsubscribe.button"),
		Hidden: []hidden{{oneClickField, oneClickValue}},
	}
}
