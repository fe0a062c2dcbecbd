//! Where a browser goes that leaves for an identity provider.

/// Where a browser goes that asks for an identity provider.
pub enum Left {
    /// To the provider.
    Away {
        /// Where that is, with what it is told.
        location: String,
        /// The cookie that names the browser, where it had none.
        name: Option<String>,
        /// Whether it comes back by a form of the provider's page.
        is_posted: bool,
    },
    /// Back to the client, which is told why.
    Back(String),
}
