//! The one style sheet and the one script, under names that change with what is in them.

use std::sync::LazyLock;

/// The look of the forms wherever they are, as the packages for pages have it, and what a page around them needs.
const STYLE: &str = concat!(
    include_str!("../../../web/packages/styles/tokens.css"),
    include_str!("../../../web/packages/styles/form.css"),
    include_str!("../assets/page.css"),
);
const SCRIPT: &str = include_str!("../assets/page.js");
/// The one of the sign-in page.
const ICON: &str = include_str!("../../../web/projects/demo/public/favicon.svg");

/// A file that the pages load.
#[derive(Debug, PartialEq, Eq)]
pub struct Asset {
    /// Where it lies, below a site.
    pub path: String,
    /// What it is.
    pub content_type: &'static str,
    /// What is in it.
    pub body: &'static str,
}

static ASSETS: LazyLock<[Asset; 3]> = LazyLock::new(|| {
    [
        Asset {
            path: format!("/_assets/{}.css", name_of(STYLE)),
            content_type: "text/css; charset=utf-8",
            body: STYLE,
        },
        Asset {
            path: format!("/_assets/{}.js", name_of(SCRIPT)),
            content_type: "text/javascript; charset=utf-8",
            body: SCRIPT,
        },
        Asset {
            path: format!("/_assets/{}.svg", name_of(ICON)),
            content_type: "image/svg+xml",
            body: ICON,
        },
    ]
});

/// FNV-1a: two versions of a file are told apart by it, and nothing is proved.
fn name_of(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// The file at a path below a site.
pub fn asset(path: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.path == path)
}

/// Where the style sheet lies.
pub fn style_path() -> &'static str {
    &ASSETS[0].path
}

/// Where the script lies.
pub fn script_path() -> &'static str {
    &ASSETS[1].path
}

/// Where the icon lies.
pub fn icon_path() -> &'static str {
    &ASSETS[2].path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_has_six_kilobytes_at_most() {
        assert!(SCRIPT.len() <= 6 * 1024, "{}", SCRIPT.len());
    }

    #[test]
    fn a_file_is_found_by_its_whole_path_alone() {
        assert_eq!(asset(style_path()).map(|asset| asset.body), Some(STYLE));
        assert_eq!(asset(script_path()).map(|asset| asset.body), Some(SCRIPT));
        assert_eq!(asset("/_assets/"), None);
    }

    #[test]
    fn the_style_sheet_loads_nothing() {
        assert!(!STYLE.contains("url(") && !STYLE.contains("@import"));
    }
}
