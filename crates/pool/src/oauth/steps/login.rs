//! Name and password.

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
use crate::records::PageStep;
use crate::request::Ctx;

/// Begins the sign-in, as `InitiateAuth` does.
pub async fn answer(
    ctx: &Ctx,
    ending: &Arc<PageEnding>,
    _at: &PageStep,
    fields: &Fields,
) -> Result<Answer, ApiError> {
    ctx.audit.serves(Operation::InitiateAuth);
    ctx.app.admission.admit(Operation::InitiateAuth, ctx.now)?;
    let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let record = &ending.transaction().stored.value;
    let typed = BTreeMap::from([
        ("USERNAME".to_owned(), field("username").trim().to_owned()),
        ("PASSWORD".to_owned(), field("password")),
    ]);
    let ends: Arc<dyn Ending> = ending.clone();
    let initiation = Initiation {
        flow: match record.is_custom {
            true => AuthFlowType::CustomAuth,
            false => AuthFlowType::UserPasswordAuth,
        },
        parameters: Parameters::new(Some(typed)),
        metadata: responses::from_place(fields),
        admin: false,
        session: None,
        ending: Some(ends),
    };
    let beside = |pool_id: &str| initiation.rows(ctx, pool_id);
    let (client, pool) = ctx.client_and_pool_beside(&record.client_id, beside).await?;
    initiate(ctx, &pool.value, &client, initiation).await
}
