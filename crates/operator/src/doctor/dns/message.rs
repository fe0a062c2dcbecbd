//! DNS messages, as far as asking for TXT records needs them (RFC 1035).

/// A type of record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text = 16,
}

/// The class of the internet.
const IN: u16 = 1;
/// The bit that asks for recursion.
const RECURSION: u16 = 0x0100;
/// The bit of an answer.
const ANSWER: u16 = 0x8000;
/// The bit of an answer that was cut off.
const TRUNCATED: u16 = 0x0200;
/// The answer is there, or there is none under a name that exists.
pub(super) const OK: u8 = 0;
/// The name does not exist.
pub(super) const NO_SUCH_NAME: u8 = 3;

/// An answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) code: u8,
    pub(super) truncated: bool,
    /// The TXT records, each in one piece.
    pub(super) texts: Vec<String>,
}

/// A question; `None` for a name that cannot be asked about.
pub(super) fn query(id: u16, name: &str, kind: Kind) -> Option<Vec<u8>> {
    let mut packet = Vec::with_capacity(name.len() + 18);
    for word in [id, RECURSION, 1, 0, 0, 0] {
        packet.extend(word.to_be_bytes());
    }
    packet.extend(encoded(name)?);
    packet.extend((kind as u16).to_be_bytes());
    packet.extend(IN.to_be_bytes());
    Some(packet)
}

fn encoded(name: &str) -> Option<Vec<u8>> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let mut bytes = Vec::with_capacity(name.len() + 2);
    for label in name.split('.') {
        let length = u8::try_from(label.len())
            .ok()
            .filter(|length| (1..=63).contains(length))?;
        bytes.push(length);
        bytes.extend(label.bytes());
    }
    bytes.push(0);
    (name.is_ascii() && bytes.len() <= 255).then_some(bytes)
}

/// Reads the answer to the question about `name` with this id; `None` if it is none.
pub(super) fn read(packet: &[u8], id: u16, name: &str) -> Option<Reply> {
    let mut reader = Reader { packet, at: 0 };
    let (found_id, flags) = (reader.word()?, reader.word()?);
    let (questions, answers) = (reader.word()?, reader.word()?);
    reader.skip(4)?;
    if found_id != id || flags & ANSWER == 0 || questions != 1 {
        return None;
    }
    let asked = encoded(name)?;
    let found = reader.take(asked.len())?;
    if !found.eq_ignore_ascii_case(&asked) {
        return None;
    }
    reader.skip(4)?;
    let truncated = flags & TRUNCATED != 0;
    let mut reply = Reply {
        code: u8::try_from(flags & 0x000f).ok()?,
        truncated,
        texts: Vec::new(),
    };
    if truncated {
        return Some(reply);
    }
    for _ in 0..answers {
        let (kind, data) = reader.record()?;
        if kind == Kind::Text as u16 {
            reply.texts.push(text(data)?);
        }
    }
    Some(reply)
}

/// A TXT record is strings of up to 255 bytes that belong together.
fn text(mut data: &[u8]) -> Option<String> {
    let mut bytes = Vec::with_capacity(data.len());
    while let Some((length, rest)) = data.split_first() {
        let (string, rest) = rest.split_at_checked(usize::from(*length))?;
        bytes.extend_from_slice(string);
        data = rest;
    }
    Some(
        String::from_utf8_lossy(&bytes)
            .chars()
            .filter(|c| !c.is_control())
            .collect(),
    )
}

struct Reader<'a> {
    packet: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let end = self.at.checked_add(length)?;
        let bytes = self.packet.get(self.at..end)?;
        self.at = end;
        Some(bytes)
    }

    fn skip(&mut self, length: usize) -> Option<()> {
        self.take(length).map(drop)
    }

    fn word(&mut self) -> Option<u16> {
        let bytes = self.take(2)?;
        Some(u16::from_be_bytes(bytes.try_into().ok()?))
    }

    /// Passes over a name: labels up to an empty one, or up to a pointer to labels elsewhere.
    fn skip_name(&mut self) -> Option<()> {
        loop {
            match *self.take(1)?.first()? {
                0 => return Some(()),
                pointer if pointer & 0xc0 == 0xc0 => return self.skip(1),
                length if length < 64 => self.skip(usize::from(length))?,
                _ => return None,
            }
        }
    }

    fn record(&mut self) -> Option<(u16, &'a [u8])> {
        self.skip_name()?;
        let kind = self.word()?;
        self.skip(6)?;
        let length = self.word()?;
        Some((kind, self.take(usize::from(length))?))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a server answers to a question: these strings as one TXT record each, behind an alias.
    pub(crate) fn answer(query: &[u8], code: u16, texts: &[&[&str]]) -> Vec<u8> {
        let mut packet = query.to_vec();
        packet[2..4].copy_from_slice(&(ANSWER | RECURSION | code).to_be_bytes());
        let count = u16::try_from(texts.len() + usize::from(!texts.is_empty())).unwrap();
        packet[6..8].copy_from_slice(&count.to_be_bytes());
        if !texts.is_empty() {
            // CNAME to the name of the question itself.
            packet.extend([0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 60, 0, 2, 0xc0, 12]);
        }
        for strings in texts {
            let data: Vec<u8> = strings
                .iter()
                .flat_map(|string| [&[u8::try_from(string.len()).unwrap()], string.as_bytes()].concat())
                .collect();
            packet.extend([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60]);
            packet.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
            packet.extend(data);
        }
        packet
    }

    #[test]
    fn a_question_is_asked_and_its_answer_read() {
        let query = query(7, "_dmarc.example.com", Kind::Text).unwrap();
        assert_eq!(query.len(), 12 + 20 + 4);
        let packet = answer(&query, 0, &[&["v=DMARC1; ", "p=none"], &["other"]]);
        let reply = read(&packet, 7, "_DMARC.example.com").unwrap();
        assert_eq!(
            reply,
            Reply {
                code: OK,
                truncated: false,
                texts: vec!["v=DMARC1; p=none".to_owned(), "other".to_owned()]
            }
        );
        let none = read(&answer(&query, 3, &[]), 7, "_dmarc.example.com").unwrap();
        assert_eq!((none.code, none.texts.len()), (NO_SUCH_NAME, 0));
    }

    #[test]
    fn an_answer_to_something_else_is_none() {
        let query = query(7, "example.com", Kind::Text).unwrap();
        let packet = answer(&query, 0, &[]);
        assert_eq!(read(&packet, 8, "example.com"), None);
        assert_eq!(read(&packet, 7, "example.org"), None);
        assert_eq!(read(&query, 7, "example.com"), None);
    }

    #[test]
    fn only_names_are_asked_about() {
        let long = format!("{}.com", "a".repeat(64));
        let longer = vec!["a".repeat(60); 5].join(".");
        for name in ["", "a..b", &long, &longer, "é.com"] {
            assert_eq!(query(1, name, Kind::Text), None, "{name}");
        }
        assert!(query(1, "example.com.", Kind::Text).is_some());
    }

    proptest! {
        #[test]
        fn no_packet_makes_the_reader_panic(packet in prop::collection::vec(any::<u8>(), 0..80), cut in 0..80usize) {
            prop_assert!(read(&packet, 0, "a.b").is_none_or(|reply| reply.texts.len() <= packet.len()));
            let query = query(7, "example.com", Kind::Text).unwrap();
            let mut forged = answer(&query, 0, &[&["v=spf1 -all"]]);
            forged.truncate(cut);
            forged.extend(&packet);
            prop_assert!(read(&forged, 7, "example.com").is_none_or(|reply| reply.texts.len() <= forged.len()));
        }
    }
}
