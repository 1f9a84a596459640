#!/usr/bin/env bash
# Fuzzes the readers of untrusted input: fuzz/run.sh --record runs each target ten million times and
# writes what came of it to fuzz/results.txt.
#
#   fuzz/run.sh [--executions N] [--seconds S] [--seed N] [--record] [TARGET..]
#
# Every target runs from the seeds alone, one after the other: 10,000,000 times unless told, or for S
# seconds at most. An input that breaks a property, takes more than ten seconds or a gigabyte ends its
# target, stays in fuzz/artifacts/TARGET, and is a failure. The stable compiler does: libFuzzer finds
# its way by LLVM's counters, and no sanitizer is needed for a crate without unsafe code. Inputs are
# chosen evenly (-entropic=0): weighing them by how rare their features are costs more than the
# execution, and the more the more was found. Comparisons are not traced: the seeds have the words, and
# in the same time twice as many executions reach more of the code (rulebook_value 11280 edges in 40
# seconds instead of 10844, rulebook_file 11553 instead of 11189, pem 1697 instead of 1527).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
script=$PWD/$(basename "${BASH_SOURCE[0]}")

usage() {
    sed -n '/^#   fuzz/s/^# *//p' "$script" >&2
    exit 2
}
number() {
    case ${1:-} in
    '' | 0* | *[!0-9]*) usage ;;
    *) echo "$1" ;;
    esac
}
executions=10000000 seconds=0 seed=1 record=
targets=()
while [ $# -gt 0 ]; do
    case $1 in
    --executions) executions=$(number "${2:-}") && shift 2 || exit 2 ;;
    --seconds) seconds=$(number "${2:-}") && shift 2 || exit 2 ;;
    --seed) seed=$(number "${2:-}") && shift 2 || exit 2 ;;
    --record) record=results.txt && shift ;;
    -*) usage ;;
    *) targets+=("$1") && shift ;;
    esac
done
all=(stored command_lines private_key csr certificate plan_counters texts pem rulebook_value rulebook_file)
[ ${#targets[@]} -gt 0 ] || targets=("${all[@]}")

# The longest input of each, in bytes: what its seeds need, and some more.
longest() {
    case $1 in
    plan_counters) echo 64 ;;
    rulebook_value) echo 512 ;;
    texts) echo 1100 ;;
    csr | private_key | rulebook_file) echo 2048 ;;
    command_lines | pem | stored) echo 4096 ;;
    certificate) echo 6144 ;;
    *)
        echo "no such target: $1; there are ${all[*]}" >&2
        exit 2
        ;;
    esac
}
for target in "${targets[@]}"; do
    longest "$target" >/dev/null
done

host=$(rustc -vV | sed -n 's/^host: //p')
# With --target these flags are not those of build scripts, which have no libFuzzer to link with.
RUSTFLAGS="--cfg fuzzing -Cdebug-assertions -Cpasses=sancov-module \
-Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
-Cllvm-args=-sanitizer-coverage-pc-table" \
    cargo build --release --locked --target "$host"
folder=$(realpath "${CARGO_TARGET_DIR:-target}")
work=$folder/fuzzing
./seeds.sh "$work/seeds"

heading='target           executions  seconds  per second  MiB at 10 %  MiB at end  corpus  findings'
# Puts a line into the record, in the place of the target's former one.
put() {
    local kept
    kept=$({ grep -v '^#' "$record" 2>/dev/null || true; } | grep -v "^$1 " | grep -v '^target ' || true)
    {
        echo "# What fuzzing found: fuzz/run.sh --record"
        echo "# $(rustc --version | cut -d ' ' -f 1-2), libFuzzer without a sanitizer, debug assertions on, one job"
        echo "# from the seeds alone. MiB is the most that was ever resident; corpus are the inputs that"
        echo "# each reached something new. A target that ended before its ten million says so by its number."
        echo "$heading"
        printf '%s\n%s\n' "$kept" "$2" | grep . | sort
    } >"$work/record"
    cp "$work/record" "$record"
}

failed=0
echo "$heading"
for target in "${targets[@]}"; do
    corpus=$work/corpus/$target
    log=$work/$target.log
    rm -rf "$corpus"
    mkdir -p "$corpus" "artifacts/$target"
    began=$(date +%s)
    status=0
    # What it finds on the way is in the log; its pulse is shown.
    "$folder/$host/release/$target" "$corpus" "$work/seeds/$target" -runs="$executions" \
        -max_total_time="$seconds" -seed="$seed" -max_len="$(longest "$target")" -timeout=10 \
        -rss_limit_mb=1024 -reload=0 -entropic=0 -artifact_prefix="artifacts/$target/" -print_final_stats=1 \
        2>&1 | tee "$log" | grep --line-buffered -E '^#[0-9]+[[:space:]]pulse' >&2 || status=${PIPESTATUS[0]}
    took=$(($(date +%s) - began))
    ran=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -n 1)
    ran=${ran:-$(sed -n 's/^#\([0-9]*\).*/\1/p' "$log" | tail -n 1)}
    # The first line that tells it, from a tenth of the run on, and the last.
    early=$(sed -n 's/^#\([0-9]*\).* rss: \([0-9]*\)Mb.*/\1 \2/p' "$log" |
        awk -v from="$((ran / 10))" '$1 >= from && !told { told = 1; print $2 }')
    late=$(sed -n 's/^#\([0-9]*\).* rss: \([0-9]*\)Mb.*/\2/p' "$log" | tail -n 1)
    findings=$(grep -c '^artifact_prefix=' "$log" || true)
    line=$(printf '%-16s %10d  %7d  %10d  %11d  %10d  %6d  %8d' "$target" "$ran" "$took" \
        "$((ran / (took > 0 ? took : 1)))" "${early:-0}" "${late:-0}" \
        "$(find "$corpus" -type f | wc -l)" "$findings")
    echo "$line"
    [ -z "$record" ] || put "$target" "$line"
    if [ "$status" -ne 0 ] || [ "$findings" -ne 0 ]; then
        tail -n 40 "$log" >&2
        failed=1
    fi
done
find artifacts -type d -empty -delete
exit "$failed"
