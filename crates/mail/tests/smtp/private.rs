//! Relays of a house: with an authority of its own, a certificate given by hand, tokens in place of passwords.

use std::io;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use poolhouse_mail::smtp::{self, Class, Deadlines, Phase, Relay};
use rcgen::{CertificateParams, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::support::{ScriptedRelay, Step, email, envelope, no_tls};
use crate::tls::{Authority, Certificate, pem, signed_in_mail};

use Step::{Hear, HearMessage, Say, Tls};

const BANNER: Step = Say("220 relay.example ESMTP\r\n");
const OFFER: Step = Say("250-relay.example\r\n250 STARTTLS\r\n");
const READY: Step = Say("220 go ahead\r\n");

/// Sends one mail by a URL that names the file `ca.pem`, and trusts no public authority.
async fn send(url: &str, ca: &str, script: Vec<Step>) -> (Result<smtp::Accepted, smtp::SendError>, String) {
    let relay = ScriptedRelay::start(vec![script]).await;
    let url = url.replace("PORT", &relay.address.port().to_string());
    let provider = Arc::new(ring::default_provider());
    let read = |file: &str| match file {
        "ca.pem" => Ok(ca.to_owned()),
        _ => Err(io::ErrorKind::NotFound.into()),
    };
    let parsed = Relay::parse(&url).unwrap().with_files(read, &provider).unwrap();
    let bytes = email().to_bytes().unwrap();
    let sent = smtp::send(&parsed, &no_tls(), &envelope(), &bytes, &Deadlines::default()).await;
    (sent, relay.heard().await.remove(0))
}

#[tokio::test]
async fn a_relay_with_a_certificate_of_the_houses_own_authority_is_trusted_by_name() {
    let (ours, foreign) = (Authority::new(), Authority::new());
    let acceptor = ours.acceptor(Certificate::Good);
    let starttls = [
        vec![BANNER, Hear, OFFER, Hear, READY, Tls(acceptor.clone())],
        signed_in_mail(),
    ]
    .concat();
    let url = "smtp://ada:hunter2@localhost:PORT?tls=starttls&ca=ca.pem&ehlo=pool.corp.example";
    let (sent, heard) = send(url, &ours.pem(), starttls).await;
    assert_eq!(sent.unwrap().queue_text(), "queued");
    assert!(
        heard.starts_with("EHLO pool.corp.example\r\nSTARTTLS\r\nEHLO pool.corp.example\r\n"),
        "{heard}"
    );

    let implicit = [vec![Tls(acceptor), BANNER], signed_in_mail()].concat();
    let url = "smtps://ada:hunter2@localhost:PORT?ca=ca.pem";
    let (sent, _) = send(url, &ours.pem(), implicit).await;
    assert_eq!(sent.unwrap().queue_text(), "queued");

    for certificate in [Certificate::WrongName, Certificate::Expired] {
        let script = vec![Tls(ours.acceptor(certificate)), BANNER, Hear];
        let (sent, _) = send(url, &ours.pem(), script).await;
        assert_eq!(sent.unwrap_err().phase(), Phase::Tls);
    }
    let (sent, heard) = send(
        url,
        &foreign.pem(),
        vec![Tls(ours.acceptor(Certificate::Good)), BANNER],
    )
    .await;
    assert_eq!((sent.unwrap_err().class(), heard.as_str()), (Class::Config, ""));
}

/// A relay that made its certificate itself, as `openssl req -x509` does: its own authority, for another name.
fn self_made() -> (TlsAcceptor, String) {
    let mut params = CertificateParams::new(vec!["exchange.corp.example".to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let text = pem(certificate.der());
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key);
    (TlsAcceptor::from(Arc::new(config.unwrap())), text)
}

#[tokio::test]
async fn a_certificate_that_was_given_by_hand_is_trusted_and_another_of_the_same_make_is_not() {
    let ((ours, pinned), (foreign, _)) = (self_made(), self_made());
    let url = "smtps://ada:hunter2@localhost:PORT?ca=ca.pem";
    let script = [vec![Tls(ours), BANNER], signed_in_mail()].concat();
    let (sent, _) = send(url, &pinned, script).await;
    assert_eq!(sent.unwrap().queue_text(), "queued");
    let (sent, heard) = send(url, &pinned, vec![Tls(foreign), BANNER, Hear]).await;
    assert_eq!((sent.unwrap_err().class(), heard.as_str()), (Class::Config, ""));
}

#[tokio::test]
async fn a_file_that_names_nobody_is_refused_and_one_that_was_not_read_trusts_nobody() {
    let provider = Arc::new(ring::default_provider());
    let relay = || Relay::parse("smtps://localhost?ca=ca.pem").unwrap();
    for (content, problem) in [
        (Ok("".to_owned()), "cannot be used: it holds no certificate"),
        (
            Ok(pem(b"no certificate")),
            "cannot be used: it holds a certificate that cannot be read",
        ),
        (Err(io::ErrorKind::NotFound), "cannot be read: entity not found"),
    ] {
        let refused = relay().with_files(|_| content.clone().map_err(io::Error::from), &provider);
        assert_eq!(
            refused.unwrap_err().to_string(),
            format!("the file of ca, ca.pem, {problem}")
        );
    }
    let (acceptor, _) = self_made();
    let listening = ScriptedRelay::start(vec![vec![Tls(acceptor)]]).await;
    let unread = Relay::parse(&format!(
        "smtps://localhost:{}?ca=ca.pem",
        listening.address.port()
    ))
    .unwrap();
    let bytes = email().to_bytes().unwrap();
    let sent = smtp::send(&unread, &no_tls(), &envelope(), &bytes, &Deadlines::default()).await;
    assert_eq!(sent.unwrap_err().phase(), Phase::Tls);
}

/// An issuer of tokens that answers once for each body, and the requests that it heard.
async fn issuer(bodies: Vec<&'static str>) -> (String, tokio::task::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/t/token", listener.local_addr().unwrap());
    let heard = tokio::spawn(async move {
        let mut heard = Vec::new();
        for body in bodies {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 4096];
            let mut read = 0;
            while !String::from_utf8_lossy(&request[..read]).contains("grant_type=") {
                read += stream.read(&mut request[read..]).await.unwrap();
            }
            heard.push(String::from_utf8_lossy(&request[..read]).into_owned());
            let status = if body.contains("access_token") {
                "200 OK"
            } else {
                "400 Bad Request"
            };
            let answer = format!(
                "HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
        heard
    });
    (url, heard)
}

fn by_token(relay: &ScriptedRelay, token_url: &str) -> Relay {
    let grant = format!(
        r#"{{"token_url": "{token_url}", "client_id": "pool", "client_secret": "p&s", "scope": "https://o.example/.default"}}"#
    );
    let url = format!("smtp://codes%40corp.example@{}?oauth=o.json", relay.address);
    Relay::parse(&url)
        .unwrap()
        .with_files(|_| Ok(grant.clone()), &Arc::new(ring::default_provider()))
        .unwrap()
}

#[tokio::test]
async fn a_token_is_asked_for_once_used_while_it_lives_and_asked_for_anew_when_it_is_refused() {
    let offer = Say("250-relay.example\r\n250 AUTH XOAUTH2\r\n");
    let taken = |hello: Vec<Step>| {
        let ok = Say("250 ok\r\n");
        [
            hello,
            vec![
                Hear,
                ok.clone(),
                Hear,
                ok,
                Hear,
                Say("354 go\r\n"),
                HearMessage,
                Say("250 queued\r\n"),
            ],
        ]
        .concat()
    };
    let welcomed = taken(vec![BANNER, Hear, offer.clone(), Hear, Say("235 welcome\r\n")]);
    let refused = vec![
        BANNER,
        Hear,
        offer,
        Hear,
        Say("334 eyJzdGF0dXMi\r\n"),
        Hear,
        Say("535 5.7.3 no\r\n"),
    ];
    let relay = ScriptedRelay::start(vec![welcomed.clone(), welcomed.clone(), refused, welcomed]).await;
    let (token_url, asked) = issuer(vec![
        r#"{"access_token": "first", "expires_in": 3599}"#,
        r#"{"access_token": "second", "expires_in": "3599"}"#,
    ])
    .await;
    let by = by_token(&relay, &token_url);
    let bytes = email().to_bytes().unwrap();
    let mut outcomes = Vec::new();
    for _ in 0..4 {
        let sent = smtp::send(&by, &no_tls(), &envelope(), &bytes, &Deadlines::default()).await;
        outcomes.push(
            sent.map(drop)
                .map_err(|error| (error.to_string(), error.is_about_credentials())),
        );
    }
    let refusal = ("the mail relay refused AUTH with 535 5.7.3".to_owned(), true);
    assert_eq!(outcomes, [Ok(()), Ok(()), Err(refusal), Ok(())]);
    let said = |token: &str| {
        let response = STANDARD.encode(format!("user=codes@corp.example\x01auth=Bearer {token}\x01\x01"));
        format!("AUTH XOAUTH2 {response}\r\n")
    };
    let heard = relay.heard().await;
    let tokens: Vec<_> = heard.iter().map(|heard| heard.contains(&said("first"))).collect();
    assert_eq!(tokens, [true, true, true, false]);
    assert!(
        heard[3].contains(&said("second")) && heard[2].contains("\r\n\r\nQUIT\r\n"),
        "{heard:?}"
    );
    let asked = asked.await.unwrap();
    assert!(asked[0].starts_with("POST /t/token HTTP/1.1\r\n"));
    assert!(asked[0].ends_with(
        "client_id=pool&grant_type=client_credentials&client_secret=p%26s&scope=https%3A%2F%2Fo.example%2F.default"
    ));
}

#[tokio::test]
async fn an_issuer_that_gives_no_token_is_a_matter_of_credentials_and_named() {
    let offer = Say("250-relay.example\r\n250 AUTH XOAUTH2\r\n");
    let relay = ScriptedRelay::start(vec![vec![BANNER, Hear, offer]]).await;
    let (token_url, _asked) = issuer(vec![
        r#"{"error": "invalid_client", "error_description": "AADSTS7000215: bad secret"}"#,
    ])
    .await;
    let bytes = email().to_bytes().unwrap();
    let by = by_token(&relay, &token_url);
    let error = smtp::send(&by, &no_tls(), &envelope(), &bytes, &Deadlines::default())
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the mail relay refused AUTH with 400 invalid_client"
    );
    assert_eq!(
        (
            error.class(),
            error.is_about_credentials(),
            error.words().as_deref()
        ),
        (Class::Config, true, Some("AADSTS7000215: bad secret"))
    );
}
