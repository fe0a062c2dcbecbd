//! Secrets that the environment names: a file, Secrets Manager and the Parameter Store on loopback sockets.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use poolhouse_lambda::runtime::Function;
use poolhouse_lambda::{Create, Define, InitError, Vars, with_secrets};
use serde_json::json;
use tokio::task::LocalSet;
use tokio::time::Instant;

use crate::http::{Request, Response, serve_or_stay_silent};
use crate::world::{World, create_event};

const KEY: &str = "BdrFHQ1cJv3Wq2kz0mX9aTn7uYh4LsPe8oGiVxRtKbM=";

/// A vault that verifies signatures, knows a few secrets and remembers what it was asked for.
#[derive(Clone)]
struct Vault {
    asked: Arc<Mutex<Vec<String>>>,
    smtp: String,
}

impl Vault {
    async fn start(smtp: &str) -> (Self, SocketAddr) {
        let vault = Self {
            asked: Arc::default(),
            smtp: smtp.to_owned(),
        };
        let served = vault.clone();
        let address = serve_or_stay_silent(move |request| served.answer(request)).await;
        (vault, address)
    }

    fn answer(&self, request: &Request) -> Option<Response> {
        let target = request.header("x-amz-target").unwrap();
        let service = match target {
            "secretsmanager.GetSecretValue" => "secretsmanager",
            "AmazonSSM.GetParameter" => "ssm",
            other => panic!("{other} is not called by the functions"),
        };
        let body = request.signed_body(service);
        self.asked.lock().unwrap().push(format!("{service} {body}"));
        let secret = |text: &str| json!({ "SecretString": text });
        let answer = match (service, body["SecretId"].as_str(), body["VersionStage"].as_str()) {
            ("ssm", ..) => {
                assert_eq!(body, json!({ "Name": "/codes/key", "WithDecryption": true }));
                json!({ "Parameter": { "Value": format!("{KEY}\n") } })
            }
            (_, Some("key"), Some("AWSCURRENT")) => secret(KEY),
            (_, Some("key"), Some("AWSPREVIOUS")) => secret(&KEY.to_lowercase()),
            (_, Some("relay"), _) => secret(&self.smtp),
            (_, Some("relays"), _) => secret(&json!({ "url": self.smtp, "port": 25 }).to_string()),
            (_, Some("empty"), _) => secret(" "),
            (_, Some("binary"), _) => json!({ "SecretBinary": "AAAA" }),
            (_, Some("silent"), _) => return None,
            _ => {
                let refusal = json!({ "__type": "AccessDeniedException", "Message": "hunter2" });
                return Some(Response::new(400, refusal.to_string()));
            }
        };
        Some(Response::new(200, answer.to_string()))
    }
}

