# Liên Thông: the commands of the house. `make` alone explains them.

.DEFAULT_GOAL := help
.PHONY: help demo test check lint-proto chaos faults storm abuse tamper receipts load timers figures figures-scale bench

help: ## this page
	@printf '%s\n' \
	  'Liên Thông: the hub for enforcement requests.' \
	  '' \
	  '  make demo        the whole story on one machine: generated certificates, simulated partners, real mTLS' \
	  '  make test        everything the project promises, on SQLite and PostgreSQL; sets up what it needs,' \
	  '                   leaves nothing running; its exit status is the verdict' \
	  '  make check       format, lints and documentation, all without a warning' \
	  '  make lint-proto  the style of the .proto files alone (part of make test)' \
	  '  make chaos       kill the hub 100 times on each database under load; nothing acknowledged may be lost' \
	  '  make faults      a full disk; PostgreSQL killed, frozen, unreachable, 100 times each; takes about an hour' \
	  '  make storm       200,000 orders to a dozen mailboxes while readers and clients break off and hubs are killed;' \
	  '                   nothing may be skipped, no release seen before its freeze; up to 30 minutes a database' \
	  '  make abuse       one agency abuses HTTP/2 in every way we know; the others are served, memory is bounded; 5 minutes' \
	  '  make tamper      100,000 changes behind the back of the hub, every column of every table; the verifier finds each;' \
  '                   30 minutes at most' \
  '  make receipts    10,000 receipts held and 100,000 changed ones refused, by both verifiers; 30 minutes at most' \
	  '  make figures     Nghệ An 2020 as 22,209 cases through the API on both databases, the year closed, the figures printed' \
  '                   then held against the press to the digit; 40 minutes at most' \
  '  make load        5 times saturation, one agency over its quota, 200 readers that take nothing; 2 minutes' \
	  '  make timers      100,000 timers on each database while hubs are killed and their clocks go wrong, each done once;' \
	  '                   then orders a second beside a million timers; up to 40 minutes a part' \
	  '  make figures-scale  1,000,000 requests on each database: how long scorecards, pages of overdue and timelines take' \
	  '  make bench       submits per second on both databases, beside a bare echo; takes minutes' \
	  '' \
	  'Needed to build: Rust 1.95, a C compiler and make. make test, chaos, faults, storm and bench need PostgreSQL' \
	  'server binaries, strace, SoftHSM, OpenSC, faketime and Python; on Debian they install them when missing (as root or through sudo).' \
	  'A first reading: README.md, then docs/architecture.md.'

demo: ## the whole story, then stop; status 0 when all of it held
	cargo run --release -- demo --exit

test: ## everything the project promises
	scripts/test.sh

check: ## format, lints, documentation
	scripts/check.sh

lint-proto: ## the style of the .proto files
	scripts/lint-proto.sh

chaos: ## kill -9 under load, 100 times per database
	scripts/chaos.sh

faults: ## full disks and databases that are away
	scripts/faults.sh

storm: ## readers that break off, hubs that are killed, two hubs at a time
	scripts/storm.sh

abuse: ## floods, half-open connections, replies nobody takes; about 5 minutes
	scripts/abuse.sh

tamper: ## 100,000 changes of rows, each found by the verifier
	scripts/tamper.sh

figures: ## a whole province of 2020 through the API, to the digit
	LIENTHONG_FIGURES=1 scripts/test.sh --test it cases::province

receipts: ## 10,000 receipts and 100,000 changed ones, two verifiers
	scripts/receipts.sh

load: ## more than the hub can carry
	scripts/load.sh

timers: ## 100,000 timers under kills and wrong clocks; orders beside a million
	scripts/timers.sh

figures-scale: ## how long figures take among 1,000,000 requests
	scripts/figures-scale.sh

bench: ## throughput, first version
	scripts/bench.sh
