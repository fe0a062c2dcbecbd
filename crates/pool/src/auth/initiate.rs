//! The first step of every flow.

use std::sync::Arc;

use poolhouse_api::shapes::{AuthFlowType, ChallengeNameType};

use super::challenge::password_verifier;
use super::confirm::Effects;
use super::ending::Ending;
use super::means::Means;
use super::migration::Migration;
use super::parameters::Parameters;
use super::room::Proven;
use super::step::{Answer, SignIn};
use super::subject::{self, Subject};
use super::{
    after_sign_up, custom, device, door, flows, migration, next, password, place, refresh, secret_hash,
    tally, user_auth,
};
use crate::base::error::ApiError;
use crate::records::{ClientRecord, Failures, PoolRecord, Stored};
use crate::request::Ctx;
use crate::triggers;
use crate::triggers::events::{Metadata, PreAuthentication};
use crate::users::first_factors::FirstFactor;
use crate::users::groups;

/// A sign-in about to begin.
pub struct Initiation {
    /// The flow asked for.
    pub flow: AuthFlowType,
    /// `AuthParameters`
    pub parameters: Parameters,
    /// `ClientMetadata`
    pub metadata: Metadata,
    /// `Session`: that of a confirmed sign-up.
    pub session: Option<String>,
    /// Whether an administrator asks, whose flows differ.
    pub admin: bool,
    /// What the sign-in ends in, where a page of this server asks, which has flows of its own, too.
    pub ending: Option<Arc<dyn Ending>>,
}

/// How a sign-in is begun.
struct Way {
    flow: AuthFlowType,
    ending: Option<Arc<dyn Ending>>,
}

impl Way {
    fn is_on_page(&self) -> bool {
        self.ending.is_some()
    }
}

impl Initiation {
    /// The rows that the first step begins with, beside pool and client: to be read in one round trip with them. How names
    /// are compared is known from the pool as it was read last; should that be another by now, they are looked up anew.
    pub fn rows(&self, ctx: &Ctx, pool_id: &str) -> Vec<String> {
        let pool = ctx.app.pools.last(&PoolRecord::key(pool_id));
        let mut rows = match (pool, self.parameters.get("USERNAME")) {
            (Some(pool), Some(name)) => subject::names(&pool, name),
            _ => Vec::new(),
        };
        if self.ends_at_once() {
            rows.extend(groups::row(ctx, pool_id));
        }
        rows
    }

    /// Whether somebody who is signed in stays so.
    fn refreshes(&self) -> bool {
        matches!(
            self.flow,
            AuthFlowType::RefreshToken | AuthFlowType::RefreshTokenAuth
        )
    }

    /// Whether the first step may give tokens.
    fn ends_at_once(&self) -> bool {
        !matches!(
            self.flow,
            AuthFlowType::UserSrpAuth | AuthFlowType::CustomAuth | AuthFlowType::UserAuth
        )
    }
}

/// Begins a sign-in.
///
/// # Errors
/// Everything that the flow can deny with.
pub async fn initiate(
    ctx: &Ctx,
    pool: &PoolRecord,
    client: &Stored<Arc<ClientRecord>>,
    initiation: Initiation,
) -> Result<Answer, ApiError> {
    let flow = initiation.flow.as_str();
    if !initiation.refreshes() {
        ctx.audit.begins(flow);
    }
    let answer = first_step(ctx, pool, client, initiation).await;
    tally::step(ctx, flow, tally::BEGUN, &answer);
    answer
}

