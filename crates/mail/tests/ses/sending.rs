//! What is asked, what the answers mean, what silence costs.
//!
//! Where a test waits, the clock is paused: when nothing can proceed, time jumps to the next deadline.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use poolhouse_mail::{Address, Carrier, Class, Deadlines, Email, Mailbox, Phase, SendError};
use serde_json::json;
use tokio::time::Instant;

use crate::service::{Heard, Manner, ses};

const TAKEN: Manner = Manner::Answer(200, "", r#"{"MessageId":"0100018f-a"}"#);

fn email(to: &str) -> Email {
    Email {
        message_id: "challenge-1.1@example.com".to_owned(),
        date: 1_763_823_600,
        from: Mailbox::parse("Poolhouse <no-reply@example.com>").unwrap(),
        to: Address::parse(to).unwrap(),
        reply_to: None,
        bounces_to: None,
        picture: None,
        subject: "Your sign-in code".to_owned(),
        text: "Your code is 123456.\n".to_owned(),
        html: None,
        language: Some("en".to_owned()),
    }
}

async fn send_by(carrier: &Carrier, to: &str) -> Result<Option<String>, SendError> {
    let email = email(to);
    let deadlines = Deadlines::within(Duration::from_secs(3));
    let opened = carrier.open(&deadlines).await?;
    let bytes = email.to_bytes().unwrap();
    let taken = opened.send(&email.envelope(), &bytes, &deadlines).await?;
    Ok(taken.id)
}

async fn send(service: &Heard) -> Result<Option<String>, SendError> {
    send_by(&Carrier::Ses(service.ses()), "ada@example.com").await
}

#[tokio::test]
async fn a_mail_is_one_signed_request_with_the_finished_message_in_it() {
    let service = Heard::start(TAKEN).await;
    assert_eq!(send(&service).await.unwrap().as_deref(), Some("0100018f-a"));
    let message = STANDARD.encode(email("ada@example.com").to_bytes().unwrap());
    let expected = json!({
        "Destination": { "ToAddresses": ["ada@example.com"] },
        "Content": { "Raw": { "Data": message } },
    });
    assert_eq!(service.body(), expected);
}

#[tokio::test]
async fn a_configuration_set_is_named_if_the_url_names_one() {
    let service = Heard::start(TAKEN).await;
    let ses = ses(&format!("http://{}", service.address), Some("codes"));
    send_by(&Carrier::Ses(ses), "ada@example.com").await.unwrap();
    assert_eq!(service.body()["ConfigurationSetName"], "codes");
}

#[tokio::test]
async fn each_refusal_says_whether_another_try_can_help() {
    for (status, error, class) in [
        (400, "BadRequestException", Class::Config),
        (400, "MessageRejected", Class::Config),
        (400, "MailFromDomainNotVerifiedException", Class::Config),
        (400, "SendingPausedException", Class::Config),
        (400, "AccountSuspendedException", Class::Config),
        (400, "LimitExceededException", Class::Transient),
        (403, "AccessDeniedException", Class::Config),
        (404, "NotFoundException", Class::Config),
        (429, "TooManyRequestsException", Class::Transient),
        (500, "InternalServiceErrorException", Class::Transient),
        (503, "", Class::Transient),
    ] {
        let body = r#"{"message":"ada@example.com is not verified"}"#;
        let service = Heard::start(Manner::Answer(status, error, body)).await;
        let refused = send(&service).await.unwrap_err();
        assert_eq!(
            (refused.phase(), refused.class()),
            (Phase::Request, class),
            "{error}"
        );
        let words = format!("the mail relay refused SendEmail with {status} {error}");
        assert_eq!(refused.to_string(), words);
        assert_eq!(refused.words().as_deref(), Some("…@example.com is not verified"));
        assert!(!format!("{refused:?}").contains("ada"), "{refused:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_without_an_answer_may_have_been_a_mail() {
    for (manner, seconds) in [
        (Manner::Silence, 3),
        (Manner::Drip, 3),
        (Manner::HangUp, 0),
        (Manner::Flood, 0),
    ] {
        let service = Heard::start(manner).await;
        let start = Instant::now();
        let error = send(&service).await.unwrap_err();
        let told = (error.phase(), error.class(), start.elapsed().as_secs());
        assert_eq!(told, (Phase::Request, Class::Unknown, seconds), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_that_cannot_be_reached_has_no_mail() {
    let silent = Heard::start(Manner::Silence).await;
    let nonsense = Heard::start(Manner::Nonsense).await;
    for (endpoint, phase, class, seconds) in [
        (
            "http://127.0.0.1:9".to_owned(),
            Phase::Connect,
            Class::Transient,
            0,
        ),
        // TLS to one that never answers, and to one that answers something else.
        (
            format!("https://{}", silent.address),
            Phase::Connect,
            Class::Transient,
            3,
        ),
        (
            format!("https://{}", nonsense.address),
            Phase::Tls,
            Class::Config,
            0,
        ),
    ] {
        let start = Instant::now();
        let carrier = Carrier::Ses(ses(&endpoint, None));
        let error = send_by(&carrier, "ada@example.com").await.unwrap_err();
        let told = (error.phase(), error.class(), start.elapsed().as_secs());
        assert_eq!(told, (phase, class, seconds), "{error}");
    }
}

#[tokio::test]
async fn an_address_that_ses_cannot_write_to_is_not_sent() {
    let service = Heard::start(TAKEN).await;
    let error = send_by(&Carrier::Ses(service.ses()), "jürgen@example.com")
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the mail relay does not offer SMTPUTF8, which this address needs"
    );
    assert_eq!((error.class(), service.requests().len()), (Class::Config, 0));
}

#[tokio::test]
async fn a_rehearsal_asks_for_nothing_and_is_content_with_a_refusal() {
    let deadlines = Deadlines::within(Duration::from_secs(3));
    let service = Heard::start(Manner::Answer(400, "BadRequestException", "{}")).await;
    let carrier = Carrier::Ses(service.ses());
    let opened = carrier.open(&deadlines).await.unwrap();
    opened.rehearse(&deadlines).await.unwrap();
    assert_eq!(service.body(), json!({ "Content": {} }));

    let denied = Heard::start(Manner::Answer(403, "AccessDeniedException", "{}")).await;
    let carrier = Carrier::Ses(denied.ses());
    let opened = carrier.open(&deadlines).await.unwrap();
    let error = opened.rehearse(&deadlines).await.unwrap_err();
    assert_eq!(error.class(), Class::Config);
}

#[test]
fn the_secret_shows_nowhere() {
    let carrier = Carrier::Ses(ses("http://127.0.0.1:1", None));
    assert_eq!(carrier.to_string(), "ses.eu-central-1");
    assert!(!format!("{carrier:?}").contains("a secret"));
}
