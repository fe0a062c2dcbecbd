//! How the classic pages look for an app client, or for all that have no look of their own.

use serde_json::{Value, json};

use super::document::{Document, integer, text};
use super::key::Key;
use crate::base::clock::Millis;

/// Stands for all app clients that have no look of their own. No app client has this id.
pub const ALL: &str = "ALL";

/// A look of the classic pages as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UiCustomizationRecord {
    /// The app client, or [`ALL`].
    pub client_id: String,
    /// The style sheet as it was given, checked.
    pub css: Option<String>,
    /// The logo.
    pub image: Option<Image>,
    /// When it was created.
    pub created: Millis,
    /// When it was last changed.
    pub modified: Millis,
}

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// What kind it is, as in a file's name: `png`.
    pub extension: String,
    /// Hexadecimal SHA-256 of its bytes.
    pub digest: String,
    /// Its bytes in base64.
    pub base64: String,
}

impl UiCustomizationRecord {
    /// Where the look of an app client lies, or that of [`ALL`].
    pub fn key(pool_id: &str, client_id: &str) -> Key<UiCustomizationRecord> {
        Key::of_pool(pool_id, format_args!("ui-customization/{client_id}"))
    }
}

impl Document for UiCustomizationRecord {
    fn to_document(&self) -> Value {
        let mut document = json!({
            "client": self.client_id,
            "created": self.created.0,
            "modified": self.modified.0,
        });
        if let Some(css) = &self.css {
            document["css"] = json!(css);
        }
        if let Some(image) = &self.image {
            document["image"] =
                json!({ "extension": image.extension, "digest": image.digest, "base64": image.base64 });
        }
        document
    }

    fn from_document(document: &Value) -> Option<UiCustomizationRecord> {
        let image = match document.get("image") {
            None => None,
            Some(image) => Some(Image {
                extension: text(image, "extension")?,
                digest: text(image, "digest")?,
                base64: text(image, "base64")?,
            }),
        };
        Some(UiCustomizationRecord {
            client_id: text(document, "client")?,
            css: text(document, "css"),
            image,
            created: Millis(integer(document, "created")?),
            modified: Millis(integer(document, "modified")?),
        })
    }
}
