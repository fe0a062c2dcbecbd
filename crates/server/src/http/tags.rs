//! Entity tags: what a client has already is not sent again.

use axum::http::{HeaderMap, header};

/// Whether the client holds what has this tag. That its copy may be a weak one does not matter here.
pub(super) fn is_known(asked: &HeaderMap, tag: &str) -> bool {
    let lists = asked
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|tags| tags.to_str().ok());
    lists
        .flat_map(|tags| tags.split(','))
        .any(|known| matches!(known.trim(), known if known == "*" || known.trim_start_matches("W/") == tag))
}
