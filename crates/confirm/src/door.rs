//! Which app clients get tokens only behind a code.

/// What the function before tokens lets pass.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Door {
    /// The app clients that get tokens only behind a code. (`REQUIRE_CODE`)
    pub clients: Vec<String>,
    /// Those whose sign-ins cannot say `signIn` again: any right code of the same user on the same client within a minute
    /// lets one sign-in pass, which is a weaker promise. (`REQUIRE_CODE_WITHOUT_ECHO`)
    pub without_echo: Vec<String>,
    /// Whether sign-ins by the hosted pages pass on these clients. (`ALLOW_HOSTED_AUTH`)
    pub hosted_auth: bool,
}

impl Door {
    /// Whether this client gets tokens only behind a code.
    #[must_use]
    pub fn needs_code(&self, client: &str) -> bool {
        self.clients
            .iter()
            .chain(&self.without_echo)
            .any(|other| other == client)
    }

    /// Whether any client does.
    #[must_use]
    pub const fn is_shut(&self) -> bool {
        !self.clients.is_empty() || !self.without_echo.is_empty()
    }

    /// Whether its sign-ins must say their names again.
    pub(crate) fn needs_echo(&self, client: &str) -> bool {
        !self.without_echo.iter().any(|other| other == client)
    }
}
