#!/usr/bin/env bash
# Instructions per command, counted by callgrind: unlike a time, the count is the same on a busy
# machine. Needs valgrind. Prints what was counted beside what is recorded in instructions.txt, and
# with --record writes it there. Another compiler or C library counts otherwise: record anew then,
# before the change that is to be measured.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

command -v valgrind >/dev/null || {
    echo "the valgrind command is missing" >&2
    exit 1
}
record=instructions.txt
commands=50000
scratch=$(mktemp -d)
trap 'rm -r "$scratch"' EXIT

cargo build --release --locked --manifest-path peers/Cargo.toml
peers="${CARGO_TARGET_DIR:-peers/target}/release/cert-lifecycle-peers"

# Counts what happens inside the functions that a pattern names.
counted() {
    valgrind --tool=callgrind --callgrind-out-file="$scratch/profile" --toggle-collect="$1" \
        "$peers" --count --commands "$commands" "${@:2}" 2>&1 |
        sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}

{
    echo "# Instructions per command: benches/instructions.sh --record"
    echo "# $(rustc --version | cut -d ' ' -f 1-2), $(valgrind --version), $commands commands over 1000 instances"
    echo "# Everybody decides and folds; a row of the library's own is one decide, let go of."
    for name in $("$peers" --names); do
        total=$(counted 'cert_lifecycle_peers::run*' --only "$name")
        echo "$name $((total / commands))"
    done
    valgrind --tool=callgrind --callgrind-out-file="$scratch/profile" \
        "$peers" --count --commands "$commands" --kinds >"$scratch/calls" 2>/dev/null
    callgrind_annotate --inclusive=yes --threshold=100 "$scratch/profile" >"$scratch/functions" 2>/dev/null
    while read -r _ name calls; do
        total=$(grep -E ":$name( |\$)" "$scratch/functions" | grep -v '=>' | head -n 1 |
            awk '{ gsub(",", "", $1); print $1 }')
        name=${name#count_}
        [ "$name" = evolve ] || name=decide-$name
        echo "${name//_/-} $((total / calls))"
    done <"$scratch/calls"
} >"$scratch/new"

if [ "${1:-}" = --record ]; then
    cp "$scratch/new" "$record"
    cat "$record"
else
    printf '%-32s %8s %8s %7s\n' "instructions per command" now recorded ratio
    while read -r name now; do
        was=$(sed -n "s/^$name //p" "$record" 2>/dev/null || true)
        printf '%-32s %8s %8s %7s\n' "$name" "$now" "${was:--}" \
            "$(awk -v now="$now" -v was="${was:-0}" 'BEGIN { if (was > 0) printf "%.2f", now / was; else print "-" }')"
    done < <(grep -v '^#' "$scratch/new")
fi
