//! Letting the browser paint before going on with work.

use gloo_timers::future::TimeoutFuture;

/// Gives way to input and painting, then goes on.
pub async fn breathe() {
    TimeoutFuture::new(0).await;
}
