//! What an endpoint reads from outside, played from the fuzzer's corpus and mutations of it.

#[path = "../../../fuzz/src/endpoint.rs"]
mod endpoint;
#[path = "../../../fuzz/src/play.rs"]
mod play;

use endpoint::Target;

/// A fixed seed: the ordinary run must not fail by chance; the fuzzer is for finding.
const SEED: u64 = 26;

#[test]
fn no_request_harms_the_endpoint() {
    for (name, target) in endpoint::TARGETS {
        play::play(name, target, 2_000, SEED);
    }
}
