//! The device that a sign-in is on, in a pool that tracks devices: which one the client names, and what becomes of it in the
//! commit that ends the sign-in.
//!
//! A sign-in in a pool that does not track devices reads and writes nothing more.

use poolhouse_api::shapes::{ChallengeNameType, NewDeviceMetadataType};
use poolhouse_store::Batch;

use super::handle;
use super::parameters::Parameters;
use super::step::SignIn;
use super::subject::Subject;
use crate::base::error::ApiError;
use crate::records::{DeviceRecord, FamilyDevice, PoolRecord, RecordBatch, Stored};
use crate::request::Ctx;
use crate::users::devices::{self, NewDevice};
use crate::users::factors::Due;

/// The name under which a client says on which device it is.
pub const DEVICE_KEY: &str = "DEVICE_KEY";

/// The device that a step of a sign-in names. Nobody's devices are looked for where nobody's name was given, so
/// the answer does not tell who there is.
///
/// # Errors
/// `ResourceNotFoundException` `Device does not exist.` for one that is not this user's.
pub async fn named(
    ctx: &Ctx,
    pool: &PoolRecord,
    subject: &Subject,
    parameters: &Parameters,
) -> Result<Option<String>, ApiError> {
    match parameters.get(DEVICE_KEY).filter(|key| !key.is_empty()) {
        Some(key) if devices::are_tracked(pool) => {
            devices::find(ctx, pool.id(), subject.id(), key).await?;
            Ok(Some(key.to_owned()))
        }
        _ => Ok(None),
    }
}

/// The device that an answer after the first factor names, where no step before has: Amplify names it beside codes. One that is not
/// the user's is taken no notice of, for nobody would answer again without it.
///
/// # Errors
/// When the store fails.
pub async fn mentioned(sign_in: &SignIn<'_>, parameters: &Parameters) -> Result<Option<String>, ApiError> {
    match parameters.get(DEVICE_KEY) {
        Some(key) if devices::are_tracked(sign_in.pool) => {
            let device = look(sign_in, key).await?;
            Ok(device.map(|device| device.value.device_key))
        }
        _ => Ok(None),
    }
}

/// Whether the device is asked for in place of the second factor that is due: a remembered one, in place of a factor that the
/// user has.
///
/// # Errors
/// When the store fails.
pub async fn stands_in(sign_in: &SignIn<'_>, due: &Due) -> Result<bool, ApiError> {
    let Some(key) = &sign_in.device else {
        return Ok(false);
    };
    if !can_stand_in(sign_in.pool, due) {
        return Ok(false);
    }
    let device = look(sign_in, key).await?;
    Ok(device.is_some_and(|device| device.value.is_remembered))
}

/// Whether a device counts in place of what is due.
pub fn can_stand_in(pool: &PoolRecord, due: &Due) -> bool {
    devices::stand_for_factors(pool) && matches!(due, Due::One(_) | Due::Choice(_))
}

/// Whether this sign-in has had the proof of its device.
pub fn is_proved(sign_in: &SignIn<'_>) -> bool {
    let name = ChallengeNameType::DevicePasswordVerifier.as_str();
    let mut answered = sign_in.answered.iter();
    answered.any(|answered| answered.result && answered.name == name)
}

/// The device of tokens.
pub enum Device {
    /// One that is handed out with them.
    New(NewDevice),
    /// One that the user has confirmed before.
    Known(Box<Stored<DeviceRecord>>),
}

impl Device {
    /// The device of the tokens that a sign-in ends with. None in a pool that does not track devices.
    ///
    /// # Errors
    /// `Invalid session for the user.` where the device has stood for a second factor and is remembered no longer.
    pub async fn of(sign_in: &SignIn<'_>) -> Result<Option<Device>, ApiError> {
        let SignIn { ctx, pool, .. } = sign_in;
        if !devices::are_tracked(pool) {
            return Ok(None);
        }
        let known = match &sign_in.device {
            Some(key) => known(sign_in, key).await?,
            None => None,
        };
        // One that was forgotten since the sign-in began is a new one, too.
        Ok(Some(match known {
            Some(device) => Device::Known(Box::new(device)),
            None => Device::New(NewDevice::random(pool, &*ctx.platform().entropy)),
        }))
    }

    /// What the client is told of one that is handed out.
    pub fn metadata(&self) -> Option<NewDeviceMetadataType> {
        match self {
            Device::New(new) => Some(new.metadata()),
            Device::Known(_) => None,
        }
    }

    /// What the family of the tokens says of it.
    pub fn of_family(&self) -> FamilyDevice {
        let (key, group) = match self {
            Device::New(new) => (&new.key, Some(new.group.clone())),
            Device::Known(device) => (&device.value.device_key, None),
        };
        FamilyDevice {
            key: key.clone(),
            group,
            is_forgotten: false,
        }
    }

    /// Part of the commit of the tokens: notes the sign-in on a device that is as it was read.
    pub fn batch(&self, ctx: &Ctx) -> Batch {
        match self {
            Device::New(_) => Batch::new(),
            Device::Known(device) => Batch::new().replace(&**device, &devices::used(&device.value, ctx)),
        }
    }

    /// After a conflict at `key`: whether it was the device's, which is known still.
    ///
    /// # Errors
    /// As [`of`](Self::of); `Device does not exist.` for one that was forgotten when the tokens had been made.
    pub async fn lost_race(&mut self, sign_in: &SignIn<'_>, key: &str) -> Result<bool, ApiError> {
        match self {
            Device::Known(device) if device.key == key => {
                let now = known(sign_in, &device.value.device_key).await?;
                **device = now.ok_or_else(devices::not_found)?;
                Ok(true)
            }
            Device::New(_) | Device::Known(_) => Ok(false),
        }
    }
}

/// The device as it is now, which must be remembered if it has stood for a second factor.
async fn known(sign_in: &SignIn<'_>, key: &str) -> Result<Option<Stored<DeviceRecord>>, ApiError> {
    let device = look(sign_in, key).await?;
    let is_remembered = device.as_ref().is_some_and(|device| device.value.is_remembered);
    match is_proved(sign_in) && !is_remembered {
        true => Err(handle::invalid()),
        false => Ok(device),
    }
}

async fn look(sign_in: &SignIn<'_>, key: &str) -> Result<Option<Stored<DeviceRecord>>, ApiError> {
    devices::look(sign_in.ctx, sign_in.pool.id(), sign_in.subject.id(), key).await
}
