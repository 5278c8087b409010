#!/usr/bin/env bash
# Format, lints and the crate graph; advisories and licenses where cargo-deny is installed.
set -euo pipefail
source "$(dirname "$0")/env.sh"

cargo fmt --all --check
cargo clippy --workspace --all-targets -- -D warnings
cargo xtask graph
if cargo deny --version >/dev/null 2>&1; then
    cargo deny check
else
    skip "cargo deny" "it is not installed"
fi
