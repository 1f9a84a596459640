#!/usr/bin/env bash
# Tries every property with many more cases than the ordinary run, and with new seeds. What fails is
# shrunk and printed; in the laws of the core its seed is also added to tests/data/*.regressions.
#
#   tests/wide.sh [TIMES]    TIMES as many cases; 20 unless told, about half an hour on two cores
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

times=${1:-20}
case $times in
'' | 0 | *[!0-9]*)
    echo "how many times as many cases, from 1 on; not: $times" >&2
    exit 2
    ;;
esac
unset PROPTEST_RNG_SEED
# 256 is what proptest tries unless told; the tests scale with it (tests/support/cases.rs).
export PROPTEST_CASES=$((256 * times))
suites=$(grep -rlE '^ *(proptest|prop_state_machine)! \{' tests --include='*.rs' | cut -d / -f 2 | sed 's/\.rs$//' | sort -u)
for suite in $suites; do
    printf '\n=== %s  %s\n' "$(date -u +%H:%M:%SZ)" "$suite"
    cargo test --release --all-features --test "$suite"
done
printf '\n=== %s  the library\n' "$(date -u +%H:%M:%SZ)"
cargo test --release --all-features --lib
