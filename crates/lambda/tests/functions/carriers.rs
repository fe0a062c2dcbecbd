//! Codes that leave by SES, alone and beside a relay.
//!
//! Where a test waits, the clock is paused: when nothing can proceed, time jumps to the next deadline.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::LocalSet;
use tokio::time::Instant;

use crate::http::{Request, Response, serve};
use crate::world::{World, create_event};

const NOT_SENT: &str = "The confirm code could not be sent. Please try again";

/// What SES heard.
type Heard = Arc<Mutex<Vec<Value>>>;

/// A world with SES, which answers with this status and error's name, or never; `carriers` is made into `MAIL_URL` with
/// `SMTP` standing for the relay that works.
async fn world(carriers: &str, answer: Option<(u16, &'static str)>) -> (World, Heard) {
    let heard = Heard::default();
    let requests = Arc::clone(&heard);
    let address = serve(move |request: Request| {
        assert_eq!(request.path, "/v2/email/outbound-emails");
        requests.lock().unwrap().push(request.signed_body("ses"));
        async move {
            let Some((status, error)) = answer else {
                return std::future::pending().await;
            };
            let mut response = Response::new(status, r#"{"MessageId":"0100018f-a"}"#);
            response.headers.push(("x-amzn-errortype", error.to_owned()));
            Some(response)
        }
    })
    .await;
    let world = World::new().await;
    let urls = carriers.replace("SMTP", &world.vars["SMTP_URL"]);
    let world = world
        .with("MAIL_URL", Some(urls))
        .with("AWS_ENDPOINT_URL_SESV2", Some(format!("http://{address}")));
    (world, heard)
}

fn mails(heard: &Heard) -> usize {
    heard.lock().unwrap().len()
}

#[tokio::test]
async fn a_code_leaves_by_ses_and_the_log_has_the_id_it_gave() {
    LocalSet::new()
        .run_until(async {
            let (mut world, heard) = world("ses://", Some((200, ""))).await;
            world.run_create();
            let created = world.host.answer(&create_event()).await;
            assert_eq!(created["response"]["publicChallengeParameters"]["result"], "sent");
            assert_eq!(
                heard.lock().unwrap()[0]["Destination"],
                json!({ "ToAddresses": ["ada@example.com"] })
            );
            let line = &world.logged()[0];
            assert_eq!(
                (&line["relay"], &line["mailId"], &line["attempts"]),
                (&json!("ses.eu-central-1"), &json!("0100018f-a"), &json!(1))
            );
            world.assert_log_is_clean();
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn the_relay_takes_the_mail_when_ses_refuses_or_is_silent() {
    LocalSet::new()
        .run_until(async {
            for answer in [
                Some((400, "MessageRejected")),
                Some((429, "TooManyRequestsException")),
                Some((403, "AccessDeniedException")),
                Some((500, "InternalServiceErrorException")),
                None,
            ] {
                let (mut world, heard) = world("ses://,SMTP", answer).await;
                world.run_create();
                let start = Instant::now();
                world.host.answer(&create_event()).await;
                assert_eq!((mails(&heard), world.mails().len()), (1, 1), "{answer:?}");
                assert_eq!(world.logged()[0]["attempts"], 2, "{answer:?}");
                assert!(start.elapsed() <= Duration::from_millis(3500));
            }
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn ses_takes_the_mail_when_the_relay_cannot_be_reached() {
    LocalSet::new()
        .run_until(async {
            let (mut world, heard) = world("smtp://127.0.0.1:9,ses://", Some((200, ""))).await;
            world.run_create();
            world.host.answer(&create_event()).await;
            assert_eq!(mails(&heard), 1);
            assert_eq!(world.logged()[0]["relay"], "ses.eu-central-1");
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_mail_that_ses_cannot_read_is_not_tried_again() {
    LocalSet::new()
        .run_until(async {
            let (mut world, heard) = world("ses://,SMTP", Some((400, "BadRequestException"))).await;
            world.run_create();
            let created = world.host.answer(&create_event()).await;
            assert_eq!(
                created["response"]["publicChallengeParameters"]["mail"],
                "refused"
            );
            assert_eq!((mails(&heard), world.mails().len()), (1, 0));
            let reason = "the mail relay refused SendEmail with 400 BadRequestException";
            assert_eq!(world.logged()[0]["reason"], reason);
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn silence_of_ses_fails_in_time_and_counts_as_a_mail_that_may_have_left() {
    LocalSet::new()
        .run_until(async {
            let (mut world, heard) = world("ses://", None).await;
            world.run_create();
            let start = Instant::now();
            assert_eq!(world.host.failure(&create_event()).await.0, NOT_SENT);
            assert!(
                start.elapsed() <= Duration::from_millis(3500),
                "{:?}",
                start.elapsed()
            );
            assert_eq!(mails(&heard), 2);
            assert!(world.pool.attribute().is_some());
        })
        .await;
}

#[tokio::test]
async fn a_user_who_does_not_exist_costs_a_request_that_mails_nobody() {
    LocalSet::new()
        .run_until(async {
            let (mut world, heard) = world("ses://", Some((400, "BadRequestException"))).await;
            world.run_create();
            let mut event = create_event();
            event["userName"] = json!("nobody");
            event["request"]["userNotFound"] = json!(true);
            event["request"]["userAttributes"] = json!({});
            let created = world.host.answer(&event).await;
            assert_eq!(created["response"]["publicChallengeParameters"]["result"], "sent");
            assert_eq!(*heard.lock().unwrap(), [json!({ "Content": {} })]);
        })
        .await;
}
