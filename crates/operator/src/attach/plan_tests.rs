use super::*;
use crate::arn::FunctionArn;
use crate::attach::functions::OnLambda;

pub(super) const ARN: &str = "arn:aws:lambda:eu-central-1:1:function";

pub(super) fn function(trigger: Trigger, access: Option<Access>) -> Function {
    Function {
        trigger,
        arn: FunctionArn::parse(&format!("{ARN}:{}", trigger.usual_function())).unwrap(),
        on_lambda: access.map(|access| OnLambda {
            access,
            session_minutes: Some(15),
            attribute: Some("custom:authChallenge".to_owned()),
        }),
    }
}

pub(super) fn wanted() -> Wanted {
    Wanted {
        attribute: "authChallenge".to_owned(),
        functions: Trigger::ALL
            .map(|trigger| function(trigger, Some(Access::ForThisPool)))
            .to_vec(),
        offered: None,
        session_minutes: 15,
        article: false,
        can_verify_email_first: true,
        replace_triggers: false,
    }
}

fn attribute_description() -> Value {
    let mut attribute = attribute::definition("authChallenge");
    attribute["Name"] = json!("custom:authChallenge");
    attribute
}

fn state() -> State {
    State {
        pool: json!({
            "Id": "eu-central-1_a",
            "Arn": "arn:aws:cognito-idp:eu-central-1:1:userpool/eu-central-1_a",
            "SchemaAttributes": [
                { "Name": "sub" }, { "Name": "email" }, { "Name": "email_verified" }, { "Name": "identities" },
                attribute_description(),
            ],
            "LambdaConfig": { "PreSignUp": format!("{ARN}:pre") },
            "AutoVerifiedAttributes": ["email"],
            "UserAttributeUpdateSettings": { "AttributesRequireVerificationBeforeUpdate": ["email"] },
        }),
        clients: vec![Client {
            id: "c".to_owned(),
            description: json!({
                "ClientId": "c", "ClientName": "web", "AuthSessionValidity": 15,
                "ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
            }),
        }],
        mfa: None,
    }
}

/// A pool that is attached already.
pub(super) fn attached() -> State {
    let mut state = state();
    for trigger in Trigger::ALL {
        state.pool["LambdaConfig"][trigger.member()] = json!(format!("{ARN}:{}", trigger.usual_function()));
    }
    state
}

fn lines(state: State, wanted: &Wanted) -> Vec<String> {
    plan(state, wanted).unwrap().lines()
}

#[test]
fn what_is_attached_stays_as_it_is() {
    let plan = plan(attached(), &wanted()).unwrap();
    assert_eq!(plan.lines(), [""; 0]);
    assert!(plan.is_empty());
}

#[test]
fn the_triggers_are_set_and_others_stay() {
    let plan = plan(state(), &wanted()).unwrap();
    assert_eq!(
        plan.lines(),
        [
            "user pool",
            "  + LambdaConfig.DefineAuthChallenge: arn:aws:lambda:eu-central-1:1:function:2faDefine",
            "  + LambdaConfig.CreateAuthChallenge: arn:aws:lambda:eu-central-1:1:function:2faCreate",
            "  + LambdaConfig.VerifyAuthChallengeResponse: arn:aws:lambda:eu-central-1:1:function:2faVerify",
        ]
    );
    assert_eq!(plan.pool["LambdaConfig"]["PreSignUp"], format!("{ARN}:pre"));
}

#[test]
fn a_pool_without_triggers_or_lambda_config_gets_them() {
    for none in [json!({}), Value::Null] {
        let mut state = state();
        state.pool["LambdaConfig"] = none;
        assert_eq!(lines(state, &wanted()).len(), 4);
    }
    let mut state = state();
    state.pool.as_object_mut().unwrap().remove("LambdaConfig");
    assert_eq!(lines(state, &wanted()).len(), 4);
}

