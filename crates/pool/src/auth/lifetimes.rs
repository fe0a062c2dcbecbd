//! How long tokens live.

use poolhouse_api::shapes::{TimeUnitsType, UserPoolClientType};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

fn unit_seconds(unit: Option<&TimeUnitsType>, default: i64) -> i64 {
    match unit {
        Some(TimeUnitsType::Seconds) => 1,
        Some(TimeUnitsType::Minutes) => 60,
        Some(TimeUnitsType::Hours) => HOUR,
        Some(TimeUnitsType::Days) => DAY,
        None => default,
    }
}

/// The life of an access token in seconds: an hour unless the client says otherwise.
pub fn access_seconds(client: &UserPoolClientType) -> i64 {
    let unit = client
        .token_validity_units
        .as_ref()
        .and_then(|units| units.access_token.as_ref());
    client
        .access_token_validity
        .map_or(HOUR, |validity| validity * unit_seconds(unit, HOUR))
}

/// The life of an ID token in seconds: an hour unless the client says otherwise.
pub fn id_seconds(client: &UserPoolClientType) -> i64 {
    let unit = client
        .token_validity_units
        .as_ref()
        .and_then(|units| units.id_token.as_ref());
    client
        .id_token_validity
        .map_or(HOUR, |validity| validity * unit_seconds(unit, HOUR))
}

/// The life of a refresh token in seconds: 30 days unless the client says otherwise; 0 means the default, too.
pub fn refresh_seconds(client: &UserPoolClientType) -> i64 {
    let unit = client
        .token_validity_units
        .as_ref()
        .and_then(|units| units.refresh_token.as_ref());
    match client.refresh_token_validity {
        None | Some(0) => 30 * DAY,
        Some(validity) => validity.saturating_mul(unit_seconds(unit, DAY)),
    }
}
