//! Enrolment: each cause of failure told apart.

use std::cell::RefCell;

use rounds::store::identity::Install;
use rounds::sync::Wake;
use rounds::sync::enrol::{EnrolError, enrol, enrolment, role, unsent_for_another_store};
use rounds::sync::protocol::{DeviceRole, EnrolRequest};
use rounds::sync::transport::{Request, Response, Transport, TransportError};

use crate::support::fake_endpoint::{PORTAL, page, problem};
use crate::support::sync_phone::{Phone, block_on, record};

struct Once(RefCell<Option<Result<Response, TransportError>>>, RefCell<Option<Request>>);

impl Transport for Once {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        self.1.replace(Some(request));
        self.0.take().expect("asked once")
    }
}

fn asked(answer: Result<Response, TransportError>) -> Result<DeviceRole, EnrolError> {
    let once = Once(RefCell::new(Some(answer)), RefCell::new(None));
    let answer = block_on(enrol(&once, " 123-456 ", "管家 01 的手机", "install-1"))?;
    let sent = once.1.take().unwrap();
    assert_eq!(sent.header("authorization"), None);
    let body: EnrolRequest = serde_json::from_slice(&sent.body).unwrap();
    assert_eq!((body.code.as_str(), body.install_id.as_str()), ("123-456", "install-1"));
    let kept = enrolment(answer, "https://rounds.example");
    assert_eq!((kept.device_id.as_str(), kept.token.as_str()), ("d-7", "secret"));
    Ok(role(&kept).unwrap())
}

#[test]
fn an_enrolment_is_kept_as_told() {
    for (name, role) in [
        ("butler", DeviceRole::Butler),
        ("inspector", DeviceRole::Inspector),
        ("manager", DeviceRole::Manager),
    ] {
        let json =
            format!("{{\"device_id\":\"d-7\",\"token\":\"secret\",\"role\":\"{name}\",\"sites\":[\"s\"]}}");
        assert_eq!(asked(Ok(page(201, &json))), Ok(role));
    }
}

#[test]
fn each_failure_has_its_own_name() {
    let busy = |code, status, after: Option<&str>| {
        let headers = after.map(|value| ("retry-after".to_owned(), value.to_owned()));
        Ok(Response { headers: headers.into_iter().collect(), ..problem(code, status, true) })
    };
    assert_eq!(asked(Err(TransportError::Timeout)), Err(EnrolError::Slow));
    assert_eq!(asked(Err(TransportError::Network(String::new()))), Err(EnrolError::Offline));
    assert_eq!(asked(Ok(problem("enrol-code-wrong", 404, false))), Err(EnrolError::WrongCode));
    assert_eq!(asked(Ok(problem("enrol-code-used", 410, false))), Err(EnrolError::UsedCode));
    assert_eq!(asked(Ok(problem("enrol-code-expired", 410, false))), Err(EnrolError::ExpiredCode));
    assert_eq!(
        asked(busy("too-many-codes", 429, Some("42"))),
        Err(EnrolError::TooMany { retry_after_s: Some(42) })
    );
    assert!(matches!(asked(busy("store-unavailable", 503, None)), Err(EnrolError::Unavailable(_))));
    assert!(matches!(asked(Ok(problem("internal", 500, true))), Err(EnrolError::Unavailable(_))));
    assert!(
        matches!(asked(Ok(problem("bad-install", 422, false))), Err(EnrolError::Other(note)) if note.code == "bad-install")
    );
    for stranger in [page(200, PORTAL), page(404, PORTAL), page(201, "{}"), page(302, "")] {
        assert_eq!(asked(Ok(stranger)), Err(EnrolError::NotTheEndpoint));
    }
    let empty = "{\"device_id\":\"\",\"token\":\"\",\"role\":\"butler\",\"sites\":[]}";
    assert_eq!(asked(Ok(page(200, empty))), Err(EnrolError::NotTheEndpoint));
}

#[test]
fn the_two_copies_of_the_install_tell_a_loss() {
    let id = |text: &str| Some(text.to_owned());
    assert_eq!(Install::compare(None, None), Install::Fresh);
    assert_eq!(Install::compare(id("a"), id("a")), Install::Known("a".to_owned()));
    assert_eq!(Install::compare(None, id("a")), Install::DatabaseLost { old: "a".to_owned() });
    assert_eq!(Install::compare(id("a"), None), Install::MirrorLost { id: "a".to_owned() });
    assert_eq!(Install::compare(id("a"), id("b")), Install::MirrorLost { id: "a".to_owned() });
}

#[test]
fn another_companys_store_is_noticed_only_with_something_unsent() {
    let ask = |phone: &Phone, answer| {
        let once = Once(RefCell::new(Some(answer)), RefCell::new(None));
        block_on(unsent_for_another_store(&phone.store, &once))
    };
    let health = |store: &str| {
        let text = format!(
            "{{\"service\":\"rounds-endpoint\",\"protocol\":1,\"store_id\":\"{store}\",\"epoch\":1}}"
        );
        Ok(page(200, &text))
    };
    let mut phone = Phone::new();
    phone.finish_many(2);
    assert_eq!(ask(&phone, health("store-b")), Ok(None), "a phone that knows no store has no other");
    phone.pass(Wake::User);
    assert_eq!(ask(&phone, health("store-b")), Ok(None), "nothing is unsent");
    phone.finish(&[record("later", &[])]);
    assert_eq!(ask(&phone, health("store-a")), Ok(None));
    assert_eq!(ask(&phone, health("store-b")), Ok(Some(1)));
    assert_eq!(ask(&phone, Ok(page(200, PORTAL))), Err(EnrolError::NotTheEndpoint));
}
