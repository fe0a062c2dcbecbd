//! Every later step: an answer to a challenge.

use std::collections::BTreeMap;
use std::sync::Arc;

use poolhouse_api::shapes::ChallengeNameType;

use super::challenge::Opened;
use super::confirm::Effects;
use super::ending::Ending;
use super::parameters::Parameters;
use super::resume::resume;
use super::step::Answer;
use super::{challenge, device, handle, next, place, secret_hash, tally};
use crate::base::error::ApiError;
use crate::records::{ClientRecord, PoolRecord, Stored, UserRecord};
use crate::request::Ctx;
use crate::users::groups;

/// What a request carries to answer a challenge.
pub struct Given {
    /// `Session`
    pub session: Option<String>,
    /// `ChallengeResponses`
    pub parameters: Parameters,
    /// `ClientMetadata`
    pub metadata: BTreeMap<String, String>,
}

/// An answer to a challenge, opened: what it answers is known, or why nobody can say, which is told in its turn.
pub struct Response {
    challenge: ChallengeNameType,
    given: Given,
    opened: Result<Opened, ApiError>,
    ending: Option<Arc<dyn Ending>>,
}

impl Response {
    /// Opens what the client of this id was handed and sends back. Reads nothing, so that what is read next can be read at
    /// once.
    pub fn open(ctx: &Ctx, client_id: &str, challenge: ChallengeNameType, given: Given) -> Response {
        let session = given.session.as_deref();
        Response {
            opened: challenge::open(ctx, client_id, challenge, session, &given.parameters),
            challenge,
            given,
            ending: None,
        }
    }

    /// The same on a page of this server, for a sign-in that ends in this. No client asks there, so none proves a secret.
    #[must_use]
    pub fn on_page(self, ending: Arc<dyn Ending>) -> Response {
        Response {
            ending: Some(ending),
            ..self
        }
    }

    /// The rows that the step begins with, beside pool and client: to be read in one round trip with them.
    pub fn rows(&self, ctx: &Ctx, pool_id: &str) -> Vec<String> {
        let Ok(opened) = &self.opened else {
            return Vec::new();
        };
        let Some(sub) = opened.sub() else {
            return Vec::new();
        };
        let mut rows = opened.rows(pool_id, &self.given.metadata);
        rows.push(UserRecord::key(pool_id, sub).into());
        rows.extend(groups::row(ctx, pool_id));
        let pool = ctx.app.pools.last(&PoolRecord::key(pool_id));
        let counts = pool.filter(|_| opened.is_up_to_functions());
        rows.extend(counts.and_then(|pool| Effects::row(ctx, &pool, sub)));
        rows
    }
}

/// Goes on with a sign-in.
///
/// # Errors
/// Everything that the flow can deny with.
pub async fn respond(
    ctx: &Ctx,
    pool: &PoolRecord,
    client: &Stored<Arc<ClientRecord>>,
    response: Response,
) -> Result<Answer, ApiError> {
    let mut flow = tally::UNKNOWN;
    let answer = later_step(ctx, pool, client, response, &mut flow).await;
    tally::step(ctx, flow, tally::CONTINUED, &answer);
    answer
}

/// `flow` is set as soon as it is known.
async fn later_step(
    ctx: &Ctx,
    pool: &PoolRecord,
    client: &Stored<Arc<ClientRecord>>,
    response: Response,
    flow: &mut &'static str,
) -> Result<Answer, ApiError> {
    let Response {
        challenge,
        given,
        opened,
        ending,
    } = response;
    ctx.audit.answers(challenge.as_str());
    let Given {
        parameters, metadata, ..
    } = given;
    if parameters.is_empty() {
        return Err(ApiError::invalid_parameter(
            "Missing required parameter challenge responses.",
        ));
    }
    let name = parameters.required("USERNAME")?;
    if ending.is_none() {
        secret_hash::check(ctx, &client.value, parameters.get("SECRET_HASH"), name)?;
    }
    let pending = opened?.find(ctx, pool, &client.value).await?;
    let record = pending.session();
    if record.is_on_page != ending.is_some() {
        return Err(handle::invalid());
    }
    *flow = tally::named(&record.flow);
    ctx.audit.goes_on(&record.flow, &record.event_id, &record.trail);
    let asked = challenge::asked_as(challenge);
    let mut sign_in = resume(ctx, pool, client, record, asked, Some(name), metadata).await?;
    sign_in.ending = ending;
    place::strip(ctx, pool, &sign_in.subject, &mut sign_in.metadata).await?;
    sign_in.place_before = place::of_request(&sign_in.metadata).or(sign_in.place_before);
    if challenge != ChallengeNameType::PasswordVerifier && sign_in.device.is_none() {
        sign_in.device = device::mentioned(&sign_in, &parameters).await?;
    }
    let proven = pending.answer(&mut sign_in, &parameters).await?;
    next::follow(sign_in, proven).await
}
