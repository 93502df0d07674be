#!/usr/bin/env bash
# Brings the server of a real VS Code, as code-server packs it, from the npm registry into the given directory. What it
# would compile or download on being installed (terminals, Kerberos, text search) is left out: extensions run without.
set -euo pipefail
readonly VERSION=4.100.3 # the last one for Node 20

mkdir -p "$1"
cd "$1"
[ -e package.json ] || echo '{ "private": true }' >package.json
npm install --ignore-scripts --no-audit --no-fund --no-package-lock "code-server@$VERSION"
cd node_modules/code-server/lib/vscode
npm install --ignore-scripts --no-audit --no-fund --omit=dev
