//! A pool with which nothing is wrong.

use serde_json::{Value, json};

use crate::doctor::environment::Environment;
use crate::doctor::facts::{Count, Facts, Function, Known, SenderRecords};
use crate::people::Locked;
use crate::pool::{Client, Trigger};

/// 2026-01-02T03:04:05Z
pub(super) const NOW: u64 = 1_767_323_045;
pub(super) const POOL: &str = "arn:aws:cognito-idp:eu-central-1:1:userpool/eu-central-1_a";
pub(super) const KEY: &str = "00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210";

/// The facts.
pub(super) fn facts() -> Facts {
    let mut functions = Vec::new();
    for trigger in Trigger::ALL {
        functions.push(function(trigger));
    }
    Facts {
        now: NOW,
        attribute: "authChallenge".to_owned(),
        pool: pool(),
        clients: vec![client("web")],
        subjects: vec!["web".to_owned()],
        providers: Known::Yes(Vec::new()),
        new_password: Known::Yes(Count::default()),
        unreachable: Known::Yes(Count::default()),
        functions,
        at_home: false,
        refused: Vec::new(),
        recovery_apart: false,
        locked: Known::Yes(Locked::default()),
        mail_account: Known::Yes(json!({
            "ProductionAccessEnabled": true, "SendingEnabled": true, "EnforcementStatus": "HEALTHY",
            "SendQuota": { "Max24HourSend": 50000.0, "SentLast24Hours": 12.0, "MaxSendRate": 14.0 },
        })),
        mail_identity: Known::Yes(Some(json!({
            "VerifiedForSendingStatus": true,
            "DkimAttributes": { "SigningEnabled": true, "Status": "SUCCESS", "Tokens": ["a"] },
        }))),
        sender: Known::Yes(SenderRecords {
            domain: "example.com".to_owned(),
            spf: vec!["v=spf1 include:amazonses.com -all".to_owned()],
            dmarc: Some("v=DMARC1; p=reject".to_owned()),
            dkim: vec![("a._domainkey.example.com".to_owned(), true)],
        }),
    }
}

fn pool() -> Value {
    let mut triggers = json!({});
    for trigger in [&Trigger::ALL[..], &[Trigger::PostConfirmation]].concat() {
        triggers[trigger.member()] = json!(arn(trigger));
    }
    json!({
        "Id": "eu-central-1_a",
        "Arn": POOL,
        "MfaConfiguration": "OFF",
        "UserPoolTier": "ESSENTIALS",
        "EmailConfiguration": { "EmailSendingAccount": "COGNITO_DEFAULT" },
        "AccountRecoverySetting": { "RecoveryMechanisms": [{ "Priority": 1, "Name": "admin_only" }] },
        "UserAttributeUpdateSettings": { "AttributesRequireVerificationBeforeUpdate": ["email"] },
        "LambdaConfig": triggers,
        "SchemaAttributes": [
            { "Name": "email", "AttributeDataType": "String" },
            {
                "Name": "custom:authChallenge", "AttributeDataType": "String", "Mutable": true,
                "StringAttributeConstraints": { "MinLength": "0", "MaxLength": "2048" },
            },
        ],
    })
}

pub(super) fn client(id: &str) -> Client {
    Client {
        id: id.to_owned(),
        description: json!({
            "ClientId": id,
            "ClientName": id,
            "ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
            "AuthSessionValidity": 15,
            "PreventUserExistenceErrors": "ENABLED",
            "EnableTokenRevocation": true,
            "RefreshTokenValidity": 30,
            "ReadAttributes": ["email"],
            "WriteAttributes": ["email", "name"],
        }),
    }
}

pub(super) fn arn(trigger: Trigger) -> String {
    format!(
        "arn:aws:lambda:eu-central-1:1:function:{}",
        trigger.usual_function()
    )
}

/// The variables of one of our functions.
pub(super) fn variables() -> Value {
    json!({
        "OTP_KEY": KEY,
        "CUSTOM_ATTRIBUTES": "custom:authChallenge",
        "USER_POOL_ID": "eu-central-1_a",
        "SESSION_MINUTES": "15",
        "MAIL_FROM": "App <no-reply@example.com>",
        "MAIL_URL": "ses://eu-central-1",
    })
}

fn function(trigger: Trigger) -> Function {
    Function {
        trigger,
        arn: arn(trigger),
        configuration: Known::Yes(Some(json!({
            "FunctionArn": arn(trigger), "Runtime": "provided.al2023", "Architectures": ["arm64"],
            "Timeout": 5, "MemorySize": 128, "State": "Active", "LastUpdateStatus": "Successful",
        }))),
        statements: Known::Yes(vec![statement(json!({ "ArnLike": { "AWS:SourceArn": POOL } }))]),
        retention: Known::Yes(Some(Some(30))),
        environment: Known::Yes(Environment::read(&variables())),
    }
}

pub(super) fn statement(condition: Value) -> Value {
    json!({
        "Sid": "poolhouse", "Effect": "Allow", "Principal": { "Service": "cognito-idp.amazonaws.com" },
        "Action": "lambda:InvokeFunction", "Condition": condition,
    })
}

/// Changes a member of a function's configuration.
pub(super) fn configure(facts: &mut Facts, trigger: Trigger, member: &str, value: Value) {
    for function in facts
        .functions
        .iter_mut()
        .filter(|function| function.trigger == trigger)
    {
        if let Known::Yes(Some(configuration)) = &mut function.configuration {
            configuration[member] = value.clone();
        }
    }
}

/// Changes a variable of these functions.
pub(super) fn set(facts: &mut Facts, triggers: &[Trigger], name: &str, value: Option<&str>) {
    for function in facts
        .functions
        .iter_mut()
        .filter(|function| triggers.contains(&function.trigger))
    {
        let mut variables = variables();
        variables[name] = json!(value);
        function.environment = Known::Yes(Environment::read(&variables));
    }
}
