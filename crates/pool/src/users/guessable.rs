//! Passwords that are guessed first: those of leaked lists, and those made of what everybody knows of a user.
//!
//! A password is looked at as people change words: in any case, with `4` for `a` and the like, with digits and
//! punctuation around. Nothing here is told to the log: a refused password is often nearly the one that is chosen next.

use poolhouse_text::word_set;

/// 40,101 passwords of leaked lists, in lower case: made by `cargo xtask passwords`
/// (docs/decisions/guessable-passwords.md).
static COMMON: &[u8] = include_bytes!("guessable/common.bin");

/// The most characters around a word that do not make another password of it.
const AROUND: usize = 6;
/// The longest piece that a password may repeat and be nothing else.
const PIECE: usize = 4;
/// The shortest word that a password is searched for.
const WORD: usize = 4;
/// As many characters beside a word make a password of their own.
const REST: usize = 8;

/// Whether a password is one of those that are tried first: on the lists, with other letters or something around it, or one
/// short piece over and over.
pub fn is_common(password: &str) -> bool {
    let lower = password.to_lowercase();
    let core = core(&lower);
    let is_listed = |word: &str| !word.is_empty() && word_set::contains(COMMON, word);
    let around = lower.chars().count() - core.chars().count();
    let mut forms = vec![lower.clone(), plain(&lower)];
    if around > 0 && around <= AROUND {
        forms.extend([core.to_owned(), plain(core)]);
    }
    forms.dedup();
    forms.iter().any(|form| is_listed(form)) || is_repetition(&lower)
}

/// Whether a password is one of these names, or part of one, and little else. Names are taken apart at everything that is no letter
/// or digit; the short parts, and the end of a domain, are let go.
pub fn is_made_of<'a>(password: &str, names: impl IntoIterator<Item = &'a str>) -> bool {
    let lower = password.to_lowercase();
    let forms = [plain(&lower), lower];
    names.into_iter().any(|name| {
        let name = name.to_lowercase();
        let parts = name.split(|c: char| !c.is_alphanumeric());
        let mut words = parts.filter(|part| part.chars().count() >= WORD);
        words.any(|word| forms.iter().any(|form| leaves_little(form, word)))
    })
}

fn leaves_little(password: &str, word: &str) -> bool {
    let found = password.matches(word).count();
    found > 0 && password.chars().count() - found * word.chars().count() < REST
}

/// The password without what is no letter at both ends.
fn core(lower: &str) -> &str {
    lower.trim_matches(|c: char| !c.is_alphabetic())
}

/// The password with letters for the signs that stand for them.
fn plain(lower: &str) -> String {
    let letter = |c| match c {
        '4' | '@' => 'a',
        '3' => 'e',
        '1' | '!' | '|' => 'i',
        '0' => 'o',
        '5' | '$' => 's',
        '7' | '+' => 't',
        other => other,
    };
    lower.chars().map(letter).collect()
}

fn is_repetition(lower: &str) -> bool {
    let all: Vec<char> = lower.chars().collect();
    let repeats =
        |length: usize| all.len() >= 2 * length && all.iter().zip(&all[length..]).all(|(a, b)| a == b);
    (1..=PIECE).any(repeats)
}

#[cfg(test)]
mod tests {
    use poolhouse_crypto::{MIXED_ALPHANUMERIC, random_text};

    use super::*;
    use crate::testing::SeededEntropy;

    #[test]
    fn passwords_that_are_tried_first_are_known_however_they_are_dressed_up() {
        for password in [
            "Password1!",
            "aaaaaaaa",
            "password",
            "PASSWORD",
            "P@ssw0rd",
            "p4$$w0rd2026!",
            "qwertyuiop",
            "Qwerty123!",
            "12345678",
            "iloveyou",
            "Iloveyou!1",
            "letmein!!",
            "Abcdefgh1!",
            "abcabcabcabc",
            "1212121212",
            "Sunshine99",
        ] {
            assert!(is_common(password), "{password}");
        }
        for password in [
            "Correct-Horse-9!",
            "Battery-Staple-1",
            "tiny lanterns hum",
            "vK2#pq9Lw",
            "",
            "Пароль-Aa1-длинный",
        ] {
            assert!(!is_common(password), "{password}");
        }
    }

    #[test]
    fn ten_of_ten_thousand_good_passwords_are_mistaken_at_most() {
        assert!(COMMON.len() <= 200_000);
        assert!(word_set::count(COMMON) > 40_000);
        let entropy = SeededEntropy::new(1);
        let mut mistaken = 0;
        for _ in 0..100_000 {
            let random = random_text(MIXED_ALPHANUMERIC, 10, &entropy);
            mistaken += usize::from(is_common(&random));
        }
        assert!(mistaken <= 100, "{mistaken} of 100000");
    }

    #[test]
    fn what_everybody_knows_of_a_user_is_no_password() {
        let names = ["mara.lind@rocket-shop.example", "Mara Lind", "Garden Club"];
        for password in [
            "mara2026!",
            "M4ra-Lind-1",
            "Rocket-123",
            "rocketshop",
            "G4rden!99",
            "lindlind",
        ] {
            assert!(is_made_of(password, names), "{password}");
        }
        for password in [
            "Correct-Horse-9!",
            "mara likes tall trees",
            "clu-bbed-9",
            "xx-example",
        ] {
            let is_known = is_made_of(password, ["mara.lind@rocket-shop.example", "Mara Lind"]);
            assert_eq!(is_known, password == "xx-example", "{password}");
        }
    }
}
