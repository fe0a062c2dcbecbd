//! The plain text part.

use super::page::{Block, Page};

/// First strong isolate and pop directional isolate: what stands between them does not turn the text around it.
const ISOLATE: char = '\u{2068}';
const POP: char = '\u{2069}';

/// The text. A code stands alone on its line without any character beside it, so that it can be copied as it is.
pub(super) fn render(page: &Page<'_>) -> String {
    let isolated = |value: &str| match page.locale.is_right_to_left() {
        true => format!("{ISOLATE}{value}{POP}"),
        false => value.to_owned(),
    };
    let mut text = match page.titled {
        true => page.fill(page.title, isolated),
        false => String::new(),
    };
    let mut last_is_pair = false;
    for block in &page.blocks {
        let is_pair = matches!(block, Block::Pair(..));
        if !text.is_empty() {
            text.push_str(if is_pair && last_is_pair { "\n" } else { "\n\n" });
        }
        last_is_pair = is_pair;
        text.push_str(&match block {
            Block::Words(words) => page.fill(words, isolated),
            Block::Soft(words) => page.fill(words, isolated),
            Block::Code(line) | Block::Machine(line) => line.clone(),
            Block::Pair(name, value) => format!("{} {}", page.label(name), isolated(value)),
            Block::Link(words, url) => page.fill(&words.replace("{link}", url), isolated),
        });
    }
    text.push('\n');
    text
}
