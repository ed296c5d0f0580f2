// Package store keeps every entity of Afterword under its keys, once, on either engine of package table. It holds no rule of the
// field: it satisfies the ports that the use cases name, and turns failed conditions into faults.
//
// # Access patterns
//
//	Feedback (with the change feed)
//	entity          partition                          sort          read by
//	customer        C#<customer>                       profile       decide, dispatch, follow-up: one strong read; leads to what was planned
//	subject         V#<touchpoint>#<source>#<subject>  subject       round of a subject that was reopened
//	visit, with     I#<visit>                          invitation    redelivery; listing D#<touchpoint>#<day>; links; agenda A#<shard>;
//	  its invitation                                                 also in C#<customer> if decided against, R#<survey>#<month> once answered;
//	                                                                 one that is asked by a link is on no agenda, and by one for everybody
//	                                                                 made together with its answer, of no customer; so is one that was
//	                                                                 answered in a former tool, and stands in no listing D#
//	aside           I#<visit>                          customer      also in C#<customer>: a planned visit that the full row leads not to
//	hit             I#<invitation>                     hit#<time>#n  evidence of one invitation, for 30 days
//	case            K#<case>                           case          links; listing K#open or K#closed#<month>
//	case history    K#<case>                           event#<time>  what happened to a case
//	due work        W#<kind>#<key>                     work          agenda A#<shard>
//	lot             W#mark#<lot>                       work          sent and not marked yet: finished by the next walk; agenda
//	rota            W#turns#<touchpoint>               work          how far a touchpoint that comes round has come with its customers:
//	                                                                 each hour, and while it goes through the customers, which it finds
//	                                                                 by scanning the table; agenda
//	thin event      W#fetch#<hash>                     work          waits until its source was asked who the customer is, at most a day;
//	                                                                 without anything of a person; one whose subject was reopened before
//	                                                                 is kept for a week, off the agenda, so that no redelivery revives it
//	lease           L#<name>                           lease         who walks the agenda
//	pause           G#sending                          pause         whether survey mails wait: dispatch, with mails due, each quarter of
//	                                                                 an hour, each minute while they wait; the API
//	API key         B#<key>                            key           each request with it, at most once a minute; listing B#keys
//	sign-in link    Y#<hash of its secret>             link          whoever opens it; used once
//	session         Y#<hash of its secret>             session       each page of the scoreboard; both know a member of the team by a hash of
//	                                                                 the address, and nobody else: erasing a customer has nothing to do here;
//	                                                                 who asked for a link is due work (W#sign-in#<hash>), by the hash alone
//	program         P#program                          v#000001      versions; "current" names the newest
//	skips           X#<source>                         <day>#<reason>#<slot>  how often events of one name made no visit on a day, for 35
//	                                                                 days: a range of days is one query
//
//	Scorebook (without a feed); <g> is the generation, which a rebuild replaces: "0", "01", "02", ...
//	ledger          <g>#L#<invitation>                 ledger        what of a response is counted now
//	tally           <g>#T#<touchpoint>#<survey>        <day>#<lane>  answers by rating; a range of days is one query
//	tally of a cut  <g>#T#<touchpoint>#<survey>#<prop> <day>#<lane>#<shelf>  32 values of the property on that day
//	code of a value <g>#J#<touchpoint>#<survey>#<prop> =<hash>       its name in tallies; the value, while it is counted; "next" is the next code
//	score           <g>#S#<touchpoint>#<survey>        <period>      counts of a whole period: one read
//	sends           N#<touchpoint>#<survey>            <day>         sent, bounced, clicked by day sent; of no generation
//	mail sent       Q#<day>                            quota         survey mails sent on a day, against the program's quota
//	requests        F#<key>                            minute        of an API key in the minute that runs;
//	                                                                 of all who ask for sign-in links (F#sign-in)
//	links           F#link#<hash>                      minute        mailed to a member of the team in the quarter of an hour that runs
//	report round    M#<period>                         round         who gets the report of a period, fixed when it was first due
//	report mail     M#<period>                         <reader>      whether it was mailed; the reader is a hash of edition and address
//	generation      G#scorebook                        current       names the generation that is read and those that are written, and how a
//	                                                                 rebuild stands: once a minute by whoever counts or reads counts
//	audit           G#scorebook                        audit         what the last one found: the scoreboard's banner, the API
//	checkpoint      E#<consumer>                       <shard>       how far a local reader of the feed is
//
// Times are UTC, whole seconds, RFC 3339, so that their text sorts; days and periods are in the program's zone and are names
// ("2026-11-22", "2026-W47"). '#' in a source's own names is escaped (escape), so that no name can reach into another's keys.
package store

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"afterword/internal/access"
	"afterword/internal/agenda"
	"afterword/internal/customer"
	"afterword/internal/table"
	"afterword/internal/tally"
)

