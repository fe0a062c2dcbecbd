//! Passkeys: what a browser is told to make or sign, and what is believed of its answer.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::{AuthFactorType, UserVerificationType};
use poolhouse_crypto::constant_time_eq;
use poolhouse_crypto::webauthn::{self, BadPasskey, NewCredential, Said};
use serde_json::{Value, json};

use super::first_factors;
use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::records::{Passkey, Passkeys, PoolRecord, UserRecord};

/// Passkeys that a user can have.
const MOST: usize = 20;
/// Milliseconds that a browser waits for an authenticator that makes one.
const PATIENCE_MS: i64 = 60_000;
/// Bytes of a challenge for a registration, as many as the service's.
pub const CHALLENGE_BYTES: usize = 16;
/// Ways to reach a passkey that are kept of those that a browser names.
const MOST_TRANSPORTS: usize = 8;

/// Whether passkeys are a first factor of the pool, and for which relying party.
///
/// # Errors
/// `WebAuthnNotEnabledException`, `WebAuthnConfigurationMissingException`
pub fn relying_party(pool: &PoolRecord) -> Result<&str, ApiError> {
    if !first_factors::allows(pool, AuthFactorType::WebAuthn) {
        return Err(ApiError::new(
            ErrorCode::WebAuthnNotEnabledException,
            "WebAuthn is not enabled for this user pool.",
        ));
    }
    let config = pool.factors.web_authn.as_ref();
    let rp_id = config.and_then(|config| config.relying_party_id.as_deref());
    rp_id.ok_or_else(|| {
        ApiError::new(
            ErrorCode::WebAuthnConfigurationMissingException,
            "WebAuthn relying party id is not configured for this user pool.",
        )
    })
}

/// Checks that the user can have another.
///
/// # Errors
/// `LimitExceededException`
pub fn check_room(held: &Passkeys) -> Result<(), ApiError> {
    match held.0.len() < MOST {
        true => Ok(()),
        false => Err(ApiError::new(
            ErrorCode::LimitExceededException,
            "Maximum number of passkeys reached.",
        )),
    }
}

/// Whether authenticators are asked to know who is there.
fn verification(pool: &PoolRecord) -> UserVerificationType {
    let config = pool.factors.web_authn.as_ref();
    let wanted = config.and_then(|config| config.user_verification);
    wanted.unwrap_or(UserVerificationType::Preferred)
}

/// `CredentialCreationOptions`
pub fn creation_options(
    pool: &PoolRecord,
    rp_id: &str,
    user: &UserRecord,
    held: &Passkeys,
    challenge: &str,
) -> Value {
    let excluded: Vec<Value> = held
        .0
        .iter()
        .map(|passkey| json!({ "id": passkey.id, "type": "public-key" }))
        .collect();
    json!({
        "authenticatorSelection": {
            "requireResidentKey": true,
            "residentKey": "required",
            "userVerification": verification(pool).as_str(),
        },
        "challenge": challenge,
        "excludeCredentials": excluded,
        "pubKeyCredParams": [
            { "alg": -7, "type": "public-key" },
            { "alg": -257, "type": "public-key" },
        ],
        "rp": { "id": rp_id, "name": rp_id },
        "timeout": PATIENCE_MS,
        "user": {
            "displayName": user.username,
            // The service encodes the text of the `sub`, not its 16 bytes.
            "id": URL_SAFE_NO_PAD.encode(&user.sub),
            "name": user.username,
        },
    })
}

/// `CREDENTIAL_REQUEST_OPTIONS`
pub fn request_options(
    pool: &PoolRecord,
    rp_id: &str,
    held: &Passkeys,
    challenge: &str,
    seconds: i64,
) -> Value {
    let allowed: Vec<Value> = held
        .0
        .iter()
        .map(|passkey| json!({ "type": "public-key", "id": passkey.id, "transports": passkey.transports }))
        .collect();
    json!({
        "challenge": challenge,
        "timeout": seconds * 1000,
        "rpId": rp_id,
        "allowCredentials": allowed,
        "userVerification": verification(pool).as_str(),
    })
}

/// A credential as a browser sends it (`RegistrationResponseJSON`, `AuthenticationResponseJSON`), or the text of one.
pub struct Sent(Value);

