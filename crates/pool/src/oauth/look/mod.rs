//! How the pages of an app client look: by its managed login style where the domain is one of managed login, by the style sheet and the
//! logo of the classic pages where it is not, those of the client or else of all.
//!
//! Everything is served from here, under names that follow from what is in it.

pub mod kept;
mod palette;
mod sheet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use poolhouse_api::shapes::{AssetCategoryType, AssetExtensionType, ColorSchemeModeType};
use poolhouse_crypto::sha256;
use poolhouse_text::hex;
use serde_json::Value;

use super::client::may_be_id;
use super::flow::MANAGED;
use super::site::Site;
use crate::base::error::ApiError;
use crate::records::{BrandingAsset, BrandingRecord};
use crate::request::{Ctx, hosted};

/// Hexadecimal digits that name a style sheet.
const DIGITS: usize = 16;

/// How the pages of a client look, over how all of them do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// The name of its style sheet.
    pub style: Option<String>,
    /// `light` or `dark` where the pages are never the other; nothing where they are as the browser prefers.
    pub mode: &'static str,
    /// The pictures of its logo.
    pub logos: Vec<Picture>,
    /// Its icon.
    pub icon: Option<Picture>,
}

/// A picture, by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The name: a digest of what is in it, and what kind of file it is.
    pub name: String,
    /// `light` or `dark` where it is for that alone.
    pub mode: &'static str,
}

/// A file's bytes and their type.
pub struct File {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// `Content-Type`
    pub content_type: &'static str,
}

/// What a client has of a look, with what it is made of.
struct Found {
    look: Look,
    sheet: String,
    source: Source,
}

enum Source {
    Nothing,
    Classic(String),
    Managed(Box<BrandingRecord>),
}

/// How the pages of this client look.
async fn of(ctx: &Ctx, site: &Site, client_id: &str) -> Result<Look, ApiError> {
    Ok(found(ctx, site, client_id).await?.look)
}

/// The style sheet or the picture of this name, as long as the look has it.
///
/// # Errors
/// When the store fails.
pub async fn file(ctx: &Ctx, site: &Site, client_id: &str, name: &str) -> Result<Option<File>, ApiError> {
    let found = found(ctx, site, client_id).await?;
    match name.strip_suffix(".css") {
        Some(name) if found.look.style.as_deref() == Some(name) => Ok(Some(File {
            bytes: found.sheet.into_bytes(),
            content_type: "text/css; charset=utf-8",
        })),
        Some(_) => Ok(None),
        None => picture(ctx, site, found, name).await,
    }
}

async fn picture(ctx: &Ctx, site: &Site, found: Found, name: &str) -> Result<Option<File>, ApiError> {
    let Look { logos, icon, .. } = &found.look;
    if !logos.iter().chain(icon).any(|picture| picture.name == name) {
        return Ok(None);
    }
    let base64 = match found.source {
        Source::Nothing => None,
        Source::Classic(base64) => Some(base64),
        Source::Managed(style) => {
            let asset = style.assets.iter().find(|asset| name_of(asset) == name);
            match asset {
                Some(asset) => {
                    let key = BrandingRecord::asset(site.pool.value.id(), &style.id, asset);
                    ctx.load(&key).await?.map(|bytes| bytes.value.0)
                }
                None => None,
            }
        }
    };
    let bytes = base64.and_then(|base64| STANDARD.decode(base64).ok());
    Ok(bytes.map(|bytes| File {
        bytes,
        content_type: content_type(name),
    }))
}

async fn found(ctx: &Ctx, site: &Site, client_id: &str) -> Result<Found, ApiError> {
    let nothing = Found {
        look: Look::default(),
        sheet: String::new(),
        source: Source::Nothing,
    };
    if !may_be_id(client_id) {
        return Ok(nothing);
    }
    let pool_id = site.pool.value.id();
    if site.managed_login_version == MANAGED {
        let style = hosted::style(ctx, pool_id, client_id).await?;
        return Ok(style.map_or(nothing, |style| managed(style.value)));
    }
    let Some(look) = hosted::look(ctx, pool_id, client_id).await? else {
        return Ok(nothing);
    };
    let sheet = look.value.css.as_deref().map(sheet::strong).unwrap_or_default();
    let logos = look.value.image.as_ref().map(|image| Picture {
        name: format!("{}.{}", image.digest, image.extension),
        mode: "",
    });
    Ok(Found {
        look: Look {
            // The classic pages know no dark: a sheet that was written for them says half of what that would need.
            mode: if sheet.is_empty() { "" } else { "light" },
            style: name_of_sheet(&sheet),
            logos: logos.into_iter().collect(),
            icon: None,
        },
        sheet,
        source: match look.value.image {
            Some(image) => Source::Classic(image.base64),
            None => Source::Nothing,
        },
    })
}

fn managed(style: BrandingRecord) -> Found {
    let settings = style.settings.clone().unwrap_or(Value::Null);
    let sheet = palette::sheet(&settings);
    let said = |path: &str| palette::found(&settings, path);
    let shows_logo = said("components.form.logo.enabled").and_then(Value::as_bool);
    let of = |category: AssetCategoryType| {
        let mut of_category: Vec<Picture> = style
            .assets
            .iter()
            .filter(|asset| asset.category == category)
            .map(|asset| Picture {
                name: name_of(asset),
                mode: match asset.mode {
                    ColorSchemeModeType::Light => "light",
                    ColorSchemeModeType::Dark => "dark",
                    ColorSchemeModeType::Dynamic => "",
                },
            })
            .collect();
        // One picture alone is for both.
        if let [only] = &mut *of_category {
            only.mode = "";
        }
        of_category
    };
    let logos = match shows_logo {
        Some(false) => Vec::new(),
        _ => of(AssetCategoryType::FormLogo),
    };
    let icons = [AssetCategoryType::FaviconSvg, AssetCategoryType::FaviconIco];
    Found {
        look: Look {
            style: name_of_sheet(&sheet),
            mode: match said("categories.global.colorSchemeMode").and_then(Value::as_str) {
                Some("LIGHT") => "light",
                Some("DARK") => "dark",
                _ => "",
            },
            logos,
            icon: icons.into_iter().find_map(|category| of(category).pop()),
        },
        sheet,
        source: Source::Managed(Box::new(style)),
    }
}

fn name_of_sheet(sheet: &str) -> Option<String> {
    let digest = hex::encode(&sha256(&[sheet.as_bytes()]));
    (!sheet.is_empty()).then(|| digest.chars().take(DIGITS).collect())
}

fn name_of(asset: &BrandingAsset) -> String {
    let extension = match asset.extension {
        AssetExtensionType::Ico => "ico",
        AssetExtensionType::Jpeg => "jpg",
        AssetExtensionType::Png => "png",
        AssetExtensionType::Svg => "svg",
        AssetExtensionType::Webp => "webp",
    };
    format!("{}.{extension}", asset.digest)
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("ico") => "image/x-icon",
        Some("jpg") => "image/jpeg",
        Some("svg") => "image/svg+xml",
        Some("webp") => "image/webp",
        _ => "image/png",
    }
}
