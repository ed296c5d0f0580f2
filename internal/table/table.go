// Package table is the narrow interface through which Afterword keeps its data: items with a partition key and a sort key in two
// tables, conditions, transactions, sparse indexes, time to live and a change feed. Two engines satisfy it, table/dynamo (DynamoDB)
// and table/bolt (one file on one machine), and one contract suite (tabletest) holds both to the same behaviour.
//
// It is a handful of structured operations and no query language: package store, the only caller in production, is written once on
// top. What the interface promises is what DynamoDB promises, no more: index reads are a moment late, a transaction may be
// cancelled by a conflict, an answer may be lost after the write was applied.
//
// # Lost answers
//
// A caller cannot tell a write that failed from one whose answer was lost, and the SDK sends again. So a conditional write carries
// its Writer, an id made afresh for each call of Write or Transact; the engine stores it with the item (attribute AttrWriter), and
// when the condition fails on an item that this very writer wrote, the write is reported as the success that it was. A delete that
// finds nothing succeeded. Adding to a number is only safe inside a transaction, whose token covers the SDK's repetitions, or in a
// conditional Write: there the engine adds to a condition that the item's writer is another, so that an add with a Writer counts
// once unless somebody else wrote between the lost answer and the repetition; a condition that the write itself makes false has
// not even that gap. Write refuses an unconditional add.
package table

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Name is a table. Every key belongs to one.
type Name string

// The two tables. Feedback has the change feed; Scorebook has none, so that counting causes no events.
const (
	Feedback  Name = "Feedback"
	Scorebook Name = "Scorebook"
)

// Attributes that the engines know.
const (
	AttrPartition = "pk"
	AttrSort      = "sk"
	AttrExpires   = "ttl"    // unix seconds; the item is removed some time after
	AttrWriter    = "writer" // who wrote the item last, see Write.Writer
)

// Index is a sparse index: it holds the keys (nothing else) of the items of Feedback that carry both of its attributes, which are
// strings. Reads of it are eventually consistent.
type Index struct{ Name, Partition, Sort string }

// The indexes of Feedback. Scorebook has none.
var (
	Agenda  = Index{Name: "agenda", Partition: "agenda", Sort: "due"}
	Listing = Index{Name: "listing", Partition: "list", Sort: "listed"}
	// Also is a second listing, of items that stand in two.
	Also = Index{Name: "also", Partition: "also", Sort: "also_at"}
)

// Indexes lists the indexes of a table.
func Indexes(name Name) []Index {
	if name == Feedback {
		return []Index{Agenda, Listing, Also}
	}
	return nil
}

// Key names one item.
type Key struct {
	Table     Name
	Partition string // 1 to 2048 bytes
	Sort      string // 1 to 1024 bytes
}

func (k Key) String() string { return fmt.Sprintf("%s[%s|%s]", k.Table, k.Partition, k.Sort) }

// Item is the attributes of an item by name, keys included when read (in a Put or Update they are taken from the Key). Values are
// string, int64, float64, bool, []byte, []any, map[string]any, Set; a nil value is DynamoDB's NULL. Empty strings are kept, an
// empty Set does not exist. An item is at most 400 KB by the price list's rule (Size).
type Item map[string]any

// Set is a set of strings, in any order, without duplicates.
type Set []string

// Key of an item that was read.
func (i Item) Key(name Name) Key {
	p, _ := i[AttrPartition].(string)
	s, _ := i[AttrSort].(string)
	return Key{Table: name, Partition: p, Sort: s}
}

// Kind is what a Write does.
type Kind int

// The kinds of write.
const (
	Put    Kind = iota // replaces the whole item with Item
	Update             // changes attributes: Set, Add, Remove; makes the item where there is none
	Delete             // removes the item; finding nothing is success whatever If says, outside a transaction
	Check              // changes nothing; only in a transaction, where its condition must hold
)

// Write is one change of one item under a condition.
type Write struct {
	Kind   Kind
	Key    Key
	Item   Item             // Put: the new attributes
	Set    Item             // Update: attributes to set
	Add    map[string]int64 // Update: numbers to add to top-level attributes (absent counts as 0)
	AddTo  map[string]Set   // Update: strings to add to top-level sets
	Remove []string         // Update: attributes to remove
	If     Condition        // nil: always
	Writer string           // see "Lost answers"; stored by Put and Update when not empty
}

