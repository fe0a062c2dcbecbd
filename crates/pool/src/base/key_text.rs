//! The key file's text.
//!
//! As long as nothing was rotated, it is the master key alone: 64 hexadecimal digits. After that:
//!
//! ```text
//! poolhouse-keys 2
//! master current 2 HEX
//! master before 1 HEX 1767323045000
//! code current 1 HEX
//! names HEX
//! refresh 1 HEX 2082683045000
//! ```
//!
//! `next` is a key that was announced, `resealed` one that no row needs any more; `end-refresh-tokens` belongs to the next master key. Moments are milliseconds since 1970: when a key was
//! replaced, and until when it is held.

use std::fmt::Write as _;

use poolhouse_text::hex;
use zeroize::Zeroizing;

use super::clock::Millis;
use super::key_ring::{Before, Chain, KeyBytes, KeyRing, Root, RootKey, Verifying};

const HEADING: &str = "poolhouse-keys 2";
/// The line that says so of the next master key.
const END_REFRESH_TOKENS: &str = "end-refresh-tokens";
/// The longest text: both roots with three keys each, and a key of every epoch for refresh tokens.
pub const LONGEST: usize = 64 * 1024;

/// The text of a ring.
pub fn write(ring: &KeyRing) -> Zeroizing<String> {
    // Made once at its full length: a text that grew would leave copies behind.
    let mut text = Zeroizing::new(String::with_capacity(LONGEST));
    if *ring == KeyRing::of_master(*ring.master.current.key) {
        hex::encode_into(&mut text, &*ring.master.current.key);
        text.push('\n');
        return text;
    }
    text.push_str(HEADING);
    text.push('\n');
    for root in [RootKey::Master, RootKey::Code] {
        let chain = ring.chain(root);
        line(&mut text, root, "current", &chain.current, None);
        if let Some(next) = &chain.next {
            line(&mut text, root, "next", next, None);
        }
        if let Some(before) = &chain.before {
            let state = if before.resealed { "resealed" } else { "before" };
            line(&mut text, root, state, &before.root, Some(before.since));
        }
    }
    text.push_str("names ");
    hex::encode_into(&mut text, &*ring.names);
    text.push('\n');
    for kept in &ring.refresh {
        push(&mut text, format_args!("refresh {} ", kept.epoch));
        hex::encode_into(&mut text, &*kept.key);
        push(&mut text, format_args!(" {}\n", kept.until.0));
    }
    if ring.ends_refresh_tokens {
        text.push_str(END_REFRESH_TOKENS);
        text.push('\n');
    }
    text
}

fn line(text: &mut String, root: RootKey, state: &str, key: &Root, moment: Option<Millis>) {
    push(text, format_args!("{} {state} {} ", root.name(), key.epoch));
    hex::encode_into(text, &*key.key);
    if let Some(Millis(moment)) = moment {
        push(text, format_args!(" {moment}"));
    }
    text.push('\n');
}

fn push(text: &mut String, what: std::fmt::Arguments<'_>) {
    // A `String` takes everything.
    let _ = text.write_fmt(what);
}

/// The ring in a text; `None` if it is not one.
pub fn read(text: &str) -> Option<KeyRing> {
    let Some(lines) = text.strip_prefix(HEADING) else {
        return key(text.trim_end()).map(|key| KeyRing::of_master(*key));
    };
    let mut found = Found::default();
    for line in lines.strip_prefix('\n')?.lines() {
        found.take(line)?;
    }
    found.ring()
}

/// What was read so far of one root.
#[derive(Default)]
struct Parts {
    current: Option<Root>,
    next: Option<Root>,
    before: Option<Before>,
}

#[derive(Default)]
struct Found {
    master: Parts,
    code: Parts,
    names: Option<KeyBytes>,
    refresh: Vec<Verifying>,
    ends_refresh_tokens: Option<()>,
}

