//! What `detach` changes: the triggers that lead to our functions, the permission to invoke them, and nothing of others.

use serde_json::{Value, json};

use crate::arn::FunctionArn;
use crate::change::{Permission, Plan};
use crate::pool::{State, Trigger, flows, policy};

/// What `detach` goes by.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Detaching {
    /// The functions that count as ours, by name or ARN.
    pub(crate) functions: Vec<(Trigger, String)>,
    /// The statements of the functions that have the triggers, as far as Lambda was asked.
    pub(crate) statements: Vec<(FunctionArn, Vec<Value>)>,
}

/// The triggers of the pool that lead to our functions.
pub(crate) fn ours(pool: &Value, functions: &[(Trigger, String)]) -> Vec<(Trigger, FunctionArn)> {
    let triggers = functions.iter().filter_map(|(trigger, named)| {
        let arn = FunctionArn::parse(trigger.of(pool)?)?;
        (arn.to_string() == *named || arn.name() == named).then_some((*trigger, arn))
    });
    triggers.collect()
}

/// The plan that takes the functions off the pool. With a trigger gone, custom authentication goes from the app clients
/// too: it could only fail.
pub(crate) fn plan(state: State, detaching: &Detaching) -> Plan {
    let mut plan = Plan::of(state);
    let pool_id = plan
        .before
        .pool
        .get("Id")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let ours = ours(&plan.before.pool, &detaching.functions);
    for (trigger, _) in &ours {
        if let Some(triggers) = plan.pool["LambdaConfig"].as_object_mut() {
            triggers.shift_remove(trigger.member());
        }
    }
    for (function, statements) in &detaching.statements {
        let permission = Permission::ours(function.clone(), &pool_id);
        if policy::has_statement(statements, &permission.statement_id) {
            plan.revokes.push(permission);
        }
    }
    let stays = Trigger::Define.of(&plan.pool).is_some();
    if ours.is_empty() || stays {
        if stays {
            plan.notes
                .push("DefineAuthChallenge leads to another function and stays".to_owned());
        }
        return plan;
    }
    detach_clients(&mut plan);
    plan.notes.push(
        "sign-in will ask for no code any more; the custom attribute stays, Cognito never removes one"
            .to_owned(),
    );
    plan
}

fn detach_clients(plan: &mut Plan) {
    for client in &mut plan.clients {
        let label = client.label();
        let Some(list) = flows::without_custom(&client.description) else {
            if flows::allowed(&client.description).contains(&flows::Flow::Custom) {
                plan.notes.push(format!("{label} allows nothing but ALLOW_CUSTOM_AUTH, which therefore stays; nobody can sign in by it"));
            }
            continue;
        };
        client.description["ExplicitAuthFlows"] = json!(list);
        if flows::allowed(&client.description)
            .iter()
            .all(|flow| *flow == flows::Flow::Refresh)
        {
            plan.notes.push(format!(
                "{label} has no flow left to sign in with; allow one, such as ALLOW_USER_SRP_AUTH"
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pool::Client;

    const ARN: &str = "arn:aws:lambda:eu-central-1:1:function";

    fn functions() -> Vec<(Trigger, String)> {
        let all = [&Trigger::ALL[..], &[Trigger::PostConfirmation]].concat();
        let named = all.into_iter();
        named
            .map(|trigger| (trigger, trigger.usual_function().to_owned()))
            .collect()
    }

    fn state(define: &str, flows: &[&str]) -> State {
        State {
            pool: json!({
                "Id": "eu-central-1_a",
                "LambdaConfig": {
                    "PreSignUp": format!("{ARN}:pre"),
                    "DefineAuthChallenge": format!("{ARN}:{define}"),
                    "CreateAuthChallenge": format!("{ARN}:2faCreate:live"),
                    "VerifyAuthChallengeResponse": format!("{ARN}:2faVerify"),
                },
            }),
            clients: vec![Client {
                id: "c".to_owned(),
                description: json!({ "ClientId": "c", "ClientName": "web", "ExplicitAuthFlows": flows }),
            }],
            mfa: None,
        }
    }

    fn detaching(statements: &[&str]) -> Detaching {
        let arn = FunctionArn::parse(&format!("{ARN}:2faDefine")).unwrap();
        let statements = statements.iter().map(|id| json!({ "Sid": id })).collect();
        Detaching {
            functions: functions(),
            statements: vec![(arn, statements)],
        }
    }

    #[test]
    fn only_what_is_ours_goes() {
        let plan = plan(
            state("2faDefine", &["ALLOW_CUSTOM_AUTH", "ALLOW_USER_SRP_AUTH"]),
            &detaching(&["poolhouse-eu-central-1_a", "another"]),
        );
        assert_eq!(
            plan.lines(),
            [
                "user pool",
                "  - LambdaConfig.DefineAuthChallenge: arn:aws:lambda:eu-central-1:1:function:2faDefine",
                "  - LambdaConfig.CreateAuthChallenge: arn:aws:lambda:eu-central-1:1:function:2faCreate:live",
                "  - LambdaConfig.VerifyAuthChallengeResponse: arn:aws:lambda:eu-central-1:1:function:2faVerify",
                "app client web (c)",
                "  ~ ExplicitAuthFlows: -ALLOW_CUSTOM_AUTH",
                "function arn:aws:lambda:eu-central-1:1:function:2faDefine",
                "  - permission for cognito-idp.amazonaws.com to invoke it for this pool (statement \
                 poolhouse-eu-central-1_a)",
            ]
        );
    }

    #[test]
    fn a_trigger_of_somebody_else_stays_and_so_does_the_flow() {
        let plan = plan(state("theirs", &["ALLOW_CUSTOM_AUTH"]), &detaching(&[]));
        assert_eq!(plan.lines().len(), 3);
        assert_eq!(
            plan.notes,
            ["DefineAuthChallenge leads to another function and stays"]
        );
        assert!(plan.revokes.is_empty());
    }

    #[test]
    fn a_client_that_nobody_can_sign_in_with_afterwards_is_named() {
        let notes = |flows: &[&str]| plan(state("2faDefine", flows), &detaching(&[])).notes.remove(0);
        assert_eq!(
            notes(&["ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]),
            "app client web (c) has no flow left to sign in with; allow one, such as ALLOW_USER_SRP_AUTH"
        );
        assert_eq!(
            notes(&["ALLOW_CUSTOM_AUTH"]),
            "app client web (c) allows nothing but ALLOW_CUSTOM_AUTH, which therefore stays; nobody can sign in by it"
        );
    }

    #[test]
    fn a_pool_without_our_functions_is_left_alone() {
        let mut state = state("theirs", &["ALLOW_CUSTOM_AUTH"]);
        state.pool["LambdaConfig"] = json!({});
        assert!(plan(state, &detaching(&[])).is_empty());
    }
}
