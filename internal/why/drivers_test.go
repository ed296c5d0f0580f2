package why

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/mat"

	"afterword/internal/program"
	"afterword/internal/response"
	"afterword/internal/score"
)

// customer draws an answer to the shop's survey in which nothing has to do with anything.
func customer(r *rand.Rand) Answer {
	speed := r.IntN(11)
	a := Answer{Rating: 1 + r.IntN(5), Comment: []string{"", "x"}[r.IntN(2)]}
	for _, cause := range []string{"slow-site", "long-wait"} {
		if r.IntN(3) == 0 && (cause == "long-wait" || a.Rating <= 3) { // slow-site is offered to the unhappy alone
			a.Causes = append(a.Causes, cause)
		}
	}
	for _, id := range []string{"delivery", "price"} {
		if a.Comment != "" && r.IntN(3) == 0 {
			a.Themes = append(a.Themes, id)
		}
	}
	a.Replies = []response.Reply{{Question: "speed", Rating: &speed}}
	if r.IntN(2) == 0 {
		a.Replies = append(a.Replies, response.Reply{Question: "solved", Options: []string{[]string{"yes", "partly", "no"}[r.IntN(3)]}})
	}
	if r.IntN(2) == 0 {
		a.Replies = append(a.Replies, response.Reply{Question: "found", Options: [][]string{{"web"}, {"friend"}, {"web", "friend"}}[r.IntN(3)]})
	}
	return a
}

func named(d Driver) string { return d.Kind + " " + d.ID + " " + d.Option }

func TestDriversNeedEnoughAnswers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, row := range []struct {
		name   string
		n      int
		answer func() Answer
		note   string
	}{
		{"none", 0, nil, NotEnough},
		{"49", 49, func() Answer { return customer(r) }, NotEnough},
		{"50", 50, func() Answer { return customer(r) }, ""},
		{"all alike", 500, func() Answer { a := customer(r); a.Rating = 4; return a }, NoSpread},
		{"nothing said", 500, func() Answer { return Answer{Rating: 1 + r.IntN(5)} }, NoFeature},
		{"all said the same", 500, func() Answer { return Answer{Rating: 1 + r.IntN(5), Comment: "x", Themes: []string{"price"}} }, NoFeature},
		{"off the scale", 500, func() Answer { return Answer{Rating: 9} }, NotEnough},
	} {
		g := NewRegression(shop(t))
		for range row.n {
			g.Add(row.answer())
		}
		d := g.Drivers()
		if d.Note != row.note || (d.Note == "") != (len(d.Reliable)+len(d.Unclear) > 0) {
			t.Errorf("%s: %+v", row.name, d)
		}
		if compared := len(d.Reliable) + len(d.Unclear); compared > row.n/10 {
			t.Errorf("%s: %d features of %d answers", row.name, compared, row.n)
		}
	}
}

func TestAFeatureNeedsTenAnswersWithItAndTenWithout(t *testing.T) {
	for with, want := range map[int]bool{9: false, 10: true, 90: true, 91: false} {
		g := NewRegression(shop(t))
		for i := range 100 {
			a := Answer{Rating: 1 + i%5, Comment: "x"}
			if i < with {
				a.Themes = []string{"price"}
			}
			g.Add(a)
		}
		d := g.Drivers()
		if got := len(d.Reliable)+len(d.Unclear) == 1; got != want || (d.LeftOut == 0) != want {
			t.Errorf("%d of 100: %+v", with, d)
		}
	}
}

