//! Token exchange at the token endpoint: the parameters of RFC 8693, and its answer.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Asked, Issued, Shown, exchange};
use crate::auth::verified::Kind;
use crate::oauth::denied::Denied;
use crate::oauth::form::Form;
use crate::oauth::site::Site;
use crate::records::{ClientRecord, Stored};
use crate::request::Ctx;

/// The grant's name.
pub const GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";

/// Answers a request of a client that has proven who it is.
///
/// # Errors
/// `invalid_request` for a form that is none, for kinds of tokens that are not taken, and from a client without a secret
/// `invalid_client`; what [`exchange`] refuses.
pub async fn run(
    ctx: &Ctx,
    site: &Site,
    client: &Stored<Arc<ClientRecord>>,
    form: &Form,
) -> Result<Value, Denied> {
    if client.value.secrets.is_empty() {
        return Err(Denied::invalid_client());
    }
    let subject = shown(form, "subject_token", "subject_token_type")?;
    let asked = Asked {
        subject: subject.ok_or_else(Denied::invalid_request)?,
        actor: shown(form, "actor_token", "actor_token_type")?,
        scope: form.get("scope"),
        audience: form.get("audience"),
        resource: form.get("resource"),
        wanted: match form.get("requested_token_type") {
            Some(kind) => kind_of(kind)?,
            None => Kind::Access,
        },
    };
    Ok(answer(&exchange(ctx, &site.pool, client, asked).await?))
}

/// A token and its kind, which come together or not at all.
fn shown<'a>(form: &'a Form, token: &str, kind: &str) -> Result<Option<Shown<'a>>, Denied> {
    match (form.get(token), form.get(kind)) {
        (Some(token), Some(kind)) => Ok(Some(Shown {
            token,
            kind: kind_of(kind)?,
        })),
        (None, None) => Ok(None),
        _ => Err(Denied::invalid_request()),
    }
}

fn kind_of(name: &str) -> Result<Kind, Denied> {
    match name {
        ACCESS_TOKEN => Ok(Kind::Access),
        ID_TOKEN => Ok(Kind::Id),
        _ => Err(Denied::invalid_request()),
    }
}

/// The answer. It has no refresh token: who wants another one exchanges again.
fn answer(issued: &Issued) -> Value {
    let (kind, usage) = match issued.kind {
        Kind::Access => (ACCESS_TOKEN, "Bearer"),
        // It opens nothing.
        Kind::Id => (ID_TOKEN, "N_A"),
    };
    json!({
        "access_token": issued.token,
        "issued_token_type": kind,
        "token_type": usage,
        "expires_in": issued.seconds,
        "scope": issued.scopes.join(" "),
    })
}
