#!/usr/bin/env bash
# Kills writers and lets many want the last units, in 200 and 100 rounds on each store, and writes what
# came of it to tests/data/crashes.txt. It needs a PostgreSQL server and about a quarter of an hour;
# arguments such as `--seed 7` go to the tests.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
CI=true cargo test --test faults -- --record "$@"
cat tests/data/crashes.txt
