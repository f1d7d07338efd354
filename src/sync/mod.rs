//! Delivery: at least once on the wire, exactly once in effect. Knows nothing of screens.

pub mod protocol;
