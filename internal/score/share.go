package score

// Share is a part of some answers, with its Wilson interval. With fewer than five answers only their number is told.
type Share struct {
	Hits     int64     `json:"hits"` // 0 without a value
	Of       int64     `json:"of"`
	Value    *float64  `json:"value"`    // 0 to 1; nil: too few answers, or withheld
	Interval *Interval `json:"interval"` // nil with Value
}

// ShareOf is the share of the hits among so many answers.
func ShareOf(hits, of int64) Share {
	if of < fewest {
		return Share{Of: of}
	}
	value, interval := float64(hits)/float64(of), wilson(hits, of, z)
	return Share{Hits: hits, Of: of, Value: &value, Interval: &interval}
}
