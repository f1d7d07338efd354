//! A refusal reaches a phone that is still sending, on a real connection.

use std::net::SocketAddr;
use std::time::Duration;

use rounds_endpoint::serve::Peer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::harness::Endpoint;

const LONG: usize = 4 * 1024 * 1024;

async fn listen(endpoint: &Endpoint) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = endpoint.router.clone().into_make_service_with_connect_info::<Peer>();
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    address
}

/// Sends the whole body before it reads a word, as a browser's upload does.
async fn send_all_then_read(address: SocketAddr, head: &str, body: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let (line, headers) = head.split_once("\r\n").unwrap_or((head, ""));
    let head = format!(
        "{line} HTTP/1.1\r\n{headers}host: x\r\nconnection: close\r\ncontent-length: {}\r\n",
        body.len()
    );
    stream.write_all(format!("{head}content-type: application/json\r\n\r\n").as_bytes()).await.unwrap();
    for piece in body.chunks(64 * 1024) {
        stream.write_all(piece).await.expect("the endpoint hears the phone out");
        tokio::time::sleep(Duration::from_micros(200)).await;
    }
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("the answer arrives whole");
    answer
}

#[tokio::test]
async fn a_body_that_is_too_large_is_told_so_and_not_cut_off() {
    let endpoint = Endpoint::demo().await;
    let phone = endpoint.phone(rounds::sync::protocol::DeviceRole::Butler).await;
    let address = listen(&endpoint).await;
    let head = format!("POST /v1/push\r\nauthorization: Bearer {}\r\n", phone.token);
    let answer = send_all_then_read(address, &head, &vec![b' '; LONG]).await;
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("push-too-large"), "{answer}");
}

#[tokio::test]
async fn a_call_without_a_token_is_told_so_however_much_it_sends() {
    let endpoint = Endpoint::demo().await;
    let address = listen(&endpoint).await;
    for path in ["/v1/push", "/v1/nothing", "/v1/enrol", "/index.html"] {
        let answer = send_all_then_read(address, &format!("POST {path}"), &vec![b' '; LONG]).await;
        assert!(answer.starts_with("HTTP/1.1 4"), "{path}: {answer}");
        assert!(answer.contains("urn:rounds:problem:"), "{path}: {answer}");
    }
}
