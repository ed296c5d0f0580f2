package local

import "context"

// shred makes the file forget what an erasure has overwritten: the feed holds the items as they were until its readers are done with
// them, and free pages after that. The mails that the mailbox captured stay: they stand for those that are in the world.
func (s *System) shred(ctx context.Context) error {
	if s.bolt == nil {
		return nil
	}
	if err := s.Drain(ctx); err != nil {
		return err
	}
	if err := s.tidy(ctx); err != nil {
		return err
	}
	return s.bolt.Compact()
}
