//! Whose identity it is: links, and what may not be done by whoever signs in at a provider.

use serde_json::{Value, json};

use super::super::PASSWORD;
use super::{SUBJECT, Scene, claims_of, client_by, code_in, corp, redeemed, scene, scene_with, told};

impl Scene {
    async fn link(&self, attribute: &str, value: &str) -> poolhouse_testkit::Answer {
        let link = json!({
            "UserPoolId": self.pool,
            "DestinationUser": { "ProviderName": "Cognito", "ProviderAttributeValue": "mara" },
            "SourceUser": { "ProviderName": "Corp", "ProviderAttributeName": attribute, "ProviderAttributeValue": value },
        });
        self.server.call("AdminLinkProviderForUser", link).await
    }

    async fn unlink(&self, value: &str) {
        let user = json!({ "ProviderName": "Corp", "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": value });
        let unlink = json!({ "UserPoolId": self.pool, "User": user });
        self.server.call("AdminDisableProviderForUser", unlink).await.ok();
    }

    /// The ID token of a sign-in by the provider.
    async fn id_token(&self, client: &str, more: Value) -> Value {
        let mut browser = self.browser();
        let led = browser.signs_in(self, client, more).await;
        let tokens = redeemed(&mut browser, client, &code_in(&led)).await.ok();
        claims_of(&tokens["id_token"])
    }
}

#[tokio::test]
async fn whoever_is_linked_is_that_user() {
    let scene = scene().await;
    let client = scene.client_by(&["COGNITO", "Corp"]).await;
    scene.link("Cognito_Subject", SUBJECT).await.ok();
    let id = scene.id_token(&client, json!({})).await;
    assert_eq!(id["cognito:username"], "mara");
    assert_eq!(id["identities"][0]["primary"], "false");
    assert_eq!(id["identities"][0]["userId"], SUBJECT);
    assert_eq!(id["cognito:groups"], Value::Null);
    assert_eq!(id["email"], "mara@corp.example");
    assert_eq!(scene.usernames().await, ["mara"]);
    // The password is the user's still.
    scene
        .server
        .password_sign_in(&client, "mara", PASSWORD)
        .await
        .ok();
    // Not any more: somebody else, with a profile of its own.
    scene.unlink(SUBJECT).await;
    assert_eq!(
        scene.id_token(&client, json!({})).await["cognito:username"],
        "Corp_24400320"
    );
    let late = scene.link("Cognito_Subject", SUBJECT).await;
    late.assert_error(
        "InvalidParameterException",
        "The source user has signed in before and has a profile of its own.",
    );
    // And that profile signs in no more once its provider is disabled for it.
    scene.unlink(SUBJECT).await;
    let led = scene.browser().signs_in(&scene, &client, json!({})).await;
    assert_eq!(told(&led).1, "User already exists with a different identity.");
}

#[tokio::test]
async fn a_link_by_a_claim_is_bound_to_whoever_comes_by_it_first() {
    let scene = scene().await;
    let client = scene.client_by(&["Corp"]).await;
    scene.link("email", "mara@corp.example").await.ok();
    assert_eq!(
        scene.id_token(&client, json!({})).await["cognito:username"],
        "mara"
    );
    // The address has become somebody else's at the provider; the user has not.
    let other = scene.id_token(&client, json!({ "sub": "1" })).await;
    assert_eq!(other["cognito:username"], "Corp_1");
    let moved = scene
        .id_token(&client, json!({ "email": "lind@corp.example" }))
        .await;
    assert_eq!(moved["cognito:username"], "mara");
    assert_eq!(moved["identities"][0]["userId"], SUBJECT);
}

#[tokio::test]
async fn claims_that_are_linked_to_two_users_sign_in_neither() {
    let scene = scene().await;
    let client = scene.client_by(&["Corp"]).await;
    scene.server.user(&scene.pool, "noel", PASSWORD).await;
    scene.link("email", "mara@corp.example").await.ok();
    let link = json!({
        "UserPoolId": scene.pool,
        "DestinationUser": { "ProviderName": "Cognito", "ProviderAttributeValue": "noel" },
        "SourceUser": { "ProviderName": "Corp", "ProviderAttributeName": "name", "ProviderAttributeValue": "Mara Lind" },
    });
    scene.server.call("AdminLinkProviderForUser", link).await.ok();
    let led = scene.browser().signs_in(&scene, &client, json!({})).await;
    assert_eq!(
        told(&led).1,
        "The identity provider?s user is linked to more than one user.".replace('?', "'")
    );
    assert_eq!(scene.usernames().await, ["mara", "noel"]);
}

