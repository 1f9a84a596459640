#!/usr/bin/env bash
# The vendor's own clients live the documented flow against the program: two of Python, two of Node;
# then all of them go on with a load while it is killed.
# Clients are installed under the target folder, in fixed versions. Needs python3 with venv, node with
# npm and openssl; with CI=true what is missing is installed from the distribution.
#
#     tests/sdk/run.sh [PROGRAM]
#
# PROGRAM is built unless it is given. SDK_VENV and SDK_NODE_MODULES name clients that are installed
# elsewhere.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

need() {
    command -v "$1" >/dev/null && return
    [ "${CI:-}" = true ] || {
        echo "$1 is missing" >&2
        exit 1
    }
    apt-get update
    apt-get install -y --no-install-recommends --no-upgrade "$2"
}
need python3 python3
need node nodejs
need npm npm
need openssl openssl
if ! python3 -c 'import ensurepip' 2>/dev/null; then
    [ "${CI:-}" = true ] || {
        echo "python3 has no venv" >&2
        exit 1
    }
    apt-get update
    apt-get install -y --no-install-recommends --no-upgrade python3-venv
fi

target=${CARGO_TARGET_DIR:-target}
program=${1:-}
if [ -z "$program" ]; then
    cargo build --bin cert-lifecycle --features cli
    program=$target/debug/cert-lifecycle
fi

clients=$target/sdk
mkdir -p "$clients"
venv=${SDK_VENV:-$clients/venv}
if [ ! -e "$venv/bin/python" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check \
        alibabacloud-cas20200407==3.9.4 aliyun-python-sdk-core==2.16.1
fi
modules=${SDK_NODE_MODULES:-$clients/node_modules}
if [ ! -d "$modules/@alicloud/cas20200407" ]; then
    npm install --prefix "$clients" --silent --no-audit --no-fund \
        @alicloud/cas20200407@3.0.0 @alicloud/pop-core@1.8.0
fi
NODE_PATH=$(cd "$modules" && pwd)
export NODE_PATH
# The clients of Python would go through it even to this machine.
unset HTTP_PROXY HTTPS_PROXY ALL_PROXY http_proxy https_proxy all_proxy
export PYTHONDONTWRITEBYTECODE=1

folder=$(mktemp -d)
server=
finish() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$folder"
}
trap finish EXIT

live() {
    local name=$1
    shift
    mkfifo "$folder/$name.out"
    "$program" serve --database "sqlite:$folder/$name.db" --control \
        --clock manual:2026-03-20T09:00:00+08:00 \
        --access-key testid:testsecret --access-key otherid:othersecret:other \
        --plan geotrust-dv-1-starter=10 --plan geotrust-dv-w-starter=1 \
        >"$folder/$name.out" 2>"$folder/$name.log" &
    server=$!
    local first
    read -r first <"$folder/$name.out"
    CERT_LIFECYCLE_URL=$(sed 's/.*"listening":"\([^"]*\)".*/\1/' <<<"$first")
    export CERT_LIFECYCLE_URL
    if ! "$@"; then
        echo "--- the end of the server's log" >&2
        tail -n 20 "$folder/$name.log" >&2
        exit 1
    fi
    kill -TERM "$server"
    wait "$server" || {
        echo "$name: the server ended with $?" >&2
        exit 1
    }
    server=
    # Secrets travel in addresses and headers, and stand in no log.
    if grep -E 'testsecret|othersecret|PRIVATE|Signature=' "$folder/$name.log"; then
        echo "$name: the log tells a secret" >&2
        exit 1
    fi
}

live python_typed "$venv/bin/python" tests/sdk/python_typed.py
live python_legacy "$venv/bin/python" tests/sdk/python_legacy.py
live node_typed node tests/sdk/node_typed.js
live node_pop node tests/sdk/node_pop.js

# All four at once, while the server is killed; and that it would be seen if something were lost.
"$venv/bin/python" tests/sdk/kill.py "$program"
"$venv/bin/python" tests/sdk/kill.py "$program" --kills 2 --break file | tail -n 1

# What a person's own test looks like.
"$venv/bin/python" examples/python/test_renewer.py "$program"
node examples/node/test_renewer.js "$program"
