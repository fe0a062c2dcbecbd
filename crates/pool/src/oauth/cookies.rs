//! What a browser says of itself.

/// What a browser says of itself by its cookies.
#[derive(Clone, Default)]
pub struct Browser {
    /// The cookie that names it.
    pub name: Option<String>,
    /// The handle of its session.
    pub session: Option<String>,
}
