package i18n

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestACustomerGetsTheNearestLanguageThatTheOwnerOffers(t *testing.T) {
	offered := []string{"en", "sv", "nl", "zh"}
	for _, c := range []struct{ want, got string }{
		{"sv", "sv"},
		{"sv-FI", "sv"},
		{"SV-se", "sv"},
		{"sv_SE", "sv"},
		{"nl-BE", "nl"},
		{"zh-CN", "zh"},
		{"zh-Hans-SG", "zh"},
		{"en-GB", "en"},
		{"de", "en"},
		{"", "en"},
		{"not a language", "en"},
		{"*", "en"},
		{"fr-CH, nl;q=0.9, en;q=0.5", "nl"},
		{strings.Repeat("sv,", 100), "en"},
	} {
		if got := Match(c.want, offered); got != c.got {
			t.Errorf("Match(%q) = %q, want %q", c.want, got, c.got)
		}
	}
	if got := Match("de", []string{"sv", "en"}); got != "sv" {
		t.Errorf("without a match the owner's first language is spoken, got %q", got)
	}
	if got := Match("sv", nil); got != "en" {
		t.Errorf("nothing offered gave %q", got)
	}
	if got := Match("nl", []string{"en", "nl-BE"}); got != "nl-BE" {
		t.Errorf("the offered tag is returned as the owner wrote it, got %q", got)
	}
}

func TestAVarietyOfALanguageKeepsItsTag(t *testing.T) {
	for _, c := range []struct{ want, language, greeting string }{
		{"sv", "sv", "Hej!"},
		{"nl-BE", "nl-BE", "Hoi,"},
		{"zh-Hans", "zh-Hans", "您好！"},
		{"de", "en", "Hi,"},
		{"", "en", "Hi,"},
		{"\x00", "en", "Hi,"},
	} {
		printer := For(c.want)
		if printer.Language() != c.language || printer.T("mail.greeting.unnamed") != c.greeting {
			t.Errorf("For(%q) speaks %q: %q", c.want, printer.Language(), printer.T("mail.greeting.unnamed"))
		}
	}
}

func TestOnlyRightToLeftScriptsRunFromTheRight(t *testing.T) {
	for tag, want := range map[string]string{"en": "ltr", "zh": "ltr", "ar": "rtl", "ar-EG": "rtl", "he": "rtl", "fa": "rtl", "ur": "rtl", "az-Arab": "rtl", "az": "ltr", "ru": "ltr"} {
		if got := direction(tag); got != want {
			t.Errorf("%s runs %s, want %s", tag, got, want)
		}
	}
}

func FuzzMatchAlwaysAnswersWithAnOfferedLanguage(f *testing.F) {
	for _, seed := range []string{"sv", "nl-BE, en;q=0.8", "", "x-", "zh-Hant-HK", strings.Repeat("a-", 60), "\xff"} {
		f.Add(seed)
	}
	offered := map[string]bool{"en": true, "sv": true}
	f.Fuzz(func(t *testing.T, want string) {
		if got := Match(want, []string{"en", "sv"}); !offered[got] {
			t.Errorf("Match(%q) = %q", want, got)
		}
		if printer := For(want); !utf8.ValidString(printer.Language()) || printer.T("mail.greeting.unnamed") == "" {
			t.Errorf("For(%q) speaks nothing", want)
		}
	})
}
