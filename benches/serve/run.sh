#!/usr/bin/env bash
# The reference service beside a bare handler, and beside moto, which is installed under the target folder.
#
#     benches/serve/run.sh [quick | pages] [--record]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

target=${CARGO_TARGET_DIR:-target}
if [ "${1:-}" != quick ] && [ "${1:-}" != pages ]; then
    venv=$target/moto
    if [ ! -e "$venv/bin/moto_server" ]; then
        # It is there for information: without it the rest is measured all the same.
        python3 -m venv "$venv" &&
            timeout 600 "$venv/bin/pip" install --quiet --disable-pip-version-check \
                'moto[server]>=5,<6' || echo "moto can't be installed" >&2
    fi
    if [ -e "$venv/bin/moto_server" ]; then
        MOTO_PYTHON=$venv/bin/python
        export MOTO_PYTHON
    fi
fi
unset HTTP_PROXY HTTPS_PROXY ALL_PROXY http_proxy https_proxy all_proxy
cargo run --release --locked --manifest-path benches/serve/Cargo.toml -- "$@"
