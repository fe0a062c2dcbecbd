//! The first step of every flow.

use std::collections::BTreeMap;

use poolhouse_api::shapes::{AuthFlowType, UserStatusType};
use poolhouse_store::Batch;
use serde_json::{Value, json};

use super::lockout::Proved;
use super::parameters::Parameters;
use super::step::{Answer, SignIn};
use super::subject::{self, Subject};
use super::{custom, flows, migration, new_password, password, refresh, secret_hash, srp, tokens};
use crate::ctx::Ctx;
use crate::error::ApiError;
use crate::records::{ClientRecord, PoolRecord};
use crate::triggers::{self, Trigger, TriggerCall};

/// A sign-in about to begin.
pub struct Initiation {
    /// The flow asked for.
    pub flow: AuthFlowType,
    /// `AuthParameters`
    pub parameters: Parameters,
    /// `ClientMetadata`
    pub metadata: BTreeMap<String, String>,
    /// Whether an administrator asks, whose flows differ.
    pub admin: bool,
}

/// Begins a sign-in.
///
/// # Errors
/// Everything that the flow can deny with.
pub async fn initiate(
    ctx: &Ctx,
    pool: &PoolRecord,
    client: &ClientRecord,
    initiation: Initiation,
) -> Result<Answer, ApiError> {
    let Initiation {
        flow,
        parameters,
        metadata,
        admin,
    } = initiation;
    check_method(&flow, admin)?;
    flows::check(client, &flow)?;
    match flow {
        AuthFlowType::RefreshToken | AuthFlowType::RefreshTokenAuth => {
            refresh_token(ctx, pool, client, &parameters).await
        }
        AuthFlowType::UserSrpAuth => {
            let sign_in = begin(ctx, pool, client, &flow, &parameters, None).await?;
            parameters.required("SRP_A")?;
            pre_authentication(&sign_in, &metadata).await?;
            srp::challenge(&sign_in, &parameters, false).await
        }
        AuthFlowType::CustomAuth => custom_auth(ctx, pool, client, &flow, &parameters, &metadata).await,
        AuthFlowType::UserPasswordAuth
        | AuthFlowType::AdminUserPasswordAuth
        | AuthFlowType::AdminNoSrpAuth => {
            parameters.required("USERNAME")?;
            let password = parameters.required("PASSWORD")?.to_owned();
            let migration = migration::Request {
                password: &password,
                metadata: &metadata,
            };
            let sign_in = begin(ctx, pool, client, &flow, &parameters, Some(migration)).await?;
            pre_authentication(&sign_in, &metadata).await?;
            let proved = password::check_subject(ctx, pool, &sign_in.subject, &password).await?;
            password_proved(&sign_in, proved).await
        }
        AuthFlowType::UserAuth => Err(ApiError::invalid_parameter(
            "USER_AUTH is not available on this server yet. Use USER_SRP_AUTH, USER_PASSWORD_AUTH or CUSTOM_AUTH.",
        )),
    }
}

/// What follows a password that proved right, outside custom authentication: a new one, or tokens.
///
/// # Errors
/// A status that forbids signing in, a trigger's denial, store failures.
pub async fn password_proved(sign_in: &SignIn<'_>, proved: Proved) -> Result<Answer, ApiError> {
    let SignIn { ctx, pool, .. } = sign_in;
    let user = sign_in
        .subject
        .user()
        .ok_or_else(ApiError::incorrect_username_or_password)?;
    if let Err(refused) = subject::check_status(user, ctx.now) {
        // The password was right, so its failures are forgotten, whatever else stands in the way.
        proved.commit(ctx, Batch::new()).await?;
        return Err(refused);
    }
    if user.status == UserStatusType::ForceChangePassword {
        return new_password::challenge(sign_in, proved).await;
    }
    let proved = proved.before_functions(ctx, pool).await?;
    match tokens::sign_in(sign_in, "TokenGeneration_Authentication").await {
        Ok(issued) => {
            proved.commit(ctx, issued.batch).await?;
            Ok(Answer::Tokens(Box::new(issued.result)))
        }
        Err(denied) => {
            proved.deny(ctx).await?;
            Err(denied)
        }
    }
}

/// The administrators' flows are theirs alone, and `USER_PASSWORD_AUTH` is not one of them.
fn check_method(flow: &AuthFlowType, admin: bool) -> Result<(), ApiError> {
    let administrators = matches!(
        flow,
        AuthFlowType::AdminUserPasswordAuth | AuthFlowType::AdminNoSrpAuth
    );
    let clients = *flow == AuthFlowType::UserPasswordAuth;
    if (administrators && !admin) || (clients && admin) {
        return Err(ApiError::invalid_parameter("Initiate Auth method not supported."));
    }
    Ok(())
}

