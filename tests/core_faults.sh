#!/bin/sh
# Plants every fault in the core, one at a time, and writes which law found it: tests/data/core_faults.txt.
# `FAULT='Merge;Wake is refused' tests/core_faults.sh` tries those alone whose lines have one of these
# parts, and prints what came of them.
set -eu
cd "$(dirname "$0")/.."
cargo test --release --features testing --test core_faults -- --ignored --nocapture every_fault_is_found
sed -n 1,6p tests/data/core_faults.txt