async fn first_step(
    ctx: &Ctx,
    pool: &PoolRecord,
    client: &Stored<Arc<ClientRecord>>,
    initiation: Initiation,
) -> Result<Answer, ApiError> {
    let Initiation {
        flow,
        parameters,
        mut metadata,
        session,
        admin,
        ending,
    } = initiation;
    let way = &Way { flow, ending };
    let flow = &way.flow;
    // A place token goes with answers: nothing is known here of who sends it. A page has the password with it.
    let place = metadata.remove(place::TOKEN);
    if !way.is_on_page() {
        check_method(flow, admin)?;
        flows::check(&client.value, flow)?;
    }
    door::check_flow(pool, &client.value, flow)?;
    if let (AuthFlowType::UserAuth, Some(session)) = (flow, &session)
        && let Some(answer) =
            after_sign_up::go_on(ctx, pool, client, (session, &parameters, &metadata)).await?
    {
        return Ok(answer);
    }
    match flow {
        AuthFlowType::RefreshToken | AuthFlowType::RefreshTokenAuth => {
            refresh_token(ctx, pool, &client.value, &parameters).await
        }
        AuthFlowType::UserSrpAuth => {
            let sign_in = begin(ctx, pool, client, way, &parameters, |_| None).await?;
            let srp_a = parameters.required("SRP_A")?;
            pre_authentication(&sign_in, &metadata).await?;
            password_verifier::ask(&sign_in, srp_a, false).await
        }
        AuthFlowType::CustomAuth if way.is_on_page() => {
            custom_on_page(ctx, pool, client, way, &parameters, (metadata, place)).await
        }
        AuthFlowType::CustomAuth => custom_auth(ctx, pool, client, way, &parameters, &metadata).await,
        AuthFlowType::UserPasswordAuth
        | AuthFlowType::AdminUserPasswordAuth
        | AuthFlowType::AdminNoSrpAuth => password_auth(ctx, pool, client, way, &parameters, &metadata).await,
        AuthFlowType::UserAuth => user_auth(ctx, pool, client, way, &parameters, metadata).await,
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

/// The beginning of every flow with a username: who signs in, and whether the client may ask. `beside` is as in
/// [`Subject::named`].
async fn begin<'a>(
    ctx: &'a Ctx,
    pool: &'a PoolRecord,
    client: &'a Stored<Arc<ClientRecord>>,
    way: &Way,
    parameters: &Parameters,
    beside: impl Fn(&str) -> Option<String>,
) -> Result<SignIn<'a>, ApiError> {
    let subject = identify(ctx, pool, &client.value, way, parameters, beside).await?;
    let subject = hidden(subject, &client.value, way)?;
    signing_in(ctx, pool, client, way, subject, parameters).await
}

/// The subject, unless it is nobody and may be known to be. No page tells.
fn hidden(subject: Subject, client: &ClientRecord, way: &Way) -> Result<Subject, ApiError> {
    match way.is_on_page() {
        true => Ok(subject),
        false => subject.hidden_from(client),
    }
}

/// Who is named, to a client that may ask.
async fn identify(
    ctx: &Ctx,
    pool: &PoolRecord,
    client: &ClientRecord,
    way: &Way,
    parameters: &Parameters,
    beside: impl Fn(&str) -> Option<String>,
) -> Result<Subject, ApiError> {
    let name = parameters.required("USERNAME")?;
    if !way.is_on_page() {
        secret_hash::check(ctx, client, parameters.get("SECRET_HASH"), name)?;
    }
    Subject::named(ctx, pool, name, beside).await
}

async fn signing_in<'a>(
    ctx: &'a Ctx,
    pool: &'a PoolRecord,
    client: &'a Stored<Arc<ClientRecord>>,
    way: &Way,
    subject: Subject,
    parameters: &Parameters,
) -> Result<SignIn<'a>, ApiError> {
    let device = device::named(ctx, pool, &subject, parameters).await?;
    Ok(SignIn {
        ctx,
        pool,
        client: &client.value,
        client_version: client.version,
        epoch: subject.epoch(),
        ends: None,
        passwordless: None,
        sealed_choice: None,
        place: None,
        place_before: None,
        device,
        public_a: None,
        subject,
        flow: way.flow.as_str().to_owned(),
        event_id: ctx.request_id.clone(),
        answered: Vec::new(),
        metadata: Metadata::new(),
        ending: way.ending.clone(),
    })
}

/// A password in the clear, which an older directory may know where the pool does not.
async fn password_auth(
    ctx: &Ctx,
    pool: &PoolRecord,
    client: &Stored<Arc<ClientRecord>>,
    way: &Way,
    parameters: &Parameters,
    metadata: &Metadata,
) -> Result<Answer, ApiError> {
    let name = parameters.required("USERNAME")?;
    let password = parameters.required("PASSWORD")?;
    let lockout = |id: &str| Some(Failures::key(pool.id(), id).into());
    let subject = identify(ctx, pool, &client.value, way, parameters, lockout).await?;
    let migrated = match subject {
        Subject::Known(_) => Migration::None,
        Subject::Unknown(_) => {
            migration::migrate(ctx, pool, &client.value, &subject, name, password, metadata).await?
        }
    };
    let (subject, counted) = match migrated {
        Migration::None => (hidden(subject, &client.value, way)?, None),
        Migration::Unknown(attempt) => (hidden(subject, &client.value, way)?, Some(attempt)),
        Migration::Made(user, attempt) => (Subject::Known(user), Some(attempt)),
    };
    let sign_in = signing_in(ctx, pool, client, way, subject, parameters).await?;
    pre_authentication(&sign_in, metadata).await?;
    if way.flow == AuthFlowType::UserAuth {
        let means = Means::of_name(&sign_in, name)?;
        if !means.choices.contains(&FirstFactor::Password) {
            return user_auth::begin(sign_in, means, None, parameters).await;
        }
    }
    let proved = match counted {
        Some(attempt) => password::judge(ctx, pool, &sign_in.subject, password, attempt).await?,
        None => password::check(ctx, pool, &sign_in.subject, password).await?,
    };
    next::follow(sign_in, Proven::Password(proved)).await
}

