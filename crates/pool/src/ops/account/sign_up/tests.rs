//! People who sign themselves up.

mod functions;

use serde_json::{Value, json};

use crate::ops::account::tests::{EMAIL, PASSWORD, Scene, given, refused};

const SMS: &str = "arn:aws:iam::000000000000:role/sms";

fn details() -> Value {
    json!({ "Destination": "m***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email" })
}

#[tokio::test]
async fn somebody_signs_up_and_is_mailed_a_code() {
    let scene = Scene::new().await;
    let answer = scene.sign_up("mara", given(&[("email", EMAIL)])).await.ok();
    let (status, attributes) = scene.user("mara").await;
    assert_eq!(
        answer,
        json!({ "UserConfirmed": false, "UserSub": attributes["sub"], "CodeDeliveryDetails": details() })
    );
    assert_eq!(status, "UNCONFIRMED");
    assert_eq!(attributes["email"], EMAIL);
    assert_eq!(attributes["email_verified"], "false");
    let mail = scene.server.mail_to(EMAIL).await;
    assert_eq!(mail.subject, "Your verification code");
    assert!(
        mail.text.starts_with("Your confirmation code is "),
        "{}",
        mail.text
    );
    let refused = scene.sign_in("mara").await;
    refused.assert_error("UserNotConfirmedException", "User is not confirmed.");
    scene
        .server
        .password_sign_in(&scene.client, "mara", "Wrong-Horse-9!")
        .await
        .assert_error("NotAuthorizedException", "Incorrect username or password.");
}

#[tokio::test]
async fn a_code_is_sent_where_the_pool_verifies_what_was_given() {
    let both = json!(["email", "phone_number"]);
    let phone = ("phone_number", "+15555550100");
    let recovery = json!({ "RecoveryMechanisms": [{ "Priority": 1, "Name": "verified_email" }] });
    type Case<'a> = (Value, &'a [(&'a str, &'a str)], bool);
    let cases: [Case<'_>; 6] = [
        (json!([]), &[], false),
        (json!([]), &[("email", EMAIL)], false),
        (json!(["email"]), &[("email", EMAIL)], true),
        (json!(["email"]), &[phone], false),
        (json!(["email"]), &[("email", EMAIL), phone], true),
        // The service would send an SMS.
        (both, &[("email", EMAIL), phone], true),
    ];
    for (verified, attributes, sent) in cases {
        let pool = json!({
            "AutoVerifiedAttributes": verified,
            "SmsConfiguration": { "SnsCallerArn": SMS },
            "AccountRecoverySetting": recovery,
        });
        let scene = Scene::of(pool, json!({})).await;
        let answer = scene.sign_up("mara", given(attributes)).await.ok();
        assert_eq!(answer["UserConfirmed"], false);
        let expected = if sent { details() } else { Value::Null };
        assert_eq!(
            answer["CodeDeliveryDetails"], expected,
            "{verified} {attributes:?}"
        );
        assert_eq!(scene.server.unread_mails(), usize::from(sent));
        scene.server.ignore_mail();
    }
}

#[tokio::test]
async fn nobody_signs_up_whom_only_an_sms_would_reach() {
    let pool = json!({
        "AutoVerifiedAttributes": ["phone_number"],
        "SmsConfiguration": { "SnsCallerArn": SMS },
    });
    let scene = Scene::of(pool, json!({})).await;
    let answer = scene
        .sign_up("mara", given(&[("phone_number", "+15555550100")]))
        .await;
    answer.assert_error(
        "CodeDeliveryFailureException",
        "This server sends codes by email alone, and there is no email address to send this one to.",
    );
    scene
        .admin("AdminGetUser", "mara", json!({}))
        .await
        .assert_error("UserNotFoundException", "User does not exist.");
}

