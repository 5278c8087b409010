#!/usr/bin/env bash
# Installs what is missing to build Souk; with --tests also what its tests need. Silent when all is there.
#
#   scripts/setup.sh [--tests]
set -euo pipefail
source "$(dirname "$0")/env.sh"

missing=()
command -v cc >/dev/null && command -v make >/dev/null || missing+=(build-essential)
if [ "${1:-}" = --tests ] && ! scripts/pg.sh available; then missing+=(postgresql); fi

# The tests of Stripe run against localstripe from PyPI.
if [ "${1:-}" = --tests ] && ! python3 -c 'import venv, ensurepip' 2>/dev/null; then missing+=(python3 python3-venv); fi

# Those of signing in by a provider run against oidc-provider from npm, the audits of GraphQL against graphql-http.
if [ "${1:-}" = --tests ] && ! command -v npm >/dev/null; then missing+=(nodejs npm); fi

if [ ${#missing[@]} -gt 0 ]; then
    if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
        echo "installing ${missing[*]}" >&2
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq >&2
        apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
    else
        echo "please install ${missing[*]} (on Debian: sudo apt-get install ${missing[*]})" >&2
        # Without PostgreSQL the tests still run on SQLite, without Python without Stripe, without Node without
        # providers of sign-in; without a C toolchain nothing does.
        case " ${missing[*]} " in *" build-essential "*) exit 1 ;; esac
    fi
fi

if ! command -v cargo >/dev/null; then
    echo "cargo is missing: install Rust from https://rustup.rs (Debian's own is too old), then run this again" >&2
    exit 1
fi
