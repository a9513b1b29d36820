#!/bin/sh
# Put aimock, the provider server of other authors that tests/integration/test_aimock.py talks to, into .aimock.
# Usage: scripts/install_aimock.sh
# Needs Node >= 20.15 and npm; the package has no dependencies and runs no install scripts.
set -eu
cd "$(dirname "$0")/.."
package=@copilotkit/aimock
version=1.43.0
sha512=57c0fc72348cb40478ac7683dae969dc347f660b974230cd3aac0a0cdbe36ff3892ff291d48d120dfe71a5109df9360a8e199ff5f33c5e983740128f995f4a9b
folder=.aimock

fail() {
    printf 'install_aimock: %s\n' "$1" >&2
    exit 1
}

command -v node >/dev/null || fail 'node is missing. Install Node >= 20.15.'
command -v npm >/dev/null || fail 'npm is missing. Install it beside node.'
[ "$(cat "$folder/sha512" 2>/dev/null || true)" != "$sha512" ] || exit 0

rm -rf "$folder"
mkdir -p "$folder"
printf '*\n' >"$folder/.gitignore"
tarball=$(cd "$folder" && npm pack --silent "$package@$version") || fail "npm could not fetch $package $version."
found=$(node -e '
    const bytes = require("fs").readFileSync(process.argv[1]);
    console.log(require("crypto").createHash("sha512").update(bytes).digest("hex"));
' "$folder/$tarball")
[ "$found" = "$sha512" ] || fail "$package $version is not the package that was locked: its sha512 is $found."
tar -xzf "$folder/$tarball" -C "$folder"
rm "$folder/$tarball"
printf '%s\n' "$sha512" >"$folder/sha512"
