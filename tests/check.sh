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
    row='%-22s %6s %11s %6s %10s %12s %8s %7s %8s %9s %8s %8s %8s %8s\n'
    printf "$row" run cells unreachable laws timelines decisions seconds drawing \
        states steps asked granted explored both
    awk '
        function put() {
            if (laws != "") {
                printf "%-22s %6s %11s %6s %10s %12s %8s %5s %% %8s %9s %8s %8s %8s %8.1f\n", \
                    name, cells, unreachable, laws, timelines, decisions, seconds, drawing, \
                    states, steps, asked, granted, explored, seconds + explored
            }
            cells = unreachable = states = steps = asked = granted = explored = "-"
            laws = ""
        }
        /^[0-9]/ { put(); name = $0 }
        /^  tables: / { cells = $2 "/" $4; if ($2 == $4) cells = $4; unreachable = $10 }
        /^  laws: / {
            laws = $2 "/" $4; timelines = $7; decisions = $9; seconds = $12; drawing = $14
        }
        /^  small world: / {
            states = $3; steps = $6
            explored = /every one looked at/ ? $(NF - 1) : "not all"
        }
        /^  its cells: / { asked = $3 "/" $5; granted = $12 "/" $14; sub(",", "", asked) }
        END { put() }' "$told"
    # By this a test sees that the laws, what they ask or what is drawn became other than above.
    printf '\nthe first two timelines of all together: %s decisions\n' \
        "$("$program" check --cases 2 --explore off | awk '/^  laws: / { last = $9 } END { print last }')"
    if [ "$status" -eq 0 ]; then echo "nothing was found"; else echo "exit code $status"; fi
} >"$record"
cat "$record"
exit "$status"
