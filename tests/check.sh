#!/bin/sh
# Verifies every published edition on the command line, optimised, and writes what it took:
# tests/data/check.txt, which the manual shows. A few minutes on two cores.
#
#   tests/check.sh [PROGRAM]     that program, instead of the one that is built here
set -eu
cd "$(dirname "$0")/.."
record=tests/data/check.txt
program=${1:-}
if [ -z "$program" ]; then
    cargo build --release --features cli --bin cert-lifecycle
    program=${CARGO_TARGET_DIR:-target}/release/cert-lifecycle
fi
told=$(mktemp)
trap 'rm -f "$told"' EXIT
status=0
"$program" check --cases 256 >"$told" || status=$?
{
    printf '%-22s %6s %11s %6s %10s %12s %8s %8s\n' \
        run cells unreachable laws timelines decisions seconds 'drawing'
    awk '
        /^[0-9]/ { name = $0; cells = unreachable = "-" }
        /^  tables: / { cells = $2 "/" $4; if ($2 == $4) cells = $4; unreachable = $10 }
        /^  laws: / {
            printf "%-22s %6s %11s %6s %10s %12s %8s %6s %%\n", \
                name, cells, unreachable, $2 "/" $4, $7, $9, $12, $14
        }' "$told"
    echo
    if [ "$status" -eq 0 ]; then echo "nothing was found"; else echo "exit code $status"; fi
} >"$record"
cat "$record"
exit "$status"
