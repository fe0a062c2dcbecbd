//! The plain text part.

use super::Letter;

/// First strong isolate and pop directional isolate: what stands between them does not turn the text around it.
const ISOLATE: char = '\u{2068}';
const POP: char = '\u{2069}';

/// The text, the code alone on its line without any character beside it, so that it can be copied as it is.
pub(super) fn render(letter: &Letter<'_>) -> String {
    let texts = letter.locale.texts();
    let fill = |text: &str| {
        letter.fill(text, |value| {
            if letter.locale.is_right_to_left() {
                format!("{ISOLATE}{value}{POP}")
            } else {
                value.to_owned()
            }
        })
    };
    let mut lines = vec![
        fill(texts.intro),
        letter.code.reveal().to_owned(),
        format!("{}\n{}", fill(texts.expiry), fill(texts.requested)),
        fill(texts.never_ask),
        fill(texts.not_you),
    ];
    lines.extend(letter.origin_line());
    lines.join("\n\n") + "\n"
}
