package touchpoint

// Reason is why a visit led to an invitation or did not.
type Reason string

// The reasons, in the order in which they are asked: the first that holds is the one that is kept.
const (
	NotFetched     Reason = "not-fetched" // the event does not say who the customer is, and its source did not either
	NoAddress      Reason = "no-address"
	InvalidAddress Reason = "invalid-address"
	Test           Reason = "test"
	Staff          Reason = "staff"
	RoleAddress    Reason = "role-address"
	NoConsent      Reason = "no-consent"
	Suppressed     Reason = "suppressed"
	Off            Reason = "off"
	Filtered       Reason = "filtered"
	TooOld         Reason = "too-old"
	NewAccount     Reason = "new-account"
	SampledOut     Reason = "sampled-out"
	OpenCase       Reason = "open-case"
	Fatigue        Reason = "fatigue"
	Shadow         Reason = "shadow"
	ReopenedSince  Reason = "reopened-since" // told of late: the subject came back after this
	AskedBefore    Reason = "asked-before"   // about the same subject, which came back within its quiet time
	Planned        Reason = "planned"
	Handed         Reason = "handed" // asked by a link and not by mail
)

// Outcomes that make no visit.
const (
	Reopened    Reason = "reopened"           // the subject has begun a new round
	NotVisited  Reason = "nothing-to-reopen"  // no visit of the subject in this round, or old news
	Unmapped    Reason = "not-in-the-program" // the program names no touchpoint for this event
	ToBeFetched Reason = "to-be-fetched"      // the source is asked first who the customer is
	Repeated    Reason = "repeated"           // in a simulation: the visit was decided about already
)
