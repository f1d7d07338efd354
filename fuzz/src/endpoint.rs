//! What an endpoint reads from outside: requests of whoever holds a token, or none.
//!
//! Each function takes any bytes and sends them through the real router onto a real database. No
//! answer may be a 5xx, each refusal is a problem, and each receipt is for the bytes that were sent.

use std::cell::RefCell;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use rounds::domain::hash::sha256_hex;
use rounds::sync::protocol::{DeviceRole, EnrolAnswer, OutcomeStatus, Problem, PushAnswer};
use rounds_endpoint::clock::Clock;
use rounds_endpoint::secret::Secret;
use rounds_endpoint::store::Location;
use rounds_endpoint::{AppState, Config};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tower::ServiceExt;

/// A function that any bytes may be given to.
pub type Target = fn(&[u8]);

/// All, by the name of their corpus.
pub const TARGETS: [(&str, Target); 2] = [("push", push), ("calls", calls)];

/// After so many requests a new database is begun, or a long run would fill the disk.
const REQUESTS_A_STORE: u32 = 2_000;

/// An endpoint with one manager's device.
struct House {
    _dir: TempDir,
    router: Router,
    device: EnrolAnswer,
    requests: u32,
}

thread_local! {
    static RUNTIME: Runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    static HOUSE: RefCell<Option<House>> = const { RefCell::new(None) };
}

/// The body of a push. `$DEVICE` stands for the device's id, which no fuzzer guesses.
pub fn push(data: &[u8]) {
    in_house(|runtime, house| {
        let body = filled(data, house);
        let (status, answer) = runtime.block_on(house.send(Method::POST, "/v1/push", &[], body.clone()));
        if status != StatusCode::OK {
            return;
        }
        let sent: Value = serde_json::from_slice(&body).expect("only JSON is taken");
        let items = sent["items"].as_array().expect("only lists of items are taken");
        let answer: PushAnswer = serde_json::from_slice(&answer).expect("the answer has its shape");
        assert_eq!(answer.outcomes.len(), items.len());
        for (item, outcome) in items.iter().zip(answer.outcomes) {
            let has_receipt = matches!(outcome.status, OutcomeStatus::Stored | OutcomeStatus::Duplicate);
            assert_eq!((has_receipt, !has_receipt), (outcome.receipt.is_some(), outcome.problem.is_some()));
            if let Some(receipt) = outcome.receipt {
                let body = item["body"].as_str().expect("only text is receipted");
                assert_eq!(receipt.body_sha256, sha256_hex(body.as_bytes()));
                assert_eq!(item["item_id"], receipt.item_id.as_str());
            }
        }
    });
}

/// Any call: method and address on the first line, then headers, an empty line, and the body.
pub fn calls(data: &[u8]) {
    in_house(|runtime, house| {
        let data = filled(data, house);
        let end = data.windows(2).position(|two| two == b"\n\n").unwrap_or(data.len());
        let head = String::from_utf8_lossy(&data[..end]).into_owned();
        let body = data.get(end + 2..).unwrap_or_default().to_vec();
        let mut lines = head.lines();
        let Some((method, path)) = lines.next().and_then(|line| line.split_once(' ')) else { return };
        let Ok(method) = Method::from_bytes(method.as_bytes()) else { return };
        let headers: Vec<_> = lines.filter_map(|line| line.split_once(": ")).collect();
        runtime.block_on(house.send(method, path, &headers, body));
    });
}

impl House {
    fn open(runtime: &Runtime) -> Self {
        // Syncing to a disk that is thrown away is most of the time otherwise.
        let dir = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder");
        let config = Config {
            db: Location::File(dir.path().join("a.sqlite")),
            blobs: dir.path().join("photos"),
            app: None,
            demo: None,
            clock: Clock::system(),
        };
        runtime.block_on(async {
            let state = AppState::open(config).await.expect("it opens");
            let code = Secret::code().expect("chance").reveal();
            let sites = ["site-1".to_owned()];
            let hash = Secret::code_hash(&code);
            state.store.add_code(&hash, DeviceRole::Manager, &sites, i64::MAX).await.expect("a code");
            let body = json!({ "code": code, "device_name": "a phone", "install_id": "install-1" });
            let request = Request::post("/v1/enrol").header(header::CONTENT_TYPE, "application/json");
            let request = request.body(Body::from(body.to_string())).expect("a request");
            let router = rounds_endpoint::app(state);
            let answer = router.clone().oneshot(request).await.expect("it answers");
            let bytes = answer.into_body().collect().await.expect("a body").to_bytes();
            let device = serde_json::from_slice(&bytes).expect("enrolled");
            Self { _dir: dir, router, device, requests: 0 }
        })
    }

    async fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> (StatusCode, Vec<u8>) {
        self.requests += 1;
        let mut request = Request::builder().method(method.clone()).uri(path);
        if headers.is_empty() {
            request = request.header(header::CONTENT_TYPE, "application/json");
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.device.token));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        // What HTTP itself does not allow never reaches the router.
        let Ok(request) = request.body(Body::from(body)) else {
            return (StatusCode::IM_A_TEAPOT, Vec::new());
        };
        let answer = self.router.clone().oneshot(request).await.expect("it always answers");
        let (parts, body) = answer.into_parts();
        let bytes = body.collect().await.expect("a whole body").to_bytes().to_vec();
        assert!(!parts.status.is_server_error(), "{} {}", parts.status, String::from_utf8_lossy(&bytes));
        if parts.status.is_client_error() && method != Method::HEAD {
            let problem: Problem = serde_json::from_slice(&bytes).expect("a refusal is a problem");
            assert_eq!(problem.status, parts.status.as_u16());
            assert!(!problem.code().is_empty() && !problem.detail.is_empty());
        }
        (parts.status, bytes)
    }
}

fn in_house(act: impl FnOnce(&Runtime, &mut House)) {
    RUNTIME.with(|runtime| {
        // A target that panics leaves no house behind, and the next one gets a new one.
        let kept = HOUSE.with(|house| house.borrow_mut().take());
        let kept = kept.filter(|house| house.requests < REQUESTS_A_STORE);
        let mut house = kept.unwrap_or_else(|| House::open(runtime));
        act(runtime, &mut house);
        HOUSE.with(|place| *place.borrow_mut() = Some(house));
    });
}

fn filled(data: &[u8], house: &House) -> Vec<u8> {
    let words = [("$DEVICE", &house.device.device_id), ("$TOKEN", &house.device.token)];
    words
        .into_iter()
        .fold(data.to_vec(), |bytes, (mark, word)| replaced(&bytes, mark.as_bytes(), word.as_bytes()))
}

fn replaced(bytes: &[u8], mark: &[u8], word: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = rest.windows(mark.len()).position(|window| window == mark) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(word);
        rest = &rest[at + mark.len()..];
    }
    out.extend_from_slice(rest);
    out
}
