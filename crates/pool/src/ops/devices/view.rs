//! Devices as answers show them.

use poolhouse_api::shapes::{AttributeType, DeviceRememberedStatusType, DeviceType};

use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::ops::paging::{self, Listing};
use crate::records::{DeviceRecord, PoolRecord, UserRecord};
use crate::request::Ctx;
use crate::users::devices;

/// Who looks at a device: its user, or an administrator, who is shown more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    /// The user.
    User,
    /// An administrator.
    Administrator,
}

/// A page of devices, and the token of the next.
pub type Page = (Vec<DeviceType>, Option<String>);

/// A page of a user's devices, the newest first.
///
/// # Errors
/// `InvalidParameterException` for a token that is none of this list's.
pub async fn page(
    ctx: &Ctx,
    operation: &str,
    whose: (&PoolRecord, &UserRecord),
    limit: Option<i64>,
    token: Option<&str>,
    whom: For,
) -> Result<Page, ApiError> {
    let (pool, user) = whose;
    let listing = Listing {
        operation,
        subject: &user.sub,
    };
    let after = listing.after(&ctx.request_id, token)?;
    let mut devices = devices::all(ctx, pool.id(), &user.sub).await?;
    devices.retain(|device| after.as_ref().is_none_or(|after| place(device) < *after));
    let limit = paging::limit(limit);
    let more = devices.len() > limit;
    devices.truncate(limit);
    let next = devices.last().filter(|_| more);
    let next = next.map(|device| listing.token(&place(device)));
    let shown = devices.iter().map(|device| described(pool, user, device, whom));
    Ok((shown.collect(), next))
}

/// Where a device stands in the list, as text that sorts like it.
fn place(device: &DeviceRecord) -> String {
    format!("{:020} {}", device.created.0, device.device_key)
}

/// A device, with the attributes in the service's order.
pub fn described(pool: &PoolRecord, user: &UserRecord, device: &DeviceRecord, whom: For) -> DeviceType {
    let mut attributes = Vec::new();
    let mut show = |name: &str, value: Option<String>| {
        attributes.extend(value.map(|value| AttributeType {
            name: name.to_owned(),
            value: Some(value),
        }));
    };
    let to_administrators = |value: String| (whom == For::Administrator).then_some(value);
    let owner = format!("{}.{}", user.username, pool.id());
    show("device_status", Some("valid".to_owned()));
    show("device_name", device.name.clone());
    show("dev:device_arn", to_administrators(arn(pool, &owner, device)));
    show("dev:device_owner", to_administrators(owner));
    show("last_ip_used", device.address.map(|address| address.to_string()));
    let status = status(device.is_remembered).as_str();
    show(
        "dev:device_remembered_status",
        to_administrators(status.to_owned()),
    );
    // What the service says of clients that it does not know.
    show(
        "dev:device_sdk",
        to_administrators("aws-sdk-unknown-unknown".to_owned()),
    );
    DeviceType {
        device_key: Some(device.device_key.clone()),
        device_attributes: Some(attributes),
        device_create_date: Some(device.created.timestamp()),
        device_last_modified_date: Some(device.modified.timestamp()),
        device_last_authenticated_date: Some(Millis(device.authenticated.seconds() * 1000).timestamp()),
    }
}

fn status(is_remembered: bool) -> DeviceRememberedStatusType {
    match is_remembered {
        true => DeviceRememberedStatusType::Remembered,
        false => DeviceRememberedStatusType::NotRemembered,
    }
}

/// The ARN of a device lies beside its pool's.
fn arn(pool: &PoolRecord, owner: &str, device: &DeviceRecord) -> String {
    let arn = pool.settings.arn.as_deref().unwrap_or_default();
    let account = arn.rsplit_once(':').map_or(arn, |(account, _)| account);
    format!("{account}:owner/{owner}/device/{}", device.device_key)
}
