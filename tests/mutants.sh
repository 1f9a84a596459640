#!/usr/bin/env bash
# Changes the core one place at a time and asks whether its tests notice: needs cargo-mutants.
#
#   tests/mutants.sh              every shard that has no line in tests/data/mutants.txt yet
#   tests/mutants.sh SHARD/OF     that one, from 0 on, whether or not it has a line
#   tests/mutants.sh --reasons    which survivors have no reason yet
#
# The mutants are those of src/lifecycle and src/rulebook, dealt out to 250 shards in turns, so that any
# shard is a sample of all. They are made in a copy with the core and its own tests alone, most of
# them as two programs, without the features and what those depend on; to run them takes less than
# ten seconds. A shard that is done has its line; one that is broken off is begun again. Where the number
# of mutants changed, the lines are of another code and dropped; reasons of survivors stay.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

self=$PWD/tests/mutants.sh
record=$PWD/tests/data/mutants.txt
work=$(realpath -m "${CARGO_TARGET_DIR:-target}")/mutants-of-the-core
copy=$work/copy
shards=250
# Those that share tests/support become two programs; the others stand alone.
# The quick ones are asked first, and the others only about what those don't notice: to build the
# strategies of the laws anew takes longer than to run them.
quick=(transitions rules rules_console deadlines refusals console_stories examples_console
    examples_of_the_documents)
wide=(laws laws_console)
together=("${quick[@]}" "${wide[@]}")
alone=(editions v2 questions difference)

if [ "${1:-}" = --reasons ]; then
    ! grep 'no reason yet$' "$record"
    exit
fi

rm -rf "$copy"
mkdir -p "$copy"
mapfile -t files < <(
    git ls-files .cargo Cargo.toml Cargo.lock README.md src examples/data tests/support tests/data \
        tests/questions tests/v2 tests/rules_console
    for suite in "${together[@]}" "${alone[@]}"; do echo "tests/$suite.rs"; done
)
tar cf - "${files[@]}" | tar xf - -C "$copy"
# Without the crate's own dev-dependencies, which bring every feature along.
awk '/^\[/ { keep = !/^\[dev-dependencies\]|^\[\[(test|bench)\]\]/ } keep' Cargo.toml >"$copy/Cargo.toml"
sed -i 's/^\[package\]$/&\nautotests = false\nautobenches = false\nautoexamples = false/' "$copy/Cargo.toml"
{
    printf '\n[dev-dependencies]\n'
    grep '^proptest = ' Cargo.toml
    for suite in "${alone[@]}" quick wide; do
        printf '\n[[test]]\nname = "%s"\npath = "tests/%s.rs"\n' "$suite" "$suite"
    done
} >>"$copy/Cargo.toml"
printf '//! Suites of the core in one program.\nmod support;\n' | tee "$copy/tests/quick.rs" >"$copy/tests/wide.rs"
printf 'mod %s;\n' "${quick[@]}" >>"$copy/tests/quick.rs"
printf 'mod %s;\n' "${wide[@]}" >>"$copy/tests/wide.rs"
for suite in "${together[@]}"; do
    sed -i 's/^mod support;$/use crate::support;/' "$copy/tests/$suite.rs"
    touch -r "tests/$suite.rs" "$copy/tests/$suite.rs"
done
# What is not newer than it was is not built again.
touch -r Cargo.toml "$copy/Cargo.toml" "$copy/tests/quick.rs" "$copy/tests/wide.rs"
# But a run that was broken off may have left a program built with a mutant.
[ ! -e "$work/mutated" ] || find "$copy/src" -name '*.rs' -exec touch {} +

export CARGO_TARGET_DIR=$work/target
# The same cases each time, and a quarter of the ordinary number: a mutant gets the same answer again.
export PROPTEST_RNG_SEED=20200407 PROPTEST_CASES=64
unset UPDATE
# This one counts which suites name a rule, and some are not here.
skip=(--skip every_rule_has_decided_something)

