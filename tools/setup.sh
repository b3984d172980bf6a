#!/bin/sh
# Makes .venv and fills it with exactly what requirements.lock names, each file checked by hash.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*"; }
stop() { printf 'setup: %s\n' "$*" >&2; exit 1; }

find_python() {
    for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s' "$candidate"
            return 0
        fi
    done
    return 1
}

if ! [ -x .venv/bin/python ] || ! .venv/bin/python -c '' 2>/dev/null; then
    python=$(find_python) || stop "Python 3.11 or newer is needed${PYTHON:+ and '$PYTHON' is not}: install it, or name it: make setup PYTHON=/path/to/python3."
    say "Making .venv with $("$python" --version)"
    "$python" -m venv --clear .venv >/dev/null 2>&1 ||
        stop "$python cannot make an environment: install its venv part (Debian, Ubuntu: apt-get install python3-venv) and run it again."
fi

if ! .venv/bin/uv --version 2>/dev/null | grep -q "^uv $(sed -n 's/^uv==\([0-9.]*\).*/\1/p' requirements/uv.in)"; then
    say "Installing uv"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt ||
        stop "uv could not be installed: is the package index reachable?"
fi

say "Installing what requirements.lock names (the first time takes a minute)"
VIRTUAL_ENV="$PWD/.venv" .venv/bin/uv pip sync --require-hashes --quiet --link-mode=copy --python .venv/bin/python requirements.lock ||
    stop "the packages could not be installed: see the lines above."

cp tools/cma .venv/bin/cma
chmod 755 .venv/bin/cma
touch .venv/.locked
say "Ready: .venv/bin/cma"
