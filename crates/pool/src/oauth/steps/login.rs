//! The beginning: name and password, or the name alone where people choose what comes next.

use std::collections::BTreeMap;
use std::sync::Arc;

use poolhouse_api::Operation;
use poolhouse_api::shapes::AuthFlowType;

use super::fields::Fields;
use super::responses;
use crate::auth::ending::Ending;
use crate::auth::initiate::{Initiation, initiate};
use crate::auth::parameters::Parameters;
use crate::auth::step::Answer;
use crate::base::error::ApiError;
use crate::oauth::granting::PageEnding;
use crate::records::PageFlow;
use crate::request::Ctx;

/// Begins the sign-in, as `InitiateAuth` does.
///
/// # Errors
/// Everything that the flow can deny with.
pub async fn answer(ctx: &Ctx, ending: &Arc<PageEnding>, fields: &Fields) -> Result<Answer, ApiError> {
    let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let password = fields.get("password").cloned();
    begin(ctx, ending, (field("username").trim(), password), fields).await
}

/// The same for a name, with a password if there is one.
///
/// # Errors
/// Everything that the flow can deny with.
pub async fn begin(
    ctx: &Ctx,
    ending: &Arc<PageEnding>,
    (name, password): (&str, Option<String>),
    fields: &Fields,
) -> Result<Answer, ApiError> {
    ctx.audit.serves(Operation::InitiateAuth);
    ctx.app.admission.admit(Operation::InitiateAuth, ctx.now)?;
    let asked = &ending.transaction().asked;
    let mut given = BTreeMap::from([("USERNAME".to_owned(), name.to_owned())]);
    if let Some(password) = password {
        given.insert("PASSWORD".to_owned(), password);
        if asked.flow == PageFlow::Choice {
            given.insert("PREFERRED_CHALLENGE".to_owned(), "PASSWORD".to_owned());
        }
    }
    let ends: Arc<dyn Ending> = ending.clone();
    let initiation = Initiation {
        flow: match asked.flow {
            PageFlow::Custom => AuthFlowType::CustomAuth,
            PageFlow::Password => AuthFlowType::UserPasswordAuth,
            PageFlow::Choice => AuthFlowType::UserAuth,
        },
        parameters: Parameters::new(Some(given)),
        metadata: responses::from_place(fields),
        admin: false,
        session: None,
        ending: Some(ends),
    };
    let beside = |pool_id: &str| initiation.rows(ctx, pool_id);
    let (client, pool) = ctx.client_and_pool_beside(&asked.client_id, beside).await?;
    initiate(ctx, &pool.value, &client, initiation).await
}
