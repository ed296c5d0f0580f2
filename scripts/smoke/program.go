package main

import (
	"errors"
	"fmt"
	"net/mail"
	"strings"

	"afterword/internal/program"
)

// changes turn the shipped program into the test's: mails leave at once and at any hour, and the simulator's mailboxes, whose names
// are those that no single person reads, are asked.
var changes = []struct{ from, to string }{
	{"    delay: 1d\n", "    delay: 0m\n"},
	{"    days: Mon-Sat ", "    days: Mon-Sun "},
	{`    from: "08:00" `, `    from: "00:00" `},
	{`    to: "20:00" `, `    to: "24:00" `},
	{"  role_mail: false ", "  role_mail: true "},
}

// testProgram is the program that is applied; from is its sender.
func testProgram(from string) ([]byte, error) {
	address, err := mail.ParseAddress(from)
	if err != nil {
		return nil, errors.New("--apply needs --from, a sender that is verified in SES, such as 'Acme <hello@feedback.example.com>'")
	}
	text := program.DefaultText()
	all := append(changes, struct{ from, to string }{"from: Acme <hello@acme.example> ", fmt.Sprintf("from: Afterword <%s> ", address.Address)},
		struct{ from, to string }{"reply_to: hello@acme.example ", fmt.Sprintf("reply_to: %s ", address.Address)})
	for _, change := range all {
		line := strings.Replace(text, change.from, change.to, 1)
		if line == text {
			return nil, fmt.Errorf("the shipped program no longer says %q", strings.TrimSpace(change.from))
		}
		text = line
	}
	return []byte(text), nil
}
