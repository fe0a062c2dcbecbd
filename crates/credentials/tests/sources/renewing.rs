//! When credentials are renewed, by whom, and what serves meanwhile.

use poolhouse_credentials::RenewingCredentials;
use poolhouse_outbound::aws::CredentialSource;
use poolhouse_text::with_causes;

use crate::stand_in::StandIn;

async fn id(credentials: &RenewingCredentials) -> String {
    let (credentials, _) = credentials.current().await.unwrap();
    credentials.access_key_id().to_owned()
}

#[tokio::test]
async fn credentials_of_an_instance_are_renewed_five_minutes_before_they_end() {
    let machine = StandIn::start().await;
    let credentials = machine.credentials(&[]);
    assert_eq!(id(&credentials).await, "ASIA1");
    machine.pass(3600 - 5 * 60 - 1);
    assert_eq!(id(&credentials).await, "ASIA1");
    credentials.settled().await;
    assert_eq!(machine.state().given, 1, "it is not time yet");
    machine.pass(1);
    // Nobody waits for what still has five minutes.
    assert_eq!(id(&credentials).await, "ASIA1");
    credentials.settled().await;
    assert_eq!(id(&credentials).await, "ASIA2");
    assert_eq!(
        machine.state().asked[..3],
        [
            "PUT /latest/api/token",
            "GET /latest/meta-data/iam/security-credentials/ an instance's token",
            "GET /latest/meta-data/iam/security-credentials/ops an instance's token",
        ]
    );
}

#[tokio::test]
async fn credentials_that_have_ended_are_waited_for() {
    let machine = StandIn::start().await;
    let credentials = machine.credentials(&[]);
    assert_eq!(id(&credentials).await, "ASIA1");
    machine.pass(3600);
    assert_eq!(id(&credentials).await, "ASIA2");
}

#[tokio::test]
async fn a_hundred_calls_at_once_look_once() {
    let machine = StandIn::start().await;
    let credentials = machine.credentials(&[]);
    for (expected, given) in [("ASIA1", 1), ("ASIA2", 2)] {
        let calls: Vec<_> = (0..100)
            .map(|_| {
                let credentials = credentials.clone();
                tokio::spawn(async move { id(&credentials).await })
            })
            .collect();
        for call in calls {
            assert_eq!(call.await.unwrap(), expected);
        }
        assert_eq!(machine.state().given, given);
        machine.pass(3600);
    }
}

#[tokio::test]
async fn while_a_renewal_fails_the_old_ones_serve_to_their_end() {
    let machine = StandIn::start().await;
    let credentials = machine.credentials(&[]);
    assert_eq!(id(&credentials).await, "ASIA1");
    machine.state().broken = Some(500);
    machine.pass(3600 - 5 * 60);
    let asked = machine.state().asked.len();
    assert_eq!(id(&credentials).await, "ASIA1");
    credentials.settled().await;
    assert_eq!(machine.state().asked.len(), asked + 1, "it was tried");
    machine.pass(29);
    assert_eq!(id(&credentials).await, "ASIA1");
    credentials.settled().await;
    assert_eq!(machine.state().asked.len(), asked + 1, "not again so soon");
    machine.state().broken = None;
    machine.pass(1);
    assert_eq!(id(&credentials).await, "ASIA1");
    credentials.settled().await;
    assert_eq!(id(&credentials).await, "ASIA2");
}

#[tokio::test]
async fn once_they_have_ended_a_failure_says_where_was_looked_and_the_next_call_looks_again() {
    let machine = StandIn::start().await;
    let credentials = machine.credentials(&[]);
    assert_eq!(id(&credentials).await, "ASIA1");
    machine.state().broken = Some(503);
    machine.pass(3600);
    let error = credentials.current().await.unwrap_err();
    assert_eq!(
        with_causes(&error),
        "no credentials in the environment, the profile \"default\", the instance: set AWS_ACCESS_KEY_ID and \
         AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or give this machine a role: this instance has no role (HTTP 503)"
    );
    let asked = machine.state().asked.len();
    credentials.current().await.unwrap_err();
    assert_eq!(
        machine.state().asked.len(),
        asked,
        "those who waited hear of the same failure"
    );
    machine.state().broken = None;
    machine.pass(1);
    assert_eq!(id(&credentials).await, "ASIA2");
}

#[tokio::test]
async fn credentials_that_come_with_their_end_behind_them_are_none() {
    let machine = StandIn::start().await;
    machine.state().lives = 0;
    let credentials = machine.credentials(&[]);
    let error = credentials.current().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the credentials of the instance have ended, and there are no others"
    );
}

#[tokio::test]
async fn credentials_that_live_for_minutes_are_used_for_half_of_that() {
    let machine = StandIn::start().await;
    machine.state().lives = 120;
    let credentials = machine.credentials(&[]);
    assert_eq!(id(&credentials).await, "ASIA1");
    machine.pass(59);
    assert_eq!(id(&credentials).await, "ASIA1");
    credentials.settled().await;
    assert_eq!(machine.state().given, 1);
    machine.pass(1);
    id(&credentials).await;
    credentials.settled().await;
    assert_eq!(machine.state().given, 2);
}

#[tokio::test]
async fn servers_that_started_together_renew_at_different_times() {
    let machine = StandIn::start().await;
    let [early, late] = [60, 0].map(|chance| machine.spread_by(&[], chance));
    let (of_early, of_late) = (id(&early).await, id(&late).await);
    machine.pass(3600 - 6 * 60);
    for credentials in [&early, &late] {
        credentials.current().await.unwrap();
        credentials.settled().await;
    }
    assert_ne!(id(&early).await, of_early);
    assert_eq!(id(&late).await, of_late);
}

#[tokio::test]
async fn a_renewal_goes_on_when_the_call_that_began_it_is_given_up() {
    let machine = StandIn::start().await;
    let credentials = machine.credentials(&[]);
    let mut call = Box::pin(credentials.current());
    // One step, in which the renewal begins; then nobody waits for it any more.
    let begun =
        std::future::poll_fn(|context| std::task::Poll::Ready(call.as_mut().poll(context).is_pending()));
    assert!(begun.await);
    drop(call);
    credentials.settled().await;
    assert_eq!(machine.state().given, 1);
    assert_eq!(id(&credentials).await, "ASIA1");
}

#[tokio::test]
async fn a_key_that_a_service_refuses_is_looked_for_again() {
    let machine = StandIn::start().await;
    let keys = |id: &str| {
        format!("[default]\naws_access_key_id = {id}\naws_secret_access_key = s\naws_session_token = t\n")
    };
    machine.file(".aws/credentials", &keys("ASIAOLD"));
    let credentials = machine.credentials(&[]);
    assert_eq!(id(&credentials).await, "ASIAOLD");
    machine.file(".aws/credentials", &keys("ASIANEW"));
    assert_eq!(id(&credentials).await, "ASIAOLD", "nobody has complained");
    credentials.refused();
    assert_eq!(id(&credentials).await, "ASIAOLD", "they were found this moment");
    machine.pass(30);
    credentials.refused();
    assert_eq!(id(&credentials).await, "ASIANEW");
}

#[tokio::test]
async fn no_secret_is_shown() {
    let machine = StandIn::start().await;
    let env = [("AWS_ACCESS_KEY_ID", "AKIA"), ("AWS_SECRET_ACCESS_KEY", "hush")];
    let credentials = machine.credentials(&env);
    assert_eq!(id(&credentials).await, "AKIA");
    let shown = format!("{credentials:?} {:?}", credentials.current().await);
    assert!(shown.contains("AKIA") && !shown.contains("hush"), "{shown}");
}
