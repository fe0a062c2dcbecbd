//! `GET /config.json`: what the sign-in page needs to know.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use poolhouse_store::Scan;
use serde_json::{Map, Value};

use super::built::Pages;
use crate::http::problem::problem;
use poolhouse_pool::base::error::ApiError;
use poolhouse_pool::oauth::offers;
use poolhouse_pool::records::key::Directory;
use poolhouse_pool::records::{ClientRecord, PoolRecord, Reference, Stored, document, load};
use poolhouse_pool::request::App;
use poolhouse_text::with_causes;

/// `{userPoolId, clientId, signInName?, authFlow?, passwordPolicy?, offers?, endpoint?}`
///
/// Where the settings do not say, and the server has exactly one app client that a page can use, it is that one: so the
/// page works on a server whose pool was made a minute ago.
pub(super) async fn config(State(app): State<Arc<App>>, Extension(pages): Extension<Arc<Pages>>) -> Response {
    let web = &pages.settings;
    let found = match (&web.user_pool_id, &web.client_id) {
        (Some(pool), Some(client)) => Ok(Some((pool.clone(), client.clone()))),
        _ => only_client(&app).await,
    };
    let (pool, client) = match found {
        Ok(Some(found)) => found,
        Ok(None) => {
            return problem(
                StatusCode::NOT_FOUND,
                "Which app client is the page for? Set user_pool_id and client_id under [web] in poolhouse.toml.",
            );
        }
        Err(error) => {
            tracing::error!(error = with_causes(&error), "app clients cannot be read");
            return problem(
                StatusCode::INTERNAL_SERVER_ERROR,
                "The app clients cannot be read at the moment.",
            );
        }
    };
    let mut config = Map::new();
    match of_pool(&app, &pool, &client).await {
        Ok(Some(known)) => config = known,
        // A pool elsewhere: the page asks for an email address, and offers nothing beside the sign-in.
        Ok(None) => {}
        Err(error) => tracing::error!(error = with_causes(&error), "the page's pool cannot be read"),
    }
    config.insert("userPoolId".to_owned(), Value::from(pool));
    config.insert("clientId".to_owned(), Value::from(client));
    if let Some(endpoint) = &web.endpoint {
        config.insert("endpoint".to_owned(), Value::from(endpoint.as_str()));
    }
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, Value::Object(config).to_string()).into_response()
}

/// What the page is to know of a pool of this server.
async fn of_pool(app: &App, pool_id: &str, client_id: &str) -> Result<Option<Map<String, Value>>, ApiError> {
    let pool = load(&app.platform, &PoolRecord::key(pool_id)).await?;
    let client = load(&app.platform, &ClientRecord::key(pool_id, client_id)).await?;
    let (Some(pool), Some(client)) = (pool, client) else {
        return Ok(None);
    };
    Ok(Some(offers::page(&pool.value, &client.value)))
}

/// The one app client of the server, if there is one, it is the only one, and it has no secret.
async fn only_client(app: &App) -> Result<Option<(String, String)>, ApiError> {
    let clients = Scan::prefix(Directory::ClientPool.prefix(), 2);
    let mut rows = app.platform.scan(clients).await?;
    let Some(row) = rows.pop().filter(|_| rows.is_empty()) else {
        return Ok(None);
    };
    let client_id = row.key.strip_prefix(Directory::ClientPool.prefix());
    let client_id = client_id.unwrap_or_default().to_owned();
    let Reference(pool_id) = document::decode::<Reference>(row)?.value;
    let key = ClientRecord::key(&pool_id, &client_id);
    let Some(Stored { value: client, .. }) = load(&app.platform, &key).await? else {
        return Ok(None);
    };
    let usable = client.secrets.is_empty();
    Ok(usable.then_some((pool_id, client_id)))
}
