//! Mail that leaves the outbox by SES.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post, put};
use poolhouse_credentials::{Env, RenewingCredentials, Surroundings};
use poolhouse_mail::Mailbox;
use poolhouse_outbound::TlsSource;
use poolhouse_outbound::http::{Endpoint, Proxies};
use poolhouse_pool::base::clock::Clock;
use poolhouse_pool::base::settings::{MailCarrier, SesSettings, Settings};
use poolhouse_pool::testing::FrozenClock;
use tokio::net::TcpListener;

use crate::house::{House, memory};
use crate::relay::{ScriptedRelay, Turn};

/// An SES that gives the same answer to everybody and remembers what it was asked.
#[derive(Clone)]
struct Ses {
    answer: (StatusCode, &'static str, &'static str),
    heard: Arc<Mutex<Vec<Bytes>>>,
    signers: Arc<Mutex<Vec<String>>>,
}

impl Ses {
    async fn start(status: StatusCode, error: &'static str) -> (Ses, MailCarrier) {
        let ses = Ses {
            answer: (status, error, r#"{"MessageId":"0100018f-a"}"#),
            heard: Arc::default(),
            signers: Arc::default(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let routes = Router::new()
            .route("/v2/email/outbound-emails", post(take))
            .with_state(ses.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        let carrier = MailCarrier::Ses(SesSettings {
            endpoint: Endpoint::parse(&endpoint).unwrap(),
            region: "eu-west-1".to_owned(),
            configuration_set: None,
        });
        (ses, carrier)
    }

    fn mails(&self) -> Vec<Bytes> {
        self.heard.lock().unwrap().clone()
    }
}

async fn take(
    State(ses): State<Ses>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, [(&'static str, &'static str); 1], &'static str) {
    ses.heard.lock().unwrap().push(body);
    let signature = headers["authorization"].to_str().unwrap();
    let (_, credential) = signature.split_once("Credential=").unwrap();
    ses.signers
        .lock()
        .unwrap()
        .push(credential.split('/').next().unwrap().to_owned());
    let (status, error, answer) = ses.answer;
    (status, [("x-amzn-errortype", error)], answer)
}

#[tokio::test]
async fn ses_takes_the_mail_and_nothing_is_left() {
    let (ses, carrier) = Ses::start(StatusCode::OK, "").await;
    let house = House::new(memory(), vec![carrier]);
    house.queue("ada").await;
    house.drain().await;
    assert_eq!((ses.mails().len(), house.rows().await.len()), (1, 0));
}

#[tokio::test]
async fn what_ses_denies_goes_to_the_relay_and_ses_is_left_alone_for_a_while() {
    let (ses, carrier) = Ses::start(StatusCode::FORBIDDEN, "AccessDeniedException").await;
    let relay = ScriptedRelay::start(Turn::Accept).await;
    let house = House::new(memory(), vec![carrier, relay.relay()]);
    for name in ["ada", "bob"] {
        house.queue(name).await;
    }
    house.drain().await;
    assert_eq!((relay.accepted().len(), house.rows().await.len()), (2, 0));
    assert!(!ses.mails().is_empty());
}

#[tokio::test]
async fn a_recipient_that_ses_rejects_in_its_sandbox_is_tried_later() {
    let (ses, carrier) = Ses::start(StatusCode::BAD_REQUEST, "MessageRejected").await;
    let house = House::new(memory(), vec![carrier]);
    house.queue("ada").await;
    house.drain().await;
    assert_eq!((ses.mails().len(), house.rows().await.len()), (1, 1));
}

/// The metadata service of an instance whose keys live for an hour by this clock.
async fn instance(clock: Arc<FrozenClock>) -> RenewingCredentials {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (given, wall) = (Arc::new(AtomicUsize::new(0)), Arc::clone(&clock));
    let keys = move || {
        let number = given.fetch_add(1, Ordering::SeqCst) + 1;
        let end = jiff::Timestamp::from_second(wall.now().seconds() + 3600).unwrap();
        let keys = format!(
            r#"{{"AccessKeyId":"ASIA{number}","SecretAccessKey":"s","Token":"t","Expiration":"{end}"}}"#
        );
        std::future::ready(keys)
    };
    let role = "/latest/meta-data/iam/security-credentials/";
    let routes = Router::new()
        .route("/latest/api/token", put(async || "token"))
        .route(role, get(async || "mail"))
        .route(&format!("{role}mail"), get(keys));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    RenewingCredentials::new(Surroundings {
        env: Env::of(&[("AWS_EC2_METADATA_SERVICE_ENDPOINT", &url)]),
        profile: None,
        region: None,
        tls: TlsSource::lazy(|| unreachable!("nothing here speaks TLS")),
        proxies: Proxies::default(),
        clock: Arc::new(move || Duration::from_secs(u64::try_from(clock.now().seconds()).unwrap())),
        random: Arc::new(|| 0),
    })
}

#[tokio::test]
async fn a_servers_mail_goes_on_when_the_keys_of_its_instance_end() {
    let (ses, carrier) = Ses::start(StatusCode::OK, "").await;
    let clock = Arc::new(FrozenClock::default());
    let credentials = instance(Arc::clone(&clock)).await;
    let mut settings = Settings::default();
    settings.mail.carriers = vec![carrier];
    settings.mail.from = Some(Mailbox::parse("Pool <no-reply@pool.example>").unwrap());
    let house = House::signing(
        memory(),
        settings,
        None,
        Arc::clone(&clock),
        Arc::new(credentials.clone()),
    );
    for name in ["ada", "bob"] {
        house.queue(name).await;
        house.drain().await;
    }
    // Their last five minutes: they still serve, and others are fetched meanwhile.
    clock.advance_seconds(3600 - 5 * 60);
    house.queue("cleo").await;
    house.drain().await;
    credentials.settled().await;
    house.queue("dan").await;
    house.drain().await;
    // Long after their end nobody has asked for others.
    clock.advance_seconds(24 * 3600);
    house.queue("eve").await;
    house.drain().await;
    assert_eq!(
        *ses.signers.lock().unwrap(),
        ["ASIA1", "ASIA1", "ASIA1", "ASIA2", "ASIA3"]
    );
    assert_eq!(house.rows().await.len(), 0);
}
