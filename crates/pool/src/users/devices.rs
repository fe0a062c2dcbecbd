//! Devices that users sign in on: whether a pool tracks them, how they are handed out, found and forgotten.
//!
//! A key is handed out with tokens, and the family of those tokens is the note of it. A device has a row of its own from the
//! moment that its client confirms the key, with the verifier of a secret that never leaves it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::{DeviceConfigurationType, DeviceSecretVerifierConfigType, NewDeviceMetadataType};
use poolhouse_crypto::srp::Verifier;
use poolhouse_crypto::{Entropy, uuid_v4};
use poolhouse_store::{Batch, CommitError, Expect, Scan};
use zeroize::Zeroizing;

use super::{credentials, sign_out};
use crate::base::error::ApiError;
use crate::base::purpose::Purpose;
use crate::records::document::decode;
use crate::records::{DeviceRecord, Key, PoolRecord, RecordBatch, Stored, load};
use crate::request::Ctx;

/// Devices of one user that are kept, give or take those confirmed at one moment: more than anybody signs in on. The one that
/// was used last the longest ago goes first.
pub const MOST: usize = 100;
/// How often a change is decided again when another request changed the device in between.
const RACES: usize = 64;
/// Characters of a group key after its first, which is a dash.
const GROUP_CHARACTERS: usize = 8;

/// The key and group key of a device that is new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDevice {
    /// `<region>_<UUID>`
    pub key: String,
    /// A dash and eight letters or digits.
    pub group: String,
}

impl NewDevice {
    /// Keys that nobody was handed before.
    pub fn random(pool: &PoolRecord, entropy: &dyn Entropy) -> NewDevice {
        const CHARACTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let mut random = [0; GROUP_CHARACTERS];
        entropy.fill(&mut random);
        // No secret: some characters may come a little more often.
        let group = random.map(|byte| char::from(CHARACTERS[usize::from(byte) % CHARACTERS.len()]));
        NewDevice {
            key: format!("{}_{}", pool.region(), uuid_v4(entropy)),
            group: std::iter::once('-').chain(group).collect(),
        }
    }

    /// The two as clients get them.
    pub fn metadata(&self) -> NewDeviceMetadataType {
        NewDeviceMetadataType {
            device_key: Some(self.key.clone()),
            device_group_key: Some(self.group.clone()),
        }
    }
}

fn configuration(pool: &PoolRecord) -> Option<&DeviceConfigurationType> {
    pool.settings.device_configuration.as_ref()
}

/// Whether the pool tracks devices. It does with both of its settings off, too.
pub fn are_tracked(pool: &PoolRecord) -> bool {
    configuration(pool).is_some()
}

/// Checks that the pool tracks devices.
///
/// # Errors
/// `InvalidUserPoolConfigurationException`
pub fn check_tracked(pool: &PoolRecord) -> Result<(), ApiError> {
    match are_tracked(pool) {
        true => Ok(()),
        false => Err(ApiError::new(
            ErrorCode::InvalidUserPoolConfigurationException,
            "User pool is not configured for device tracking.",
        )),
    }
}

/// Whether a device is remembered only when its user says so.
pub fn wait_for_user(pool: &PoolRecord) -> bool {
    configuration(pool).is_some_and(|asked| asked.device_only_remembered_on_user_prompt == Some(true))
}

/// Whether a remembered device stands for a second factor in this pool.
pub fn stand_for_factors(pool: &PoolRecord) -> bool {
    configuration(pool).is_some_and(|asked| asked.challenge_required_on_new_device == Some(true))
}

/// A device that is not there. Clients match the sentence, forget what they know and begin again without.
pub fn not_found() -> ApiError {
    ApiError::new(ErrorCode::ResourceNotFoundException, "Device does not exist.")
}

/// The device of this user, or made-up user, with this key, if there is one.
///
/// # Errors
/// When the store fails or the row is not a device.
pub async fn look(
    ctx: &Ctx,
    pool_id: &str,
    sub: &str,
    device_key: &str,
) -> Result<Option<Stored<DeviceRecord>>, ApiError> {
    if !DeviceRecord::has_form(device_key) {
        return Ok(None);
    }
    let key = DeviceRecord::key(pool_id, sub, device_key);
    Ok(load(ctx.platform(), &key).await?)
}

