//! Peers that keep a connection open and never finish what they began.

use std::future::pending;
use std::time::Duration;

use rounds_endpoint::serve::{Patience, answer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::harness::Endpoint;

const HEALTH: &[u8] = b"GET /v1/health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

async fn all_that_comes(mut stream: TcpStream) -> String {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn half_a_head_is_let_go_and_holds_up_nobody() {
    let endpoint = Endpoint::demo().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let patience = Patience { head: Duration::from_millis(50), ..Patience::default() };
    tokio::spawn(answer(listener, endpoint.router.clone(), patience, pending()));

    let mut slow = TcpStream::connect(address).await.unwrap();
    slow.write_all(b"GET /v1/health HTTP/1.1\r\nx-slow: ").await.unwrap();
    let mut quick = TcpStream::connect(address).await.unwrap();
    quick.write_all(HEALTH).await.unwrap();
    assert!(all_that_comes(quick).await.contains("rounds-endpoint"));
    // Ends because the endpoint closes: nothing more is sent here.
    assert!(!all_that_comes(slow).await.contains("rounds-endpoint"));
}

#[tokio::test]
async fn told_to_stop_it_answers_what_was_asked_and_takes_nothing_new() {
    let endpoint = Endpoint::demo().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let router = endpoint.router.clone();
    let serving = tokio::spawn(async move {
        answer(listener, router, Patience::default(), async {
            let _ = stopped.await;
        })
        .await;
    });
    // A whole first answer proves that the connection was taken before the stop.
    let mut open = TcpStream::connect(address).await.unwrap();
    let asked = String::from_utf8(HEALTH.to_vec()).unwrap().replace("connection: close\r\n", "");
    open.write_all(asked.as_bytes()).await.unwrap();
    let mut first = [0u8; 15];
    open.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 200 OK");
    stop.send(()).unwrap();
    serving.await.unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}
