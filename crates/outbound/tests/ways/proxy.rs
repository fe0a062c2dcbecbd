//! Through a proxy.

use std::net::SocketAddr;

use poolhouse_outbound::aws::{Call, CallProblem, Effect, Patience};
use poolhouse_outbound::http::HttpError;
use poolhouse_text::with_causes;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, copy_bidirectional};
use tokio::net::TcpStream;

use crate::service::{Heard, listen, no_tls, serve, service, tls_service};

/// A proxy that opens tunnels to one address, whatever host is asked for, or answers with this status.
async fn tunnels(to: SocketAddr, status: &'static str) -> (SocketAddr, Heard) {
    let (listener, address) = listen().await;
    let heard = Heard::default();
    let log = Heard::clone(&heard);
    tokio::spawn(async move {
        loop {
            let mut client = BufReader::new(listener.accept().await.unwrap().0);
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                client.read_line(&mut head).await.unwrap();
            }
            log.lock().unwrap().push(head);
            let answer = format!("HTTP/1.1 {status}\r\n\r\n");
            client.write_all(answer.as_bytes()).await.unwrap();
            if status.starts_with("200") {
                let mut service = TcpStream::connect(to).await.unwrap();
                tokio::spawn(async move { copy_bidirectional(&mut client, &mut service).await });
            }
        }
    });
    (address, heard)
}

#[tokio::test]
async fn tls_goes_through_a_tunnel_in_which_the_proxy_reads_nothing() {
    let (address, tls) = tls_service().await;
    let (proxy, heard) = tunnels(address, "200 Connection established").await;
    let url = format!("http://us%40er:pass@{proxy}");
    let service = service("https://service.example", tls, &[("HTTPS_PROXY", &url)]);
    let answer = service
        .call(&Call::get("/path"), Effect::Reads, &Patience::default())
        .await;
    assert_eq!(answer.unwrap().body, "done");
    // us@er:pass
    assert_eq!(
        *heard.lock().unwrap(),
        [
            "CONNECT service.example:443 HTTP/1.1\r\nhost: service.example:443\r\nproxy-authorization: Basic \
          dXNAZXI6cGFzcw==\r\n\r\n"
        ]
    );
}

#[tokio::test]
async fn plain_http_is_forwarded_with_the_whole_url() {
    let (listener, proxy) = listen().await;
    let heard = Heard::default();
    let log = Heard::clone(&heard);
    tokio::spawn(async move { serve(listener.accept().await.unwrap().0, log) });
    let url = format!("http://user:pass@{proxy}");
    let service = service("http://service.example:8080", no_tls(), &[("HTTP_PROXY", &url)]);
    let call = Call {
        query: "a=b".to_owned(),
        ..Call::get("/path")
    };
    let answer = service.call(&call, Effect::Reads, &Patience::default()).await;
    assert_eq!(answer.unwrap().body, "done");
    // user:pass
    assert_eq!(
        *heard.lock().unwrap(),
        ["GET http://service.example:8080/path?a=b Basic dXNlcjpwYXNz"]
    );
}

#[tokio::test]
async fn an_exception_is_reached_directly() {
    let (listener, address) = listen().await;
    let heard = Heard::default();
    let log = Heard::clone(&heard);
    tokio::spawn(async move { serve(listener.accept().await.unwrap().0, log) });
    let variables = [
        ("HTTP_PROXY", "http://proxy.invalid:1"),
        ("NO_PROXY", "127.0.0.0/8"),
    ];
    let service = service(&format!("http://{address}"), no_tls(), &variables);
    service
        .call(&Call::get("/path"), Effect::Reads, &Patience::default())
        .await
        .unwrap();
    assert_eq!(*heard.lock().unwrap(), ["GET /path -"]);
}

#[tokio::test]
async fn a_proxy_that_says_no_or_is_not_there_is_told_from_the_service() {
    let (address, tls) = tls_service().await;
    let (proxy, _) = tunnels(address, "407 Proxy Authentication Required").await;
    let url = format!("http://{proxy}");
    let service_by_proxy = service("https://service.example", tls.clone(), &[("https_proxy", &url)]);
    let call = Call::get("/path");
    let error = service_by_proxy
        .call(&call, Effect::Reads, &Patience::default())
        .await
        .err()
        .unwrap();
    assert!(matches!(
        error.problem(),
        CallProblem::Http(HttpError::ProxyRefused(407))
    ));

    let (listener, gone) = listen().await;
    drop(listener);
    let url = format!("http://{gone}");
    let service_by_proxy = service("https://service.example", tls, &[("https_proxy", &url)]);
    let once = Patience {
        attempts: 1,
        ..Patience::default()
    };
    let error = service_by_proxy
        .call(&call, Effect::Reads, &once)
        .await
        .err()
        .unwrap();
    assert!(
        with_causes(&error).starts_with(
            "the service could not be reached: the proxy cannot be reached: nothing listens there"
        ),
        "{}",
        with_causes(&error)
    );
}
