//! The plain text part.

use super::letter::{Letter, Notice};
use super::locale::Locale;

/// First strong isolate and pop directional isolate: what stands between them does not turn the text around it.
const ISOLATE: char = '\u{2068}';
const POP: char = '\u{2069}';

/// The text, the code alone on its line without any character beside it, so that it can be copied as it is.
pub(super) fn render(letter: &Letter<'_>) -> String {
    let texts = letter.locale.texts();
    let fill = |text: &str| letter.fill(text, |value| isolated(letter.locale, value));
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

/// The notice.
pub(super) fn render_notice(notice: &Notice<'_>) -> String {
    let texts = notice.locale.texts();
    let lines = [texts.notice, texts.notice_advice, texts.notice_else];
    let fill = |text: &str| notice.fill(text, |value| isolated(notice.locale, value));
    lines.map(fill).join("\n\n") + "\n"
}

/// A value that does not turn the direction of a text that runs from right to left.
fn isolated(locale: Locale, value: &str) -> String {
    if locale.is_right_to_left() {
        format!("{ISOLATE}{value}{POP}")
    } else {
        value.to_owned()
    }
}