// What moves the ratings is known: effects on the answer from 0 to 1, noise around them, ratings on a scale of eleven.
func TestKnownEffectsAreFound(t *testing.T) {
	p, s := shop(t)
	s.Scale, _ = score.Standard(score.NPS, 10, score.Higher)
	g, r := NewRegression(p, s), rand.New(rand.NewPCG(3, 4))
	for range 6000 {
		a := customer(r)
		a.Causes = nil
		if r.IntN(4) == 0 {
			a.Causes = []string{"long-wait"}
		}
		y := 0.55 + 0.1*r.NormFloat64()
		if a.Causes != nil {
			y -= 0.2
		}
		if slices.Contains(a.Themes, "price") {
			y -= 0.1
		}
		for _, reply := range a.Replies {
			switch {
			case reply.Question == "speed":
				y += 0.03 * float64(*reply.Rating-5) // 0.3 from one end to the other
			case slices.Contains(reply.Options, "partly"):
				y -= 0.05
			case slices.Contains(reply.Options, "no"):
				y -= 0.15
			}
		}
		a.Rating = max(0, min(10, int(math.Round(10*y))))
		g.Add(a)
	}
	d := g.Drivers()
	found := map[string]Driver{}
	for _, driver := range d.Reliable {
		found[named(driver)] = driver
	}
	for name, want := range map[string]float64{"scale speed ": 0.3, "cause long-wait ": -0.2, "theme price ": -0.1} {
		if got := found[name]; math.Abs(got.Effect-want) > 0.02 || got.Interval[0] > want || got.Interval[1] < want {
			t.Errorf("%s: %+v, want %v", name, got, want)
		}
	}
	if named(d.Reliable[0]) != "scale speed " || d.Explained < 0.5 || d.Explained > 1 {
		t.Errorf("the strongest is %+v, all explain %v", d.Reliable[0], d.Explained)
	}
	// Options are told against the one that most customers chose.
	for name, driver := range found {
		if driver.Kind == OptionFeature && driver.ID == "solved" {
			worth := map[string]float64{"yes": 0, "partly": -0.05, "no": -0.15}
			if want := worth[driver.Option] - worth[driver.Against]; driver.Against == "" || math.Abs(driver.Effect-want) > 0.02 {
				t.Errorf("%s against %s: %v, want %v", name, driver.Against, driver.Effect, want)
			}
		}
		if driver.ID == "delivery" || driver.ID == "found" {
			t.Errorf("%s moves nothing: %+v", name, driver)
		}
	}
}

// Where nothing moves the rating, 95 reports of 100 name no driver: also when only the unhappy are offered a cause, and when those who
// write a comment are torn and the others are not.
func TestNoiseHasNoDrivers(t *testing.T) {
	reports := 1000
	if testing.Short() {
		reports = 300
	}
	p, s := shop(t)
	for name, rate := range map[string]func(*rand.Rand, *Answer){
		"all alike": func(*rand.Rand, *Answer) {},
		"the torn comment": func(r *rand.Rand, a *Answer) {
			if a.Rating, a.Causes = 3, nil; a.Comment != "" {
				a.Rating = 1 + 4*r.IntN(2)
			}
		},
	} {
		r, wrong := rand.New(rand.NewPCG(5, 6)), 0
		for range reports {
			g := NewRegression(p, s)
			for range []int{60, 150, 400}[r.IntN(3)] {
				a := customer(r)
				rate(r, &a)
				g.Add(a)
			}
			if len(g.Drivers().Reliable) > 0 {
				wrong++
			}
		}
		share := float64(wrong) / float64(reports)
		t.Logf("%s: %.1f %% of %d reports on noise name a driver", name, 100*share, reports)
		if share > 0.05+2.6*math.Sqrt(0.05*0.95/float64(reports)) {
			t.Errorf("%s: %.1f %% of reports on noise name a driver", name, 100*share)
		}
	}
}

// Only the unhappy write, and half of them about prices, the very unhappy no more than the others. Prices are not what made them so.
func TestThatOnlyTheUnhappyWriteIsNoDriver(t *testing.T) {
	g := NewRegression(shop(t))
	for i := range 400 {
		a := Answer{Rating: 5}
		if i%2 == 0 {
			a.Rating, a.Comment = 1+i/2%2, "x"
			if i%8 < 4 {
				a.Themes = []string{"price"}
			}
		}
		g.Add(a)
	}
	if d := g.Drivers(); len(d.Reliable) > 0 || len(d.Unclear) != 1 || math.Abs(d.Unclear[0].Effect) > 1e-9 || d.Unclear[0].N != 200 {
		t.Errorf("%+v", d)
	}
}

func TestTheOrderOfAnswersMakesNoDifference(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	var all []Answer
	for range 300 {
		all = append(all, customer(r))
	}
	run := func() Drivers {
		g := NewRegression(shop(t))
		for _, a := range all {
			g.Add(a)
		}
		return g.Drivers()
	}
	first := run()
	for range 5 {
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		if diff := cmp.Diff(first, run(), cmp.AllowUnexported(Feature{})); diff != "" {
			t.Fatal(diff)
		}
	}
}

// Two features that always come together share what they do, and neither is called a driver: nobody can tell which of them it is.
func TestFeaturesThatAlwaysComeTogetherDoNotExplode(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for _, apart := range []float64{0, 0.002, 0.5} { // in how many answers only one of them is there
		g := NewRegression(shop(t))
		for range 3000 {
			a := Answer{Rating: 2 + r.IntN(4), Comment: "x"}
			if r.IntN(2) == 0 {
				a.Themes = []string{"delivery", "price"}
				if a.Rating--; r.Float64() < apart {
					a.Themes = a.Themes[:1]
				}
			}
			g.Add(a)
		}
		d := g.Drivers()
		sum := 0.0
		for _, driver := range append(d.Reliable, d.Unclear...) {
			if sum += driver.Effect; math.Abs(driver.Effect) > 1 || driver.Interval[1]-driver.Interval[0] > 2 {
				t.Errorf("%v apart: %+v", apart, driver)
			}
		}
		if apart == 0 && (math.Abs(sum+0.25) > 0.03 || len(d.Reliable) > 0) {
			t.Errorf("together %v; %+v", sum, d)
		}
		if apart == 0.5 && (len(d.Reliable) != 1 || d.Reliable[0].ID != "delivery") {
			t.Errorf("half of them apart: %+v", d)
		}
	}
}

