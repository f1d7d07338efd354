//! Ids made on the phone: UUIDv7 for records, and random bits for jitter.

/// A new UUIDv7 (RFC 9562) as text.
pub fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// A random number for jitter.
pub fn random() -> u64 {
    uuid::Uuid::now_v7().as_u64_pair().1
}