#[tokio::test]
async fn a_pool_for_administrators_takes_no_sign_ups() {
    let pool = json!({ "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true } });
    let scene = Scene::of(pool, json!({})).await;
    let answer = scene.sign_up("mara", given(&[("email", EMAIL)])).await;
    answer.assert_error(
        "NotAuthorizedException",
        "SignUp is not permitted for this user pool",
    );
}

#[tokio::test]
async fn what_is_not_taken_is_refused_in_the_services_words_and_order() {
    let aliases = json!({ "AliasAttributes": ["email", "phone_number"] });
    let by_email = json!({ "UsernameAttributes": ["email"] });
    let by_phone = json!({ "UsernameAttributes": ["phone_number"] });
    let by_both = json!({ "UsernameAttributes": ["email", "phone_number"] });
    let required =
        json!({ "Schema": [{ "Name": "email", "Required": true }, { "Name": "name", "Required": true }] });
    let invalid = "InvalidParameterException";
    let weak = |members: Value| {
        let mut members = members;
        members["Password"] = json!("weak");
        members
    };
    let flag = given(&[("email_verified", "true"), ("custom:x", "1")]);
    let cases = [
        (
            &by_email,
            "mara",
            weak(flag.clone()),
            invalid,
            "Username should be an email.",
        ),
        (
            &by_phone,
            "mara",
            json!({}),
            invalid,
            "Username should be a phone number.",
        ),
        (
            &by_both,
            "mara",
            json!({}),
            invalid,
            "Username should be either an email or a phone number.",
        ),
        (
            &aliases,
            EMAIL,
            weak(flag.clone()),
            invalid,
            "Username cannot be of email format, since user pool is configured for email alias.",
        ),
        (
            &required,
            "mara",
            weak(flag),
            "NotAuthorizedException",
            "A client attempted to write unauthorized attribute",
        ),
        (
            &required,
            "mara",
            weak(given(&[("custom:x", "1")])),
            invalid,
            "Attributes did not conform to the schema: custom:x: Attribute does not exist in the schema.\n\
             name: The attribute is required\nemail: The attribute is required\n",
        ),
        (
            &required,
            "mara",
            given(&[("name", "Mara"), ("email", "")]),
            invalid,
            "Attributes did not conform to the schema: email: The attribute is required\n",
        ),
        (
            &aliases,
            "mara",
            weak(given(&[("email", "mara@@example.com")])),
            invalid,
            "Invalid email address format.",
        ),
        (
            &aliases,
            "mara",
            weak(given(&[("phone_number", "0123")])),
            invalid,
            "Invalid phone number format.",
        ),
        (
            &aliases,
            "mara",
            json!({ "Password": null }),
            invalid,
            "Missing required parameter Password",
        ),
        (
            &aliases,
            "mara",
            weak(json!({})),
            "InvalidPasswordException",
            "Password did not conform with policy: Password not long enough",
        ),
    ];
    for (pool, name, members, code, sentence) in cases {
        let scene = Scene::of(pool.clone(), json!({})).await;
        scene.sign_up(name, members).await.assert_error(code, sentence);
    }
}

#[tokio::test]
async fn a_required_address_is_given_with_a_username_that_is_it() {
    let pool = json!({
        "UsernameAttributes": ["email"],
        "Schema": [{ "Name": "email", "Required": true }],
    });
    let scene = Scene::of(pool, json!({})).await;
    let answer = scene.sign_up(EMAIL, json!({})).await.ok();
    assert_eq!(answer["CodeDeliveryDetails"], details());
    let user = scene.admin("AdminGetUser", EMAIL, json!({})).await.ok();
    assert_eq!(user["Username"], answer["UserSub"]);
    scene.server.code_to(EMAIL).await;
}

#[tokio::test]
async fn a_name_in_use_is_refused_after_a_password_that_is_not_taken() {
    let scene = Scene::new().await;
    scene.mara().await;
    let exists = ("UsernameExistsException", "User already exists");
    refused(&scene.sign_up("mara", json!({})).await, exists);
    scene
        .sign_up("mara", json!({ "Password": "weak" }))
        .await
        .assert_error(
            "InvalidPasswordException",
            "Password did not conform with policy: Password not long enough",
        );
    let by_address = Scene::of(
        json!({ "UsernameAttributes": ["email", "phone_number"] }),
        json!({}),
    )
    .await;
    by_address.sign_up(EMAIL, json!({})).await.ok();
    refused(&by_address.sign_up(EMAIL, json!({})).await, exists);
    let other = by_address
        .sign_up("+15555550100", given(&[("email", EMAIL)]))
        .await;
    other.assert_error(
        "UsernameExistsException",
        "An account with the given email already exists.",
    );
    by_address.server.ignore_mail();
}

#[tokio::test]
async fn an_address_may_be_given_twice_until_it_is_confirmed() {
    let scene = Scene::of(json!({ "AliasAttributes": ["email"] }), json!({})).await;
    scene.sign_up("mara", given(&[("email", EMAIL)])).await.ok();
    scene.sign_up("noel", given(&[("email", EMAIL)])).await.ok();
    scene.server.ignore_mail();
}

#[tokio::test]
async fn a_client_with_a_secret_proves_it_for_every_call_by_name() {
    let server = crate::testing::TestPool::new().await;
    let scene = Scene::on(server, json!({}), json!({ "GenerateSecret": true })).await;
    let body = json!({ "UserPoolId": scene.pool, "ClientId": scene.client });
    let described = scene.server.call("DescribeUserPoolClient", body).await.ok();
    let secret = described["UserPoolClient"]["ClientSecret"].clone();
    let hash =
        |name: &str| poolhouse_crypto::secret_hash(secret.as_str().unwrap_or_default(), name, &scene.client);
    let id = &scene.client;
    let calls = [
        ("SignUp", json!({ "Password": PASSWORD })),
        ("ResendConfirmationCode", json!({})),
        ("ConfirmSignUp", json!({ "ConfirmationCode": "123456" })),
    ];
    for (operation, members) in calls {
        let call = async |hash: Option<String>| {
            let members = crate::ops::account::tests::with(members.clone(), json!({ "SecretHash": hash }));
            scene.call(operation, "nobody", members).await
        };
        call(None).await.assert_error(
            "NotAuthorizedException",
            &format!("Client {id} is configured with secret but SECRET_HASH was not received"),
        );
        call(Some(hash("another"))).await.assert_error(
            "NotAuthorizedException",
            &format!("Unable to verify secret hash for client {id}"),
        );
        let answer = call(Some(hash("nobody"))).await;
        assert_ne!(answer["__type"], "NotAuthorizedException", "{operation}");
    }
}

#[tokio::test]
async fn the_password_and_the_code_are_in_no_row() {
    let scene = Scene::new().await;
    let code = scene.mara().await;
    let scan = poolhouse_store::Scan::prefix("", 100);
    for row in scene.server.store().scan(scan).await.unwrap() {
        assert!(
            !row.body.contains(PASSWORD) && !row.body.contains(&code),
            "{}",
            row.key
        );
    }
}
