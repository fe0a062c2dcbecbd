//! A device of a user that its client has confirmed: what it proves itself by, and what is shown of it.

use std::net::IpAddr;

use serde_json::{Value, json};

use super::document::{Document, integer, text};
use super::key::{Key, user_prefix};
use crate::base::clock::Millis;

/// Bytes of the longest key that the API takes.
const LONGEST_KEY: usize = 55;
/// The part of the row's key between the user and the device.
const FOLDER: &str = "device/";

/// A device. While its row exists it is known; deleting the row forgets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceRecord {
    /// The key that it was handed out under.
    pub device_key: String,
    /// The group key that was handed out with it: what SRP hashes in place of the pool's name.
    pub group_key: String,
    /// SRP salt and verifier, sealed under the row's key.
    pub sealed_verifier: String,
    /// What its client calls it.
    pub name: Option<String>,
    /// Whether it may stand for a second factor.
    pub is_remembered: bool,
    /// When it was confirmed.
    pub created: Millis,
    /// When its status last changed.
    pub modified: Millis,
    /// When somebody last signed in with it.
    pub authenticated: Millis,
    /// From where that was.
    pub address: Option<IpAddr>,
}

impl DeviceRecord {
    /// Where a device lies. `device_key` must have the [form](Self::has_form) of one.
    pub fn key(pool_id: &str, sub: &str, device_key: &str) -> Key<DeviceRecord> {
        Key::of_user(pool_id, sub, format_args!("{FOLDER}{device_key}"))
    }

    /// Prefix of one user's devices.
    pub fn all(pool_id: &str, sub: &str) -> String {
        user_prefix(pool_id, sub) + FOLDER
    }

    /// Whether a text can be the key of a device, and so part of a row's key.
    pub fn has_form(text: &str) -> bool {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        !text.is_empty() && text.len() <= LONGEST_KEY && text.bytes().all(is_part)
    }
}

impl Document for DeviceRecord {
    fn to_document(&self) -> Value {
        json!({
            "key": self.device_key,
            "group": self.group_key,
            "verifier": self.sealed_verifier,
            "name": self.name,
            "remembered": self.is_remembered,
            "created": self.created.0,
            "modified": self.modified.0,
            "authenticated": self.authenticated.0,
            "address": self.address.map(|address| address.to_string()),
        })
    }

    fn from_document(document: &Value) -> Option<DeviceRecord> {
        Some(DeviceRecord {
            device_key: text(document, "key")?,
            group_key: text(document, "group")?,
            sealed_verifier: text(document, "verifier")?,
            name: text(document, "name"),
            is_remembered: document.get("remembered")?.as_bool()?,
            created: Millis(integer(document, "created")?),
            modified: Millis(integer(document, "modified")?),
            authenticated: Millis(integer(document, "authenticated")?),
            address: text(document, "address").and_then(|address| address.parse().ok()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_survives_its_json_form() {
        let mut device = DeviceRecord {
            device_key: "us-east-1_0f0e0d0c-0b0a-4908-8706-050403020100".to_owned(),
            group_key: "-v7w9UcY6".to_owned(),
            sealed_verifier: "sealed".to_owned(),
            name: Some("Mara's phone".to_owned()),
            is_remembered: true,
            created: Millis(1),
            modified: Millis(2),
            authenticated: Millis(3),
            address: Some("2001:db8::7".parse().unwrap()),
        };
        assert_eq!(
            DeviceRecord::from_document(&device.to_document()),
            Some(device.clone())
        );
        (device.name, device.address, device.is_remembered) = (None, None, false);
        assert_eq!(DeviceRecord::from_document(&device.to_document()), Some(device));
    }

    #[test]
    fn what_cannot_be_a_devices_key_never_becomes_part_of_a_rows() {
        for text in ["", "a/b", "a b", "ä_0", "a.b", &"a".repeat(56)] {
            assert!(!DeviceRecord::has_form(text), "{text}");
        }
        assert!(DeviceRecord::has_form(
            "ap-southeast-2_a1b2c3d4-5678-90ab-cdef-111122223333"
        ));
    }
}