/// As [`look`], for a device that must be there.
///
/// # Errors
/// `ResourceNotFoundException` `Device does not exist.`
pub async fn find(
    ctx: &Ctx,
    pool_id: &str,
    sub: &str,
    device_key: &str,
) -> Result<Stored<DeviceRecord>, ApiError> {
    let found = look(ctx, pool_id, sub, device_key).await?;
    found.ok_or_else(not_found)
}

/// The devices of a user, the newest first.
///
/// # Errors
/// When the store fails or a row is not a device.
pub async fn all(ctx: &Ctx, pool_id: &str, sub: &str) -> Result<Vec<DeviceRecord>, ApiError> {
    let mut devices = Vec::new();
    let mut after = None;
    loop {
        let scan = Scan {
            prefix: DeviceRecord::all(pool_id, sub),
            after: after.take(),
            limit: MOST,
        };
        let page = ctx.platform().scan(scan).await?;
        let is_last = page.len() < MOST;
        after = page.last().map(|row| row.key.clone());
        for row in page {
            devices.push(decode::<DeviceRecord>(row)?.value);
        }
        if is_last {
            break;
        }
    }
    devices.sort_by(|one, other| (other.created, &other.device_key).cmp(&(one.created, &one.device_key)));
    Ok(devices)
}

/// What makes room for one device more: forgets those that were used last the longest ago. Tokens that were given on them stay.
///
/// # Errors
/// When the store fails.
pub async fn room_for_one(ctx: &Ctx, pool_id: &str, sub: &str) -> Result<Batch, ApiError> {
    let mut devices = all(ctx, pool_id, sub).await?;
    devices.sort_by_key(|device| std::cmp::Reverse(device.authenticated));
    let crowded_out = devices.into_iter().skip(MOST - 1);
    Ok(crowded_out.fold(Batch::new(), |batch, device| {
        batch.delete(DeviceRecord::key(pool_id, sub, &device.device_key), Expect::Any)
    }))
}

