//! Helpers of the sync tests.

pub mod fake_endpoint;
pub mod sync_phone;
