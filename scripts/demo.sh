#!/bin/sh
# Run the main job on the shipped example and on this project. A gate that fails (1) or a part that
# could not be looked at (5) is a result to read; wrong usage, a crash or bad settings are failures.
set -u
cd "$(dirname "$0")/.."
for folder in examples/parcels .; do
    printf '\n$ muster check %s\n' "$folder"
    "${VENV:-.venv}/bin/muster" check "$folder"
    status=$?
    case $status in
        0 | 1 | 5) ;;
        *)
            printf 'demo: `muster check %s` exited with %s.\n' "$folder" "$status" >&2
            exit "$status"
            ;;
    esac
done
