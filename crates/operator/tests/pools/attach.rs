use std::os::unix::fs::PermissionsExt;

use poolhouse_operator::Reply;
use serde_json::{Value, json};

use crate::console::Script;
use crate::world::{Place, TRIGGERS, arn, json_file};

const PASSWORD: &str = "Correct-Horse-9!";

/// Every member of a pool that the server has behaviour for, and none of them at its default.
fn every_member_of_a_pool() -> Value {
    json!({
        "PoolName": "people of 2026",
        "Policies": { "PasswordPolicy": {
            "MinimumLength": 12, "RequireUppercase": false, "RequireLowercase": true, "RequireNumbers": true,
            "RequireSymbols": false, "TemporaryPasswordValidityDays": 3,
        } },
        "DeletionProtection": "ACTIVE",
        "LambdaConfig": {
            "PreSignUp": arn("pre"), "PostConfirmation": arn("post"), "CustomMessage": arn("message"),
            "PreTokenGenerationConfig": { "LambdaVersion": "V2_0", "LambdaArn": arn("tokens") },
            "UserMigration": arn("migrate"),
        },
        "AutoVerifiedAttributes": ["email", "phone_number"],
        "AliasAttributes": ["preferred_username"],
        "UsernameConfiguration": { "CaseSensitive": false },
        "SmsVerificationMessage": "Your code is {####}.",
        "EmailVerificationMessage": "Your code is {####}.",
        "EmailVerificationSubject": "Your code",
        "VerificationMessageTemplate": {
            "SmsMessage": "Your code is {####}.", "EmailMessage": "Your code is {####}.", "EmailSubject": "Your code",
            "EmailMessageByLink": "{##here##}", "EmailSubjectByLink": "Here", "DefaultEmailOption": "CONFIRM_WITH_LINK",
        },
        "SmsAuthenticationMessage": "Code {####}",
        "EmailConfiguration": {
            "SourceArn": "arn:aws:ses:us-east-1:000000000000:identity/example.com",
            "ReplyToEmailAddress": "help@example.com", "EmailSendingAccount": "DEVELOPER",
            "From": "People <no-reply@example.com>", "ConfigurationSet": "people",
        },
        "SmsConfiguration": {
            "SnsCallerArn": "arn:aws:iam::000000000000:role/sms", "ExternalId": "people", "SnsRegion": "us-east-1",
        },
        "UserPoolTags": { "team": "people", "cost": "7" },
        "AdminCreateUserConfig": {
            "AllowAdminCreateUserOnly": true,
            "InviteMessageTemplate": {
                "SMSMessage": "{username} {####}", "EmailMessage": "{username} {####}", "EmailSubject": "Welcome",
            },
        },
        "UserPoolAddOns": { "AdvancedSecurityMode": "OFF" },
        "AccountRecoverySetting": { "RecoveryMechanisms": [
            { "Priority": 1, "Name": "verified_phone_number" }, { "Priority": 2, "Name": "verified_email" },
        ] },
        "UserPoolTier": "PLUS",
        "KeyConfiguration": { "KeyType": "AWS_OWNED_KEY" },
        "IssuerConfiguration": { "Type": "ORIGINAL" },
    })
}

/// The same of an app client.
fn every_member_of_a_client() -> Value {
    json!({
        "ClientName": "web of 2026", "GenerateSecret": true, "RefreshTokenValidity": 20, "AccessTokenValidity": 45,
        "IdTokenValidity": 50,
        "TokenValidityUnits": { "AccessToken": "minutes", "IdToken": "minutes", "RefreshToken": "hours" },
        "ReadAttributes": ["email", "name"], "WriteAttributes": ["email", "name"],
        "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"],
        "SupportedIdentityProviders": ["COGNITO"], "CallbackURLs": ["https://app.example.com/in"],
        "LogoutURLs": ["https://app.example.com/out"], "DefaultRedirectURI": "https://app.example.com/in",
        "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid", "email"],
        "AllowedOAuthFlowsUserPoolClient": true,
        "AnalyticsConfiguration": {
            "ApplicationArn": "arn:aws:mobiletargeting:us-east-1:000000000000:apps/0123456789abcdef",
            "UserDataShared": true,
        },
        "PreventUserExistenceErrors": "ENABLED", "EnableTokenRevocation": false,
        "EnablePropagateAdditionalUserContextData": true, "AuthSessionValidity": 4,
        "RefreshTokenRotation": { "Feature": "ENABLED", "RetryGracePeriodSeconds": 10 },
    })
}