/// Says whether a device is remembered.
///
/// # Errors
/// As [`find`].
pub async fn set_remembered(
    ctx: &Ctx,
    pool_id: &str,
    sub: &str,
    device_key: &str,
    is_remembered: bool,
) -> Result<(), ApiError> {
    for _ in 0..RACES {
        let device = find(ctx, pool_id, sub, device_key).await?;
        let changed = DeviceRecord {
            is_remembered,
            modified: ctx.now,
            ..device.value.clone()
        };
        match ctx
            .platform()
            .commit(Batch::new().replace(&device, &changed))
            .await
        {
            Ok(_) => return Ok(()),
            Err(CommitError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::concurrent_modification())
}

/// Forgets a device and ends the tokens that were given on it. Of the family in the row `asking`, whose access token asks for
/// it, only the refresh tokens end.
///
/// # Errors
/// As [`find`].
pub async fn forget(
    ctx: &Ctx,
    pool_id: &str,
    sub: &str,
    device_key: &str,
    asking: Option<&str>,
) -> Result<(), ApiError> {
    for _ in 0..RACES {
        // A sign-in on the device writes its row, so one that ends meanwhile is found in the next round.
        let device = find(ctx, pool_id, sub, device_key).await?;
        let families = sign_out::revoke_device(ctx, pool_id, sub, device_key, asking).await?;
        match ctx.platform().commit(families.remove(&device)).await {
            Ok(_) => return Ok(()),
            Err(CommitError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::concurrent_modification())
}

/// The device after a sign-in on it.
pub fn used(device: &DeviceRecord, ctx: &Ctx) -> DeviceRecord {
    DeviceRecord {
        authenticated: ctx.now,
        address: ctx.asker.address.or(device.address),
        ..device.clone()
    }
}

/// Reads the salt and verifier that a client has made: base64 of unsigned numbers.
///
/// # Errors
/// `InvalidParameterException` for what is missing, and for what is no verifier.
pub fn read_verifier(given: Option<&DeviceSecretVerifierConfigType>) -> Result<Verifier, ApiError> {
    let member = |member: Option<&String>, name: &str| {
        let text = member.filter(|text| !text.is_empty());
        text.cloned().ok_or_else(|| ApiError::missing_parameter(name))
    };
    let given = given.ok_or_else(|| ApiError::missing_parameter("DeviceSecretVerifierConfig"))?;
    let salt = member(given.salt.as_ref(), "Salt")?;
    let v = Zeroizing::new(member(given.password_verifier.as_ref(), "PasswordVerifier")?);
    let bad = || ApiError::invalid_parameter("Invalid device secret verifier given.");
    let salt = STANDARD.decode(salt).map_err(|_| bad())?;
    let v = Zeroizing::new(STANDARD.decode(&*v).map_err(|_| bad())?);
    Verifier::from_unsigned(&salt, &v).map_err(|_| bad())
}

/// Seals a device's verifier for its row.
pub fn seal_verifier(ctx: &Ctx, key: &Key<DeviceRecord>, verifier: &Verifier) -> String {
    ctx.platform()
        .seal(Purpose::Verifiers, key.as_str(), &verifier.to_bytes())
}

/// Opens a device's verifier.
///
/// # Errors
/// `InternalErrorException` if it was not sealed by this server for this device.
pub fn open_verifier(ctx: &Ctx, device: &Stored<DeviceRecord>) -> Result<Verifier, ApiError> {
    let sealed = &device.value.sealed_verifier;
    let opened = ctx.platform().open(Purpose::Verifiers, &device.key, sealed);
    let opened = Zeroizing::new(opened.map_err(ApiError::internal)?);
    Verifier::from_bytes(&opened).map_err(credentials::unusable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::SeededEntropy;
    use poolhouse_api::shapes::UserPoolType;
    use serde_json::Value;

    fn vector() -> Value {
        serde_json::from_str(include_str!("../../../crypto/tests/vectors/device.json")).unwrap()
    }

    fn given(salt: &str, verifier: &str) -> DeviceSecretVerifierConfigType {
        DeviceSecretVerifierConfigType {
            password_verifier: Some(verifier.to_owned()),
            salt: Some(salt.to_owned()),
        }
    }

    #[test]
    fn new_keys_have_the_services_form_and_are_new() {
        let settings = UserPoolType {
            id: Some("eu-central-1_AbCd12345".to_owned()),
            ..UserPoolType::default()
        };
        let pool = PoolRecord::new(settings, String::new());
        let entropy = SeededEntropy::new(7);
        let [one, other] = [(); 2].map(|()| NewDevice::random(&pool, &entropy));
        assert!(one.key != other.key && one.group != other.group);
        for NewDevice { key, group } in [one, other] {
            assert!(DeviceRecord::has_form(&key), "{key}");
            assert_eq!(key.len(), "eu-central-1_".len() + 36);
            assert!(key.starts_with("eu-central-1_"), "{key}");
            let (dash, rest) = group.split_at(1);
            assert_eq!((dash, rest.len()), ("-", 8));
            assert!(rest.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{group}");
        }
    }

    #[test]
    fn a_clients_verifier_is_read_with_its_sign_bytes() {
        let vector = vector();
        let [salt, v] = ["salt_b64", "verifier_b64"].map(|name| vector[name].as_str().unwrap());
        let verifier = read_verifier(Some(&given(salt, v))).unwrap();
        assert_eq!(verifier.salt().to_hex(), vector["salt"].as_str().unwrap());
        assert_eq!(*verifier.v_hex(), vector["v"].as_str().unwrap());
    }

    #[test]
    fn what_is_no_verifier_is_refused_by_name() {
        let sentence =
            |given: Option<&DeviceSecretVerifierConfigType>| read_verifier(given).unwrap_err().message;
        let missing = |name: &str| format!("Missing required parameter {name}");
        assert_eq!(sentence(None), missing("DeviceSecretVerifierConfig"));
        assert_eq!(sentence(Some(&given("", "Ag=="))), missing("Salt"));
        assert_eq!(sentence(Some(&given("Ag==", ""))), missing("PasswordVerifier"));
        // Not base64; no number; and 1, with which everybody could prove the secret.
        for (salt, verifier) in [
            ("?", "Ag=="),
            ("Ag==", "?"),
            ("AA==", "Ag=="),
            ("Ag==", "AA=="),
            ("Ag==", "AQ=="),
        ] {
            let said = sentence(Some(&given(salt, verifier)));
            assert_eq!(said, "Invalid device secret verifier given.", "{salt} {verifier}");
        }
    }
}
