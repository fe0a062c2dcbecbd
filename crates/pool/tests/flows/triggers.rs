//! Which functions a sign-in calls, in which order, with which events, and what their answers do.

use std::sync::{Arc, Mutex};

use poolhouse_pool::base::settings::Settings;
use poolhouse_pool::testing::{RecordingFunction, TestPool};
use poolhouse_triggers::Place;
use serde_json::{Value, json};

use crate::{PASSWORD, WRONG, claims};

/// A pool with functions of the test's own.
pub struct Scene {
    /// The server.
    pub server: TestPool,
    /// The pool's id.
    pub pool: String,
    /// The app client's id.
    pub client: String,
}

impl Scene {
    /// A pool whose triggers (by the member of `LambdaConfig`) are these functions, and the user Mara.
    pub async fn new(functions: &[(&str, &Arc<RecordingFunction>)]) -> Scene {
        let config = functions
            .iter()
            .map(|(trigger, _)| ((*trigger).to_owned(), json!(arn(trigger))))
            .collect();
        Scene::with_config(functions, Value::Object(config)).await
    }

    /// As [`new`](Scene::new), with this `LambdaConfig`.
    pub async fn with_config(functions: &[(&str, &Arc<RecordingFunction>)], config: Value) -> Scene {
        Scene::with_settings(functions, config, |_| {}).await
    }

    /// As [`with_config`](Scene::with_config), on a server with other settings.
    pub async fn with_settings(
        functions: &[(&str, &Arc<RecordingFunction>)],
        config: Value,
        change: impl FnOnce(&mut Settings),
    ) -> Scene {
        let place = |function: &Arc<RecordingFunction>| function.clone() as Arc<dyn Place>;
        let places = functions
            .iter()
            .map(|(trigger, function)| ((*trigger).to_owned(), place(function)))
            .collect();
        let server = TestPool::with_functions(places, change).await;
        let pool = server.pool_with(json!({ "LambdaConfig": config })).await;
        let client = server.client(&pool).await;
        server.user(&pool, "mara", PASSWORD).await;
        for (_, function) in functions {
            function.events();
        }
        Scene { server, pool, client }
    }

    /// Mara's sign-in by USER_PASSWORD_AUTH.
    pub async fn sign_in(&self) -> poolhouse_pool::testing::Answer {
        self.server.password_sign_in(&self.client, "mara", PASSWORD).await
    }

    /// InitiateAuth with these parameters.
    pub async fn initiate(&self, flow: &str, parameters: Value) -> poolhouse_pool::testing::Answer {
        let body = json!({
            "AuthFlow": flow,
            "ClientId": self.client,
            "AuthParameters": parameters,
            "ClientMetadata": { "trace": "a1" },
        });
        self.server.call("InitiateAuth", body).await
    }
}

/// The function of this name.
pub fn arn(name: &str) -> String {
    format!("arn:aws:lambda:us-east-1:000000000000:function:{name}")
}

#[tokio::test]
async fn a_password_sign_in_calls_its_functions_with_these_events() {
    let (before, after, tokens) = (
        RecordingFunction::silent(),
        RecordingFunction::silent(),
        RecordingFunction::silent(),
    );
    let scene = Scene::new(&[
        ("PreAuthentication", &before),
        ("PostAuthentication", &after),
        ("PreTokenGeneration", &tokens),
    ])
    .await;
    scene
        .initiate(
            "USER_PASSWORD_AUTH",
            json!({ "USERNAME": "mara", "PASSWORD": PASSWORD }),
        )
        .await
        .ok();

    let [before] = before.events().try_into().unwrap();
    let attributes = before["request"]["userAttributes"].clone();
    assert_eq!(
        before,
        json!({
            "version": "1",
            "region": "us-east-1",
            "userPoolId": scene.pool,
            "userName": "mara",
            "callerContext": { "awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": scene.client },
            "triggerSource": "PreAuthentication_Authentication",
            "request": {
                "userAttributes": {
                    "sub": attributes["sub"],
                    "cognito:user_status": "CONFIRMED",
                    "email": "mara@example.com",
                    "email_verified": "true",
                },
                "validationData": { "trace": "a1" },
            },
            "response": {},
        })
    );
    let [after] = after.events().try_into().unwrap();
    assert_eq!(after["triggerSource"], "PostAuthentication_Authentication");
    assert_eq!(
        after["request"],
        json!({ "userAttributes": attributes, "newDeviceUsed": false })
    );
    let [tokens] = tokens.events().try_into().unwrap();
    assert_eq!(tokens["triggerSource"], "TokenGeneration_Authentication");
    assert_eq!(
        tokens["request"],
        json!({
            "userAttributes": attributes,
            "groupConfiguration": { "groupsToOverride": [], "iamRolesToOverride": [], "preferredRole": null },
        })
    );
}

