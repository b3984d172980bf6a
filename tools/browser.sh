#!/bin/sh
# Sees to a Chromium for the browser tests: the one without windows if it can be had, for it does
# the same with half the work; else an installed one, else one from the system's packages.
set -eu

found() {
    for name in "$@"; do
        command -v "$name" >/dev/null 2>&1 && return 0
    done
    return 1
}
installed() {
    command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ] || return 1
    echo "Installing $1 with apt-get (for the browser tests only)"
    quick="-o Acquire::Retries=0 -o Acquire::http::Timeout=15 -o Acquire::https::Timeout=15"
    # shellcheck disable=SC2086 # the options are words
    { apt-get $quick update -qq && DEBIAN_FRONTEND=noninteractive \
        apt-get $quick install -y -qq --no-install-recommends "$1"; } >/dev/null 2>&1 && found "$1"
}

found chromium-headless-shell && exit 0
installed chromium-headless-shell && exit 0
found chromium chromium-browser google-chrome google-chrome-stable && exit 0
installed chromium && exit 0
echo "The browser tests need Chromium, and it could not be installed here." >&2
echo "Install it (Debian: sudo apt-get install chromium) and run make test again." >&2
exit 1
