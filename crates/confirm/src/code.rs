//! The code: how it is made, and how what a person typed is compared with it.

use std::fmt;

use unicode_normalization::UnicodeNormalization as _;

use crate::keys::{OtpKey, Purpose, same};

/// The longest answer that is looked at, in bytes: twelve characters in the widest writing, with room for spaces.
const LONGEST_ANSWER_BYTES: usize = 128;

/// How a code looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeFormat {
    /// Characters, 6 to 12.
    pub length: u8,
    /// What they are drawn from.
    pub alphabet: Alphabet,
}

/// What the characters of a code are drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alphabet {
    /// The ten digits: 3.3 bits each.
    Digits,
    /// Capital letters without look-alikes (I, L, O) and without the vowels that make words: 4.2 bits each.
    Letters,
}

impl Alphabet {
    /// The text in the public parameter `codeAlphabet`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Digits => "digits",
            Self::Letters => "letters",
        }
    }

    /// The alphabet of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Digits, Self::Letters]
            .into_iter()
            .find(|alphabet| alphabet.as_str() == name)
    }

    const fn characters(self) -> &'static [u8] {
        match self {
            Self::Digits => b"0123456789",
            Self::Letters => b"BCDFGHJKMNPQRSTVWXZ",
        }
    }
}

/// A code. It has no `Display` and its `Debug` says nothing, so that it reaches no log by accident.
pub(crate) struct Code(String);

impl Code {
    /// The code that this key makes of these parts: always the same one, uniform over all codes of the format.
    ///
    /// Bytes at or above the greatest multiple of the alphabet's size are thrown away; taking them modulo the size
    /// would make some characters likelier.
    pub(crate) fn derive(key: &OtpKey, format: CodeFormat, parts: &[&[u8]]) -> Self {
        let characters = format.alphabet.characters();
        let fair = 256 - 256 % characters.len();
        let block = |counter: u32| {
            let (counter, shape) = (counter.to_be_bytes(), [format.length]);
            let head: [&[u8]; 3] = [&counter, &shape, format.alphabet.as_str().as_bytes()];
            key.keyed(Purpose::Code, &[&head, parts].concat())
        };
        let drawn = (0..=u32::MAX)
            .flat_map(block)
            .map(usize::from)
            .filter(|byte| *byte < fair);
        Self(
            drawn
                .map(|byte| char::from(characters[byte % characters.len()]))
                .take(format.length.into())
                .collect(),
        )
    }

    /// A code that was made elsewhere, to be mailed.
    pub(crate) fn given(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The characters, for the mail and for nothing else.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether a person who typed this meant the code.
    pub(crate) fn matches(&self, answer: &str) -> bool {
        // An answer longer than a code can be was not typed as one, and gets no work done for it.
        answer.len() <= LONGEST_ANSWER_BYTES && same(self.0.as_bytes(), normalise(answer).as_bytes())
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(_)")
    }
}

/// What is left of an answer when spaces, dashes and invisible characters are gone, digits of any script are ASCII
/// digits and letters are capitals.
pub fn normalise(answer: &str) -> String {
    answer
        .nfkc()
        .filter(|c| !is_filler(*c))
        .map(|c| ascii_digit(c).unwrap_or(c.to_ascii_uppercase()))
        .collect()
}

/// Spaces, dashes of all scripts, and the invisible characters that come along when text is copied.
fn is_filler(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '-' | '\u{AD}' | '\u{58A}' | '\u{5BE}' | '\u{1400}' | '\u{1806}' | '\u{2010}'
                ..='\u{2015}'
                    | '\u{2043}'
                    | '\u{207B}'
                    | '\u{208B}'
                    | '\u{2212}'
                    | '\u{2E17}'
                    | '\u{2E1A}'
                    | '\u{2E3A}'
                    | '\u{2E3B}'
                    | '\u{2E40}'
                    | '\u{301C}'
                    | '\u{3030}'
                    | '\u{30A0}'
                    | '\u{30FC}'
                    | '\u{10EAD}'
        )
        || matches!(c,
            '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
}

/// The zero of each block of ten digits that people have on their keyboards.
const ZEROS: [char; 18] = [
    '\u{660}', '\u{6F0}', '\u{7C0}', '\u{966}', '\u{9E6}', '\u{A66}', '\u{AE6}', '\u{B66}', '\u{BE6}',
    '\u{C66}', '\u{CE6}', '\u{D66}', '\u{E50}', '\u{ED0}', '\u{F20}', '\u{1040}', '\u{17E0}', '\u{1810}',
];

fn ascii_digit(c: char) -> Option<char> {
    let value = ZEROS
        .iter()
        .find_map(|zero| (c as u32).checked_sub(*zero as u32).filter(|value| *value < 10))?;
    char::from_digit(value, 10)
}
