//! Hears the endpoint's own time in its answers, whatever they say.

use super::backoff::http_date_ms;
use super::transport::{Request, Response, Transport, TransportError};

/// A transport that tells the `Date` of each answer of the endpoint's.
#[derive(Clone, Debug)]
pub struct Dated<T, F> {
    inner: T,
    heard: F,
}

impl<T, F: Fn(u64)> Dated<T, F> {
    /// `heard` is told milliseconds since 1970.
    pub fn new(inner: T, heard: F) -> Self {
        Self { inner, heard }
    }
}

impl<T: Transport, F: Fn(u64)> Transport for Dated<T, F> {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let reply = self.inner.send(request).await;
        if let Some(at_ms) = reply.as_ref().ok().and_then(endpoint_ms) {
            (self.heard)(at_ms);
        }
        reply
    }
}

/// A portal's page has a date too, but it is not JSON.
fn endpoint_ms(response: &Response) -> Option<u64> {
    let kind = response.header("content-type")?;
    let is_ours = kind.starts_with("application/json") || kind.starts_with("application/problem+json");
    is_ours.then(|| response.header("date").and_then(http_date_ms)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_endpoints_own_date_counts() {
        let date = ("date".to_owned(), "Sun, 06 Nov 1994 08:49:37 GMT".to_owned());
        let of = |kind: &str| Response {
            status: 200,
            headers: vec![("content-type".to_owned(), kind.to_owned()), date.clone()],
            body: Vec::new(),
        };
        assert_eq!(endpoint_ms(&of("application/json")), Some(784_111_777_000));
        assert_eq!(endpoint_ms(&of("application/problem+json; charset=utf-8")), Some(784_111_777_000));
        assert_eq!(endpoint_ms(&of("text/html")), None, "a portal");
        let without =
            Response { headers: of("application/json").headers[..1].to_vec(), ..Response::default() };
        assert_eq!(endpoint_ms(&without), None);
    }
}
