//! TLS: who may be talked to, and what is never said to anyone else.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use poolhouse_mail::smtp::{self, Class, Deadlines, Phase, Relay, TlsSource};
use rcgen::{CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use rustls::{RootCertStore, ServerConfig};
use tokio_rustls::TlsAcceptor;

use crate::support::{ScriptedRelay, Step, email, envelope};

use Step::{Hear, HearMessage, Say, Tls};

const BANNER: Step = Say("220 relay.example ESMTP\r\n");
const OFFER: Step = Say("250-relay.example\r\n250 STARTTLS\r\n");
const SECRET_OFFER: Step = Say("250-relay.example\r\n250-PIPELINING\r\n250 AUTH LOGIN PLAIN\r\n");
const READY: Step = Say("220 go ahead\r\n");

/// An authority of the test's own.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// What is wrong with the relay's certificate, if anything.
pub enum Certificate {
    Good,
    Expired,
    WrongName,
}

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub fn acceptor(&self, certificate: Certificate) -> TlsAcceptor {
        let name = match certificate {
            Certificate::WrongName => "other.example",
            _ => "localhost",
        };
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        if matches!(certificate, Certificate::Expired) {
            params.not_after = date_time_ymd(2020, 1, 1);
        }
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key);
        TlsAcceptor::from(Arc::new(config.unwrap()))
    }

    /// Its own certificate, as a file has it.
    pub fn pem(&self) -> String {
        pem(self.0.der())
    }

    /// Settings that trust this authority and no other.
    fn trusted(&self) -> TlsSource {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.der().clone()).unwrap();
        TlsSource::ready(Arc::new(
            smtp::client_config(Arc::new(ring::default_provider()), roots).unwrap(),
        ))
    }
}

/// A certificate as a file has it.
pub fn pem(certificate: &[u8]) -> String {
    format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        STANDARD.encode(certificate)
    )
}

/// Sends one mail, with credentials, to a relay on `localhost`.
async fn send(
    tls: &TlsSource,
    scheme: &str,
    parameters: &str,
    script: Vec<Step>,
) -> (Result<smtp::Accepted, smtp::SendError>, String) {
    let relay = ScriptedRelay::start(vec![script]).await;
    let url = format!(
        "{scheme}://ada:hunter2@localhost:{}{parameters}",
        relay.address.port()
    );
    let bytes = email().to_bytes().unwrap();
    let sent = smtp::send(
        &Relay::parse(&url).unwrap(),
        tls,
        &envelope(),
        &bytes,
        &Deadlines::default(),
    )
    .await;
    (sent, relay.heard().await.remove(0))
}

pub fn signed_in_mail() -> Vec<Step> {
    vec![
        Hear,
        SECRET_OFFER,
        Hear,
        Say("235 welcome\r\n"),
        Hear,
        Hear,
        Hear,
        Say("250 ok\r\n250 ok\r\n354 go\r\n"),
        HearMessage,
        Say("250 queued\r\n"),
    ]
}

#[tokio::test]
async fn starttls_and_implicit_tls_carry_credentials_and_mail() {
    let authority = Authority::new();
    let acceptor = authority.acceptor(Certificate::Good);
    let starttls = [
        vec![BANNER, Hear, OFFER, Hear, READY, Tls(acceptor.clone())],
        signed_in_mail(),
    ]
    .concat();
    let (sent, heard) = send(&authority.trusted(), "smtp", "?tls=starttls", starttls).await;
    assert_eq!(sent.unwrap().queue_text(), "queued");
    assert!(heard.starts_with(
        "EHLO [127.0.0.1]\r\nSTARTTLS\r\nEHLO [127.0.0.1]\r\nAUTH PLAIN AGFkYQBodW50ZXIy\r\nMAIL"
    ));

    let implicit = [vec![Tls(acceptor), BANNER], signed_in_mail()].concat();
    let (sent, _) = send(&authority.trusted(), "smtps", "", implicit).await;
    assert_eq!(sent.unwrap().queue_text(), "queued");
}

