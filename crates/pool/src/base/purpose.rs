//! What sealed texts are for. Each purpose has a key of its own, so that none seals more than its share and nothing that was
//! sealed for one can stand in for another.

/// A purpose of sealing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The known text by which a database tells that a key is its own.
    Check,
    /// Verifiers of users and of their devices.
    Verifiers,
    /// App clients' secrets.
    ClientSecrets,
    /// Secrets of the admin API's access keys.
    AccessKeys,
    /// Pools' signing keys.
    SigningKeys,
    /// The secrets that a pool's answers for unknown users are derived from.
    Seeds,
    /// One-time codes that were mailed.
    Codes,
    /// Mail to be sent.
    Mail,
    /// What a sign-in carries from one challenge to the next: private parameters, a password that was chosen.
    Challenges,
    /// `Session` strings in the hands of clients.
    Sessions,
    /// `SECRET_BLOCK`s in the hands of clients.
    SecretBlocks,
    /// Seeds of authenticator apps.
    TokenSeeds,
    /// What identity providers know this server by: secrets and private keys.
    ProviderSecrets,
}

impl Purpose {
    /// All of them, in the order in which they are numbered.
    pub const ALL: [Purpose; 13] = [
        Purpose::Check,
        Purpose::Verifiers,
        Purpose::ClientSecrets,
        Purpose::AccessKeys,
        Purpose::SigningKeys,
        Purpose::Seeds,
        Purpose::Codes,
        Purpose::Mail,
        Purpose::Challenges,
        Purpose::Sessions,
        Purpose::SecretBlocks,
        Purpose::TokenSeeds,
        Purpose::ProviderSecrets,
    ];

    /// Whether what is sealed for it ends with a [restore](super::restore) of the database. What lies in rows that do not come
    /// back needs no mark, and could not be sealed again with one.
    pub fn ends_with_a_restore(self) -> bool {
        matches!(
            self,
            Purpose::Challenges | Purpose::Sessions | Purpose::SecretBlocks
        )
    }

    /// What the key is derived under, which must never change.
    pub fn label(self) -> &'static str {
        match self {
            Purpose::Check => "poolhouse.v2.seal.check",
            Purpose::Verifiers => "poolhouse.v2.seal.verifiers",
            Purpose::ClientSecrets => "poolhouse.v2.seal.client-secrets",
            Purpose::AccessKeys => "poolhouse.v2.seal.access-keys",
            Purpose::SigningKeys => "poolhouse.v2.seal.signing-keys",
            Purpose::Seeds => "poolhouse.v2.seal.seeds",
            Purpose::Codes => "poolhouse.v2.seal.codes",
            Purpose::Mail => "poolhouse.v2.seal.mail",
            Purpose::Challenges => "poolhouse.v2.seal.challenges",
            Purpose::Sessions => "poolhouse.v2.seal.sessions",
            Purpose::SecretBlocks => "poolhouse.v2.seal.secret-blocks",
            Purpose::TokenSeeds => "poolhouse.v2.seal.token-seeds",
            Purpose::ProviderSecrets => "poolhouse.v2.seal.provider-secrets",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_purpose_has_its_number_and_a_label_of_its_own() {
        for (number, purpose) in Purpose::ALL.into_iter().enumerate() {
            assert_eq!(purpose as usize, number);
        }
        let labels: HashSet<_> = Purpose::ALL.map(Purpose::label).into();
        assert_eq!(labels.len(), Purpose::ALL.len());
    }
}
