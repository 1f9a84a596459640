#!/usr/bin/env bash
# Kills writers and lets many want the last units, in 200 and 100 rounds on each store; interrupts a
# PostgreSQL server in 80 rounds by restarts and 80 by cut connections, and has a standby take over in
# 40. What came of it is written to tests/data/crashes.txt. It needs a PostgreSQL server's binaries and
# about twenty minutes; arguments such as `--seed 7` go to the tests.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
CI=true cargo test --test faults -- --record "$@"
cat tests/data/crashes.txt
