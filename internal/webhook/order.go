package webhook

import (
	"strings"

	"afterword/internal/foreign"
)

// What the payloads of checkouts have in common.

// decimals are how many digits an amount in a currency has behind the point, where that is not two (ISO 4217). The tables of languages
// are no help: they say how prices are usually shown, such as pesos of Colombia without the cents that payments are counted in.
var decimals = map[string]int{
	"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0, "VND": 0, "VUV": 0,
	"XAF": 0, "XOF": 0, "XPF": 0,
	"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
}

var wholeNumber = foreign.Pattern(`^[0-9]{1,18}$`)

// major writes an amount that came in the smallest units of its currency as people do: 129900 öre are "1299.00" kronor. In the currencies
// of own the sender counts otherwise than the standard. "" when the currency is not known or the amount is no whole number.
func major(minor, currency foreign.Text, own map[string]int) string {
	digits, code := foreign.First(minor), strings.ToUpper(foreign.First(currency))
	if !wholeNumber().MatchString(digits) || code == "" {
		return ""
	}
	places, known := own[code]
	if !known {
		if places, known = decimals[code]; !known {
			places = 2
		}
	}
	if places == 0 {
		return digits
	}
	if short := places + 1 - len(digits); short > 0 {
		digits = strings.Repeat("0", short) + digits
	}
	point := len(digits) - places
	return digits[:point] + "." + digits[point:]
}

// sole is what was bought, of an order of one thing: an answer about several cannot be cut by product.
func sole(names []foreign.Text) string {
	one := ""
	for _, name := range names {
		if one != "" && foreign.First(name) != one {
			return ""
		}
		one = foreign.First(name)
	}
	return one
}
