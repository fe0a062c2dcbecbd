//! Services that refuse, stall, forget, or know more than this program.

use serde_json::{Value, json};

use crate::console::Script;
use crate::stand_in::StandIn;
use crate::world::{Folder, Place, arn, run_line, stand_in_env};
use poolhouse_operator::Reply;

#[tokio::test]
async fn a_step_that_fails_half_way_says_what_was_done_and_how_to_go_back() {
    let place = Place::new().await.with_aws();
    let before = place.describe().await;
    place
        .aws
        .services()
        .failures
        .extend([("AddPermission", 403, "AccessDeniedException")]);
    let done = place.run(&place.attach("")).await;
    assert_eq!(done.code, 1);
    assert_eq!(
        done.console.warned,
        [
            "poolhouse: not done: gave the permission to invoke 2faDefine: AccessDeniedException: said the stand-in"
                .to_owned(),
            "These credentials need the permission lambda:AddPermission.".to_owned(),
            format!("To go back: poolhouse rollback {}", place.folder.file("s.json").display()),
        ]
    );
    assert_eq!(place.describe().await, before);
}

#[tokio::test]
async fn a_throttled_call_is_made_again_and_an_endless_one_is_given_up() {
    let place = Place::new().await.with_aws();
    place
        .aws
        .services()
        .failures
        .extend([("GetPolicy", 429, "TooManyRequestsException"); 2]);
    place.run(&place.attach("")).await.ok();
    let place = Place::new().await.with_aws();
    place
        .aws
        .services()
        .failures
        .extend([("GetPolicy", 429, "TooManyRequestsException"); 4]);
    let done = place.run(&place.attach("")).await;
    assert_eq!(
        done.console.warned,
        [
            "poolhouse: the functions cannot be looked up: TooManyRequestsException: said the stand-in",
            "Wait a little and run the command again.",
        ]
    );
}

#[tokio::test]
async fn a_wrong_key_is_told_so() {
    let mut place = Place::new().await;
    place
        .env
        .insert("AWS_ACCESS_KEY_ID".to_owned(), "AKIANOBODY".to_owned());
    let done = place.run(&place.attach("")).await;
    assert_eq!(done.code, 1);
    assert_eq!(
        done.console.warned[0],
        "poolhouse: UnrecognizedClientException: The security token included in the request is invalid."
    );
    assert!(done.console.warned[1].contains("`poolhouse keys create`"));
}

#[tokio::test]
async fn nobody_at_the_endpoint_is_told_so() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let mut console = Script::answering(Reply::Yes);
    let aws = StandIn::start().await;
    let line = format!("doctor --user-pool-id us-east-1_a --endpoint-url {url}");
    let code = run_line(&line, stand_in_env(&aws), &mut console, None).await;
    assert_eq!(code, 2);
    assert!(
        console.warned[0].starts_with(&format!(
            "poolhouse: the user pool service cannot be reached at {url}: nothing listens there: "
        )),
        "{:?}",
        console.warned
    );
    assert_eq!(
        console.warned[1],
        format!("Check that the server at {url} runs, and that this is its port.")
    );
}

/// A pool that is kept by the stand-in, as a service of some later year describes it.
pub async fn later_pool() -> (StandIn, Folder) {
    let aws = StandIn::start().await;
    {
        let mut services = aws.services();
        services.pool = Some(json!({
            "Id": "us-east-1_later", "Name": "later", "CreationDate": 1, "Status": null,
            "Arn": "arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_later",
            "SchemaAttributes": [{ "Name": "custom:authChallenge", "AttributeDataType": "String", "Mutable": true }],
            "LambdaConfig": { "PreSignUp": arn("pre"), "TriggerOf2031": arn("later") },
            "MemberOf2031": { "Setting": "kept" },
            "DeletionProtection": "ACTIVE",
        }));
        let client = json!({
            "ClientId": "c1", "UserPoolId": "us-east-1_later", "ClientName": "web", "ClientSecret": "hunter2",
            "ExplicitAuthFlows": ["ALLOW_OF_2031"], "ClientMemberOf2031": 1, "AuthSessionValidity": 5,
        });
        services.clients.insert("c1".to_owned(), client);
        for (_, name) in crate::world::TRIGGERS {
            let configuration = json!({ "FunctionArn": arn(name), "Runtime": "provided.al2023" });
            let function = crate::stand_in::Function {
                configuration,
                ..Default::default()
            };
            services.functions.insert(name.to_owned(), function);
        }
    }
    (aws, Folder::new())
}

