//! The written matrix: every call × role × state of the token, and what it answers.
//!
//! `matrix.tsv` is the document; this holds it against the router, cell by cell, and against the
//! OpenAPI, so that no call is without its row.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::Method;
use rounds::domain::hash::sha256_hex;
use rounds::sync::protocol::{DeviceRole, TokenAnswer};
use serde_json::{Value, json};

use crate::harness::{Endpoint, Phone, item, jpeg, push_body, with_photo};

const TABLE: &str = include_str!("matrix.tsv");
const ROLES: [(&str, Option<DeviceRole>); 4] = [
    ("butler", Some(DeviceRole::Butler)),
    ("inspector", Some(DeviceRole::Inspector)),
    ("manager", Some(DeviceRole::Manager)),
    ("nobody", None),
];
const STATES: [&str; 6] = ["valid", "missing", "unknown", "expired", "revoked", "replaced"];
const DAY: i64 = 24 * 3600 * 1000;

/// One line of the table.
struct Line {
    call: String,
    case: String,
    state: String,
    expected: Vec<String>,
}

/// Photos that the cases speak of: of this site and of another.
struct Photos {
    here: String,
    elsewhere: String,
}

fn lines() -> Vec<Line> {
    let rows = TABLE.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    rows.map(|line| {
        let mut words = line.split('\t').map(|word| word.trim().to_owned());
        let mut next = || words.next().unwrap_or_default();
        let (call, case, state) = (next(), next(), next());
        Line { call, case, state, expected: words.collect() }
    })
    .collect()
}

/// One phone of every role in every state. Those that are no device carry a token of nobody's.
async fn phones(endpoint: &Endpoint) -> BTreeMap<(&'static str, &'static str), Option<Phone>> {
    let mut phones = BTreeMap::new();
    for (name, role) in ROLES {
        if let Some(role) = role {
            phones.insert((name, "expired"), Some(endpoint.phone(role).await));
        }
    }
    endpoint.pass(181 * DAY);
    for (name, role) in ROLES {
        let stranger =
            || Phone { id: "x".to_owned(), install: "stranger-1".to_owned(), token: "0".repeat(64) };
        phones.insert((name, "missing"), None);
        phones.insert((name, "unknown"), Some(stranger()));
        let Some(role) = role else { continue };
        phones.insert((name, "valid"), Some(endpoint.phone(role).await));
        let revoked = endpoint.phone(role).await;
        assert!(endpoint.state.store.revoke(&revoked.id, 1).await.unwrap());
        phones.insert((name, "revoked"), Some(revoked));
        let replaced = endpoint.phone(role).await;
        let answer = endpoint.post("/v1/token", Some(&replaced), &json!({})).await;
        let TokenAnswer { token, .. } = answer.json();
        let newer = Phone { id: replaced.id.clone(), install: replaced.install.clone(), token };
        assert_eq!(endpoint.get("/v1/pull", Some(&newer)).await.status, 200);
        phones.insert((name, "replaced"), Some(replaced));
    }
    phones
}

/// A photo that a butler of this site has sent, and one of another site's.
async fn photos(endpoint: &Endpoint) -> Photos {
    let mut hashes = Vec::new();
    for (site, salt) in [("lanting", 1), ("another-site", 2)] {
        let owner = endpoint.phone_of(DeviceRole::Butler, &[site]).await;
        let photo = jpeg(400, salt);
        let sha256 = sha256_hex(&photo);
        let mut record = with_photo(1, &sha256, photo.len());
        let body = record["body"].as_str().unwrap().replace("lanting", site);
        record["body_sha256"] = json!(sha256_hex(body.as_bytes()));
        record["body"] = json!(body);
        endpoint.push(&owner, &[record]).await;
        assert_eq!(endpoint.chunk(&owner, &sha256, 0, &photo).await.status, 201);
        hashes.push(sha256);
    }
    let elsewhere = hashes.pop().unwrap();
    Photos { here: hashes.pop().unwrap(), elsewhere }
}

