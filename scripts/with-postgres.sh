#!/usr/bin/env bash
# Runs a command with SOUK_TEST_POSTGRES_URL set to a temporary PostgreSQL, which is gone afterwards.
# A URL that is set already is left alone.
#
#   scripts/with-postgres.sh cargo test -p orders
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

if [ -n "${SOUK_TEST_POSTGRES_URL:-}" ]; then exec "$@"; fi

dir=$(mktemp -d "${TMPDIR:-/tmp}/souk-pg.XXXXXX")
trap '"$here/pg.sh" stop "$dir"; rm -rf "$dir"' EXIT
# A signal ends the script, and so runs the trap above, once the command has ended.
trap 'exit 130' INT
trap 'exit 143' TERM
SOUK_TEST_POSTGRES_URL=$("$here/pg.sh" start "$dir")
export SOUK_TEST_POSTGRES_URL
"$@"
