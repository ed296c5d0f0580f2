package table

import (
	"maps"
	"slices"
	"unicode/utf8"

	"afterword/internal/fault"
)

var errTooLarge = fault.New(fault.TooLarge, "an item is larger than %d KB", MaxItem/1024)

func invalid(format string, args ...any) error { return fault.New(fault.Invalid, format, args...) }

// Prepare checks a single write and returns it in the shape that both engines keep: a copy of its values, whole floats as int64,
// sets sorted and without duplicates, empty sets gone, and with the guard of an add in its condition (see "Lost answers"). All
// rules about what may be written are here. Faults: Invalid, TooLarge.
func Prepare(w Write) (Write, error) {
	if w.Kind == Check {
		return w, invalid("a check belongs in a transaction")
	}
	if len(w.Add) > 0 && w.If == nil {
		return w, invalid("adding to a number needs a condition or a transaction")
	}
	w, err := prepare(w)
	if err == nil && len(w.Add) > 0 && w.Writer != "" {
		w.If = All(w.If, Any(Absent(AttrWriter), Less(AttrWriter, w.Writer), More(AttrWriter, w.Writer)))
	}
	return w, err
}

// PrepareAll does for a transaction what Prepare does for a single write. Faults: Invalid, TooLarge.
func PrepareAll(writes []Write) ([]Write, error) {
	if len(writes) == 0 || len(writes) > MaxTransaction {
		return nil, invalid("a transaction has 1 to %d writes, not %d", MaxTransaction, len(writes))
	}
	prepared := make([]Write, len(writes))
	seen := make(map[Key]bool, len(writes))
	together := 0
	for i, w := range writes {
		if seen[w.Key] {
			return nil, invalid("a transaction writes the same item twice")
		}
		seen[w.Key] = true
		if w.Kind == Check && w.If == nil {
			return nil, invalid("a check needs a condition")
		}
		p, err := prepare(w)
		if err != nil {
			return nil, err
		}
		prepared[i] = p
		together += Size(p.Item) + Size(p.Set)
	}
	if together > maxTogether {
		return nil, fault.New(fault.TooLarge, "the items of a transaction are larger than %d MB together", maxTogether/1024/1024)
	}
	return prepared, nil
}

func prepare(w Write) (Write, error) {
	if err := CheckKey(w.Key); err != nil {
		return w, err
	}
	if err := checkCondition(w.If, 0); err != nil {
		return w, err
	}
	if !utf8.ValidString(w.Writer) {
		return w, invalid("the writer's id is not valid UTF-8")
	}
	switch w.Kind {
	case Put:
		return preparePut(w)
	case Update:
		return prepareUpdate(w)
	case Delete, Check:
		if w.Item != nil || changes(w) > 0 {
			return w, invalid("a delete or a check carries no attributes")
		}
		return w, nil
	}
	return w, invalid("there is no kind of write %d", w.Kind)
}

func changes(w Write) int { return len(w.Set) + len(w.Add) + len(w.AddTo) + len(w.Remove) }

func preparePut(w Write) (Write, error) {
	if changes(w) > 0 {
		return w, invalid("a put takes its attributes from the item, it sets, adds and removes none")
	}
	item, empty, err := prepareItem(w.Key.Table, w.Item)
	if err != nil {
		return w, err
	}
	for _, attr := range empty {
		delete(item, attr)
	}
	w.Item = item
	_, err = Apply(w, nil) // for its size
	return w, err
}

func prepareUpdate(w Write) (Write, error) {
	if w.Item != nil {
		return w, invalid("an update takes its attributes from Set, not from the item")
	}
	if changes(w) == 0 {
		return w, invalid("an update has something to change")
	}
	if err := checkActions(w); err != nil {
		return w, err
	}
	set, empty, err := prepareItem(w.Key.Table, w.Set)
	if err != nil {
		return w, err
	}
	if Size(set) > MaxItem {
		return w, errTooLarge
	}
	w.Remove = slices.Clone(w.Remove)
	for _, attr := range empty {
		delete(set, attr)
		w.Remove = append(w.Remove, attr)
	}
	w.Set = set
	w.AddTo, err = prepareAddTo(w.AddTo)
	return w, err
}