#[tokio::test]
async fn the_functions_of_a_sign_in_are_called_in_the_services_order() {
    let called: Arc<Mutex<Vec<String>>> = Arc::default();
    let function = {
        let called = called.clone();
        RecordingFunction::new(move |event| {
            called.lock().unwrap().push(event["triggerSource"].to_string());
            if event["triggerSource"] == "UserMigration_Authentication" {
                event["response"] = json!({
                    "userAttributes": { "email": "noel@example.com" },
                    "finalUserStatus": "CONFIRMED",
                });
            }
            Ok(())
        })
    };
    let scene = Scene::new(&[
        ("PreTokenGeneration", &function),
        ("PostAuthentication", &function),
        ("PreAuthentication", &function),
        ("UserMigration", &function),
    ])
    .await;
    let answer = scene
        .server
        .password_sign_in(&scene.client, "noel", PASSWORD)
        .await;
    answer.ok();
    let expected = [
        "UserMigration_Authentication",
        "PreAuthentication_Authentication",
        "PostAuthentication_Authentication",
        "TokenGeneration_Authentication",
    ];
    assert_eq!(
        *called.lock().unwrap(),
        expected.map(|source| format!("{source:?}"))
    );
}

/// Define asks for the password and fails what comes after it; PreAuthentication is called before it, or not at all.
#[tokio::test]
async fn custom_authentication_calls_pre_authentication_only_where_it_is_switched_on() {
    for (switched_on, calls) in [(false, 0), (true, 1)] {
        let (before, define) = (
            RecordingFunction::silent(),
            RecordingFunction::new(|event| {
                event["response"]["failAuthentication"] = json!(true);
                Ok(())
            }),
        );
        let functions = [
            ("PreAuthentication", &before),
            ("DefineAuthChallenge", &define),
            ("CreateAuthChallenge", &define),
            ("VerifyAuthChallengeResponse", &define),
        ];
        let config = functions
            .iter()
            .map(|(trigger, _)| ((*trigger).to_owned(), json!(arn(trigger))));
        let config = Value::Object(config.collect());
        let scene = Scene::with_settings(&functions, config, |settings| {
            settings.pre_authentication_in_custom_auth = switched_on;
        })
        .await;
        let answer = scene.initiate("CUSTOM_AUTH", json!({ "USERNAME": "mara" })).await;
        answer.assert_error("NotAuthorizedException", WRONG);
        assert_eq!(before.events().len(), calls);
    }
}

#[tokio::test]
async fn a_function_that_throws_denies_in_its_own_words() {
    for trigger in ["PreAuthentication", "PostAuthentication", "PreTokenGeneration"] {
        let function = RecordingFunction::new(|_| Err("Not today".to_owned()));
        let scene = Scene::new(&[(trigger, &function)]).await;
        let answer = scene.sign_in().await;
        answer.assert_error(
            "UserLambdaValidationException",
            &format!("{trigger} failed with error Not today."),
        );
    }
}

