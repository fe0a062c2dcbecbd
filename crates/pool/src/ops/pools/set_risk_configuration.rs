//! `SetRiskConfiguration`

use poolhouse_api::shapes::{
    AccountTakeoverEventActionType, AccountTakeoverRiskConfigurationType,
    CompromisedCredentialsEventActionType, RiskConfigurationType, SetRiskConfigurationRequest,
    SetRiskConfigurationResponse,
};
use poolhouse_store::{Batch, CommitError};

use super::describe_risk_configuration::described;
use crate::base::error::ApiError;
use crate::records::{NoRange, RecordBatch, Risk};
use crate::request::Ctx;

/// How often it is decided again when another request changed the pool or the client in between.
const RACES: usize = 16;

/// Sets from which addresses nobody signs in to a pool, or by one of its app clients, whose setting counts in place of the
/// pool's. A request with nothing but ids takes the setting away.
///
/// # Errors
/// `ResourceNotFoundException` for the pool or the client; `InvalidParameterException` for a range that is none, and, by
/// name, for a reaction to risks, which this server does not judge; `TooManyRequestsException` after too many lost races.
pub async fn run(
    ctx: &Ctx,
    input: SetRiskConfigurationRequest,
) -> Result<SetRiskConfigurationResponse, ApiError> {
    let (pool_id, client_id) = (input.user_pool_id.clone(), input.client_id.clone());
    let risk = asked(ctx, input)?;
    for _ in 0..RACES {
        let mut pool = ctx.pool(&pool_id).await?.into_owned();
        let batch = match &client_id {
            Some(client_id) => {
                let mut client = ctx.client(&pool_id, client_id).await?.into_owned();
                client.value.risk.clone_from(&risk);
                Batch::new().replace(&client, &client.value)
            }
            None => {
                pool.value.risk.clone_from(&risk);
                Batch::new().replace(&pool, &pool.value)
            }
        };
        match ctx.platform().commit(batch).await {
            Ok(_) => {
                return Ok(SetRiskConfigurationResponse {
                    risk_configuration: described(&pool_id, client_id.as_deref(), risk.as_ref()),
                });
            }
            Err(CommitError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::concurrent_modification())
}

/// What a request sets; `None` if it is nothing.
fn asked(ctx: &Ctx, input: SetRiskConfigurationRequest) -> Result<Option<Risk>, ApiError> {
    let compromised = input.compromised_credentials_risk_configuration;
    let takeover = input.account_takeover_risk_configuration;
    let exceptions = input.risk_exception_configuration;
    if compromised.is_none() && takeover.is_none() && exceptions.is_none() {
        return Ok(None);
    }
    if compromised
        .as_ref()
        .is_some_and(|asked| asked.actions.event_action != CompromisedCredentialsEventActionType::NoAction)
    {
        return Err(ApiError::unsupported_member(
            "CompromisedCredentialsRiskConfiguration with the EventAction BLOCK",
        ));
    }
    if takeover.as_ref().is_some_and(reacts) {
        return Err(ApiError::unsupported_member(
            "AccountTakeoverRiskConfiguration with an action",
        ));
    }
    let configuration = RiskConfigurationType {
        compromised_credentials_risk_configuration: compromised,
        account_takeover_risk_configuration: takeover,
        risk_exception_configuration: exceptions,
        last_modified_date: Some(ctx.now.timestamp()),
        ..RiskConfigurationType::default()
    };
    let risk = Risk::new(configuration).map_err(|NoRange(text)| {
        ApiError::invalid_parameter(format!(
            "{text} is not a range of IP addresses in CIDR notation, such as 192.0.2.0/24."
        ))
    })?;
    Ok(Some(risk))
}

/// Whether anything is to happen at any risk.
fn reacts(takeover: &AccountTakeoverRiskConfigurationType) -> bool {
    let actions = &takeover.actions;
    let levels = [&actions.low_action, &actions.medium_action, &actions.high_action];
    levels
        .into_iter()
        .flatten()
        .any(|action| action.notify || action.event_action != AccountTakeoverEventActionType::NoAction)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::TestPool;

    fn unsupported(member: &str) -> String {
        format!(
            "{member} is not supported by this server. Leave it out; docs/reference/members.md lists what is."
        )
    }

    #[tokio::test]
    async fn what_is_set_is_described_for_a_pool_and_for_a_client_and_is_taken_away_by_setting_nothing() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let client = server.client(&pool).await;
        for ids in [
            json!({ "UserPoolId": pool }),
            json!({ "UserPoolId": pool, "ClientId": client }),
        ] {
            let none = json!({ "RiskConfiguration": ids });
            let described = server.call("DescribeRiskConfiguration", ids.clone()).await.ok();
            assert_eq!(described, none);
            let mut request = ids.clone();
            request["RiskExceptionConfiguration"] = json!({
                "BlockedIPRangeList": ["192.0.2.0/24", "2001:db8::/32"],
                "SkippedIPRangeList": ["198.51.100.0/24"],
            });
            request["CompromisedCredentialsRiskConfiguration"] = json!({
                "EventFilter": ["SIGN_IN"],
                "Actions": { "EventAction": "NO_ACTION" },
            });
            let mut expected = request.clone();
            expected["LastModifiedDate"] = json!(1_767_323_045);
            let expected = json!({ "RiskConfiguration": expected });
            let answer = server.call("SetRiskConfiguration", request).await.ok();
            assert_eq!(answer, expected);
            let described = server.call("DescribeRiskConfiguration", ids.clone()).await.ok();
            assert_eq!(described, expected);
            assert_eq!(server.call("SetRiskConfiguration", ids.clone()).await.ok(), none);
            let described = server.call("DescribeRiskConfiguration", ids).await.ok();
            assert_eq!(described, none);
        }
    }

    #[tokio::test]
    async fn what_is_no_range_and_what_would_be_a_pretence_is_refused() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let takeover = |notify: bool, action: &str| {
            let action = json!({ "Notify": notify, "EventAction": action });
            json!({ "AccountTakeoverRiskConfiguration": { "Actions": { "HighAction": action } } })
        };
        let compromised =
            json!({ "CompromisedCredentialsRiskConfiguration": { "Actions": { "EventAction": "BLOCK" } } });
        let range =
            "192.0.2.0 is not a range of IP addresses in CIDR notation, such as 192.0.2.0/24.".to_owned();
        let exceptions = |list: &str| json!({ "RiskExceptionConfiguration": { list: ["192.0.2.0"] } });
        let refused: [(Value, String); 5] = [
            (
                takeover(true, "NO_ACTION"),
                unsupported("AccountTakeoverRiskConfiguration with an action"),
            ),
            (
                takeover(false, "BLOCK"),
                unsupported("AccountTakeoverRiskConfiguration with an action"),
            ),
            (
                compromised,
                unsupported("CompromisedCredentialsRiskConfiguration with the EventAction BLOCK"),
            ),
            (exceptions("BlockedIPRangeList"), range.clone()),
            (exceptions("SkippedIPRangeList"), range),
        ];
        for (mut request, sentence) in refused {
            request["UserPoolId"] = json!(pool);
            let answer = server.call("SetRiskConfiguration", request).await;
            answer.assert_error("InvalidParameterException", &sentence);
        }
        let mut nothing = takeover(false, "NO_ACTION");
        nothing["UserPoolId"] = json!(pool);
        server.call("SetRiskConfiguration", nothing).await.ok();
    }

    #[tokio::test]
    async fn a_pool_or_client_that_is_not_there_has_no_risk_configuration() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        for operation in ["SetRiskConfiguration", "DescribeRiskConfiguration"] {
            let nobody = json!({ "UserPoolId": pool, "ClientId": "nobody" });
            server.call(operation, nobody).await.assert_error(
                "ResourceNotFoundException",
                "User pool client nobody does not exist.",
            );
            let nowhere = json!({ "UserPoolId": "us-east-1_nowhere00" });
            server.call(operation, nowhere).await.assert_error(
                "ResourceNotFoundException",
                "User pool us-east-1_nowhere00 does not exist.",
            );
        }
    }

    #[tokio::test]
    async fn updates_of_pool_and_client_keep_it() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let client = server.client(&pool).await;
        for (operation, ids) in [
            ("UpdateUserPool", json!({ "UserPoolId": pool })),
            (
                "UpdateUserPoolClient",
                json!({ "UserPoolId": pool, "ClientId": client }),
            ),
        ] {
            let mut request = ids.clone();
            request["RiskExceptionConfiguration"] = json!({ "BlockedIPRangeList": ["192.0.2.0/24"] });
            let set = server.call("SetRiskConfiguration", request).await.ok();
            server.call(operation, ids.clone()).await.ok();
            assert_eq!(server.call("DescribeRiskConfiguration", ids).await.ok(), set);
        }
    }
}
