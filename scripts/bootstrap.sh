#!/bin/sh
# Put the locked packages of requirements/SET.txt and this project into a virtual environment.
# Usage: scripts/bootstrap.sh SET [VENV [--without-project]]
#   SET is runtime, embeddings (runtime with that extra), dev or bench; VENV is .venv unless given.
# Needs Python >= 3.11; uses uv where it is on PATH, else fetches it by hash, else does the work with pip.
set -eu
cd "$(dirname "$0")/.."
set_name=${1:?usage: scripts/bootstrap.sh runtime|embeddings|dev|bench [VENV [--without-project]]}
venv=${2:-.venv}
requirements=requirements/$set_name.txt
log=$venv.log

fail() {
    printf 'bootstrap: %s\n' "$1" >&2
    exit 1
}

# A name on PATH proves nothing (version managers leave shims that only print an error): run each.
find_python() {
    for name in ${PYTHON:-python3.13 python3.12 python3.11 python3 python}; do
        if "$name" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            command -v "$name"
            return
        fi
    done
    fail 'no working Python >= 3.11 found. Install one, or name it: make PYTHON=/path/to/python3.12 ...'
}

create() {
    python=$(find_python)
    if "$python" -c 'import ensurepip' 2>/dev/null && ! command -v uv >/dev/null 2>&1; then
        "$python" -m venv --clear "$venv" >>"$log" 2>&1 || failed
    else
        "$python" -m venv --clear --without-pip "$venv" >>"$log" 2>&1 || failed
    fi
}

failed() {
    tail -n 25 "$log" >&2
    fail "could not install $requirements; the whole log is in $log."
}

pip_install() {
    if "$venv/bin/python" -c 'import pip' 2>/dev/null || "$venv/bin/python" -m ensurepip >>"$log" 2>&1; then
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input "$@" >>"$log" 2>&1
    elif "$(find_python)" -c 'import pip' 2>/dev/null; then
        "$(find_python)" -m pip --python "$venv/bin/python" install --quiet --no-input "$@" >>"$log" 2>&1
    else
        fail 'this Python has neither pip nor ensurepip. Install uv, or your system'\''s venv package (python3-venv).'
    fi
}

# System certificates: uv ignores them unless told, and behind a company's proxy only they work.
uv_install() {
    UV_SYSTEM_CERTS=${UV_SYSTEM_CERTS:-1} "$uv" --no-config --quiet pip install --python "$venv/bin/python" \
        "$@" >>"$log" 2>&1
}

# pip knows indexes and certificates from its own configuration that uv does not read.
install() {
    if [ -n "$uv" ] && uv_install "$@"; then return; fi
    pip_install "$@" || failed
}

printf 'bootstrap: installing the locked %s packages into %s ...\n' "$set_name" "$venv" >&2
mkdir -p "$(dirname "$venv")"
: >"$log"
"$venv/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || create
uv=$(command -v uv || true)
if [ -z "$uv" ]; then
    [ -x "$venv/bin/uv" ] || pip_install --require-hashes -r requirements/build.txt || failed
    uv=$venv/bin/uv
fi
install --require-hashes -r requirements/build.txt -r "$requirements"
[ "${3:-}" = --without-project ] || install --no-deps --no-build-isolation -e .
rm -f "$log"