var (
	keyEscaper   = strings.NewReplacer("%", "%25", "#", "%23")
	keyUnescaper = strings.NewReplacer("%25", "%", "%23", "#")
)

// escape keeps foreign text (a subject, a source) from reaching into the structure of a key.
func escape(s string) string { return keyEscaper.Replace(s) }

func unescape(s string) string { return keyUnescaper.Replace(s) }

func stamp(t time.Time) string { return t.UTC().Truncate(time.Second).Format(time.RFC3339) }

func feedback(partition, sort string) table.Key {
	return table.Key{Table: table.Feedback, Partition: partition, Sort: sort}
}

func scorebook(partition, sort string) table.Key {
	return table.Key{Table: table.Scorebook, Partition: partition, Sort: sort}
}

func customerKey(id customer.ID) table.Key { return feedback("C#"+string(id), "profile") }

func subjectKey(touchpoint, source, subject string) table.Key {
	return feedback("V#"+escape(touchpoint)+"#"+escape(source)+"#"+escape(subject), "subject")
}

func invitationKey(id string) table.Key { return feedback("I#"+id, "invitation") }

func hitKey(id string, at time.Time, n int64) table.Key {
	return feedback("I#"+id, fmt.Sprintf("hit#%s#%02d", stamp(at), n))
}

func caseKey(id string) table.Key { return feedback("K#"+id, "case") }

func caseEventKey(id string, at time.Time, revision int64) table.Key {
	return feedback("K#"+id, fmt.Sprintf("event#%s#%04d", stamp(at), revision))
}

func workKey(kind agenda.Kind, key string) table.Key {
	return feedback("W#"+string(kind)+"#"+key, "work")
}

func lotKey(lot string) table.Key { return workKey(agenda.Mark, lot) }

func leaseKey(name string) table.Key { return feedback("L#"+name, "lease") }

func rotaKey(touchpoint string) table.Key { return workKey(agenda.Turns, touchpoint) }

// skipKey is where events of one name are counted. At the slot that is none are those of the names that found no slot.
func skipKey(source, day, reason, slot string) table.Key {
	return feedback("X#"+escape(source), day+"#"+reason+"#"+slot)
}

func pauseKey() table.Key { return feedback("G#sending", "pause") }

func programKey(version int) table.Key { return feedback("P#program", fmt.Sprintf("v#%06d", version)) }

func apiKeyKey(id string) table.Key { return feedback("B#"+id, "key") }

func requestsKey(key string) table.Key { return scorebook("F#"+escape(key), "minute") }

func linksKey(who access.Who) table.Key { return scorebook("F#link#"+string(who), "minute") }

func signInKey(id string) table.Key { return feedback("Y#"+id, "link") }

func sessionKey(id string) table.Key { return feedback("Y#"+id, "session") }

func currentProgramKey() table.Key { return feedback("P#program", "current") }