cd "$copy"
cargo mutants --list >"$work/list"
total=$(wc -l <"$work/list")
echo "$total mutants in $shards shards"
begun=$SECONDS
cargo test --offline --profile mutants --lib --tests --no-run
rm -f "$work/mutated"
built=$SECONDS
cargo test --quiet --offline --profile mutants --lib --tests -- "${skip[@]}" >"$work/unmutated.log" 2>&1 || {
    cat "$work/unmutated.log" >&2
    exit 1
}
echo "unmutated: built in $((built - begun)) seconds, tested in $((SECONDS - built))"

# Writes the record: its head, the lines of shards, the survivors with their reasons.
write() {
    local lines survivors
    lines=$(grep "^shard .* of $total mutants" "$record" 2>/dev/null | grep -v "^shard $1 " || true)
    survivors=$(grep '^src/' "$record" 2>/dev/null || true)
    {
        echo "# What the core's tests notice of changes to it: tests/mutants.sh"
        echo "# $(cargo mutants --version), $(rustc --version | cut -d ' ' -f 1-2)"
        printf '%s\n%s\n' "$lines" "$2" | grep . | sort -V
        printf '%s\n%s\n' "$lines" "$2" | grep . | awk -v of="$total" '
            { tested += $6; caught += $8; missed += $10; unviable += $12; slow += $14 }
            END {
                printf "together: tested %d of %d, caught %d, missed %d, unviable %d, timeouts %d\n", \
                    tested, of, caught, missed, unviable, slow
            }'
        echo
        echo "# Survivors, each with the reason why it may."
        {
            [ -z "$survivors" ] || echo "$survivors"
            while IFS= read -r name; do
                grep -qF "$name | " <<<"$survivors" || echo "$name | no reason yet"
            done <"$3"
        } | sort -u
    } >"$work/record"
    cp "$work/record" "$record"
}

# Tries the mutants whose names come in, with the programs that are given. Patterns don't choose
# every kind of mutant and iteration comes before sharding, so all others are said to be caught.
mutate() {
    local out=$1 status=0
    rm -rf "$out"
    mkdir -p "$out/mutants.out"
    grep -vxFf - "$work/list" >"$out/mutants.out/caught.txt"
    touch "$work/mutated"
    cargo mutants --in-place --baseline skip --iterate --colors never --timeout 60 --output "$out" \
        -- "${@:2}" -- "${skip[@]}" || status=$?
    # 2 and 3 say that some were missed or took too long.
    case $status in 0 | 2 | 3) ;; *) return "$status" ;; esac
}

run() {
    local shard=$1 out=$work/shard missed=$work/missed line
    if [ "$2" = unless-done ] && grep -q "^shard $shard .* of $total mutants" "$record" 2>/dev/null; then
        return
    fi
    local began=$SECONDS caught unviable left=$work/left
    count() { wc -l <"$out/mutants.out/$1.txt"; }
    awk -v shard="${shard%/*}" -v of="${shard#*/}" 'NR % of == shard' "$work/list" |
        mutate "$out" --lib --test quick --test editions
    caught=$(count caught) unviable=$(count unviable)
    cat "$out/mutants.out/missed.txt" "$out/mutants.out/timeout.txt" >"$left"
    if [ -s "$left" ]; then
        mutate "$out" --lib --tests <"$left"
        caught=$((caught + $(count caught)))
    fi
    # Names without line and column, which change with every line above them.
    sed -E 's/^([^:]*):[0-9]+:[0-9]+: /\1: /' "$out/mutants.out/missed.txt" | sort -u >"$missed"
    line="shard $shard of $total mutants $((caught + unviable + $(count missed) + $(count timeout)))"
    line="$line caught $caught missed $(count missed) unviable $unviable"
    line="$line timeouts $(count timeout) seconds $((SECONDS - began))"
    write "$shard" "$line" "$missed"
    echo "$line"
    cat "$missed"
}

case ${1:-} in
'') for ((shard = 0; shard < shards; shard++)); do run "$shard/$shards" unless-done; done ;;
*/*) run "$1" anyway ;;
*)
    sed -n '/^#   tests/s/^# *//p' "$self" >&2
    exit 2
    ;;
esac
grep '^together' "$record"
