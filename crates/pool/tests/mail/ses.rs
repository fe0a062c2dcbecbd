//! Mail that leaves the outbox by SES.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use poolhouse_outbound::aws::Credentials;
use poolhouse_outbound::http::Endpoint;
use poolhouse_pool::base::settings::{MailCarrier, SesSettings};
use tokio::net::TcpListener;

use crate::house::{House, memory};
use crate::relay::{ScriptedRelay, Turn};

/// An SES that gives the same answer to everybody and remembers what it was asked.
#[derive(Clone)]
struct Ses {
    answer: (StatusCode, &'static str, &'static str),
    heard: Arc<Mutex<Vec<Bytes>>>,
}

impl Ses {
    async fn start(status: StatusCode, error: &'static str) -> (Ses, MailCarrier) {
        let ses = Ses {
            answer: (status, error, r#"{"MessageId":"0100018f-a"}"#),
            heard: Arc::default(),
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
            credentials: Credentials {
                access_key_id: "AKIATEST".to_owned(),
                secret: "a secret".to_owned(),
                session_token: None,
            },
        });
        (ses, carrier)
    }

    fn mails(&self) -> Vec<Bytes> {
        self.heard.lock().unwrap().clone()
    }
}

async fn take(
    State(ses): State<Ses>,
    body: Bytes,
) -> (StatusCode, [(&'static str, &'static str); 1], &'static str) {
    ses.heard.lock().unwrap().push(body);
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
