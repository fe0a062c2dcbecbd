//! Whose requests they are, seen from the services' side.

use std::collections::HashMap;

use poolhouse_operator::Reply;

use crate::console::Script;
use crate::stand_in::{KEY, StandIn};
use crate::world::{Folder, run_line};

/// Who signed the first request of a doctor whose home has this configuration, and what he was told.
async fn signer(config: &str, env: &[(&str, &str)], flags: &str) -> (Option<String>, Vec<String>) {
    let aws = StandIn::start().await;
    let folder = Folder::new();
    let home = folder.file(".aws");
    std::fs::create_dir(&home).unwrap();
    std::fs::write(
        home.join("config"),
        config.replace("TOKEN_FILE", &folder.file("token").display().to_string()),
    )
    .unwrap();
    std::fs::write(folder.file("token"), "a token\n").unwrap();
    let mut variables: HashMap<String, String> = env
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    variables.insert("AWS_ENDPOINT_URL".to_owned(), aws.url.clone());
    let mut console = Script::answering(Reply::Yes);
    let line = format!("doctor --user-pool-id us-east-1_a {flags}");
    run_line(&line, variables, &mut console, Some(&folder)).await;
    let services = aws.services();
    (services.signers.last().cloned(), console.warned)
}

fn profile(lines: &str) -> String {
    format!(
        "[default]\naws_access_key_id = {}\naws_secret_access_key = {}\n{lines}",
        KEY.0, KEY.1
    )
}

#[tokio::test]
async fn keys_are_found_in_the_environment_and_in_profiles() {
    let env = [("AWS_ACCESS_KEY_ID", KEY.0), ("AWS_SECRET_ACCESS_KEY", KEY.1)];
    assert_eq!(signer("", &env, "").await.0.as_deref(), Some(KEY.0));
    assert_eq!(signer(&profile(""), &[], "").await.0.as_deref(), Some(KEY.0));
    let other = [("AWS_ACCESS_KEY_ID", "AKIAOTHER"), ("AWS_SECRET_ACCESS_KEY", "x")];
    assert_eq!(
        signer(&profile(""), &other, "").await.0.as_deref(),
        Some("AKIAOTHER")
    );
    assert_eq!(
        signer(&profile(""), &other, "--profile default")
            .await
            .0
            .as_deref(),
        Some(KEY.0)
    );
}

#[tokio::test]
async fn a_role_is_assumed_before_anything_is_asked() {
    let config =
        profile("[profile work]\nrole_arn = arn:aws:iam::1:role/operator\nsource_profile = default\n");
    assert_eq!(
        signer(&config, &[("AWS_PROFILE", "work")], "").await.0.as_deref(),
        Some("ASIAASSUMED")
    );
    let web =
        "[profile work]\nrole_arn = arn:aws:iam::1:role/operator\nweb_identity_token_file = TOKEN_FILE\n";
    assert_eq!(
        signer(web, &[], "--profile work").await.0.as_deref(),
        Some("ASIAASSUMED")
    );
}

#[tokio::test]
async fn a_command_may_print_the_keys() {
    let json = format!(
        r#"{{"Version":1,"AccessKeyId":"{}","SecretAccessKey":"{}"}}"#,
        KEY.0, KEY.1
    );
    let config = format!("[default]\ncredential_process = echo '{json}'\n");
    assert_eq!(signer(&config, &[], "").await.0.as_deref(), Some(KEY.0));
}

#[tokio::test]
async fn without_credentials_nothing_is_called_and_the_ways_are_named() {
    let (signer_id, warned) = signer("", &[], "").await;
    assert_eq!(signer_id, None);
    assert_eq!(
        warned,
        [
            "poolhouse: no credentials in the environment, the profile \"default\": set AWS_ACCESS_KEY_ID and \
             AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or give this machine a role",
            "The keys of a Poolhouse server are made by `poolhouse keys create`."
        ]
    );
}

#[tokio::test]
async fn a_machine_may_have_keys_of_its_own_or_none() {
    for (path, is_machine, expected) in [
        ("", true, Ok(KEY.0)),
        ("", false, Err(": this instance has no role (HTTP 404)")),
        ("/container", true, Ok(KEY.0)),
        (
            "/container",
            false,
            Err("the container's agent gave no credentials (HTTP 404)"),
        ),
    ] {
        let aws = StandIn::start().await;
        aws.services().is_machine = is_machine;
        let folder = Folder::new();
        let token = folder.file("token");
        std::fs::write(&token, "a token\n").unwrap();
        let mut env = HashMap::from([
            ("AWS_ENDPOINT_URL".to_owned(), aws.url.clone()),
            ("AWS_EC2_METADATA_DISABLED".to_owned(), "false".to_owned()),
            ("AWS_EC2_METADATA_SERVICE_ENDPOINT".to_owned(), aws.url.clone()),
        ]);
        if !path.is_empty() {
            env.insert(
                "AWS_CONTAINER_CREDENTIALS_FULL_URI".to_owned(),
                format!("{}{path}", aws.url),
            );
            env.insert(
                "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE".to_owned(),
                token.display().to_string(),
            );
        }
        let mut console = Script::answering(Reply::Yes);
        run_line(
            "doctor --user-pool-id us-east-1_a",
            env,
            &mut console,
            Some(&folder),
        )
        .await;
        match expected {
            Ok(id) => assert_eq!(aws.services().signers.last().map(String::as_str), Some(id)),
            Err(end) => assert!(console.warned[0].ends_with(end), "{:?}", console.warned),
        }
    }
}