// An effort scale is an ease scale turned round, and so are its effects only if direction is forgotten.
func TestEffectsAreTowardsHappinessOnEveryScale(t *testing.T) {
	p, s := shop(t)
	s.Scale, _ = score.Standard(score.CES, 5, score.Lower)
	g := NewRegression(p, s)
	for i := range 200 {
		a := Answer{Rating: 1 + i%2, Comment: "x"}
		if i%4 < 2 {
			a.Rating, a.Themes = 4+i%2, []string{"price"}
		}
		g.Add(a)
	}
	if d := g.Drivers(); len(d.Reliable) != 1 || d.Reliable[0].Effect > -0.7 || d.Reliable[0].With != 100 || d.Reliable[0].N != 200 {
		t.Errorf("%+v", d)
	}
}

// The same numbers by a library and from the answers themselves: gaps filled with means, a ridge of one answer, solved as a whole.
func TestTheFitIsThatOfARidgeOnFilledGaps(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	p, s := shop(t)
	g := NewRegression(p, s)
	var all []Answer
	for range 400 {
		a := customer(r)
		if slices.Contains(a.Themes, "price") {
			a.Rating = max(1, a.Rating-1)
		}
		all = append(all, a)
		g.Add(a)
	}
	chosen, _, _ := g.choose()
	n, size := float64(len(all)), len(chosen)
	x, y := mat.NewDense(len(all), size, nil), mat.NewVecDense(len(all), nil)
	for column, j := range chosen {
		sum, said := 0.0, 0.0
		for _, a := range all {
			if value := g.features[j].of(s, a); value != none {
				sum, said = sum+float64(value), said+1
			}
		}
		for row, a := range all {
			if value := g.features[j].of(s, a); value != none {
				x.Set(row, column, float64(value)-sum/said)
			}
		}
	}
	mean := 0.0
	for _, a := range all {
		mean += float64(a.Rating) / n
	}
	for row, a := range all {
		y.SetVec(row, float64(a.Rating)-mean)
	}
	for column := range chosen {
		norm := mat.Norm(x.ColView(column), 2)
		for row := range all {
			x.Set(row, column, x.At(row, column)/norm)
		}
	}
	y.ScaleVec(1/mat.Norm(y, 2), y)
	var square mat.Dense
	square.Mul(x.T(), x)
	for i := range size {
		square.Set(i, i, square.At(i, i)+1/n)
	}
	var right, want mat.VecDense
	right.MulVec(x.T(), y)
	if err := want.SolveVec(&square, &right); err != nil {
		t.Fatal(err)
	}
	for i, got := range g.fit(chosen).effect {
		if math.Abs(got-want.AtVec(i)) > 1e-9 {
			t.Errorf("%v: %v, want %v", g.features[chosen[i]], got, want.AtVec(i))
		}
	}
}

// Of 200 answers, twenty features are compared: those of which there is the most to compare.
func TestTheMostFrequentFeaturesAreCompared(t *testing.T) {
	p, s := shop(t)
	p.Themes = nil
	for i := range program.MaxThemes {
		p.Themes = append(p.Themes, program.Theme{ID: fmt.Sprint("t", i)})
	}
	g, r := NewRegression(p, s), rand.New(rand.NewPCG(13, 14))
	for i := range 200 {
		a := customer(r)
		a.Causes, a.Comment, a.Themes = nil, "x", nil
		for theme := range program.MaxThemes {
			if i%8 == 0 || theme > 1 && r.IntN(2) == 0 { // two themes are in one answer of eight each, the others in half of them
				a.Themes = append(a.Themes, fmt.Sprint("t", theme))
			}
		}
		g.Add(a)
	}
	d := g.Drivers()
	compared := append(slices.Clone(d.Reliable), d.Unclear...)
	if len(compared) != 20 || d.LeftOut != 5 {
		t.Errorf("%d are compared, %d left out", len(compared), d.LeftOut)
	}
	for _, driver := range compared {
		if driver.ID == "t0" || driver.ID == "t1" {
			t.Errorf("%+v", driver)
		}
	}
}