// Listings, newest last.
func visitsList(touchpoint, day string) string  { return "D#" + touchpoint + "#" + day }
func responsesList(survey, month string) string { return "R#" + survey + "#" + month }
func customersList(id customer.ID) string       { return "C#" + string(id) }
func apiKeysList() string                       { return "B#keys" }
func openCasesList() string                     { return "K#open" }
func closedCasesList(month string) string       { return "K#closed#" + month }
func listedAt(at time.Time, id string) string   { return stamp(at) + "#" + id }
func ledgerKey(generation, id string) table.Key { return scorebook(generation+"#L#"+id, "ledger") }
func sendsKey(touchpoint, survey, day string) table.Key {
	return scorebook("N#"+touchpoint+"#"+survey, day)
}
func quotaKey(day string) table.Key { return scorebook("Q#"+day, "quota") }

func reportPartition(period string) string { return "M#" + period }

func reportRoundKey(period string) table.Key { return scorebook(reportPartition(period), "round") }

func reportKey(period, reader string) table.Key { return scorebook(reportPartition(period), reader) }

func generationKey() table.Key { return scorebook("G#scorebook", "current") }

func auditedKey() table.Key { return scorebook("G#scorebook", "audit") }

func checkpointKey(consumer, shard string) table.Key { return scorebook("E#"+consumer, shard) }

func tallyPartition(generation, touchpoint, survey string) string {
	return generation + "#T#" + touchpoint + "#" + survey
}

func tallyKey(generation, touchpoint, survey, day string, lane int) table.Key {
	return scorebook(tallyPartition(generation, touchpoint, survey), fmt.Sprintf("%s#%d", day, lane))
}

func cutPartition(generation, touchpoint, survey, property string) string {
	return tallyPartition(generation, touchpoint, survey) + "#" + escape(property)
}

func cutKey(generation, touchpoint, survey, property, day string, lane, shelf int) table.Key {
	return scorebook(cutPartition(generation, touchpoint, survey, property), fmt.Sprintf("%s#%d#%d", day, lane, shelf))
}

// valueMark begins the sort key of a value, so that no value is the counter of codes; valuesEnd is beyond every one.
const (
	valueMark = "="
	valuesEnd = ">"
)

func codesPartition(generation string, series tally.Series, property string) string {
	return generation + "#J#" + series.Touchpoint + "#" + series.Survey + "#" + escape(property)
}

func codeKey(generation string, segment tally.Segment) table.Key {
	hash := sha256.Sum256([]byte(segment.Cut.Value))
	partition := codesPartition(generation, segment.Series, segment.Cut.Property)
	return scorebook(partition, valueMark+hex.EncodeToString(hash[:16]))
}

func nextCodeKey(generation string, segment tally.Segment) table.Key {
	return scorebook(codesPartition(generation, segment.Series, segment.Cut.Property), "next")
}

func scoreKey(generation, touchpoint, survey, period string) table.Key {
	return scorebook(generation+"#S#"+touchpoint+"#"+survey, period)
}

// agendaAttributes place an entry on the agenda. The shard is a hash of the key, so that an entry that moves stays on its shard.
func agendaAttributes(e agenda.Entry) table.Item {
	h := fnv.New32a()
	h.Write([]byte(e.Key))
	return table.Item{
		table.Agenda.Partition: agendaShard(int(h.Sum32() % agenda.Shards)),
		table.Agenda.Sort:      stamp(e.Due) + "#" + string(e.Kind) + "#" + e.Key,
	}
}

func agendaShard(shard int) string { return fmt.Sprintf("A#%02d", shard) }

// entryOf reads an entry back from what the agenda's index holds; false for an entry that is not one.
func entryOf(item table.Item) (agenda.Entry, bool) {
	due, _ := item[table.Agenda.Sort].(string)
	parts := strings.SplitN(due, "#", 3)
	if len(parts) != 3 {
		return agenda.Entry{}, false
	}
	at, err := time.Parse(time.RFC3339, parts[0])
	if err != nil {
		return agenda.Entry{}, false
	}
	return agenda.Entry{Due: at, Kind: agenda.Kind(parts[1]), Key: parts[2]}, true
}