#[test]
fn functions_of_others_keep_the_triggers_unless_they_may_go() {
    let mut state = attached();
    state.pool["LambdaConfig"]["CreateAuthChallenge"] = json!(format!("{ARN}:theirs"));
    let refusal = plan(state.clone(), &wanted()).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "other functions are in place, and nothing was changed:\n  CreateAuthChallenge \
         arn:aws:lambda:eu-central-1:1:function:theirs"
    );
    assert!(refusal.advice().contains("--replace-triggers"));
    let replacing = Wanted {
        replace_triggers: true,
        ..wanted()
    };
    assert_eq!(
        lines(state, &replacing)[1],
        "  ~ LambdaConfig.CreateAuthChallenge: arn:aws:lambda:eu-central-1:1:function:theirs → \
         arn:aws:lambda:eu-central-1:1:function:2faCreate"
    );
}

#[test]
fn the_attribute_is_added_if_it_is_missing_and_there_is_room() {
    let mut state = attached();
    state.pool = attribute::without(&state.pool, "authChallenge");
    assert_eq!(
        lines(state.clone(), &wanted()),
        [
            "user pool",
            "  + custom attribute custom:authChallenge (String) -- cannot be undone: Cognito never removes a custom attribute",
        ]
    );
    let many = (0..50)
        .map(|n| json!({ "Name": format!("custom:{n}") }))
        .collect::<Vec<_>>();
    state.pool["SchemaAttributes"] = json!(many);
    assert_eq!(plan(state, &wanted()), Err(Refusal::NoRoom));
}

#[test]
fn an_attribute_that_cannot_carry_the_ledger_is_refused_with_the_way_out() {
    for (member, value, why) in [
        ("AttributeDataType", json!("Number"), "it is no string"),
        ("Mutable", json!(false), "it can be written only once"),
        (
            "StringAttributeConstraints",
            json!({ "MaxLength": "20" }),
            "it takes 20 characters, and 256 are needed",
        ),
    ] {
        let mut state = attached();
        state.pool["SchemaAttributes"][4][member] = value;
        let refusal = plan(state, &wanted()).unwrap_err();
        assert_eq!(
            refusal.to_string(),
            format!("custom:authChallenge cannot carry the ledger: {why}")
        );
        assert!(refusal.advice().contains("--attribute NAME"));
    }
}

#[test]
fn the_client_gets_the_flows_that_sign_in_needs_and_no_others() {
    let mut state = attached();
    state.clients[0].description["ExplicitAuthFlows"] = json!(["ALLOW_USER_PASSWORD_AUTH"]);
    let made = plan(state.clone(), &wanted()).unwrap();
    assert_eq!(
        made.lines(),
        [
            "app client web (c)",
            "  ~ ExplicitAuthFlows: +ALLOW_CUSTOM_AUTH +ALLOW_REFRESH_TOKEN_AUTH"
        ]
    );
    assert_eq!(
        made.notes.last().unwrap(),
        "app client web (c) also allows ALLOW_USER_PASSWORD_AUTH, which asks for no code; `poolhouse doctor` names \
         such doors"
    );
    state.clients[0].description["RefreshTokenRotation"] = json!({ "Feature": "ENABLED" });
    assert_eq!(
        lines(state.clone(), &wanted()),
        ["app client web (c)", "  ~ ExplicitAuthFlows: +ALLOW_CUSTOM_AUTH"]
    );
    state.clients[0].description["ExplicitAuthFlows"] = json!(["ADMIN_NO_SRP_AUTH"]);
    assert!(
        plan(state, &wanted()).unwrap().is_empty(),
        "the older name allows it already"
    );
}

#[test]
fn the_session_gets_the_minutes_that_were_asked_for() {
    let mut state = attached();
    let lines = |state: &State, session_minutes| {
        let wanted = Wanted {
            session_minutes,
            ..wanted()
        };
        lines(state.clone(), &wanted)
    };
    let line = |text: &str| ["app client web (c)".to_owned(), text.to_owned()];
    assert_eq!(lines(&state, 5), line("  ~ AuthSessionValidity: 15 → 5"));
    state.clients[0].description["AuthSessionValidity"] = Value::Null;
    assert_eq!(lines(&state, 3), [""; 0], "3 is what it is where it is not set");
    assert_eq!(lines(&state, 15), line("  + AuthSessionValidity: 15"));
}

