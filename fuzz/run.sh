#!/usr/bin/env bash
# Fuzzes every target for a while: `fuzz/run.sh [SECONDS_EACH] [TARGET…]`; `fuzz/run.sh build` only builds.
#
# With cargo-fuzz and a nightly compiler it uses them; with cargo-fuzz alone it lets the stable
# compiler take nightly's switches. Findings are left in fuzz/artifacts, and what was learnt in
# fuzz/target/learnt, apart from the small corpus that is kept with the sources.
# The last line is `trust: {"executions": N, "crashes": N}`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

seconds=${1:-60}
shift || true
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
    targets=(answers enrolment pulled wire standard rows import_file push calls)
fi

command -v cargo-fuzz >/dev/null || {
    echo "cargo-fuzz is missing: run \`cargo install cargo-fuzz --locked\`" >&2
    exit 2
}
compiler=()
if cargo +nightly --version >/dev/null 2>&1; then
    compiler=(+nightly)
else
    export RUSTC_BOOTSTRAP=1
fi
# A sanitizer needs its runtime in the toolchain; without it libFuzzer still finds panics.
sanitizer=address
library=$(rustc "${compiler[@]}" --print sysroot)/lib/rustlib/$(rustc -vV | sed -n 's/^host: //p')/lib
if ! ls "$library" | grep -q 'rt\.asan'; then
    sanitizer=none
fi
echo "fuzzing with ${compiler[*]:-the stable compiler}, sanitizer: $sanitizer"
cargo "${compiler[@]}" fuzz build --sanitizer "$sanitizer"
if [ "$seconds" = build ]; then
    exit 0
fi

executions=0
crashes=0
for target in "${targets[@]}"; do
    learnt=target/learnt/$target
    mkdir -p "$learnt"
    log=$(mktemp)
    if ! cargo "${compiler[@]}" fuzz run --sanitizer "$sanitizer" "$target" "$learnt" "corpus/$target" -- \
        -max_total_time="$seconds" -max_len=65536 -timeout=25 -rss_limit_mb=4096 -print_final_stats=1 \
        >"$log" 2>&1; then
        crashes=$((crashes + 1))
        tail -40 "$log"
    fi
    ran=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -1)
    executions=$((executions + ${ran:-0}))
    echo "$target: ${ran:-0} executions in $seconds s"
    rm -f "$log"
done
echo "trust: {\"executions\": $executions, \"crashes\": $crashes}"
[ "$crashes" -eq 0 ]
