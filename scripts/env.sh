# Sourced by the other scripts: stands in the repository's root, finds cargo, remembers what was skipped.
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# rustup puts cargo here, but a shell that was open before, make and CI do not always have it in PATH.
if ! command -v cargo >/dev/null && [ -x "$HOME/.cargo/bin/cargo" ]; then
    export PATH="$HOME/.cargo/bin:$PATH"
fi

# skip WHAT WHY: says so now and, when a caller collects them in $SOUK_SKIPPED, once more at its end.
skip() {
    echo "SKIPPED: $1 ($2)" >&2
    if [ -n "${SOUK_SKIPPED:-}" ]; then echo "$1 ($2)" >>"$SOUK_SKIPPED"; fi
}
