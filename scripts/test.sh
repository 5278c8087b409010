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

tests() {
    cargo test --workspace --exclude e2e "$@"
    scripts/e2e.sh
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
