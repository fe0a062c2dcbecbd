//! What kind of picture some bytes are.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use poolhouse_api::Blob;
use poolhouse_api::shapes::AssetExtensionType as Extension;

/// The bytes of a blob. The validator has seen that it is base64.
pub fn bytes(blob: &Blob) -> Vec<u8> {
    STANDARD.decode(&blob.0).unwrap_or_default()
}

/// What kind of picture these bytes begin like; `None` for none of those that pages show.
pub fn kind(bytes: &[u8]) -> Option<Extension> {
    let begins = |magic: &[u8]| bytes.starts_with(magic);
    if begins(b"\x89PNG\r\n\x1a\n") {
        return Some(Extension::Png);
    }
    if begins(b"\xff\xd8\xff") {
        return Some(Extension::Jpeg);
    }
    if begins(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Some(Extension::Webp);
    }
    if begins(b"\0\0\x01\0") {
        return Some(Extension::Ico);
    }
    let text = std::str::from_utf8(bytes).ok()?;
    is_svg(text).then_some(Extension::Svg)
}

/// Whether the first element is `svg`, after a byte order mark, a declaration and comments.
fn is_svg(text: &str) -> bool {
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    if let Some(declaration) = rest.strip_prefix("<?xml") {
        let Some((_, after)) = declaration.split_once("?>") else {
            return false;
        };
        rest = after.trim_start();
    }
    while let Some(comment) = rest.strip_prefix("<!--") {
        let Some((_, after)) = comment.split_once("-->") else {
            return false;
        };
        rest = after.trim_start();
    }
    let name = rest.strip_prefix("<svg").unwrap_or_default();
    name.starts_with(['>', ' ', '\t', '\r', '\n', '/'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_what_its_bytes_say() {
        let cases: [(&[u8], Option<Extension>); 12] = [
            (b"\x89PNG\r\n\x1a\n...", Some(Extension::Png)),
            (b"\xff\xd8\xff\xe0", Some(Extension::Jpeg)),
            (b"RIFF\x01\x02\x03\x04WEBPVP8 ", Some(Extension::Webp)),
            (b"RIFF\x01\x02\x03\x04WAVE", None),
            (b"\0\0\x01\0\x01\0", Some(Extension::Ico)),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Some(Extension::Svg)),
            (
                b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- a --><svg>",
                Some(Extension::Svg),
            ),
            (b"<svgx>", None),
            (b"<html><svg></svg></html>", None),
            (b"<?xml <svg>", None),
            (b"GIF89a", None),
            (b"", None),
        ];
        for (bytes, expected) in cases {
            assert_eq!(kind(bytes), expected, "{bytes:?}");
        }
    }
}
