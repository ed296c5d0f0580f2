package score

// key names a standard scale.
type key struct {
	metric    Metric
	max       int
	direction Direction
}

// standard is the scales that the field uses, with the groups of its conventions. Each direction has its own row: what is good on
// an effort scale is written down, never derived by turning an ease scale round, because the conventions in use are no mirror images.
//
//	CSAT 1-2 thumbs  the share of thumbs up (Delighted); nobody is neutral
//	CSAT 1-3 faces   the top box (Formbricks); the middle face is neutral
//	CSAT 1-5         the two top boxes (Delighted, Dixa, Formbricks), also as faces or stars
//	CSAT 1-7         the two top boxes (Formbricks); three bad, as on the ease scale
//	CSAT 1-10        the three top boxes (Formbricks; others name 9-10 alone); 5-7 neutral, as on the ease scale
//	CES 1-5 ease     the two top boxes (Delighted); a mean of 4 is called good
//	CES 1-7 ease     CES 2.0, also as disagree and agree: the net index's groups, 6-7 and 1-3 (cys.group), as a mean of 6 is called good; others count 5 as positive too
//	CES 1-10 ease    no agreed thresholds; top three as in Formbricks' rating rule, 5-7 neutral
//	CES 1-5 effort   CES 1.0: 1 is little effort
//	CES 1-7 effort   no source gives groups; two good, three bad, as on the ease scale
//	CES 1-10 effort  1-3 is positive; that leaves 4 out, which turning 7-10 of the ease scale round would let in
//	NPS 0-10         detractors 0-6, passives 7-8, promoters 9-10 (Reichheld)
var standard = map[key]Scale{
	{CSAT, 2, Higher}:  {CSAT, 1, 2, Higher, 2, 1},
	{CSAT, 3, Higher}:  {CSAT, 1, 3, Higher, 3, 1},
	{CSAT, 5, Higher}:  {CSAT, 1, 5, Higher, 4, 2},
	{CSAT, 7, Higher}:  {CSAT, 1, 7, Higher, 6, 3},
	{CSAT, 10, Higher}: {CSAT, 1, 10, Higher, 8, 4},
	{CES, 5, Higher}:   {CES, 1, 5, Higher, 4, 2},
	{CES, 7, Higher}:   {CES, 1, 7, Higher, 6, 3},
	{CES, 10, Higher}:  {CES, 1, 10, Higher, 8, 4},
	{CES, 5, Lower}:    {CES, 1, 5, Lower, 2, 4},
	{CES, 7, Lower}:    {CES, 1, 7, Lower, 2, 5},
	{CES, 10, Lower}:   {CES, 1, 10, Lower, 3, 7},
	{NPS, 10, Higher}:  {NPS, 0, 10, Higher, 9, 6},
}

// Standard returns the standard scale that ends at max, with its usual groups; false when the field has none, so that whoever wants
// the scale has to name its groups.
func Standard(metric Metric, max int, direction Direction) (Scale, bool) {
	s, ok := standard[key{metric, max, direction}]
	return s, ok
}
