package customer

import (
	"net/mail"
	"slices"
	"strings"

	"golang.org/x/net/idna"
)

// longest is what a mail path may have (RFC 5321: 256 with its brackets); the part before the @ may have 64.
const longest, longestLocal = 254, 64

// domains turns a domain into the form that is looked up and mailed to: lower case, ASCII ("xn--mnchen-3ya.example"), with labels
// that can be host names.
var domains = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.StrictDomainName(true), idna.VerifyDNSLength(true))

// Address brings an address into the form that is kept and mailed to: no white space around it, its domain in lower case and
// ASCII. The part before the @ stays as it was given, since only its host may say that letters do not matter. What is not an
// address comes back without its white space; Valid tells.
func Address(raw string) string {
	address := strings.TrimSpace(raw)
	local, domain, ok := cut(address)
	if !ok || len(address) > 4*longest { // too long however it is written; not worth reading
		return address
	}
	ascii, err := domains.ToASCII(domain)
	if err != nil {
		return address
	}
	return local + "@" + ascii
}

// Valid tells whether survey mail can go to the address, which is in the form of Address: one mailbox without a name or quotes, at
// a host name with a dot. The letters before the @ are ASCII, because SES takes no others.
func Valid(address string) bool {
	local, domain, ok := cut(address)
	if !ok || len(address) > longest || len(local) > longestLocal || !strings.Contains(domain, ".") {
		return false
	}
	if ascii, err := domains.ToASCII(domain); err != nil || ascii != domain || numeric(domain) {
		return false
	}
	for _, c := range []byte(local) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	parsed, err := mail.ParseAddress(address)
	return err == nil && parsed.Address == address
}

// cut parts an address at its last @.
func cut(address string) (local, domain string, ok bool) {
	i := strings.LastIndexByte(address, '@')
	if i < 1 {
		return "", "", false
	}
	return address[:i], address[i+1:], true
}

// numeric tells whether the domain ends in a number, as IP addresses do and no host name does.
func numeric(domain string) bool {
	top := domain[strings.LastIndexByte(domain, '.')+1:]
	return strings.Trim(top, "0123456789") == ""
}

// roles are names of mailboxes that no single person reads: those of RFC 2142 and those that shops and offices use.
var roles = []string{
	"abuse", "accounting", "accounts", "admin", "administrator", "billing", "bookings", "bounce", "bounces", "contact", "customerservice",
	"do-not-reply", "donotreply", "enquiries", "finance", "hello", "help", "helpdesk", "hostmaster", "hr", "info", "inquiries", "invoice",
	"invoices", "it", "jobs", "kontakt", "legal", "list", "mail", "mailer-daemon", "marketing", "news", "newsletter", "no-reply", "noc",
	"noreply", "office", "order", "orders", "postmaster", "press", "privacy", "purchasing", "reception", "reply", "root", "sales",
	"security", "service", "shop", "staff", "support", "team", "usenet", "webmaster",
}

// Role tells whether the address is a shared mailbox (info@, noreply@) rather than a person's, by its part before the @, without a
// +tag. Nobody who reads there may have been the customer, and some of them answer by complaining.
func Role(address string) bool {
	local, _, _ := cut(strings.ToLower(address))
	local, _, _ = strings.Cut(local, "+")
	_, found := slices.BinarySearch(roles, local)
	return found
}