/// Finds out who signs in and whether the client may ask: the beginning of every flow with a username.
async fn begin<'a>(
    ctx: &'a Ctx,
    pool: &'a PoolRecord,
    client: &'a ClientRecord,
    flow: &AuthFlowType,
    parameters: &Parameters,
    migration: Option<migration::Request<'_>>,
) -> Result<SignIn<'a>, ApiError> {
    let name = parameters.required("USERNAME")?;
    let mut found = ctx.find_user(pool, name).await?;
    secret_hash::check(
        ctx,
        client,
        parameters.get("SECRET_HASH"),
        Some(name),
        found.as_ref().map(|user| &user.value),
    )?;
    if let (None, Some(request)) = (&found, migration) {
        found = migration::migrate(ctx, pool, client, name, request).await?;
    }
    let subject = match found {
        Some(user) => Subject::Known(Box::new(user)),
        None => Subject::absent(client, name)?,
    };
    subject::check_enabled(&subject)?;
    Ok(SignIn {
        ctx,
        pool,
        client,
        subject,
        flow: flow.as_str().to_owned(),
        event_id: ctx.request_id.clone(),
        answered: Vec::new(),
        metadata: BTreeMap::new(),
    })
}

async fn custom_auth(
    ctx: &Ctx,
    pool: &PoolRecord,
    client: &ClientRecord,
    flow: &AuthFlowType,
    parameters: &Parameters,
    metadata: &BTreeMap<String, String>,
) -> Result<Answer, ApiError> {
    custom::check_configured(pool)?;
    let sign_in = begin(ctx, pool, client, flow, parameters, None).await?;
    let with_srp = match parameters.get("CHALLENGE_NAME") {
        Some("SRP_A") => true,
        None | Some("CUSTOM_CHALLENGE") => false,
        Some(_) => {
            return Err(ApiError::invalid_parameter(
                "CHALLENGE_NAME must be SRP_A or CUSTOM_CHALLENGE.",
            ));
        }
    };
    if with_srp {
        parameters.required("SRP_A")?;
    } else if let Some(user) = sign_in.subject.user() {
        // Without a password step nothing later would look at the status.
        subject::check_status(user, ctx.now)?;
    }
    if ctx.app.settings.pre_authentication_in_custom_auth {
        pre_authentication(&sign_in, metadata).await?;
    }
    let arrival = if with_srp {
        custom::Arrival::SrpA(parameters)
    } else {
        custom::Arrival::Bare
    };
    custom::run(sign_in, arrival).await
}

async fn refresh_token(
    ctx: &Ctx,
    pool: &PoolRecord,
    client: &ClientRecord,
    parameters: &Parameters,
) -> Result<Answer, ApiError> {
    let token = parameters.required("REFRESH_TOKEN")?;
    let presented = refresh::find(ctx, pool, client, token).await;
    // A client that does not know its secret learns nothing about the token.
    let user = match &presented {
        Ok(presented) => {
            ctx.user_by_username(pool, &presented.family.value.username)
                .await?
        }
        Err(_) => None,
    };
    let user = user.as_ref().map(|user| &user.value);
    secret_hash::check(
        ctx,
        client,
        parameters.get("SECRET_HASH"),
        parameters.get("USERNAME"),
        user,
    )?;
    presented?;
    let result = refresh::exchange(ctx, pool, client, token, Value::Null).await?;
    Ok(Answer::Tokens(Box::new(result)))
}

async fn pre_authentication(
    sign_in: &SignIn<'_>,
    metadata: &BTreeMap<String, String>,
) -> Result<(), ApiError> {
    let SignIn {
        ctx,
        pool,
        client,
        subject,
        ..
    } = sign_in;
    let Some(arn) = pool.lambda(|lambdas| lambdas.pre_authentication.clone()) else {
        return Ok(());
    };
    let request = json!({
        "userAttributes": subject.event_attributes(pool),
        "validationData": if metadata.is_empty() { Value::Null } else { json!(metadata) },
        "userNotFound": subject.user().is_none(),
    });
    let call = TriggerCall {
        trigger: Trigger::PreAuthentication,
        source: "PreAuthentication_Authentication",
        arn: &arn,
        username: subject.username(),
        client_id: Some(client.id()),
        request,
    };
    triggers::call(ctx, pool, call).await.map(|_| ())
}