/// Asks once; a fresh number makes every request's own things new.
async fn ask(endpoint: &Endpoint, line: &Line, phone: Option<&Phone>, photos: &Photos, fresh: u64) -> u16 {
    let (method, path) = line.call.split_once(' ').unwrap();
    let method: Method = method.parse().unwrap();
    let json_type = [("content-type", "application/json".to_owned())];
    let answer = match (line.call.as_str(), line.case.as_str()) {
        ("POST /v1/enrol", case) => {
            // The limit on wrong codes is another test's.
            endpoint.pass(61_000);
            let code = endpoint.code(DeviceRole::Butler, &["lanting"]).await;
            let code = if case == "a good code" { code } else { "AAAAA-AAAAA".to_owned() };
            let body =
                json!({ "code": code, "device_name": "x", "install_id": format!("install-{fresh:08}") });
            endpoint.post(path, phone, &body).await
        }
        ("POST /v1/push", _) => {
            let nobody = Phone { id: "x".to_owned(), install: "x".to_owned(), token: String::new() };
            let body = push_body(phone.unwrap_or(&nobody), &[item(fresh)]);
            endpoint.post(path, phone, &body).await
        }
        ("POST /v1/blobs/missing", _) => {
            endpoint.post(path, phone, &json!({ "sha256": [photos.here] })).await
        }
        ("PUT /v1/{kind}/{id}", case) => {
            let (path, body) = change(case, fresh);
            let headers = [json_type[0].clone(), ("if-match", "0".to_owned())];
            endpoint.call(method, &path, phone, &headers, body.to_string()).await
        }
        (call, case) if call.ends_with("/v1/blobs/{sha256}") => {
            let sha256 = match case {
                "its own photo" => own_photo(endpoint, phone, fresh, method == Method::PATCH).await,
                "a photo of its site" => photos.here.clone(),
                "a photo of another site" => photos.elsewhere.clone(),
                other => panic!("no such case: {other}"),
            };
            let path = format!("/v1/blobs/{sha256}");
            let headers = [
                ("content-type", "application/offset+octet-stream".to_owned()),
                ("upload-offset", "0".to_owned()),
            ];
            let headers = if method == Method::PATCH { &headers[..] } else { &[] };
            endpoint.call(method, &path, phone, headers, jpeg(300, fresh as u8)).await
        }
        ("POST /v1/token", _) => endpoint.post(path, phone, &json!({})).await,
        _ => endpoint.call(method, path, phone, &[], "").await,
    };
    answer.status.as_u16()
}

/// A photo that a record of this phone speaks of; sent already unless it is to be sent now.
async fn own_photo(endpoint: &Endpoint, phone: Option<&Phone>, fresh: u64, is_sent_now: bool) -> String {
    let photo = jpeg(300, fresh as u8);
    let sha256 = sha256_hex(&photo);
    if let Some(phone) = phone {
        // A phone that is not let in cannot push the record either.
        endpoint.post("/v1/push", Some(phone), &push_body(phone, &[with_photo(fresh, &sha256, 300)])).await;
        if !is_sent_now {
            endpoint.chunk(phone, &sha256, 0, &photo).await;
        }
    }
    sha256
}

fn change(case: &str, fresh: u64) -> (String, Value) {
    let staff = |site: &str| {
        let id = format!("butler-{fresh}");
        let name = json!({ "zh": "管家", "en": "Butler" });
        (format!("/v1/staff/{id}"), json!({ "id": id, "site": site, "name": name, "role": "butler" }))
    };
    match case {
        "staff of its site" => staff("lanting"),
        "staff of another site" => staff("another-site"),
        "no such kind" => ("/v1/king/1".to_owned(), json!({})),
        other => panic!("no such case: {other}"),
    }
}

#[tokio::test]
async fn every_call_answers_every_role_in_every_state_of_its_token_as_written() {
    let endpoint = Endpoint::demo().await;
    let phones = phones(&endpoint).await;
    let photos = photos(&endpoint).await;
    let (mut wrong, mut cells, mut fresh) = (Vec::new(), 0, 10);
    for line in lines() {
        for ((role, _), expected) in ROLES.iter().zip(&line.expected) {
            let state = STATES.iter().find(|state| **state == line.state).expect("a state of a token");
            let Some(phone) = phones.get(&(*role, *state)) else {
                assert_eq!(expected, "-", "{role} has no token that could be {state}");
                continue;
            };
            fresh += 1;
            cells += 1;
            let found = ask(&endpoint, &line, phone.as_ref(), &photos, fresh).await.to_string();
            if found != *expected {
                wrong.push(format!(
                    "{} | {} | {} | {role}: {found}, not {expected}",
                    line.call, line.case, state
                ));
            }
        }
        assert_eq!(line.expected.len(), ROLES.len(), "{} {}", line.call, line.case);
    }
    assert!(wrong.is_empty(), "{} of {cells} cells:\n{}", wrong.len(), wrong.join("\n"));
    assert!(cells > 300, "{cells}");
}

#[tokio::test]
async fn every_call_of_the_description_is_in_the_table_in_every_state() {
    let endpoint = Endpoint::demo().await;
    let description: Value = endpoint.get("/v1/openapi.json", None).await.json();
    let mut described = BTreeSet::new();
    for (path, methods) in description["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            described.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
    let mut written: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for line in lines() {
        written.entry((line.call, line.case)).or_default().insert(line.state);
    }
    let all: BTreeSet<String> = STATES.iter().map(|state| (*state).to_owned()).collect();
    for (call, states) in &written {
        assert_eq!(*states, all, "{call:?}");
    }
    let calls: BTreeSet<String> = written.into_keys().map(|(call, _)| call).collect();
    let undescribed = ["GET /v1/openapi.json", "GET /v1/nothing", "GET /demo"].map(str::to_owned);
    assert_eq!(calls, described.into_iter().chain(undescribed).collect());
}
