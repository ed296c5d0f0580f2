package report

// Reader is a person whom a report is written for.
type Reader struct {
	Name     string // "" when unknown
	Address  string
	Language string // that the report is written in: one of the program's
}
