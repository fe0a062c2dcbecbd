//! The rows of the audit log: what must not be in them, and how many there are.

use poolhouse_store::Scan;
use serde_json::json;

use crate::audit::{WRONG_PASSWORD, ended};
use crate::{PASSWORD, Scene, other_than};

/// Everything that somebody typed, was sent or was given in a scenario, and that the log must not hold.
#[tokio::test]
async fn no_password_code_token_name_or_value_is_in_the_log() {
    let scene = Scene::with_client(json!({ "PreventUserExistenceErrors": "ENABLED" })).await;
    let server = &scene.server;
    let mut secrets: Vec<String> = [
        PASSWORD,
        WRONG_PASSWORD,
        "mara",
        "example.com",
        "typed-by-mistake",
        "Secret-Nickname",
    ]
    .map(str::to_owned)
    .to_vec();
    server
        .password_sign_in(&scene.client, "mara", WRONG_PASSWORD)
        .await;
    server
        .password_sign_in(&scene.client, "typed-by-mistake", WRONG_PASSWORD)
        .await;
    let challenge = scene.challenge().await;
    let code = scene.code().await;
    let session = challenge["Session"].clone();
    let again = scene.answer(&session, &other_than(&code)).await.ok();
    let tokens = scene.answer(&again["Session"], &code).await.ok();
    secrets.extend([code.clone(), other_than(&code)]);
    for name in ["AccessToken", "IdToken", "RefreshToken"] {
        secrets.push(tokens["AuthenticationResult"][name].as_str().unwrap().to_owned());
    }
    secrets.push(session.as_str().unwrap().to_owned());
    let change = json!({
        "AccessToken": tokens["AuthenticationResult"]["AccessToken"],
        "UserAttributes": [{ "Name": "nickname", "Value": "Secret-Nickname" }],
    });
    server.call("UpdateUserAttributes", change).await.ok();
    let forgot = json!({ "ClientId": scene.client, "Username": "mara" });
    server.call("ForgotPassword", forgot).await.ok();
    let code = server.code_to("mara@example.com").await;
    let confirm = |code: &str| {
        json!({
            "ClientId": scene.client,
            "Username": "mara",
            "Password": "Battery-Staple-1",
            "ConfirmationCode": code,
        })
    };
    server
        .call("ConfirmForgotPassword", confirm(&other_than(&code)))
        .await;
    server.call("ConfirmForgotPassword", confirm(&code)).await.ok();
    secrets.extend([code, "Battery-Staple-1".to_owned()]);
    server.ignore_mail();
    server.clock().advance_seconds(11);
    server.sweep().await;
    let rows = server.store().scan(Scan::prefix("", 10_000)).await.unwrap();
    let of_log = rows.iter().filter(|row| {
        ["audit/", "audit-of/", "refused/", "nobody/"]
            .iter()
            .any(|kind| row.key.contains(kind))
    });
    let of_log: Vec<_> = of_log.collect();
    assert!(of_log.len() > 15, "{}", of_log.len());
    for row in of_log {
        for secret in &secrets {
            // Codes have six digits, which an id or a time may have, too: they are looked for as values.
            let found = match secret.len() {
                0..=8 if secret.chars().all(|c| c.is_ascii_digit()) => {
                    row.body.contains(&format!("\"{secret}\""))
                }
                _ => row.body.contains(secret.as_str()) || row.key.contains(secret.as_str()),
            };
            assert!(!found, "{} in {} {}", secret, row.key, row.body);
        }
    }
    let wrong = scene.log().await;
    let wrong = wrong
        .iter()
        .find(|(_, entry)| entry.operation == "ConfirmForgotPassword")
        .unwrap();
    assert_eq!(ended(&wrong.1), ("CodeMismatchException", Some("wrong_code")));
}

#[tokio::test]
async fn a_sign_in_by_code_writes_two_small_rows_more() {
    let scene = Scene::new().await;
    let rows = async || {
        let prefix = format!("p/{}/audit", scene.pool);
        scene
            .server
            .store()
            .scan(Scan::prefix(prefix, 1000))
            .await
            .unwrap()
    };
    let before = rows().await;
    let challenge = scene.challenge().await;
    let code = scene.code().await;
    scene.answer(&challenge["Session"], &code).await.ok();
    let after = rows().await;
    let new: Vec<_> = after
        .iter()
        .filter(|row| before.iter().all(|old| old.key != row.key))
        .collect();
    let bytes: usize = new.iter().map(|row| row.key.len() + row.body.len()).sum();
    assert_eq!(new.len(), 2);
    assert!(bytes < 1200, "{bytes}");
}
