//! What the pages may load and do, as their Content-Security-Policy.

/// What a page may load and do: its own files, and calls to the API.
pub(super) fn of_pages(endpoint: Option<&str>) -> String {
    let endpoint = endpoint
        .map(|endpoint| format!(" {endpoint}"))
        .unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'{endpoint}; \
         font-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'; trusted-types angular"
    )
}

/// As `policy`, for the page that shows mail: a sandboxed frame inherits its page's policy, and mail has styles in it.
/// The page hands the mail to that frame through a policy of its own name, and to nothing else.
pub(super) fn of_inbox(policy: &str) -> String {
    policy
        .replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
        .replace("trusted-types angular", "trusted-types angular inbox-mail")
}