impl Sent {
    /// Reads it.
    ///
    /// # Errors
    /// `InvalidParameterException` `Credential data is not valid`
    pub fn read(credential: &Value) -> Result<Sent, ApiError> {
        let object = match credential {
            Value::String(text) => serde_json::from_str(text).map_err(|_| not_valid())?,
            other => other.clone(),
        };
        let is_one = object.get("type").and_then(Value::as_str) == Some("public-key");
        match is_one && object.get("response").is_some_and(Value::is_object) {
            true => Ok(Sent(object)),
            false => Err(not_valid()),
        }
    }

    /// Its id, in the one spelling of it.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn id(&self) -> Result<String, ApiError> {
        let raw = self.0.get("rawId").or_else(|| self.0.get("id"));
        let raw = raw.and_then(Value::as_str).ok_or_else(not_valid)?;
        let bytes = URL_SAFE_NO_PAD.decode(raw).map_err(|_| not_valid())?;
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    fn bytes(&self, member: &str) -> Result<Vec<u8>, ApiError> {
        let text = self.0.get("response").and_then(|response| response.get(member));
        let text = text.and_then(Value::as_str).ok_or_else(not_valid)?;
        URL_SAFE_NO_PAD.decode(text).map_err(|_| not_valid())
    }

    /// What the browser says that it was asked, and where.
    fn client_data(&self, kind: &str) -> Result<ClientData, ApiError> {
        let bytes = self.bytes("clientDataJSON")?;
        let said: Value = serde_json::from_slice(&bytes).map_err(|_| not_valid())?;
        let text = |member: &str| {
            let text = said.get(member).and_then(Value::as_str);
            text.map(str::to_owned).ok_or_else(not_valid)
        };
        if text("type")? != kind {
            return Err(not_valid());
        }
        Ok(ClientData {
            challenge: text("challenge")?,
            origin: text("origin")?,
            bytes,
        })
    }

    /// The passkey that was made in answer to this challenge.
    ///
    /// # Errors
    /// As [`read`](Self::read); `WebAuthnChallengeNotFoundException` for the answer to another; `WebAuthnOriginNotAllowedException`;
    /// `WebAuthnRelyingPartyMismatchException`; `WebAuthnCredentialNotSupportedException`.
    pub fn made(
        &self,
        pool: &PoolRecord,
        rp_id: &str,
        challenge: &str,
        now: Millis,
    ) -> Result<Passkey, ApiError> {
        let client_data = self.client_data("webauthn.create")?;
        let object = self.bytes("attestationObject")?;
        let id = self.id()?;
        if !client_data.answers(challenge) {
            return Err(no_challenge());
        }
        if !is_under(&client_data.origin, rp_id) {
            return Err(ApiError::new(
                ErrorCode::WebAuthnOriginNotAllowedException,
                "The origin is not one of the relying party.",
            ));
        }
        let NewCredential { said, id: made, key } =
            webauthn::read_attestation(&object).map_err(|bad| match bad {
                BadPasskey::Malformed => not_valid(),
                BadPasskey::Unsupported => not_supported("The passkey's kind of key is not supported."),
            })?;
        if URL_SAFE_NO_PAD.encode(&made) != id {
            return Err(not_valid());
        }
        if !said.is_for(rp_id) {
            return Err(ApiError::new(
                ErrorCode::WebAuthnRelyingPartyMismatchException,
                "The passkey was made for another relying party.",
            ));
        }
        if !is_verified(pool, said) {
            return Err(not_supported("The authenticator did not verify the user."));
        }
        let named = |member: &str| self.0.get(member).and_then(Value::as_str);
        let attachment = named("authenticatorAttachment").filter(|attachment| is_word(attachment));
        Ok(Passkey {
            id,
            key,
            counter: said.counter,
            rp_id: rp_id.to_owned(),
            attachment: attachment.map(str::to_owned),
            transports: self.transports(),
            created: now,
        })
    }

    fn transports(&self) -> Vec<String> {
        let named = self
            .0
            .get("response")
            .and_then(|response| response.get("transports"));
        let named = named.and_then(Value::as_array).into_iter().flatten();
        let words = named.filter_map(Value::as_str).filter(|word| is_word(word));
        words.take(MOST_TRANSPORTS).map(str::to_owned).collect()
    }

