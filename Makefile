# Thin: each target calls cargo or a script. ARGS goes to the program, as in: make demo ARGS="--port 9000"
export PATH := $(HOME)/.cargo/bin:$(PATH)

.PHONY: demo test lint bench e2e simulate schema fmt

demo: ## builds Souk and starts a demo marketplace with nothing beside it
	@scripts/setup.sh
	cargo run --release -p server --bin souk -- demo $(ARGS)

test: ## every test, on SQLite and PostgreSQL, and the binary from outside
	@scripts/setup.sh --tests
	@scripts/test.sh $(ARGS)

lint: ## format, lints, crate graph
	@scripts/lint.sh

bench: ## measures both databases beside their floor
	@scripts/setup.sh --tests
	@scripts/bench.sh $(ARGS)

e2e: ## drives the real binary from outside
	@scripts/setup.sh --tests
	@scripts/e2e.sh $(ARGS)

SEEDS ?= 2000
simulate: ## plays fresh seeds of the simulation, SEEDS of them
	SOUK_SEEDS=$(SEEDS) cargo test -p simulation --test it fresh_seeds_on_sqlite -- --nocapture

schema: ## writes graphql/schema.graphql from the code
	cargo run --quiet -p server --bin souk -- schema > graphql/schema.graphql.new
	mv graphql/schema.graphql.new graphql/schema.graphql

fmt: ## formats the code
	cargo fmt --all