// Query reads a range of one partition, of a table or of one of its indexes, in order of the sort key (byte order).
type Query struct {
	Table      Name
	Index      *Index // nil: the table itself
	Partition  string
	From, To   string // both ends included; "" is open
	Descending bool
	Limit      int    // most items in the page; 0: the engine's page
	Start      string // Page.Next of the page before
	Strong     bool   // not on an index
}

// Page is a part of what a query or scan found. An index's items hold only keys: those of the item and of the index.
type Page struct {
	Items []Item
	Next  string // "" when there is no more; else opaque, good for the same query only. A full page has one even if nothing follows
}

// Table is one engine. Every method may return a fault of kind Transient (throttled, timed out: it may or may not have been
// applied), Invalid (a key or value that no engine takes) or TooLarge (an item over 400 KB).
type Table interface {
	// Get reads one item; nil if there is none.
	Get(ctx context.Context, key Key, strong bool) (Item, error)
	// BatchGet reads any number of items, in the order of the keys, nil where there is none.
	BatchGet(ctx context.Context, keys []Key, strong bool) ([]Item, error)
	// Query reads a page of a range.
	Query(ctx context.Context, q Query) (Page, error)
	// Scan reads a page of a whole table, in no order. start is "" or the Next of the page before; limit as in Query. Segment
	// of segments parts is read (0 of 1: all), so that several readers share a scan.
	Scan(ctx context.Context, name Name, start string, limit, segment, segments int) (Page, error)
	// Write makes one change and returns the item as it is afterwards (nil after a Delete). A failed condition is a
	// *ConditionFailed with the stored item.
	Write(ctx context.Context, w Write) (Item, error)
	// Transact makes 1 to 100 changes of different items of either table, all or none. A cancelled one is a *Cancelled.
	Transact(ctx context.Context, writes []Write) error
}

// ConditionFailed says that a single write's condition did not hold.
type ConditionFailed struct{ Stored Item } // nil: there is no item

func (*ConditionFailed) Error() string { return "table: the condition does not hold" }

// Reason says why a transaction was cancelled, for one of its writes.
type Reason struct {
	Code   Code
	Stored Item // with ConditionCode: the item as stored, nil if there is none
}

// Code is the kind of a cancellation reason.
type Code string

// The codes.
const (
	NoneCode      Code = ""          // this write was not the reason
	ConditionCode Code = "condition" // its condition did not hold
	ConflictCode  Code = "conflict"  // another transaction was at the same item; try again with jitter
	ThrottleCode  Code = "throttle"  // too many writes; try again with jitter
)

// Cancelled says that a transaction changed nothing, with one reason for each write, in their order.
type Cancelled struct{ Reasons []Reason }

func (c *Cancelled) Error() string {
	return fmt.Sprintf("table: the transaction was cancelled: %v", c.codes())
}

func (c *Cancelled) codes() []Code {
	codes := make([]Code, len(c.Reasons))
	for i, r := range c.Reasons {
		codes[i] = r.Code
	}
	return codes
}

// Retry tells whether the same transaction may go through when sent again: nothing but conflicts and throttles stood against it.
func (c *Cancelled) Retry() bool {
	for _, r := range c.Reasons {
		if r.Code == ConditionCode {
			return false
		}
	}
	return true
}

// Stored returns the stored item behind a failed condition of a single write, and whether err is one.
func Stored(err error) (Item, bool) {
	var f *ConditionFailed
	if errors.As(err, &f) {
		return f.Stored, true
	}
	return nil, false
}

// AsCancelled returns the reasons of a cancelled transaction, and whether err is one.
func AsCancelled(err error) (*Cancelled, bool) {
	var c *Cancelled
	ok := errors.As(err, &c)
	return c, ok
}

// Change is one record of the feed: an item of Feedback before and after. A write that changes nothing makes none.
type Change struct {
	Sequence string    // digits; orders the changes of one shard as a number, not as text
	At       time.Time // about when it was made
	Key      Key
	Old, New Item // nil: there was none; there is none now
	Expired  bool // removed by time to live
}

// Feed is the changes of Feedback, as an engine's stream gives them. No function reads it: Lambda does. The local runner and the
// tests do, through package esm.
type Feed interface {
	// Shards lists the ids of the shards that may hold changes.
	Shards(ctx context.Context) ([]string, error)
	// Read returns changes of a shard in order, after the sequence ("" from the beginning); none at the end.
	Read(ctx context.Context, shard, after string, limit int) ([]Change, error)
}
