# The two commands: `make run` needs Go only, `make test` fetches what else it needs.
.PHONY: run demo test build lint vulnerabilities race fuzz browser load bench cost invoke check clean pictures

export CGO_ENABLED ?= 0

run: ## the whole system on this machine, http://127.0.0.1:8080
	go run ./scripts/local

demo: ## the journey, headless, from three webhooks to the mailed report; mails and charts go to out/
	go run ./scripts/local -demo out

test: ## everything that must hold: unit tests, journeys, both engines, pages in a browser
	scripts/test

build: ## what is deployed, into .aws-sam/build, with the sizes; then scripts/sam deploy --guided
	scripts/sam build
	go run ./scripts/artefacts

lint: ## gofmt, go vet, tidy modules, staticcheck, golangci-lint, cfn-lint, sam validate, compiled mails, copied assets
	scripts/lint

vulnerabilities: ## asks Go's vulnerability database; says so when it cannot be reached
	scripts/vulnerabilities

race: ## the tests again with the race detector
	@scripts/setup/need gcc gcc libc6-dev
	CGO_ENABLED=1 go test -race -short -timeout 25m ./...

fuzz: ## each fuzz target for FUZZTIME (default 10s)
	scripts/fuzz

browser: ## scanners and people open and answer mails in Chromium, ROUNDS (default 200) mails each; prints a table
	@scripts/setup/need chromium chromium
	AFTERWORD_CHROMIUM=$$(command -v chromium) AFTERWORD_ROUNDS=$${ROUNDS:-200} \
		go test -count=1 -timeout 90m -v -run '^(TestNoScannerAnswers|TestEveryPersonCountsOnce)$$' ./internal/local

load: ## kills the runner under load again and again (ROUNDS, default 50); sends a backlog (DUE, default 100000), and one from two processes (SHARED, default 5000); kills an import (IMPORTED rows, default 100000)
	go run ./scripts/load -rounds $${ROUNDS:-50}
	go test ./scripts/load -count=1 -timeout 90m -v -run Backlog -due $${DUE:-100000}
	go test ./scripts/afterword -count=1 -timeout 30m -v -run Killed -rows $${IMPORTED:-100000}
	scripts/dynamodb-local/run go test ./scripts/load -count=1 -timeout 30m -v -run TwoProcesses -shared $${SHARED:-5000}

bench: ## what it takes and how fast it is, each figure beside what was promised; scripts/dynamodb-local/run make bench takes that engine too
	go run ./scripts/bench

cost: ## the bill of a million surveys, from metered runs
	go run ./scripts/bench -cost

invoke: ## replays a sample event, signed afresh, at the running local system: make invoke F=intake E=shopify-order
	go run ./scripts/afterword invoke $(F) $(E)

.PHONY: smoke mails
mails: ## compiles the mails' MJML sources, internal/mail/mjml, to the templates that are embedded (needs Node 20)
	scripts/mails

.PHONY: assets
assets: ## copies the charts of the team's pages, pinned in scripts/tools, to internal/console/assets (needs Node)
	scripts/assets

pictures: ## takes the README's pictures anew (needs Chromium)
	go run ./scripts/pictures

smoke: ## asks a deployed test system, with SES's mailbox simulator: make smoke URL=... FROM=...
	go run ./scripts/smoke --url $(URL) --from '$(FROM)' --apply

.PHONY: emulator
emulator: ## tries template.yaml and the functions on a third-party AWS emulator, and tells what could not be run
	scripts/emulator/run

clean:
	rm -rf .afterword out .aws-sam
