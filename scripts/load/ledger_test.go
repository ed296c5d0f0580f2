package main

import (
	"math/rand/v2"
	"testing"
)

func TestNobodyIsPickedTwiceAtATimeAndNobodyWhenAllAnswer(t *testing.T) {
	r, given := rand.New(rand.NewPCG(1, 1)), newLedger([]string{"a", "b", "c"})
	picked := map[string]bool{}
	for range 3 {
		link, _, free := given.try(r)
		if !free || picked[link] {
			t.Fatalf("picked %q (free: %v) after %v", link, free, picked)
		}
		picked[link] = true
	}
	if link, _, free := given.try(r); free {
		t.Errorf("%q was picked while everybody was answering", link)
	}
	given.learn("b", 4, true)
	if link, _, free := given.try(r); !free || link != "b" {
		t.Errorf("picked %q (free: %v), only b is free", link, free)
	}
}