pub async fn attach_later(aws: &StandIn, folder: &Folder) -> (u8, Script) {
    attach_asking(aws, folder, Script::answering(Reply::Yes)).await
}

pub async fn attach_asking(aws: &StandIn, folder: &Folder, mut console: Script) -> (u8, Script) {
    let line = format!(
        "attach --user-pool-id us-east-1_later --client-id c1 --snapshot {}",
        folder.file("s.json").display()
    );
    let code = run_line(&line, stand_in_env(aws), &mut console, Some(folder)).await;
    (code, console)
}

#[tokio::test]
async fn members_that_this_version_does_not_know_survive() {
    let (aws, folder) = later_pool().await;
    let (code, console) = attach_later(&aws, &folder).await;
    assert_eq!(code, 0, "{}\n{:?}", console.text(), console.warned);
    assert!(console.says(
        "note: this version does not know ClientMemberOf2031, MemberOf2031; what was read is sent back as it came"
    ));
    let services = aws.services();
    assert_eq!(
        services.updates[0],
        json!({
            "LambdaConfig": {
                "PreSignUp": arn("pre"), "TriggerOf2031": arn("later"), "DefineAuthChallenge": arn("2faDefine"),
                "CreateAuthChallenge": arn("2faCreate"), "VerifyAuthChallengeResponse": arn("2faVerify"),
            },
            "MemberOf2031": { "Setting": "kept" },
            "DeletionProtection": "ACTIVE",
            "PoolName": "later",
            "UserPoolId": "us-east-1_later",
        })
    );
    assert_eq!(services.updates[1]["ClientMemberOf2031"], 1);
    assert_eq!(services.updates[1]["ClientSecret"], Value::Null);
    assert_eq!(
        services.updates[1]["ExplicitAuthFlows"],
        json!(["ALLOW_OF_2031", "ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])
    );
}

#[tokio::test]
async fn a_service_that_loses_a_member_is_caught() {
    let (aws, folder) = later_pool().await;
    aws.services().loses = Some("DeletionProtection");
    let (code, console) = attach_later(&aws, &folder).await;
    assert_eq!(code, 1);
    assert_eq!(
        console.warned,
        [
            "poolhouse: the pool is not as planned afterwards".to_owned(),
            "  user pool: - DeletionProtection: ACTIVE".to_owned(),
            format!(
                "To go back: poolhouse rollback {}",
                folder.file("s.json").display()
            ),
        ]
    );
}

#[tokio::test]
async fn a_change_of_somebody_else_is_noticed_until_the_very_update() {
    let (aws, folder) = later_pool().await;
    aws.services().meddling_at = Some("AddPermission");
    let (code, console) = attach_later(&aws, &folder).await;
    assert_eq!(code, 1);
    assert_eq!(
        console.warned,
        [
            "poolhouse: the pool was changed since it was read; done: gave the permission to invoke 2faDefine, gave the \
             permission to invoke 2faCreate, gave the permission to invoke 2faVerify"
                .to_owned(),
            "  user pool: ~ DeletionProtection: ACTIVE → INACTIVE".to_owned(),
            "Run the command again to see a plan for the pool as it is now.".to_owned(),
            format!("To go back: poolhouse rollback {}", folder.file("s.json").display()),
        ]
    );
    assert!(aws.services().updates.is_empty());
}