func prepareAddTo(more map[string]Set) (map[string]Set, error) {
	kept := make(map[string]Set, len(more))
	for attr, elements := range more {
		if len(elements) == 0 {
			return nil, invalid("nothing is added to the set %q", attr)
		}
		normal, err := normalize(attr, elements, 0)
		if err != nil {
			return nil, err
		}
		kept[attr] = normal.(Set)
	}
	return kept, nil
}

// checkActions holds that each attribute is named once, and none that the engine writes itself.
func checkActions(w Write) error {
	added := slices.AppendSeq(slices.Collect(maps.Keys(w.Add)), maps.Keys(w.AddTo))
	seen := map[string]bool{}
	for _, attr := range slices.AppendSeq(slices.Concat(w.Remove, added), maps.Keys(w.Set)) {
		if seen[attr] {
			return invalid("an update changes the attribute %q twice", attr)
		}
		seen[attr] = true
		if err := checkAttr(attr); err != nil {
			return err
		}
	}
	for _, attr := range added {
		if _, number := w.Add[attr]; attr == AttrExpires && !number || indexed(w.Key.Table, attr) {
			return invalid("the attribute %q has another type than what is added to it", attr)
		}
	}
	return nil
}

func indexed(name Name, attr string) bool {
	return slices.ContainsFunc(Indexes(name), func(ix Index) bool { return attr == ix.Partition || attr == ix.Sort })
}

func checkAttr(attr string) error {
	switch {
	case attr == "" || len(attr) > 255 || !utf8.ValidString(attr):
		return invalid("an attribute's name is 1 to 255 bytes of valid UTF-8")
	case attr == AttrPartition || attr == AttrSort:
		return invalid("the attribute %q comes from the key", attr)
	case attr == AttrWriter:
		return invalid("the attribute %q comes from the write's Writer", attr)
	}
	return nil
}

// CheckKey holds the limits of a key. Fault: Invalid.
func CheckKey(k Key) error {
	if k.Table != Feedback && k.Table != Scorebook {
		return invalid("there is no table %q", k.Table)
	}
	if err := checkKeyPart("partition key", k.Partition, MaxPartition); err != nil {
		return err
	}
	return checkKeyPart("sort key", k.Sort, MaxSort)
}

func checkKeyPart(what, value string, most int) error {
	if value == "" || len(value) > most || !utf8.ValidString(value) {
		return invalid("a %s is 1 to %d bytes of valid UTF-8", what, most)
	}
	return nil
}

// prepareItem returns a copy of the attributes as they are kept, and the names of those that are empty sets.
func prepareItem(name Name, item Item) (kept Item, empty []string, err error) {
	kept = make(Item, len(item))
	for attr, value := range item {
		if err := checkAttr(attr); err != nil {
			return nil, nil, err
		}
		normal, err := normalize(attr, value, 0)
		if err != nil {
			return nil, nil, err
		}
		if set, ok := normal.(Set); ok && len(set) == 0 {
			empty = append(empty, attr)
		}
		kept[attr] = normal
	}
	return kept, empty, checkSpecial(name, kept)
}

// checkSpecial holds the types of the attributes that the engines read.
func checkSpecial(name Name, item Item) error {
	if expires, there := item[AttrExpires]; there {
		if _, ok := expires.(int64); !ok {
			return invalid("the attribute %q is unix seconds, an int64", AttrExpires)
		}
	}
	for _, ix := range Indexes(name) {
		for attr, most := range map[string]int{ix.Partition: MaxPartition, ix.Sort: MaxSort} {
			value, there := item[attr]
			if !there {
				continue
			}
			text, _ := value.(string) // "" for another type, which is as wrong
			if err := checkKeyPart("value of the index attribute "+attr, text, most); err != nil {
				return err
			}
		}
	}
	return nil
}