#[tokio::test]
async fn a_function_that_answers_nonsense_denies() {
    let unrecognizable = "Unrecognizable lambda output";
    for (nonsense, sentence) in [
        (json!({}), unrecognizable),
        (json!({ "response": {} }), unrecognizable),
        (json!("ok"), unrecognizable),
        // A handler that returns nothing.
        (Value::Null, "Invalid lambda function output : Invalid JSON"),
    ] {
        let function = RecordingFunction::new({
            let nonsense = nonsense.clone();
            move |event| {
                *event = nonsense.clone();
                Ok(())
            }
        });
        let scene = Scene::new(&[("PostAuthentication", &function)]).await;
        let answer = scene.sign_in().await;
        answer.assert_error("InvalidLambdaResponseException", sentence);
    }
}

#[tokio::test]
async fn a_function_that_no_place_serves_denies() {
    let scene = Scene::with_config(&[], json!({ "PreAuthentication": arn("nowhere") })).await;
    scene.sign_in().await.assert_error(
        "UnexpectedLambdaException",
        "PreAuthentication invocation failed due to error AccessDeniedException.",
    );
}

#[tokio::test]
async fn the_first_version_before_tokens_changes_the_id_token_alone() {
    let function = RecordingFunction::new(|event| {
        event["response"]["claimsOverrideDetails"] = json!({
            "claimsToAddOrOverride": { "tier": "gold", "sub": "somebody else" },
            "claimsToSuppress": ["email"],
            "groupOverrideDetails": { "groupsToOverride": ["staff"] },
        });
        Ok(())
    });
    let scene = Scene::new(&[("PreTokenGeneration", &function)]).await;
    let result = scene.sign_in().await.ok()["AuthenticationResult"].clone();
    let (id, access) = (claims(&result["IdToken"]), claims(&result["AccessToken"]));
    assert_eq!(id["tier"], "gold");
    assert_eq!(id["email"], Value::Null);
    assert_eq!(id["cognito:groups"], json!(["staff"]));
    assert_eq!(id["sub"], access["sub"]);
    assert_eq!(access["tier"], Value::Null);
}

#[tokio::test]
async fn the_second_version_before_tokens_changes_both() {
    let function = RecordingFunction::new(|event| {
        assert_eq!(event["version"], "2");
        assert_eq!(
            event["request"]["scopes"],
            json!(["aws.cognito.signin.user.admin"])
        );
        event["response"]["claimsAndScopeOverrideDetails"] = json!({
            "idTokenGeneration": { "claimsToAddOrOverride": { "limits": { "n": 3 } } },
            "accessTokenGeneration": { "claimsToAddOrOverride": { "tenant": "t1" }, "scopesToAdd": ["orders/read"] },
        });
        Ok(())
    });
    let config = json!({ "PreTokenGenerationConfig": { "LambdaVersion": "V2_0", "LambdaArn": arn("PreTokenGeneration") } });
    let scene = Scene::with_config(&[("PreTokenGeneration", &function)], config).await;
    let result = scene.sign_in().await.ok()["AuthenticationResult"].clone();
    assert_eq!(claims(&result["IdToken"])["limits"], json!({ "n": 3 }));
    let access = claims(&result["AccessToken"]);
    assert_eq!(access["tenant"], "t1");
    assert_eq!(access["scope"], "aws.cognito.signin.user.admin orders/read");
}

#[tokio::test]
async fn a_refresh_calls_the_function_before_tokens_only() {
    let (before, after, tokens) = (
        RecordingFunction::silent(),
        RecordingFunction::silent(),
        RecordingFunction::silent(),
    );
    let scene = Scene::new(&[
        ("PreAuthentication", &before),
        ("PostAuthentication", &after),
        ("PreTokenGeneration", &tokens),
    ])
    .await;
    let result = scene.sign_in().await.ok()["AuthenticationResult"].clone();
    for function in [&before, &after, &tokens] {
        function.events();
    }
    scene
        .initiate(
            "REFRESH_TOKEN_AUTH",
            json!({ "REFRESH_TOKEN": result["RefreshToken"] }),
        )
        .await
        .ok();
    assert!(before.events().is_empty() && after.events().is_empty());
    let [event] = tokens.events().try_into().unwrap();
    assert_eq!(event["triggerSource"], "TokenGeneration_RefreshTokens");
}
