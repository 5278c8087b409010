#!/usr/bin/env bash
# The public audits of GraphQL over HTTP, and the public client of GraphQL over WebSocket, against a Souk of their own; with a
# URL, the audits against that one.
#
#   scripts/audits.sh [URL]
set -euo pipefail
source "$(dirname "$0")/env.sh"

if ! command -v npm >/dev/null; then
    skip "audits of GraphQL over HTTP" "node and npm are not installed"
    exit 0
fi
# Not from the network each time: the lock file changes with its contents only.
if ! cmp -s e2e/audits/package-lock.json e2e/audits/node_modules/.lock; then
    if ! (cd e2e/audits && npm ci --no-audit --no-fund --loglevel=error >&2); then
        skip "audits of GraphQL over HTTP" "npm could not install graphql-http and graphql-ws"
        exit 0
    fi
    cp e2e/audits/package-lock.json e2e/audits/node_modules/.lock
fi

if [ -n "${1:-}" ]; then exec node e2e/audits/audit.mjs "$1"; fi

if [ -z "${SOUK_BUILT:-}" ]; then cargo build -p server --bin souk; fi
target=${CARGO_TARGET_DIR:-target}
dir=$(mktemp -d "${TMPDIR:-/tmp}/souk-audits.XXXXXX")
"$target/debug/souk" demo --empty --data "$dir/data" --port 0 >"$dir/out" 2>"$dir/log" &
souk=$!
trap 'kill "$souk" 2>/dev/null || true; wait "$souk" 2>/dev/null || true; rm -rf "$dir"' EXIT

# The program says where it listens once it does.
for _ in $(seq 300); do
    url=$(sed -n 's/.* \(http[^ ]*\/graphql\)$/\1/p' "$dir/out")
    if [ -n "$url" ]; then break; fi
    kill -0 "$souk" 2>/dev/null || break
    sleep 0.1
done
if [ -z "$url" ]; then
    cat "$dir/out" "$dir/log" >&2
    exit 1
fi
node e2e/audits/audit.mjs "$url"
node e2e/audits/subscriptions.mjs "$url"
