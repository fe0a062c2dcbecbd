//! A managed login branding style: how the pages of an app client look.

use poolhouse_api::shapes::{AssetCategoryType, AssetExtensionType, ColorSchemeModeType};
use serde_json::{Value, json};

use super::document::{Document, integer, text};
use super::key::{Key, pool_prefix};
use super::reference::Reference;
use crate::base::clock::Millis;

/// A style as stored. The bytes of its assets lie in rows of their own.
#[derive(Clone, Debug, PartialEq)]
pub struct BrandingRecord {
    /// A random UUID, never reused.
    pub id: String,
    /// The app client whose style it is; it has no other.
    pub client_id: String,
    /// Whether everything is as it is by default.
    pub provided: bool,
    /// The settings that were given.
    pub settings: Option<Value>,
    /// What pictures it has: one for each pair of category and colour mode.
    pub assets: Vec<BrandingAsset>,
    /// When it was created.
    pub created: Millis,
    /// When it was last changed.
    pub modified: Millis,
}

/// What is known of an asset beside its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrandingAsset {
    /// What it is for.
    pub category: AssetCategoryType,
    /// For which colours.
    pub mode: ColorSchemeModeType,
    /// What kind of file it is.
    pub extension: AssetExtensionType,
    /// `ResourceId`, as it was given.
    pub resource_id: Option<String>,
    /// Hexadecimal SHA-256 of its bytes.
    pub digest: String,
    /// How many they are.
    pub bytes: i64,
}

/// The bytes of an asset, in base64.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetBytes(pub String);

impl BrandingRecord {
    /// Where the style with this id lies.
    pub fn key(pool_id: &str, id: &str) -> Key<BrandingRecord> {
        Key::of_pool(pool_id, format_args!("branding/{id}"))
    }

    /// Where the id of an app client's style is noted.
    pub fn of_client(pool_id: &str, client_id: &str) -> Key<Reference> {
        Key::of_pool(pool_id, format_args!("branding-of/{client_id}"))
    }

    /// Where the bytes of an asset lie.
    pub fn asset(pool_id: &str, id: &str, asset: &BrandingAsset) -> Key<AssetBytes> {
        let (category, mode) = (asset.category.as_str(), asset.mode.as_str());
        Key::of_pool(pool_id, format_args!("branding-asset/{id}/{category}-{mode}"))
    }

    /// Prefix of the bytes of a style's assets.
    pub fn assets(pool_id: &str, id: &str) -> String {
        format!("{}branding-asset/{id}/", pool_prefix(pool_id))
    }
}

impl BrandingAsset {
    fn to_member(&self) -> Value {
        json!({
            "category": self.category.as_str(),
            "mode": self.mode.as_str(),
            "extension": self.extension.as_str(),
            "resource": self.resource_id,
            "digest": self.digest,
            "bytes": self.bytes,
        })
    }

    fn from_member(member: &Value) -> Option<BrandingAsset> {
        let word = |name: &str| member.get(name)?.as_str();
        Some(BrandingAsset {
            category: AssetCategoryType::parse(word("category")?)?,
            mode: ColorSchemeModeType::parse(word("mode")?)?,
            extension: AssetExtensionType::parse(word("extension")?)?,
            resource_id: text(member, "resource"),
            digest: text(member, "digest")?,
            bytes: integer(member, "bytes")?,
        })
    }
}

impl Document for BrandingRecord {
    fn to_document(&self) -> Value {
        let assets = self.assets.iter().map(BrandingAsset::to_member);
        let mut document = json!({
            "id": self.id,
            "client": self.client_id,
            "provided": self.provided,
            "assets": assets.collect::<Vec<_>>(),
            "created": self.created.0,
            "modified": self.modified.0,
        });
        if let Some(settings) = &self.settings {
            document["settings"] = settings.clone();
        }
        document
    }

    fn from_document(document: &Value) -> Option<BrandingRecord> {
        let assets = document.get("assets")?.as_array()?.iter();
        Some(BrandingRecord {
            id: text(document, "id")?,
            client_id: text(document, "client")?,
            provided: document.get("provided")?.as_bool()?,
            settings: document.get("settings").cloned(),
            assets: assets.map(BrandingAsset::from_member).collect::<Option<_>>()?,
            created: Millis(integer(document, "created")?),
            modified: Millis(integer(document, "modified")?),
        })
    }
}

impl Document for AssetBytes {
    fn to_document(&self) -> Value {
        Value::from(self.0.as_str())
    }

    fn from_document(document: &Value) -> Option<AssetBytes> {
        document.as_str().map(|base64| AssetBytes(base64.to_owned()))
    }
}