#[tokio::test]
async fn a_pool_with_every_member_set_is_unchanged_but_for_the_plan() {
    let place = Place::with(every_member_of_a_pool(), every_member_of_a_client())
        .await
        .with_aws();
    let (mut pool, mut client) = place.describe().await;
    let console = place.run(&place.attach("")).await.ok();
    for (member, function) in TRIGGERS {
        pool["LambdaConfig"][member] = json!(arn(function));
    }
    client["ExplicitAuthFlows"] = json!(["ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH"]);
    client["AuthSessionValidity"] = json!(15);
    assert_eq!(place.describe().await, (pool, client));
    assert_eq!(
        console.said[1..12],
        [
            "user pool".to_owned(),
            format!("  + LambdaConfig.DefineAuthChallenge: {}", arn("2faDefine")),
            format!("  + LambdaConfig.CreateAuthChallenge: {}", arn("2faCreate")),
            format!(
                "  + LambdaConfig.VerifyAuthChallengeResponse: {}",
                arn("2faVerify")
            ),
            format!("app client web of 2026 ({})", place.client),
            "  ~ ExplicitAuthFlows: +ALLOW_CUSTOM_AUTH".to_owned(),
            "  ~ AuthSessionValidity: 4 → 15".to_owned(),
            format!("function {}", arn("2faDefine")),
            format!(
                "  + permission for cognito-idp.amazonaws.com to invoke it for this pool (statement poolhouse-{})",
                place.pool
            ),
            format!("function {}", arn("2faCreate")),
            format!(
                "  + permission for cognito-idp.amazonaws.com to invoke it for this pool (statement poolhouse-{})",
                place.pool
            ),
        ]
    );
    assert!(console.says("Done, and verified: nothing else has changed."));
}

#[tokio::test]
async fn attached_twice_is_attached_once() {
    let place = Place::new().await.with_aws();
    place.run(&place.attach("")).await.ok();
    let before = place.describe().await;
    let second = place.run(&place.attach("")).await.ok();
    assert_eq!(
        second.said.last().unwrap(),
        "Nothing to do: everything is as it shall be."
    );
    assert_eq!(second.asked, 0);
    assert_eq!(place.describe().await, before);
    let services = place.aws.services();
    assert_eq!(services.functions["2faDefine"].statements.len(), 1);
    assert_eq!(
        services.functions["2faDefine"].statements[0]["Condition"]["ArnLike"]["AWS:SourceArn"],
        before.0["Arn"]
    );
}

#[tokio::test]
async fn a_pool_that_was_attached_asks_for_the_code() {
    let place = Place::new().await;
    place.server.user(&place.pool, "mara", PASSWORD).await;
    let refused = place
        .server
        .custom_sign_in(&place.pool, &place.client, "mara", PASSWORD)
        .await;
    assert_eq!(refused["__type"], "InvalidParameterException");
    place.run(&place.attach("")).await.ok();
    let challenge = place
        .server
        .custom_sign_in(&place.pool, &place.client, "mara", PASSWORD)
        .await
        .ok();
    assert_eq!(challenge["ChallengeName"], "CUSTOM_CHALLENGE");
    place.server.ignore_mail();
}

#[tokio::test]
async fn the_attribute_is_added_and_the_plan_says_that_it_stays() {
    let place = Place::with(json!({ "Schema": null }), json!({})).await;
    let console = place.run(&place.attach("--attribute otherName")).await.ok();
    assert!(console.says(
        "+ custom attribute custom:otherName (String) -- cannot be undone: Cognito never removes a custom attribute"
    ));
    let (pool, _) = place.describe().await;
    let attributes = pool["SchemaAttributes"].as_array().unwrap();
    let added = attributes
        .iter()
        .find(|attribute| attribute["Name"] == "custom:otherName")
        .unwrap();
    assert_eq!(
        (
            &added["AttributeDataType"],
            &added["Mutable"],
            &added["StringAttributeConstraints"]["MaxLength"]
        ),
        (&json!("String"), &json!(true), &json!("2048"))
    );
}

#[tokio::test]
async fn several_app_clients_are_attached_at_once() {
    let place = Place::new().await;
    let flows = json!({ "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"] });
    let other = place.server.client_with(&place.pool, flows).await["ClientId"]
        .as_str()
        .unwrap()
        .to_owned();
    place
        .run(&place.attach(&format!("--client-id {other}")))
        .await
        .ok();
    let request = json!({ "UserPoolId": place.pool, "ClientId": other });
    let client = place.server.call("DescribeUserPoolClient", request).await.ok();
    let flows = client["UserPoolClient"]["ExplicitAuthFlows"].as_array().unwrap();
    assert!(flows.contains(&json!("ALLOW_CUSTOM_AUTH")));
}

#[tokio::test]
async fn triggers_of_others_are_left_and_the_way_out_is_told() {
    let place = Place::with(
        json!({ "LambdaConfig": { "CreateAuthChallenge": arn("theirs") } }),
        json!({}),
    )
    .await;
    let before = place.describe().await;
    let refused = place.run(&place.attach("")).await;
    assert_eq!(refused.code, 1);
    assert_eq!(
        refused.console.warned,
        [
            "poolhouse: other functions are in place, and nothing was changed:".to_owned(),
            format!("  CreateAuthChallenge {}", arn("theirs")),
            "If they may go, pass --replace-triggers; the snapshot brings them back. If they are the right ones, name \
             them with --define, --create and --verify, and leave --post-confirmation out."
                .to_owned(),
        ]
    );
    assert_eq!(place.describe().await, before);
    assert!(place.folder.is_empty());
    place.run(&place.attach("--replace-triggers")).await.ok();
    assert_eq!(
        place.describe().await.0["LambdaConfig"]["CreateAuthChallenge"],
        arn("2faCreate")
    );
}

