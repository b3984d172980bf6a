#!/bin/sh
# Sees to a Chromium for the browser tests: an installed one, else from the system's packages.
set -eu

for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "There is no browser: installing chromium with apt-get (for the browser tests only)"
    if apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; then
        command -v chromium >/dev/null 2>&1 && exit 0
    fi
fi
echo "The browser tests need Chromium, and it could not be installed here." >&2
echo "Install it (Debian: sudo apt-get install chromium) and run make test again." >&2
exit 1