impl Found {
    fn take(&mut self, line: &str) -> Option<()> {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["names", digits] => first(&mut self.names, key(digits)?),
            ["refresh", epoch, digits, until] => {
                self.refresh.push(Verifying {
                    epoch: epoch.parse().ok()?,
                    key: key(digits)?,
                    until: Millis(until.parse().ok()?),
                });
                Some(())
            }
            [END_REFRESH_TOKENS] => first(&mut self.ends_refresh_tokens, ()),
            ["master", ref rest @ ..] => self.master.take(rest),
            ["code", ref rest @ ..] => self.code.take(rest),
            _ => None,
        }
    }

    fn ring(self) -> Option<KeyRing> {
        Some(KeyRing {
            master: self.master.chain()?,
            code: self.code.chain()?,
            names: self.names?,
            refresh: self.refresh,
            ends_refresh_tokens: self.ends_refresh_tokens.is_some(),
        })
    }
}

impl Parts {
    fn take(&mut self, words: &[&str]) -> Option<()> {
        match *words {
            ["current", epoch, digits] => first(&mut self.current, root(epoch, digits)?),
            ["next", epoch, digits] => first(&mut self.next, root(epoch, digits)?),
            [state @ ("before" | "resealed"), epoch, digits, since] => {
                let before = Before {
                    root: root(epoch, digits)?,
                    since: Millis(since.parse().ok()?),
                    resealed: state == "resealed",
                };
                first(&mut self.before, before)
            }
            _ => None,
        }
    }

    fn chain(self) -> Option<Chain> {
        Some(Chain {
            current: self.current?,
            next: self.next,
            before: self.before,
        })
    }
}

/// Puts a value where there is none yet.
fn first<T>(place: &mut Option<T>, value: T) -> Option<()> {
    place.replace(value).is_none().then_some(())
}

fn root(epoch: &str, digits: &str) -> Option<Root> {
    Some(Root {
        epoch: epoch.parse().ok().filter(|epoch| *epoch > 0)?,
        key: key(digits)?,
    })
}

fn key(digits: &str) -> Option<KeyBytes> {
    let mut key = Zeroizing::new([0; 32]);
    hex::decode_into(digits, &mut *key)?;
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rotated() -> KeyRing {
        let mut ring = KeyRing::of_master([1; 32]);
        ring.announce(RootKey::Master, Zeroizing::new([2; 32])).unwrap();
        ring.announce(RootKey::Code, Zeroizing::new([3; 32])).unwrap();
        ring.promote(Millis(1_000));
        ring.end();
        ring.announce(RootKey::Master, Zeroizing::new([4; 32])).unwrap();
        ring.ends_refresh_tokens = true;
        ring
    }

    #[test]
    fn a_ring_that_was_never_rotated_is_the_key_alone() {
        let ring = KeyRing::of_master([1; 32]);
        let text = write(&ring);
        assert_eq!(*text, format!("{}\n", "01".repeat(32)));
        assert!(read(&text) == Some(ring));
    }

    #[test]
    fn every_state_of_a_rotation_survives_its_text() {
        let mut ring = rotated();
        assert!(read(&write(&ring)).as_ref() == Some(&ring));
        ring.promote(Millis(2_000));
        assert!(read(&write(&ring)).as_ref() == Some(&ring));
        assert_eq!(
            write(&ring)
                .lines()
                .map(|line| line.split(' ').take(3).collect::<Vec<_>>()[..2].join(" "))
                .collect::<Vec<_>>(),
            [
                "poolhouse-keys 2",
                "master current",
                "master before",
                "code current",
                "code resealed",
                &format!("names {}", hex::encode(&*ring.names))
            ]
        );
    }

    #[test]
    fn a_text_that_lacks_a_line_or_has_one_twice_is_not_read() {
        let text = write(&rotated());
        let lines: Vec<&str> = text.lines().collect();
        for needed in [1, 3, 5] {
            let mut less = lines.clone();
            less.remove(needed);
            assert!(read(&less.join("\n")).is_none(), "without {}", lines[needed]);
        }
        for line in &lines[1..6] {
            assert!(read(&format!("{}{line}\n", *text)).is_none(), "{line} twice");
        }
        for wrong in ["", "poolhouse-keys 2", "poolhouse-keys 3\n", "00"] {
            assert!(read(wrong).is_none(), "{wrong}");
        }
        assert!(read(&text.replace("master current 2", "master current 0")).is_none());
        assert!(read(&text.replace("master current 2", "master current 256")).is_none());
    }
}