/// A world with a vault, and with these values of variables.
async fn world(values: &[(&'static str, &str)]) -> (World, Vault) {
    let mut world = World::new().await;
    let (vault, address) = Vault::start(&world.vars["SMTP_URL"]).await;
    for name in ["AWS_ENDPOINT_URL_SECRETS_MANAGER", "AWS_ENDPOINT_URL_SSM"] {
        world.vars.insert(name, format!("http://{address}"));
    }
    for (name, value) in values {
        world.vars.insert(name, (*value).to_owned());
    }
    (world, vault)
}

fn file(path: &str) -> io::Result<String> {
    match path {
        "/run/secrets/key" => Ok(format!("{KEY}\n")),
        _ => Err(io::ErrorKind::NotFound.into()),
    }
}

async fn resolved<F: Function>(world: &World) -> Result<Vars, InitError> {
    with_secrets(world.vars(), F::SECRETS, file, &world.clock()).await
}

async fn failure(values: &[(&'static str, &str)]) -> String {
    let (world, _) = world(values).await;
    resolved::<Create>(&world).await.unwrap_err().to_string()
}

#[tokio::test]
async fn a_key_can_lie_in_a_file_in_secrets_manager_or_in_the_parameter_store() {
    for reference in ["@/run/secrets/key", "secretsmanager:key", "ssm:/codes/key"] {
        let (world, _) = world(&[("OTP_KEY", reference)]).await;
        let vars = resolved::<Define>(&world).await.unwrap();
        assert_eq!(vars.get("OTP_KEY").as_deref(), Some(KEY), "{reference}");
    }
}

#[tokio::test]
async fn the_key_before_is_the_previous_version_of_the_same_secret() {
    let references = [
        ("OTP_KEY", "secretsmanager:key"),
        ("OTP_KEY_PREVIOUS", "secretsmanager:key?stage=AWSPREVIOUS"),
    ];
    let (world, _) = world(&references).await;
    let vars = resolved::<Define>(&world).await.unwrap();
    assert_eq!(vars.get("OTP_KEY").as_deref(), Some(KEY));
    assert_eq!(vars.get("OTP_KEY_PREVIOUS"), Some(KEY.to_lowercase()));
}

#[tokio::test]
async fn one_of_two_relays_can_be_a_secret_and_a_member_of_one() {
    for reference in ["secretsmanager:relay", "secretsmanager:relays#url"] {
        let urls = format!("smtp://127.0.0.1:9, {reference}");
        let (world, vault) = world(&[("MAIL_URL", &urls)]).await;
        let vars = resolved::<Create>(&world).await.unwrap();
        let expected = format!("smtp://127.0.0.1:9,{}", vault.smtp);
        assert_eq!(vars.get("MAIL_URL"), Some(expected));
    }
}

#[tokio::test]
async fn a_code_is_mailed_with_a_key_and_a_relay_that_are_secrets() {
    LocalSet::new()
        .run_until(async {
            let references = [
                ("OTP_KEY", "secretsmanager:key"),
                ("MAIL_URL", "secretsmanager:relay"),
            ];
            let (mut world, _) = world(&references).await;
            let vars = resolved::<Create>(&world).await.unwrap();
            for name in ["OTP_KEY", "MAIL_URL"] {
                world.vars.insert(name, vars.get(name).unwrap());
            }
            world.run_create();
            let created = world.host.answer(&create_event()).await;
            assert_eq!(created["response"]["publicChallengeParameters"]["result"], "sent");
            assert_eq!(world.mails().len(), 1);
            world.assert_log_is_clean();
        })
        .await;
}

#[tokio::test]
async fn a_function_reads_the_secrets_that_it_uses_and_without_references_nobody_is_asked() {
    let (with_relay, vault) = world(&[("MAIL_URL", "secretsmanager:relay")]).await;
    resolved::<Define>(&with_relay).await.unwrap();
    let (without, other) = world(&[]).await;
    resolved::<Create>(&without).await.unwrap();
    let nothing: [String; 0] = [];
    assert_eq!(*vault.asked.lock().unwrap(), nothing);
    assert_eq!(*other.asked.lock().unwrap(), nothing);
}

#[tokio::test]
async fn a_reference_without_a_value_is_named_and_no_secret_is_told() {
    for (name, reference, words) in [
        ("OTP_KEY", "@/run/secrets/none", "entity not found"),
        (
            "OTP_KEY",
            "secretsmanager:other",
            "Secrets Manager refused with 400 AccessDeniedException",
        ),
        ("OTP_KEY", "secretsmanager:empty", "it is empty"),
        ("OTP_KEY", "secretsmanager:binary", "the answer holds no text"),
        (
            "MAIL_URL",
            "secretsmanager:relay#url",
            "the secret is no JSON object",
        ),
        (
            "MAIL_URL",
            "secretsmanager:relays#port",
            "the secret has no such member that is text",
        ),
    ] {
        let expected = format!("{name} cannot be used: {reference} gave no value: {words}");
        assert_eq!(failure(&[(name, reference)]).await, expected);
    }
    let without_keys = failure(&[("AWS_ACCESS_KEY_ID", ""), ("OTP_KEY", "ssm:/codes/key")]).await;
    assert_eq!(
        without_keys,
        "OTP_KEY cannot be used: ssm:/codes/key gave no value: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set"
    );
}

#[tokio::test(start_paused = true)]
async fn a_vault_that_never_answers_leaves_the_call_its_time() {
    let start = Instant::now();
    let references = [
        ("OTP_KEY", "secretsmanager:silent"),
        ("OTP_KEY_PREVIOUS", "secretsmanager:silent"),
    ];
    assert_eq!(
        failure(&references).await,
        "OTP_KEY cannot be used: secretsmanager:silent gave no value: Secrets Manager did not answer in time"
    );
    assert_eq!(start.elapsed(), Duration::from_millis(1500));
}