/// The flow in which the user chooses. A password that comes with the first step is judged as in any flow.
async fn user_auth(
    ctx: &Ctx,
    pool: &PoolRecord,
    client: &Stored<Arc<ClientRecord>>,
    way: &Way,
    parameters: &Parameters,
    metadata: Metadata,
) -> Result<Answer, ApiError> {
    let preferred = user_auth::preferred(parameters)?;
    let typed = parameters.get("PASSWORD").filter(|typed| !typed.is_empty());
    if preferred == Some(FirstFactor::Password) && typed.is_some() {
        return password_auth(ctx, pool, client, way, parameters, &metadata).await;
    }
    let mut sign_in = begin(ctx, pool, client, way, parameters, |_| None).await?;
    pre_authentication(&sign_in, &metadata).await?;
    sign_in.metadata = metadata;
    let means = Means::of_name(&sign_in, parameters.required("USERNAME")?)?;
    user_auth::begin(sign_in, means, preferred, parameters).await
}

async fn custom_auth(
    ctx: &Ctx,
    pool: &PoolRecord,
    client: &Stored<Arc<ClientRecord>>,
    way: &Way,
    parameters: &Parameters,
    metadata: &Metadata,
) -> Result<Answer, ApiError> {
    custom::check_configured(pool)?;
    let ledger = |id: &str| Effects::row(ctx, pool, id);
    let sign_in = begin(ctx, pool, client, way, parameters, ledger).await?;
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

/// Custom authentication where the page has the password itself: the functions are asked as they are for a client that proves
/// it by SRP.
async fn custom_on_page(
    ctx: &Ctx,
    pool: &PoolRecord,
    client: &Stored<Arc<ClientRecord>>,
    way: &Way,
    parameters: &Parameters,
    (metadata, place): (Metadata, Option<String>),
) -> Result<Answer, ApiError> {
    let typed = parameters.required("PASSWORD")?;
    custom::check_configured(pool)?;
    let ledger = |id: &str| Effects::row(ctx, pool, id);
    let mut sign_in = begin(ctx, pool, client, way, parameters, ledger).await?;
    if sign_in.ctx.app.settings.pre_authentication_in_custom_auth {
        pre_authentication(&sign_in, &metadata).await?;
    }
    custom::asks_for_password(&mut sign_in).await?;
    sign_in.metadata = metadata;
    sign_in
        .metadata
        .extend(place.map(|token| (place::TOKEN.to_owned(), token)));
    place::strip(ctx, pool, &sign_in.subject, &mut sign_in.metadata).await?;
    sign_in.place_before = place::of_request(&sign_in.metadata);
    let from = sign_in.place_before.clone();
    let proved = password::check_at(ctx, pool, &sign_in.subject, typed, from).await?;
    sign_in.note_answered(ChallengeNameType::PasswordVerifier.as_str());
    next::follow(sign_in, Proven::Password(proved)).await
}

async fn refresh_token(
    ctx: &Ctx,
    pool: &PoolRecord,
    client: &ClientRecord,
    parameters: &Parameters,
) -> Result<Answer, ApiError> {
    let token = parameters.required("REFRESH_TOKEN")?;
    // A client that does not know its secret learns nothing about a token that is somebody's, and nobody learns anything
    // from a token that is not genuine.
    let holder = match refresh::read(ctx, pool, token) {
        Ok(genuine) => ctx.user_by_sub(pool, &genuine.sub).await?,
        Err(_) => None,
    };
    let holder = holder.as_ref().map(|user| &user.value);
    secret_hash::check_refresh(ctx, pool, client, parameters.get("SECRET_HASH"), holder)?;
    let device_key = parameters.get(device::DEVICE_KEY);
    let result = refresh::exchange(ctx, pool, client, token, device_key, &Metadata::new()).await?;
    Ok(Answer::Tokens(Box::new(result)))
}

async fn pre_authentication(sign_in: &SignIn<'_>, metadata: &Metadata) -> Result<(), ApiError> {
    let event = PreAuthentication { metadata };
    triggers::call(sign_in.ctx, &sign_in.about(), &event).await?;
    Ok(())
}
