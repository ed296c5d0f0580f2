package mail

import (
	"strings"
	"testing"

	"afterword/internal/access"
	"afterword/internal/program"
)

const signInLink = "https://feedback.acme.example/sign-in/AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"

func TestSignInMailReadsAndLooksLikeThis(t *testing.T) {
	p := acme()
	for _, language := range languages {
		to := program.Member{Person: program.Person{Name: "Ebba Ek", Address: "ebba@acme.example"}, Role: program.RoleReader, Language: language}
		letter, err := writer(t).SignIn(p, to, signInLink)
		if err != nil {
			t.Fatal(err)
		}
		if letter.Kind != access.LetterKind || strings.Contains(string(letter.Raw), "List-Unsubscribe") || strings.Contains(letter.Subject, "/sign-in/") {
			t.Errorf("%s: %s, %q", language, letter.Kind, letter.Subject)
		}
		if read := parse(t, letter); strings.Count(read.HTML, signInLink) != 1 || strings.Count(read.Text, signInLink) != 1 {
			t.Errorf("%s: the link is not there once", language)
		}
		goldens(t, "sign-in-"+language, letter)
	}
}
