package main

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"afterword/internal/program"
)

// base is where links lead to that are made on this machine.
const base = "http://127.0.0.1:8080"

func TestTheLinksOfATouchpointArePrinted(t *testing.T) {
	at := system(t)
	folder := t.TempDir()
	out, err := run(t, at, "link", "purchase")
	if err != nil || !strings.HasPrefix(out, "counter "+base+"/l/") || strings.Count(out, "\n") != 1 {
		t.Errorf("%q, %v", out, err)
	}
	more := strings.NewReplacer("links: [counter] ", "links: [counter, chat] ", "survey: support-ces-v1\n", "survey: support-ces-v1\n    shadow: true\n    links: [desk]\n").Replace(program.DefaultText())
	if _, err := run(t, at, "apply", file(t, more)); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ arguments, want, not string }{
		{"purchase", "\nchat " + base + "/l/", "closed"},
		{"purchase --name chat", "chat ", "counter"},
		{"purchase --name chat --qr " + folder + "/chat.SVG", "its QR code is in " + folder + "/chat.SVG\n", "counter"},
		{"support --qr " + folder + "/desk.png", "desk " + base, "nothing"}, // its only one
		{"support", "(closed while the touchpoint is off or in shadow mode)\n", "counter"},
	} {
		out, err := run(t, at, append([]string{"link"}, strings.Fields(row.arguments)...)...)
		if err != nil || !strings.Contains(out, row.want) || strings.Contains(out, row.not) {
			t.Errorf("%s: %q, %v", row.arguments, out, err)
		}
	}
	if svg, err := os.ReadFile(filepath.Join(folder, "chat.SVG")); err != nil || !bytes.Contains(svg, []byte("<title>purchase chat</title>")) {
		t.Errorf("%s, %v", svg, err)
	}
	if picture, err := os.ReadFile(filepath.Join(folder, "desk.png")); err != nil {
		t.Error(err)
	} else if _, err := png.Decode(bytes.NewReader(picture)); err != nil {
		t.Error(err)
	}
	out, err = run(t, at, "link", "purchase", "--qr", filepath.Join(folder, "both.png"))
	if err == nil || out != "" || err.Error() != "purchase has the links counter, chat; say with --name which of them the QR code is for" {
		t.Errorf("%q, %v", out, err)
	}
	if _, err := os.Stat(filepath.Join(folder, "both.png")); err == nil {
		t.Error("one of two was drawn")
	}
}

func TestALinkOfACustomersOwnIsPrinted(t *testing.T) {
	at, drawing := system(t), filepath.Join(t.TempDir(), "invoice.png")
	wanted := []string{"link", "purchase", "--customer", "anna@customer.example", "--subject", "1030", "--qr", drawing}
	out, err := run(t, at, wanted...)
	if err != nil || !strings.HasPrefix(out, base+"/s/") || !strings.HasSuffix(out, "its QR code is in "+drawing+"\n") {
		t.Fatalf("%q, %v", out, err)
	}
	if again, err := run(t, at, wanted...); err != nil || again != out {
		t.Errorf("asked for again: %q, %v", again, err)
	}
	if _, err := os.Stat(drawing); err != nil {
		t.Error(err)
	}
}

func TestWhatIsWrongWithALinkIsSaid(t *testing.T) {
	at, folder := system(t), t.TempDir()
	for arguments, want := range map[string]string{
		"purchase --name till":                    `purchase has no link "till"; it has counter`,
		"return":                                  "return has no links; name them in the program, such as links: [counter] below touchpoints, return, and apply it",
		"dance":                                   `no touchpoint "dance"; expected`,
		"purchase --qr " + folder + "/x.jpg":      `a QR code is written as .svg or .png, not as "` + folder + `/x.jpg"`,
		"purchase --qr " + folder + "/x":          `a QR code is written as .svg or .png, not as "` + folder + `/x"`,
		"purchase --qr " + folder + "/none/x.svg": "no such file or directory",
		"purchase --customer a@b.example":         "a customer's link needs both --customer ADDRESS and --subject SUBJECT",
		"purchase --subject 1030":                 "a customer's link needs both --customer ADDRESS and --subject SUBJECT",
		"purchase --name counter --customer a@b.example --subject 1030":                   "a link is everybody's (--name) or a customer's",
		"dance --customer a@b.example --subject 1030":                                     "no such touchpoint; expected",
		"purchase --customer test@acme.example --subject 1 --qr " + folder + "/staff.png": "there is no link for this customer: ",
	} {
		out, err := run(t, at, append([]string{"link"}, strings.Fields(arguments)...)...)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %q, %v", arguments, out, err)
		}
	}
	if files, _ := os.ReadDir(folder); len(files) != 0 {
		t.Errorf("there are %v", files)
	}
	if _, err := run(t, at, "sending", "--qr", "x.png"); err == nil || err.Error() != "sending takes no --qr" {
		t.Error(err)
	}
}
