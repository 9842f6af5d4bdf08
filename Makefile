# Every command of the project. What a target needs is set up first; the pieces of shell are in scripts/.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run build release test check fmt lint gen e2e bench clean

# Options for `bondhu serve`.
ARGS ?=

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: release ## Set up, build and start Bondhu; ARGS="--listen 127.0.0.1:9000" passes options
	exec "$$(scripts/target-dir.sh)/release/bondhu" serve $(ARGS)

build: ## Build the web app and a debug binary
	scripts/setup.sh rust node
	scripts/web-build.sh
	cargo build -p bondhu

release: ## Build the web app and the release binary
	scripts/setup.sh rust node
	scripts/web-build.sh
	cargo build --release -p bondhu

test: ## Set up everything and run every check and test
	scripts/test.sh

check: ## The quick inner loop: format, lints and the tests that need no server
	scripts/setup.sh rust node
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	scripts/cargo-test.sh --workspace --lib --bins
	npm run check

fmt: ## Format everything
	scripts/setup.sh rust node
	cargo fmt --all
	npm run format

lint: ## Check formats, lints, shell scripts, deployment files and dependencies
	scripts/setup.sh rust python
	scripts/lint.sh

gen: ## Write the generated files: OpenAPI document, client types, docs/CONFIG.md
	scripts/setup.sh rust node
	scripts/gen.sh

e2e: release ## Run the browser tests against the release binary
	scripts/setup.sh system
	scripts/e2e.sh

bench: release ## Measure Bondhu beside a Python peer; ARGS="--write docs/PERFORMANCE.md" keeps the table
	scripts/setup.sh system python peers
	scripts/bench.sh $(ARGS)

clean: ## Remove everything that was built or installed here
	cargo clean
	rm -rf node_modules web/node_modules packages/*/node_modules e2e/node_modules examples/*/node_modules
	rm -rf web/build web/.svelte-kit packages/*/dist examples/nextjs/.next e2e/test-results e2e/playwright-report .venv
