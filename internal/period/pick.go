package period

import "afterword/internal/fault"

// longest is how many days a period may have that somebody asks for, about ten years: a longer one is a slip of the pen.
const longest = 3700

// Asked reads the name of a period that somebody asks for; "" is the month of today. Fault: Invalid.
func Asked(name string, today Day) (Period, error) {
	if name == "" {
		return Month(today), nil
	}
	p, err := Parse(name)
	if err == nil && p.Days() > longest {
		err = fault.New(fault.Invalid, "the period %q is longer than %d days", name, longest)
	}
	return p, err
}

// Next is the period after: of the same kind, or as many days.
func (p Period) Next() Period {
	first := p.To.Add(1)
	if k, some := p.Kind(); some {
		return k.Of(first)
	}
	to := first.Add(p.Days() - 1)
	return Period{first.String() + ".." + to.String(), first, to}
}