    /// Checks that this passkey has signed this challenge, for this user. Returns what its authenticator said.
    ///
    /// # Errors
    /// As [`read`](Self::read); `Incorrect username or password.` for whatever else is wrong with it.
    pub fn signed_by(
        &self,
        pool: &PoolRecord,
        rp_id: &str,
        challenge: &str,
        user: &UserRecord,
        passkey: &Passkey,
    ) -> Result<Said, ApiError> {
        let client_data = self.client_data("webauthn.get")?;
        let data = self.bytes("authenticatorData")?;
        let signature = self.bytes("signature")?;
        let said = webauthn::read_assertion(&data).map_err(|_| not_valid())?;
        let handle = self
            .0
            .get("response")
            .and_then(|response| response.get("userHandle"));
        let is_users = match handle {
            None | Some(Value::Null) => true,
            Some(handle) => handle.as_str() == Some(&URL_SAFE_NO_PAD.encode(&user.sub)),
        };
        let message = webauthn::signed(&data, &client_data.bytes);
        let is_right = is_users
            && client_data.answers(challenge)
            && is_under(&client_data.origin, rp_id)
            && passkey.rp_id == rp_id
            && said.is_for(rp_id)
            && is_verified(pool, said)
            && passkey.key.verifies(&message, &signature);
        match is_right {
            true => Ok(said),
            false => Err(ApiError::incorrect_username_or_password()),
        }
    }
}

/// `clientDataJSON`
struct ClientData {
    challenge: String,
    origin: String,
    bytes: Vec<u8>,
}

impl ClientData {
    fn answers(&self, challenge: &str) -> bool {
        constant_time_eq(self.challenge.as_bytes(), challenge.as_bytes())
    }
}

/// Whether somebody was there, and was verified where the pool insists.
fn is_verified(pool: &PoolRecord, said: Said) -> bool {
    let must = verification(pool) == UserVerificationType::Required;
    said.user_present && (said.user_verified || !must)
}

/// Whether an authenticator that says to have signed so often may be the one that was there before: a copy of it falls behind.
pub fn counts_on(before: u32, now: u32) -> bool {
    (before == 0 && now == 0) || now > before
}

/// A word that a browser names a kind of thing by; others are not kept.
fn is_word(word: &str) -> bool {
    (1..=32).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}

/// Whether a page of this origin speaks for the relying party: its host is the id or below it, by TLS or on this machine.
fn is_under(origin: &str, rp_id: &str) -> bool {
    let Some((scheme, rest)) = origin.split_once("://") else {
        return false;
    };
    let host = match rest.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        Some(_) => return false,
        None => rest,
    };
    let is_host = !host.is_empty()
        && host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
    let is_local = host == "localhost" || host.ends_with(".localhost");
    let is_safe = scheme == "https" || (scheme == "http" && is_local);
    let below = host
        .strip_suffix(rp_id)
        .is_some_and(|sub| sub.is_empty() || sub.ends_with('.'));
    is_host && is_safe && below
}

/// No challenge waits for this.
pub fn no_challenge() -> ApiError {
    ApiError::new(
        ErrorCode::WebAuthnChallengeNotFoundException,
        "No registration of a passkey is under way, or it has ended. Start another.",
    )
}

/// A passkey that is not taken.
pub fn not_supported(why: &str) -> ApiError {
    ApiError::new(ErrorCode::WebAuthnCredentialNotSupportedException, why)
}

fn not_valid() -> ApiError {
    ApiError::invalid_parameter("Credential data is not valid")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_the_relying_party_are_its_host_and_what_lies_below_by_tls_or_on_this_machine() {
        for (origin, rp_id, is) in [
            ("https://example.com", "example.com", true),
            ("https://auth.example.com:8443", "example.com", true),
            ("http://localhost:4200", "localhost", true),
            ("http://app.localhost", "localhost", true),
            ("http://example.com", "example.com", false),
            ("https://notexample.com", "example.com", false),
            ("https://example.com.evil.org", "example.com", false),
            ("https://evil.org/.example.com", "example.com", false),
            ("https://evil.org:443@example.com", "example.com", false),
            ("https://example.com:", "example.com", false),
            ("https://", "example.com", false),
            ("android:apk-key-hash:abc", "example.com", false),
        ] {
            assert_eq!(is_under(origin, rp_id), is, "{origin}");
        }
    }

    #[test]
    fn a_counter_goes_up_or_is_not_there() {
        let cases = [
            (0, 0, true),
            (0, 1, true),
            (7, 8, true),
            (7, 7, false),
            (7, 0, false),
        ];
        for (before, now, may) in cases {
            assert_eq!(counts_on(before, now), may, "{before} {now}");
        }
    }
}
