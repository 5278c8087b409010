#!/usr/bin/env bash
# All tests: of the crates on both databases, then of the real binary from outside. Arguments go to cargo test.
set -euo pipefail
source "$(dirname "$0")/env.sh"

if [ -z "${SOUK_SKIPPED:-}" ]; then
    SOUK_SKIPPED=$(mktemp)
    export SOUK_SKIPPED
    report() {
        local code=$?
        if [ -s "$SOUK_SKIPPED" ]; then
            echo "----- skipped -----" >&2
            sed 's/^/SKIPPED: /' "$SOUK_SKIPPED" >&2
        fi
        rm -f "$SOUK_SKIPPED"
        exit "$code"
    }
    trap report EXIT
fi

# One build for all: cargo chooses features by what it builds, and a second selection would build most crates twice.
# The tests of e2e start the program that the tests of server had built.
tests() {
    cargo test --workspace "$@"
    SOUK_BUILT=1 scripts/audits.sh
}

if [ -n "${SOUK_TEST_POSTGRES_URL:-}" ]; then
    tests "$@"
elif scripts/pg.sh available; then
    # Runs this script once more, now with a URL.
    scripts/with-postgres.sh scripts/test.sh "$@"
else
    skip "every test on PostgreSQL" "it is not installed"
    tests "$@"
fi
