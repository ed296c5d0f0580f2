package main

import (
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"afterword/internal/function"
	"afterword/internal/ses"
	"afterword/internal/ses/sestest"
	"afterword/internal/survey"
	"afterword/internal/table"
	"afterword/internal/table/dynamo"
	"afterword/internal/table/tabletest"
)

var shared = flag.Int("shared", 60, "how many invitations two processes share, on DynamoDB Local")

const (
	sharedRate = 200 // letters a second, as SES says
	// hurry is how much faster than the wall clock the processes' clocks run, so that the lease and the claims of one that was killed are
	// over in seconds. The rate is that of the wall clock.
	hurry = 10
)

// What a process is told by its environment: its name, the tables, SES, and when its clock was at begins.
const (
	nameVariable   = "AFTERWORD_LOAD_DISPATCHER"
	tablesVariable = "AFTERWORD_LOAD_TABLES"
	sesVariable    = "AFTERWORD_LOAD_SES"
	zeroVariable   = "AFTERWORD_LOAD_ZERO"
)

// TestMain is also the main of the processes that the test starts: its own binary again.
func TestMain(m *testing.M) {
	if name := os.Getenv(nameVariable); name != "" {
		dispatchForEver(name)
	}
	os.Exit(m.Run())
}

// hurried is a clock that was at begins at zero.
func hurried(zero time.Time) func() time.Time {
	return func() time.Time { return begins.Add(3*time.Hour + hurry*time.Since(zero)) }
}

func tablesNamed(prefix string) map[table.Name]string {
	return map[table.Name]string{table.Feedback: prefix + "-Feedback", table.Scorebook: prefix + "-Scorebook"}
}

// dispatchForEver walks the agenda again and again, until it is killed.
func dispatchForEver(name string) {
	zero, err := time.Parse(time.RFC3339Nano, os.Getenv(zeroVariable))
	if err != nil {
		panic(err)
	}
	carrier := ses.New(aws.Config{
		Region: "eu-west-1", BaseEndpoint: aws.String(os.Getenv(sesVariable)), Credentials: credentials.NewStaticCredentialsProvider(name, "local", ""),
	}, "")
	var t testing.T // for parts, which fails only if its constants are wrong
	p := parts(&t, dynamo.Open(tabletest.Client(&http.Client{}), tablesNamed(os.Getenv(tablesVariable)), nil), hurried(zero))
	p.Carrier, p.Rate, p.Reputation = carrier, carrier, carrier
	dispatch := function.Dispatch(p)
	for {
		if err := dispatch(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, name, err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// Two processes share a backlog in DynamoDB and one SES account. One of them may be killed the hard way among its letters. No invitation
// is mailed twice; of those that the dead one was at, each shows as unknown or was mailed once.
func TestTwoProcessesShareABacklog(t *testing.T) {
	for _, engine := range tabletest.Engines(t) {
		if engine.Name != tabletest.Dynamo.Name {
			continue // a file of bolt has one process
		}
		for _, kill := range []bool{false, true} {
			t.Run(fmt.Sprintf("killed=%v", kill), func(t *testing.T) { share(t, kill) })
		}
	}
}

func share(t *testing.T, kill bool) {
	prefix, client := "load-"+strings.ToLower(rand.Text()), tabletest.Client(&http.Client{})
	if err := dynamo.CreateTables(t.Context(), client, tablesNamed(prefix)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, name := range tablesNamed(prefix) { // the test's context is over
			if _, err := client.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: &name}); err != nil {
				t.Error(err)
			}
		}
	})
	db := dynamo.Open(client, tablesNamed(prefix), nil)
	o := &office{plan: planned(t, db, func() time.Time { return begins }, *shared), carried: make([]uint8, *shared)}
	post := &capture{office: o, server: &sestest.Server{MaxSendRate: sharedRate, Max24HourSend: 1e9, Now: time.Now}, by: map[string]int{}}
	web := httptest.NewServer(post)
	defer web.Close()
	zero := time.Now()
	processes := map[string]*exec.Cmd{}
	var dead sync.Once
	end := func(name string) {
		_ = processes[name].Process.Kill()
		_ = processes[name].Wait() // reports the kill itself as an error
	}
	post.half = func(name string) {
		if kill {
			dead.Do(func() { _ = processes[name].Process.Kill() })
		}
	}
	for _, name := range []string{"first", "second"} {
		p := exec.CommandContext(t.Context(), os.Args[0])
		p.Env = append(os.Environ(), nameVariable+"="+name, tablesVariable+"="+prefix, sesVariable+"="+web.URL, zeroVariable+"="+zero.Format(time.RFC3339Nano))
		p.Stderr = os.Stderr
		processes[name] = p
	}
	for name, p := range processes {
		if err := p.Start(); err != nil {
			t.Fatal(err)
		}
		defer end(name)
	}
	for deadline := time.Now().Add(3 * time.Minute); post.waiting(t, db) > 0; time.Sleep(500 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("after 3 minutes %d invitations still wait; mailed by %v", post.waiting(t, db), post.by)
		}
	}
	took := time.Since(zero)
	sent, unknown, unsent := o.check(t, db)
	if sent+unknown != *shared || unknown > mostUnmarked || unsent > mostUnderWay || !kill && unknown > 0 {
		t.Errorf("%d sent and %d unknown (%d of them not mailed) of %d", sent, unknown, unsent, *shared)
	}
	// What is paced in one process may bunch on the way to another: by the letters that are under way at once.
	if post.fastest > sharedRate+mostUnderWay {
		t.Errorf("%d letters in a second, SES allows %d", post.fastest, sharedRate)
	}
	t.Logf("%d due, two processes (killed: %v): %d sent once, %d unknown (%d of them not mailed), none twice, none lost; mailed by %v in %s; at most %d letters in a second (SES allows %d)",
		*shared, kill, sent, unknown, unsent, post.by, took.Round(time.Second), post.fastest, sharedRate)
}

