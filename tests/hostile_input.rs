//! What a phone reads from outside, played from the fuzzer's corpus and mutations of it.
#![cfg(not(target_arch = "wasm32"))]

#[path = "../fuzz/src/phone.rs"]
mod phone;
#[path = "../fuzz/src/play.rs"]
mod play;

use phone::Target;

/// A fixed seed: the ordinary run must not fail by chance; the fuzzer is for finding.
const SEED: u64 = 26;

#[test]
fn no_input_from_outside_harms_a_phone() {
    for (name, target) in phone::TARGETS {
        play::play(name, target, 3_000, SEED);
    }
}