#[tokio::test]
async fn a_certificate_that_does_not_hold_gets_no_credentials_and_no_mail() {
    let (ours, foreign) = (Authority::new(), Authority::new());
    for (acceptor, why) in [
        (foreign.acceptor(Certificate::Good), "unknown authority"),
        (ours.acceptor(Certificate::WrongName), "wrong name"),
        (ours.acceptor(Certificate::Expired), "expired"),
    ] {
        let script = vec![BANNER, Hear, OFFER, Hear, READY, Tls(acceptor.clone()), Hear];
        let (sent, heard) = send(&ours.trusted(), "smtp", "?tls=starttls", script.clone()).await;
        let error = sent.unwrap_err();
        assert_eq!(
            (error.phase(), error.class()),
            (Phase::Tls, Class::Config),
            "{why}"
        );
        assert_eq!(heard, "EHLO [127.0.0.1]\r\nSTARTTLS\r\n", "{why}");

        let (sent, heard) = send(&ours.trusted(), "smtp", "?tls=opportunistic", script).await;
        assert_eq!(
            (sent.unwrap_err().class(), heard.lines().count()),
            (Class::Config, 2),
            "{why}"
        );

        let (sent, heard) = send(&ours.trusted(), "smtps", "", vec![Tls(acceptor), BANNER, Hear]).await;
        assert_eq!(
            (sent.unwrap_err().class(), heard.as_str()),
            (Class::Config, ""),
            "{why}"
        );
    }
}

#[tokio::test]
async fn a_stripped_starttls_offer_stops_the_conversation() {
    let script = vec![BANNER, Hear, SECRET_OFFER];
    let (sent, heard) = send(&Authority::new().trusted(), "smtp", "?tls=starttls", script).await;
    let error = sent.unwrap_err();
    assert_eq!(
        (error.class(), error.to_string().as_str()),
        (Class::Config, "the mail relay does not offer STARTTLS")
    );
    assert_eq!(heard, "EHLO [127.0.0.1]\r\nQUIT\r\n");
}

#[tokio::test]
async fn text_injected_before_the_handshake_is_noticed() {
    let authority = Authority::new();
    let injected = Say("220 go ahead\r\n250 injected\r\n");
    let script = vec![
        BANNER,
        Hear,
        OFFER,
        Hear,
        injected,
        Tls(authority.acceptor(Certificate::Good)),
        Hear,
    ];
    let (sent, heard) = send(&authority.trusted(), "smtp", "?tls=starttls", script).await;
    let error = sent.unwrap_err();
    assert_eq!(
        (error.phase(), error.class()),
        (Phase::StartTls, Class::Transient)
    );
    assert_eq!(heard, "EHLO [127.0.0.1]\r\nSTARTTLS\r\n");
}

#[tokio::test]
async fn offers_made_in_the_clear_count_for_nothing_after_the_handshake() {
    let authority = Authority::new();
    let acceptor = authority.acceptor(Certificate::Good);
    let offer = Say("250-relay.example\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n");
    let script = vec![
        BANNER,
        Hear,
        offer,
        Hear,
        READY,
        Tls(acceptor),
        Hear,
        Say("250 relay.example\r\n"),
    ];
    let (sent, heard) = send(&authority.trusted(), "smtp", "?tls=starttls", script).await;
    let error = sent.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the mail relay does not offer AUTH PLAIN or AUTH LOGIN"
    );
    assert!(!heard.contains("AUTH"), "{heard}");
}

#[tokio::test]
async fn a_relay_that_knows_only_tls_1_0_is_refused() {
    // What an old relay answers to a ClientHello: a fatal protocol_version alert in a TLS 1.0 record.
    let alert = Say("\x15\x03\x01\x00\x02\x02\x46");
    let (sent, heard) = send(&Authority::new().trusted(), "smtps", "", vec![alert]).await;
    assert_eq!(sent.unwrap_err().class(), Class::Config);
    assert!(!heard.contains("AUTH") && !heard.contains("MAIL"));
}
