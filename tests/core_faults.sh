#!/bin/sh
# Plants every fault in the core, one at a time, and writes which law found it: tests/data/core_faults.txt.
# Optimised, since each is tried on up to 2,064 timelines; about half an hour on two cores.
set -eu
cd "$(dirname "$0")/.."
cargo test --release --features testing --test core_faults -- --ignored --nocapture every_fault_is_tried
sed -n 1,7p tests/data/core_faults.txt
