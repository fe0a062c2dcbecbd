//! What carriers say, fit for a log: without the addresses and the codes that they repeat.

/// Longest text that is kept, in characters.
const LONGEST: usize = 240;

/// The text on one line, cut to 240 characters, with `…` for the part of an address before its `@` and for every word
/// that has the shape of a confirm code.
pub fn masked(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('@') {
        let (before, after) = rest.split_at(at);
        let local = before.rfind(ends_address).map_or(0, |found| {
            found + before[found..].chars().next().map_or(0, char::len_utf8)
        });
        masked.push_str(&without_codes(&before[..local]));
        if local < at {
            masked.push('…');
        }
        masked.push('@');
        rest = &after[1..];
    }
    masked.push_str(&without_codes(rest));
    masked
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(LONGEST)
        .collect()
}

/// The same, with this mailbox's name masked where it stands alone, too: "user ada is unknown".
pub fn masked_for(text: &str, local: &str) -> String {
    let masked = masked(text);
    // A short name is a syllable of other words.
    if local.len() < 3 {
        return masked;
    }
    let (lower, name) = (masked.to_ascii_lowercase(), local.to_ascii_lowercase());
    let mut out = String::with_capacity(masked.len());
    let mut from = 0;
    for (at, found) in lower.match_indices(&name) {
        out.push_str(&masked[from..at]);
        out.push('…');
        from = at + found.len();
    }
    out + &masked[from..]
}

fn ends_address(c: char) -> bool {
    c.is_whitespace() || c.is_control() || "<>()[],;:\"'@".contains(c)
}

fn without_codes(text: &str) -> String {
    text.split_inclusive(|c: char| !c.is_alphanumeric())
        .map(|piece| {
            let word = piece.trim_end_matches(|c: char| !c.is_alphanumeric());
            match is_like_a_code(word) {
                true => piece.replacen(word, "…", 1),
                false => piece.to_owned(),
            }
        })
        .collect()
}

/// Six to twelve digits, or capital letters none of which is a vowel: what codes are made of, and few words are.
fn is_like_a_code(word: &str) -> bool {
    let of = |legal: fn(char) -> bool| word.chars().all(legal);
    (6..=12).contains(&word.len())
        && (of(|c| c.is_ascii_digit()) || of(|c| c.is_ascii_uppercase() && !"AEIOUYL".contains(c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_codes_are_masked_and_what_explains_the_refusal_stays() {
        for (given, kept) in [
            (
                "5.1.1 <ada@example.com>: unknown",
                "5.1.1 <…@example.com>: unknown",
            ),
            ("ada@example.com, eve@b.example", "…@example.com, …@b.example"),
            ("from=<dörte+x@example.com>", "from=<…@example.com>"),
            ("5.6.0 123456 is spam", "5.6.0 … is spam"),
            ("your code BCDFGHJK looks odd", "your code … looks odd"),
            (
                "5.7.1 REJECTED by 10.0.0.25\nsee 98e67ed59e1d1",
                "5.7.1 REJECTED by 10.0.0.25 see 98e67ed59e1d1",
            ),
            ("@ alone", "@ alone"),
            ("two@@signs", "…@@signs"),
            ("", ""),
        ] {
            assert_eq!(masked(given), kept, "{given}");
        }
        assert_eq!(masked(&"a".repeat(500)).len(), 240);
    }

    #[test]
    fn a_name_that_stands_alone_is_masked_too() {
        assert_eq!(masked_for("User Lovelace unknown", "lovelace"), "User … unknown");
        assert_eq!(masked_for("is in", "i"), "is in");
        assert_eq!(masked_for("Größe ada", "ada"), "Größe …");
    }
}