// capture is the SES of both processes. It keeps what each sent.
type capture struct {
	*office
	server *sestest.Server
	half   func(by string)

	mu      sync.Mutex
	by      map[string]int
	times   []time.Time
	fastest int
}

var signer = regexp.MustCompile(`Credential=([a-z]+)/`)

func (c *capture) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.ParseForm() == nil && r.PostForm.Get("Action") == "SendRawEmail" {
		c.see(r)
	}
	c.server.ServeHTTP(w, r)
}

func (c *capture) see(r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for n := 1; r.PostForm.Has("Tags.member." + strconv.Itoa(n) + ".Name"); n++ {
		if tag := "Tags.member." + strconv.Itoa(n); r.PostForm.Get(tag+".Name") == survey.TagInvitation {
			c.carried[c.plan[r.PostForm.Get(tag+".Value")]]++
		}
	}
	now := time.Now()
	c.times = append(c.times, now)
	within := 0
	for i := len(c.times) - 1; i >= 0 && now.Sub(c.times[i]) < time.Second; i-- {
		within++
	}
	c.fastest = max(c.fastest, within)
	who := "nobody"
	if found := signer.FindStringSubmatch(r.Header.Get("Authorization")); found != nil {
		who = found[1]
	}
	c.by[who]++
	if len(c.times) == len(c.carried)/2 {
		c.half(who)
	}
}

// waiting tells how many are still to be sent, or on their way. It looks only when nothing was sent for a while.
func (c *capture) waiting(t testing.TB, db table.Table) (n int) {
	c.mu.Lock()
	busy := len(c.times) == 0 || time.Since(c.times[len(c.times)-1]) < time.Second
	c.mu.Unlock()
	if busy {
		return len(c.carried)
	}
	invitations(t, db, c.plan, func(_ int, inv survey.Invitation) {
		if inv.State == survey.Planned || inv.State == survey.Claimed {
			n++
		}
	})
	return n
}