#[tokio::test]
async fn whoever_signs_in_by_a_provider_has_no_password_and_gets_none() {
    let scene = scene().await;
    let client = scene.client_by(&["COGNITO", "Corp"]).await;
    let mut browser = scene.browser();
    let led = browser.signs_in(&scene, &client, json!({})).await;
    let tokens = redeemed(&mut browser, &client, &code_in(&led)).await.ok();
    let name = "Corp_24400320";
    let set = json!({ "UserPoolId": scene.pool, "Username": name, "Password": PASSWORD, "Permanent": true });
    scene.server.call("AdminSetUserPassword", set).await.ok();
    assert_eq!(scene.got(name).await["UserStatus"], "EXTERNAL_PROVIDER");
    let wrong = "Incorrect username or password.";
    scene
        .server
        .password_sign_in(&client, name, PASSWORD)
        .await
        .assert_error("NotAuthorizedException", wrong);
    scene
        .server
        .srp_sign_in(&scene.pool, &client, name, PASSWORD)
        .await
        .assert_error("NotAuthorizedException", wrong);
    let forgot = json!({ "ClientId": client, "Username": name });
    let state = "User password cannot be reset in the current state.";
    scene
        .server
        .call("ForgotPassword", forgot)
        .await
        .assert_error("NotAuthorizedException", state);
    let reset = json!({ "UserPoolId": scene.pool, "Username": name });
    scene
        .server
        .call("AdminResetUserPassword", reset.clone())
        .await
        .assert_error("NotAuthorizedException", state);
    let change = json!({ "AccessToken": tokens["access_token"], "PreviousPassword": PASSWORD, "ProposedPassword": PASSWORD });
    let changed = scene.server.call("ChangePassword", change).await;
    assert_ne!(changed.status, 200, "{}", changed.text);
    scene.server.call("AdminConfirmSignUp", reset).await.assert_error(
        "NotAuthorizedException",
        "User cannot be confirmed. Current status is EXTERNAL_PROVIDER",
    );
}

#[tokio::test]
async fn a_user_who_is_disabled_or_a_provider_that_is_not_the_clients_any_more_signs_nobody_in() {
    let scene = scene().await;
    let client = scene.client_by(&["COGNITO", "Corp"]).await;
    scene.id_token(&client, json!({})).await;
    let user = json!({ "UserPoolId": scene.pool, "Username": "Corp_24400320" });
    scene.server.call("AdminDisableUser", user.clone()).await.ok();
    let led = scene.browser().signs_in(&scene, &client, json!({})).await;
    assert_eq!(
        told(&led),
        ("invalid_request".to_owned(), "User is disabled.".to_owned())
    );
    scene.server.call("AdminEnableUser", user.clone()).await.ok();
    let mut browser = scene.browser();
    let left = browser.leaves(&client, "&identity_provider=Corp").await;
    scene.gives(&super::signed(&scene.claims(json!({ "nonce": left["nonce"] }))));
    let listed = client_by(
        &["COGNITO"],
        json!({ "UserPoolId": scene.pool, "ClientId": client }),
    );
    scene.server.call("UpdateUserPoolClient", listed).await.ok();
    let led = browser.returns(&left["state"]).await;
    assert_eq!(told(&led).1, "identity provider is not available");
    // A user who is deleted comes again as somebody new.
    let listed = client_by(&["Corp"], json!({ "UserPoolId": scene.pool, "ClientId": client }));
    scene.server.call("UpdateUserPoolClient", listed).await.ok();
    let before = scene.got("Corp_24400320").await["UserAttributes"][0].clone();
    scene.server.call("AdminDeleteUser", user).await.ok();
    let id = scene.id_token(&client, json!({})).await;
    assert_ne!(id["sub"], before["Value"]);
}

#[tokio::test]
async fn required_attributes_come_from_the_provider_or_nobody_is_made() {
    let required =
        json!({ "Schema": [{ "Name": "family_name", "Required": true, "AttributeDataType": "String" }] });
    let mapping = json!({ "AttributeMapping": { "username": "sub", "family_name": "family_name" } });
    let scene = scene_of(required, mapping).await;
    let client = scene.client_by(&["Corp"]).await;
    let led = scene.browser().signs_in(&scene, &client, json!({})).await;
    assert_eq!(
        told(&led),
        (
            "invalid_request".to_owned(),
            "Invalid user attributes: family_name: The attribute is required ".to_owned()
        )
    );
    let id = scene.id_token(&client, json!({ "family_name": "Lind" })).await;
    assert_eq!(id["cognito:username"], "Corp_24400320");
}

/// A scene without Mara, who lacks what this pool wants of everybody.
async fn scene_of(pool: Value, provider: Value) -> Scene {
    let server = poolhouse_testkit::TestServer::new().await;
    let pool = server.pool_with(pool).await;
    let domain = json!({ "UserPoolId": pool, "Domain": "acme" });
    server.call("CreateUserPoolDomain", domain).await.ok();
    let scene = Scene { server, pool };
    super::publish(&scene);
    scene.provider(corp(provider)).await;
    scene
}

#[tokio::test]
async fn an_attribute_that_never_changes_ends_the_second_sign_in() {
    let fixed = json!({ "Schema": [{ "Name": "number", "AttributeDataType": "String", "Mutable": false }] });
    let mapping = json!({ "AttributeMapping": { "username": "sub", "custom:number": "number" } });
    let scene = scene_with(fixed, mapping).await;
    let client = scene.client_by(&["Corp"]).await;
    scene.id_token(&client, json!({ "number": "7" })).await;
    let led = scene
        .browser()
        .signs_in(&scene, &client, json!({ "number": "7" }))
        .await;
    assert_eq!(told(&led).1, "user.custom:number: Attribute cannot be updated. ");
    // One that the client may not write is left out.
    let scene = scene_with(json!({}), json!({})).await;
    let client = scene
        .client(client_by(&["Corp"], json!({ "WriteAttributes": ["email"] })))
        .await;
    let id = scene.id_token(&client, json!({})).await;
    assert_eq!(id["email"], "mara@corp.example");
    assert!(!scene.got("Corp_24400320").await.to_string().contains("Mara Lind"));
}