#[tokio::test]
async fn a_function_that_does_not_exist_is_not_attached() {
    let place = Place::new().await.with_aws();
    place.aws.services().functions.remove("2faVerify");
    let before = place.describe().await;
    let refused = place.run(&place.attach("")).await;
    assert_eq!(refused.code, 1);
    assert_eq!(
        refused.console.warned,
        [
            "poolhouse: there is no function 2faVerify for VerifyAuthChallengeResponse",
            "Deploy the functions first (deploy/sam), or name yours: --verify NAME-OR-ARN.",
        ]
    );
    assert_eq!(place.describe().await, before);
}

#[tokio::test]
async fn a_version_of_a_function_is_attached_and_let_in_as_that() {
    let place = Place::new().await.with_aws();
    let live = format!("{}:live", arn("2faDefine"));
    place.run(&place.attach(&format!("--define {live}"))).await.ok();
    assert_eq!(
        place.describe().await.0["LambdaConfig"]["DefineAuthChallenge"],
        live
    );
}

#[tokio::test]
async fn without_consent_nothing_is_changed_and_nothing_is_written() {
    let place = Place::new().await.with_aws();
    let before = place.describe().await;
    let dry = place.run(&place.attach("--dry-run")).await.ok();
    assert!(dry.says("+ LambdaConfig.DefineAuthChallenge"));
    assert_eq!(
        (dry.said.last().unwrap().as_str(), dry.asked),
        ("Dry run: nothing was changed.", 0)
    );
    for (reply, warned) in [
        (Reply::No, vec!["poolhouse: nothing was changed"]),
        (
            Reply::Nobody,
            vec![
                "poolhouse: nobody is there to ask, so nothing was changed",
                "Pass --yes to agree to the plan, or --dry-run to see it only.",
            ],
        ),
    ] {
        let declined = place
            .run_asking(&place.attach(""), Script::answering(reply))
            .await;
        assert_eq!(
            (declined.code, declined.console.warned),
            (1, warned.into_iter().map(str::to_owned).collect())
        );
    }
    assert_eq!(place.describe().await, before);
    assert!(place.folder.is_empty());
    assert!(
        place
            .aws
            .services()
            .functions
            .values()
            .all(|function| function.statements.is_empty())
    );
    let agreed = place
        .run_asking(&place.attach("--yes"), Script::answering(Reply::Nobody))
        .await
        .ok();
    assert_eq!(agreed.asked, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pool_that_somebody_changes_meanwhile_is_left_to_them() {
    let place = std::sync::Arc::new(Place::new().await);
    let other = place.clone();
    let meddling = Script::doing(move || {
        let other = other.clone();
        tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(async {
                let update = json!({ "UserPoolId": other.pool, "DeletionProtection": "ACTIVE" });
                other.server.call("UpdateUserPool", update).await.ok();
            });
        });
        Reply::Yes
    });
    let done = place.run_asking(&place.attach(""), meddling).await;
    assert_eq!(done.code, 1);
    assert_eq!(
        done.console.warned,
        [
            "poolhouse: the pool was changed since it was read; done: nothing",
            "  user pool: ~ DeletionProtection: INACTIVE → ACTIVE",
            "Run the command again to see a plan for the pool as it is now.",
        ]
    );
    let (pool, _) = place.describe().await;
    assert_eq!(
        (&pool["DeletionProtection"], &pool["LambdaConfig"]),
        (&json!("ACTIVE"), &json!({}))
    );
}

#[tokio::test]
async fn the_snapshot_is_its_owners_alone_and_has_no_secret() {
    let place = Place::with(json!({}), json!({ "GenerateSecret": true })).await;
    let secret = place.describe().await.1["ClientSecret"]
        .as_str()
        .unwrap()
        .to_owned();
    place.run(&place.attach("")).await.ok();
    let path = place.folder.file("s.json");
    assert_eq!(
        std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(!text.contains(&secret) && !text.contains(&place.server.operator().secret_access_key));
    let snapshot = json_file(&path);
    assert_eq!(snapshot["userPool"]["Id"], place.pool);
    assert_eq!(snapshot["taken"], "2026-01-02T03:04:05Z");
}

#[tokio::test]
async fn a_snapshot_that_is_there_is_not_written_over() {
    let place = Place::new().await;
    let path = place.folder.file("s.json");
    std::fs::write(&path, "mine").unwrap();
    let before = place.describe().await;
    let refused = place.run(&place.attach("")).await;
    assert_eq!(refused.code, 1);
    assert!(
        refused.console.warned[0].contains("exists already; nothing was changed"),
        "{:?}",
        refused.console.warned
    );
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
    assert_eq!(place.describe().await, before);
}
