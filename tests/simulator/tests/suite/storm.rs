//! Hazard 23: ten thousand phones after an outage.

use rounds_simulator::storm::{Storm, Weather};

/// The bounds, in thousandths of all phones in one second. All come back at once, so that the first
/// seconds are what they are; from then on the waits, each drawn between nothing and a doubling
/// bound of at most five minutes, draw them apart.
const AFTER_A_MINUTE: u32 = 50;
const AFTER_FIVE_MINUTES: u32 = 15;

#[test]
fn hazard_23_ten_thousand_phones_after_an_outage_make_no_storm() {
    const PHONES: u32 = 10_000;
    const OUTAGE_S: usize = 20 * 60;
    let storm = Storm {
        seed: 23,
        phones: PHONES as usize,
        outage_s: OUTAGE_S as u64,
        capacity: 300,
        retry_after_s: 30,
    };
    let weather = storm.blow();
    let (minute, five) =
        (Weather::peak(&weather.tries, 60, OUTAGE_S), Weather::peak(&weather.tries, 300, OUTAGE_S));
    let back = Weather::peak(&weather.tries, OUTAGE_S, usize::MAX);
    println!(
        "peaks: {} in the first second, {minute} after a minute, {five} after five, {back} once it was back; \
         {} put off; calm after {:?} s",
        weather.tries[0], weather.put_off, weather.calm_at_s
    );
    assert!(weather.tries[0] >= PHONES, "all come back at once, and the first waits are short");
    assert!(minute * 1000 <= PHONES * AFTER_A_MINUTE, "{minute} phones in one second");
    assert!(five * 1000 <= PHONES * AFTER_FIVE_MINUTES, "{five} phones in one second");
    assert!(back * 1000 <= PHONES * AFTER_FIVE_MINUTES, "{back} phones in one second");
    assert_eq!(weather.impatient, 0, "Retry-After is honoured");
    assert_eq!(weather.received, PHONES as usize, "each record once");
    let calm = weather.calm_at_s.expect("every record arrives");
    assert!(calm <= OUTAGE_S as u64 + 10 * 60, "calm only {calm} s after the beginning");
}

#[test]
fn an_endpoint_that_can_take_little_is_not_run_over() {
    let storm = Storm { seed: 5, phones: 2000, outage_s: 300, capacity: 20, retry_after_s: 30 };
    let weather = storm.blow();
    assert!(weather.put_off > 100, "it had to ask for patience: {}", weather.put_off);
    assert_eq!((weather.impatient, weather.received), (0, 2000));
    let peak = Weather::peak(&weather.tries, 360, usize::MAX);
    assert!(peak * 1000 <= 2000 * AFTER_A_MINUTE, "{peak} phones in one second");
}
