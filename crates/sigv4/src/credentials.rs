//! An access key.

use std::fmt;

use zeroize::Zeroizing;

/// Whose signatures these are: an access key, wiped when it is dropped. `Debug` shows the key's id only.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    access_key_id: String,
    secret: Zeroizing<String>,
    session_token: Option<Zeroizing<String>>,
}

impl Credentials {
    /// A key of this id and secret, with the token that temporary credentials have. An empty token is none.
    pub fn new(
        access_key_id: impl Into<String>,
        secret: impl Into<String>,
        session_token: Option<String>,
    ) -> Self {
        Self {
            access_key_id: access_key_id.into(),
            secret: Zeroizing::new(secret.into()),
            session_token: session_token
                .map(Zeroizing::new)
                .filter(|token| !token.is_empty()),
        }
    }

    /// The key's id, which is public.
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// The secret access key.
    pub(crate) fn secret(&self) -> &str {
        &self.secret
    }

    /// The token of temporary credentials, which requests carry.
    pub(crate) fn session_token(&self) -> Option<&str> {
        self.session_token.as_ref().map(|token| token.as_str())
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_secret_nor_token_is_shown() {
        let shown = format!("{:?}", Credentials::new("AKIA", "hush", Some("quiet".to_owned())));
        assert_eq!(shown, "Credentials { access_key_id: \"AKIA\", .. }");
        assert_eq!(
            Credentials::new("AKIA", "hush", Some(String::new())),
            Credentials::new("AKIA", "hush", None),
            "an empty token is none"
        );
    }
}
