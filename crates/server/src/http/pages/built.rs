//! The pages: their files by their paths, and the headers that they carry.

use std::collections::HashMap;
use std::io;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::file::{self, File};
use super::policy;
use crate::http::problem::problem;
use poolhouse_config::settings::WebSettings;

/// The page, which finds out by itself what to show.
const INDEX: &str = "/index.html";
/// The paths of the app's own that it is served under, without a slash at their end. `web/projects/demo/src/main.ts` has the same.
const ROUTES: [&str; 2] = ["", INBOX];
/// The page that shows mail.
const INBOX: &str = "/inbox";
/// What a browser is shown for any other path.
const NOT_FOUND: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
    <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>Not found – Poolhouse</title>\
    <h1>There is no such page</h1><p><a href=\"/\">Sign in</a></p>";

/// The pages.
pub struct Pages {
    pub(super) settings: WebSettings,
    files: HashMap<String, File>,
    policy: HeaderValue,
    inbox_policy: HeaderValue,
}

impl Pages {
    /// The pages inside the program, or those of the directory that the settings name.
    ///
    /// # Errors
    /// When the directory cannot be read, or is something else than built pages.
    pub fn load(settings: &WebSettings) -> io::Result<Pages> {
        let files = match &settings.directory {
            Some(directory) => file::load(directory)?,
            None => file::built_in()?,
        };
        if !files.contains_key(INDEX) {
            return Err(io::Error::new(
                io::ErrorKind::NotFound,
                "there is no index.html among them",
            ));
        }
        let policy = policy::of_pages(settings.endpoint.as_deref());
        let header = |policy: &str| {
            HeaderValue::from_str(policy).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))
        };
        Ok(Pages {
            settings: settings.clone(),
            files,
            policy: header(&policy)?,
            inbox_policy: header(&policy::of_inbox(&policy))?,
        })
    }

    pub(super) fn answer(&self, path: &str, asked: &HeaderMap) -> Response {
        let is_route = ROUTES.contains(&path.strip_suffix('/').unwrap_or(path));
        let found = self.files.get(if is_route { INDEX } else { path });
        match found {
            Some(file) => self.complete(path, file, asked),
            None if is_asked_for_by_a_person(asked) => {
                let headers = [
                    (header::CONTENT_TYPE, "text/html; charset=utf-8"),
                    (header::CACHE_CONTROL, "no-store"),
                ];
                let page = (StatusCode::NOT_FOUND, headers, NOT_FOUND);
                self.protect(path, page.into_response())
            }
            None => problem(StatusCode::NOT_FOUND, "There is nothing at this path."),
        }
    }

    fn complete(&self, path: &str, file: &File, asked: &HeaderMap) -> Response {
        let response = file.answer(asked);
        if file.content_type.starts_with("text/html") {
            self.protect(path, response)
        } else {
            response
        }
    }

    /// The headers of a page: nothing runs or loads but what came with it, nobody frames it, nobody learns where its
    /// visitors came from.
    fn protect(&self, path: &str, mut response: Response) -> Response {
        let policy = if path.trim_end_matches('/') == INBOX {
            &self.inbox_policy
        } else {
            &self.policy
        };
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_SECURITY_POLICY, policy.clone());
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        headers.insert(
            "cross-origin-opener-policy",
            HeaderValue::from_static("same-origin"),
        );
        headers.insert(
            "permissions-policy",
            HeaderValue::from_static("camera=(), geolocation=(), microphone=()"),
        );
        response
    }
}

/// Whether a browser asks in order to show what it gets; programs and scripts take what they are given.
fn is_asked_for_by_a_person(asked: &HeaderMap) -> bool {
    let accepts = asked.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accepts.is_some_and(|accepts| accepts.contains("text/html"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_inbox_lets_mail_have_its_styles() {
        let pages = Pages::load(&WebSettings::default()).unwrap();
        for (path, is_inbox) in [
            ("/", false),
            ("/inbox", true),
            ("/inbox/", true),
            ("/inboxes", false),
            ("/inbox/api", false),
        ] {
            let asked = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static("text/html"))]);
            let response = pages.answer(path, &asked);
            let policy = response.headers()[header::CONTENT_SECURITY_POLICY]
                .to_str()
                .unwrap();
            assert_eq!(
                policy.contains("style-src 'self' 'unsafe-inline';"),
                is_inbox,
                "{path}"
            );
            assert_eq!(
                policy.ends_with("trusted-types angular inbox-mail"),
                is_inbox,
                "{path}"
            );
            assert!(policy.contains("script-src 'self';"), "{path}");
        }
    }
}
