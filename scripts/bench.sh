#!/usr/bin/env bash
# Measures the release build on both databases, beside what the databases alone would do. Arguments go to the program.
set -euo pipefail
source "$(dirname "$0")/env.sh"

if [ -z "${SOUK_TEST_POSTGRES_URL:-}" ] && scripts/pg.sh available; then
    exec scripts/with-postgres.sh scripts/bench.sh "$@"
fi

# The program as `make demo` builds it, then what measures it: together they would be built with features of both.
cargo build --release -p server --bin souk
cargo build --release -p e2e
exec target/release/bench "$@"
