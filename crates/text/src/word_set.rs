//! A set of words in few bits, for which an answer of "not in it" is certain and one of "in it" nearly so: a Bloom filter.
//!
//! | bytes | |
//! |---|---|
//! | 8 | how many words there are, big-endian |
//! | n | the bits; [`BITS`] for each word, rounded up to a byte |
//!
//! With 22 bits and 15 places for each word, about 26 of a million other words are taken for one of the set.

/// Bits for each word.
const BITS: usize = 22;
/// Places that each word marks.
const PLACES: u64 = 15;
const HEADER: usize = 8;

/// The bytes of a set of these words, of which none comes twice.
pub fn build<'a>(words: impl ExactSizeIterator<Item = &'a str>) -> Vec<u8> {
    let count = words.len();
    let mut bytes = (count as u64).to_be_bytes().to_vec();
    bytes.resize(HEADER + (count * BITS).div_ceil(8), 0);
    let length = bytes.len() - HEADER;
    for word in words {
        for place in places(word, length) {
            bytes[HEADER + place / 8] |= 1 << (place % 8);
        }
    }
    bytes
}

/// Whether a word is one of the set in these bytes. Bytes that hold no set hold every word: what is in doubt is refused.
pub fn contains(bytes: &[u8], word: &str) -> bool {
    let Some((_, bits)) = bytes
        .split_first_chunk::<HEADER>()
        .filter(|(_, bits)| !bits.is_empty())
    else {
        return true;
    };
    places(word, bits.len()).all(|place| bits[place / 8] & (1 << (place % 8)) != 0)
}

/// How many words the set in these bytes has.
pub fn count(bytes: &[u8]) -> u64 {
    bytes
        .first_chunk::<HEADER>()
        .map_or(0, |count| u64::from_be_bytes(*count))
}

/// The places of a word: two hashes, from which the others follow (Kirsch and Mitzenmacher, "Less hashing, same
/// performance").
fn places(word: &str, length: usize) -> impl Iterator<Item = usize> {
    let bits = (length as u64) * 8;
    let (first, second) = (hash(word, 0), hash(word, 1) | 1);
    let place = move |n: u64| first.wrapping_add(n.wrapping_mul(second)) % bits;
    (0..PLACES).map(move |n| usize::try_from(place(n)).unwrap_or_default())
}

/// FNV-1a with the finish of MurmurHash3. Words are not chosen by an enemy, who would gain nothing but a refusal.
fn hash(word: &str, seed: u64) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    let mut hash = word.bytes().fold(start, step);
    for factor in [0xff51_afd7_ed55_8ccd, 0xc4ce_b9fe_1a85_ec53] {
        hash = (hash ^ (hash >> 33)).wrapping_mul(factor);
    }
    hash ^ (hash >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_found_and_hardly_any_other() {
        let words: Vec<String> = (0..20_000).map(|n| format!("word{n}")).collect();
        let set = build(words.iter().map(String::as_str));
        assert_eq!((set.len(), count(&set)), (55_008, 20_000));
        assert!(words.iter().all(|word| contains(&set, word)));
        let others = (0..1_000_000).filter(|n| contains(&set, &format!("other{n}")));
        let taken = others.count();
        assert!(taken < 100, "{taken} of a million");
    }

    #[test]
    fn bytes_that_hold_no_set_refuse_every_word() {
        for bytes in [&b""[..], b"1234567", b"12345678"] {
            assert!(contains(bytes, "word"));
        }
    }
}
