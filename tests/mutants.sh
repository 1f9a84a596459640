#!/usr/bin/env bash
# Changes the core in one place at a time and asks whether its tests notice: needs cargo-mutants.
#
#   tests/mutants.sh              every mutant of src/lifecycle and src/rulebook that has no answer yet
#   tests/mutants.sh --alone      then those that cannot be planted, each with a build of its own
#   tests/mutants.sh --record     nothing is tried; what is known by now is written down
#   tests/mutants.sh --reasons    which survivors have no reason yet; fails if there are any
#   tests/mutants.sh --sampled [--alone|--record]   every seventh mutant of the modules around the core
#   tests/mutants.sh --sample N GLOB...   every Nth mutant of other files; prints and writes nothing
#
# All mutants of the list are planted into one copy of the sources, each behind a switch, so that the
# library and its tests are built once (tests/mutants). Then each test says which switches it comes
# by, and each mutant is given to those tests alone, quickest first, until one fails. Answers are kept
# under the target directory as they come; a run that was broken off goes on, and what was changed
# begins anew.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

record=$PWD/tests/data/mutants.txt
sampled=$PWD/tests/data/mutants_sampled.txt
work=$(realpath -m "${CARGO_TARGET_DIR:-target}")/mutants-of-the-core
name=core
step=1
how=planted
to=$record
globs=('src/lifecycle/**/*.rs' 'src/rulebook/**/*.rs')
# What this can't build, servers of SQL and the program, has tests that need them; what tests the rest,
# src/testing, is itself tested by planted faults.
if [ "${1:-}" = --sampled ]; then
    shift
    step=7
    globs=()
    for module in codec model pki port service view wire; do globs+=("src/$module/**/*.rs"); done
    name=sampled
    to=$sampled
fi
case ${1:-} in
'') ;;
--alone) how=alone ;;
--record) how=record ;;
--reasons)
    ! grep -H '| no reason yet$' "$record" "$sampled"
    exit
    ;;
--sample)
    step=$2
    globs=("${@:3}")
    name=sample
    to=-
    ;;
*)
    sed -n '/^#   tests/s/^# *//p' "${BASH_SOURCE[0]}" >&2
    exit 2
    ;;
esac

# What needs neither a server of SQL nor the program.
suites=(agenda_words chrono conformance console_stories core_faults deadlines difference documents edges editions examples_console
    examples_of_the_documents explorer extreme_rulebooks key_vault laws laws_console laws_kit local_ca manual no_alloc own_rulebook
    pki_certificate pki_csr pki_hostile pki_key pki_weak_key questions refusals rulebook_faults rulebook_values rules
    rules_console service stored_forms stories strategies testing transitions twin twin_machine
    unicode_names v2 views wire_operations wire_requests wire_signature wire_transport)
features=chrono,envelope,file-vault,idna,local-ca,memory,metrics,stored,testing,tokio,toml,tracing,wire

# The sources and the suites alone, without what other suites need. No test reads the records: one that
# came of another run makes no answer old.
plain=$work/plain
mkdir -p "$plain"
rm -rf "${plain:?}"/{src,tests,examples}
mapfile -t files < <(
    git ls-files -co --exclude-standard .ci Cargo.toml Cargo.lock README.md CHANGELOG.md ARCHITECTURE.md src examples \
        'tests/*/**' | grep -Ev '^tests/(mutants/|data/mutants(_sampled)?\.txt$)' || true
    for suite in "${suites[@]}"; do echo "tests/$suite.rs"; done
)
tar cf - "${files[@]}" | tar xf - -C "$plain"
# There is no program whose help could be asked: that test fails, and is not asked.
sed -i 's/env!("CARGO_BIN_EXE_cert-lifecycle")/"no program"/' "$plain/tests/manual/command_line.rs"
awk '/^\[/ { keep = !/^\[dev-dependencies\]|^\[\[(test|bench|bin)\]\]/ } keep' Cargo.toml >"$plain/Cargo.toml"
sed -i 's/^\[package\]$/&\nautobins = false\nautobenches = false\nautoexamples = false/' "$plain/Cargo.toml"
{
    printf '\n[dev-dependencies]\n'
    grep -E '^(metrics|pollster|proptest|proptest-state-machine|rustls-pki-types|rustls-webpki|serde_json|tempfile|tokio|tracing) = ' \
        <(sed -n '/^\[dev-dependencies\]$/,/^\[\[/p' Cargo.toml)
} >>"$plain/Cargo.toml"

list=$work/$name.json
mapfile -t wanted < <(for glob in "${globs[@]}"; do printf -- '--file\n%s\n' "$glob"; done)
cargo mutants --no-config --list --json "${wanted[@]}" >"$list"

# The same cases each time, and a quarter of the ordinary number: a mutant gets the same answer again.
export PROPTEST_RNG_SEED=20200407 PROPTEST_CASES=64
unset UPDATE
cargo run --release --quiet --locked --manifest-path tests/mutants/Cargo.toml --target-dir "$work/tool" -- \
    "$how" "$work" "$name" "$list" "$step" "$features" "$to"