#[test]
fn permission_to_invoke_is_given_where_it_is_missing() {
    let mut wanted = wanted();
    wanted.functions[2] = function(Trigger::Verify, Some(Access::Denied));
    wanted.functions[1] = function(Trigger::Create, Some(Access::ForAnyPool));
    assert_eq!(
        lines(attached(), &wanted),
        [
            "function arn:aws:lambda:eu-central-1:1:function:2faVerify",
            "  + permission for cognito-idp.amazonaws.com to invoke it for this pool (statement \
             poolhouse-eu-central-1_a)",
        ]
    );
}

#[test]
fn without_a_lambda_nothing_is_granted_and_the_plan_says_so() {
    let functions = Trigger::ALL.map(|trigger| function(trigger, None)).to_vec();
    let plan = plan(
        attached(),
        &Wanted {
            functions,
            ..wanted()
        },
    )
    .unwrap();
    assert!(plan.is_empty());
    assert_eq!(
        plan.notes.last().unwrap(),
        "no Lambda is around this pool, so neither the functions nor the permission to invoke them were looked at"
    );
}

#[test]
fn the_articles_set_up_also_gives_srp_and_the_attribute() {
    let article = Wanted {
        article: true,
        ..wanted()
    };
    let made = plan(attached(), &article).unwrap();
    let client = &made.clients[0].description;
    assert_eq!(
        client["ExplicitAuthFlows"],
        json!([
            "ALLOW_CUSTOM_AUTH",
            "ALLOW_REFRESH_TOKEN_AUTH",
            "ALLOW_USER_SRP_AUTH"
        ])
    );
    assert_eq!(
        client["ReadAttributes"],
        json!(["email", "email_verified", "custom:authChallenge"])
    );
    assert_eq!(
        client["WriteAttributes"],
        json!(["email", "custom:authChallenge"])
    );
    let mut state = attached();
    state.clients[0].description["ReadAttributes"] = json!(["name"]);
    state.clients[0].description["WriteAttributes"] = json!(["custom:authChallenge"]);
    let client = &plan(state, &article).unwrap().clients[0].description;
    assert_eq!(client["ReadAttributes"], json!(["name", "custom:authChallenge"]));
    assert_eq!(client["WriteAttributes"], json!(["custom:authChallenge"]));
}

#[test]
fn the_plan_says_that_the_functions_need_no_permission_of_the_client_on_the_attribute() {
    assert_eq!(
        plan(attached(), &wanted()).unwrap().notes,
        [
            "app client web (c): its permission to read and write custom:authChallenge stays as it is; the functions need \
             neither (--article gives both)"
        ]
    );
}

#[test]
fn what_may_get_in_the_way_is_told_beforehand() {
    let mut state = attached();
    state.pool["MfaConfiguration"] = json!("ON");
    state.pool["UserPoolTags"] = json!({ "aws:cloudformation:stack-name": "people" });
    let plan = plan(state, &wanted()).unwrap();
    assert_eq!(
        plan.notes[1..],
        [
            "the pool belongs to the CloudFormation stack people, which may take this change back when it is deployed; \
             put it into the stack's template too",
        ]
    );
    assert_eq!(
        plan.doubts,
        [
            "The pool requires MFA of its own, which AWS says does not go together with custom authentication: it may be \
             that nobody can sign in afterwards. Attach all the same?",
        ]
    );
}

#[test]
fn optional_mfa_and_remembered_devices_are_said_beforehand() {
    let notes = |member: &str, value: Value| {
        let mut state = attached();
        state.pool[member] = value;
        plan(state, &wanted()).unwrap().notes
    };
    let plain = notes("MfaConfiguration", json!("OFF"));
    let added = |member: &str, value: Value| {
        let notes = notes(member, value);
        let new = notes.into_iter().filter(|note| !plain.contains(note));
        new.collect::<Vec<_>>()
    };
    assert_eq!(
        added("MfaConfiguration", json!("OPTIONAL")),
        [
            "the pool offers MFA of its own: it is not established whether users who have set it up are asked for this code too"
        ]
    );
    assert_eq!(
        added(
            "DeviceConfiguration",
            json!({ "ChallengeRequiredOnNewDevice": false })
        ),
        [
            "the pool remembers devices of its own: their two steps may stand before the code, and do not replace it"
        ]
    );
    assert_eq!(added("DeviceConfiguration", Value::Null), [""; 0]);
}
