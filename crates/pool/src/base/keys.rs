//! What the platform seals and authenticates with: derived from the key ring once, and kept.

use poolhouse_confirm::{OtpKey, UnusableKey};
use poolhouse_crypto::derive_key;
use poolhouse_crypto::hmac_sha256;
use poolhouse_crypto::seal::Sealer;

use super::authenticator::Authenticator;
use super::envelope::Envelope;
use super::key_ring::{KeyRing, REFRESH_TOKENS, Root, UNNUMBERED};
use super::purpose::Purpose;

/// Under which the key of the documents' envelopes is derived from a master key.
const ENVELOPE: &str = "poolhouse.v1.envelope";

/// Every key, derived.
pub struct Keys {
    ring: KeyRing,
    sealers: Vec<Sealer>,
    envelope: Envelope,
    refresh_codes: Authenticator,
    codes: poolhouse_confirm::Keys,
}

impl Keys {
    /// The keys of a ring.
    ///
    /// # Errors
    /// When a code key is not random.
    pub fn derive(ring: KeyRing) -> Result<Keys, UnusableKey> {
        // Another server on the database may use the next one already; the one before would go with it in a moment.
        let before = ring.code.before.as_ref().map(|before| &before.root);
        let other = ring.code.next.as_ref().or(before);
        let codes = poolhouse_confirm::Keys {
            current: OtpKey::from_bytes(&*ring.code.current.key)?,
            previous: other.map(|other| OtpKey::from_bytes(&*other.key)).transpose()?,
        };
        Ok(Keys {
            sealers: Purpose::ALL.map(|purpose| sealer(&ring, purpose)).into(),
            envelope: envelope(&ring),
            refresh_codes: refresh_codes(&ring),
            codes,
            ring,
        })
    }

    /// What they were derived from.
    pub fn ring(&self) -> &KeyRing {
        &self.ring
    }

    /// Seals and opens texts of this purpose.
    pub fn sealer(&self, purpose: Purpose) -> &Sealer {
        &self.sealers[purpose as usize]
    }

    /// Authenticates documents.
    pub fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// Authenticates refresh tokens.
    pub fn refresh_codes(&self) -> &Authenticator {
        &self.refresh_codes
    }

    /// Makes confirm codes.
    pub fn codes(&self) -> &poolhouse_confirm::Keys {
        &self.codes
    }

    /// A name that tells nothing to somebody without the key, and is always the same.
    pub fn name(&self, context: &str, plain: &[u8]) -> [u8; 32] {
        hmac_sha256(&*self.ring.names, &[context.as_bytes(), &[0], plain])
    }
}

fn sealer(ring: &KeyRing, purpose: Purpose) -> Sealer {
    let derived = |root: &Root| derive_key(&*root.key, purpose.label());
    let current = &ring.master.current;
    let sealer = Sealer::new(current.epoch, derived(current));
    let others = ring.master.roots().filter(|root| root.epoch != current.epoch);
    let sealer = others.fold(sealer, |sealer, root| sealer.with(root.epoch, derived(root)));
    match ring.master.roots().find(|root| root.epoch == 1) {
        Some(first) => sealer.with_unnumbered(derive_key(&*first.key, UNNUMBERED)),
        None => sealer,
    }
}

fn envelope(ring: &KeyRing) -> Envelope {
    let derived = |root: &Root| derive_key(&*root.key, ENVELOPE);
    let current = &ring.master.current;
    let others = ring.master.roots().filter(|root| root.epoch != current.epoch);
    others.fold(
        Envelope::new(current.epoch, derived(current)),
        |envelope, root| envelope.with(root.epoch, derived(root)),
    )
}

fn refresh_codes(ring: &KeyRing) -> Authenticator {
    let current = &ring.master.current;
    let codes = Authenticator::new(current.epoch, derive_key(&*current.key, REFRESH_TOKENS));
    // Another server on the database may make tokens with the next key already.
    let next = ring.master.next.iter();
    let codes = next.fold(codes, |codes, next| {
        codes.with(next.epoch, derive_key(&*next.key, REFRESH_TOKENS))
    });
    let kept = ring.refresh.iter();
    kept.fold(codes, |codes, kept| codes.with(kept.epoch, *kept.key))
}
