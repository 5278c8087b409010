#!/usr/bin/env bash
# Drives the real binary from outside. Takes the PostgreSQL of SOUK_TEST_POSTGRES_URL, or starts one.
set -euo pipefail
source "$(dirname "$0")/env.sh"

if [ -z "${SOUK_TEST_POSTGRES_URL:-}" ]; then
    if scripts/pg.sh available; then exec scripts/with-postgres.sh scripts/e2e.sh "$@"; fi
    skip "end-to-end tests on PostgreSQL" "it is not installed"
fi

# The tests start this very program.
cargo build -p server
cargo test -p e2e "$@"
scripts/audits.sh
