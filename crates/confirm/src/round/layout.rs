//! The bytes of a round, and those of the layout before, which are still read.

use super::state::{Issued, NONCE_BYTES, Round, Signer};
use crate::code::{Alphabet, CodeFormat};
use crate::outcome::{LastResult, MailState};
use crate::time::Moment;

const PLACED: u8 = 1;
const NATIVE_FACTOR: u8 = 2;
const HAS_CODE: u8 = 4;

pub(super) fn write(round: &Round) -> Vec<u8> {
    let flags = [
        (PLACED, round.place.is_some()),
        (NATIVE_FACTOR, round.native_factor),
        (HAS_CODE, round.code.is_some()),
    ];
    let flags = flags
        .iter()
        .fold(0, |all, (flag, is_set)| all | if *is_set { *flag } else { 0 });
    let head = [
        round.number,
        round.attempts,
        index(&LastResult::ALL, round.result),
        index(&MailState::ALL, round.mail),
        round.format.length,
        u8::from(round.format.alphabet == Alphabet::Letters),
        flags,
    ];
    let mut bytes = head.to_vec();
    bytes.extend_from_slice(&round.started.to_bytes());
    bytes.extend_from_slice(&round.sign_in);
    bytes.extend_from_slice(&round.instance);
    bytes.extend_from_slice(&round.place.unwrap_or_default());
    bytes.extend_from_slice(&round.ledger_number.to_be_bytes());
    let codes = round.code.iter().chain(&round.replaced);
    bytes.push(length(round.replaced.len()));
    for code in codes {
        bytes.extend_from_slice(&code.nonce);
        bytes.extend_from_slice(&code.at.to_bytes());
        bytes.extend_from_slice(&code.expires.to_bytes());
    }
    for mail in &round.mails {
        bytes.extend_from_slice(&mail.to_bytes());
    }
    bytes
}

fn index<T: PartialEq>(all: &[T], one: T) -> u8 {
    length(all.iter().position(|other| *other == one).unwrap_or_default())
}

fn length(number: usize) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}

fn format(length: u8, alphabet: u8) -> CodeFormat {
    let alphabet = if alphabet == 0 {
        Alphabet::Digits
    } else {
        Alphabet::Letters
    };
    CodeFormat { length, alphabet }
}

pub(super) fn read(bytes: &[u8], signer: Signer) -> Option<Round> {
    let (&[number, attempts, result, mail, code_length, alphabet, flags], rest) =
        bytes.split_first_chunk()?;
    let (started, rest) = rest.split_first_chunk()?;
    let (sign_in, rest) = rest.split_first_chunk()?;
    let (instance, rest) = rest.split_first_chunk()?;
    let (place, rest) = rest.split_first_chunk()?;
    let (ledger_number, rest) = rest.split_first_chunk()?;
    let (&[replaced], mut rest) = rest.split_first_chunk()?;
    let mut codes = Vec::new();
    for _ in 0..usize::from(replaced) + usize::from(flags & HAS_CODE != 0) {
        let code;
        (code, rest) = issued(rest)?;
        codes.push(code);
    }
    let (mails, []) = rest.as_chunks() else {
        return None;
    };
    let has_code = flags & HAS_CODE != 0;
    Some(Round {
        number,
        attempts,
        result: *LastResult::ALL.get(usize::from(result))?,
        mail: *MailState::ALL.get(usize::from(mail))?,
        format: format(code_length, alphabet),
        started: Moment::from_bytes(*started),
        sign_in: *sign_in,
        instance: *instance,
        place: (flags & PLACED != 0).then_some(*place),
        native_factor: flags & NATIVE_FACTOR != 0,
        code: has_code.then(|| codes.remove(0)),
        replaced: codes,
        mails: mails.iter().map(|mail| Moment::from_bytes(*mail)).collect(),
        ledger_number: u32::from_be_bytes(*ledger_number),
        signer,
    })
}

fn issued(bytes: &[u8]) -> Option<(Issued, &[u8])> {
    let (nonce, rest) = bytes.split_first_chunk::<NONCE_BYTES>()?;
    let (at, rest) = rest.split_first_chunk()?;
    let (expires, rest) = rest.split_first_chunk()?;
    let issued = Issued {
        nonce: *nonce,
        at: Moment::from_bytes(*at),
        expires: Moment::from_bytes(*expires),
    };
    Some((issued, rest))
}

/// The layout before: every round had a code, and no sign-in had a name.
pub(super) fn read_before(bytes: &[u8], signer: Signer) -> Option<Round> {
    let (&[number, attempts, result, mails, code_length, alphabet], rest) = bytes.split_first_chunk()?;
    let (at, rest) = rest.split_first_chunk()?;
    let (expires, rest) = rest.split_first_chunk()?;
    let (mailed_at, rest) = rest.split_first_chunk()?;
    let (ledger_number, rest) = rest.split_first_chunk()?;
    let code = Issued {
        nonce: rest.try_into().ok()?,
        at: Moment::from_bytes(*at),
        expires: Moment::from_bytes(*expires),
    };
    Some(Round {
        number,
        attempts,
        result: *LastResult::ALL.get(usize::from(result))?,
        mail: MailState::Ok,
        format: format(code_length, alphabet),
        started: code.at,
        sign_in: Default::default(),
        instance: Default::default(),
        place: None,
        native_factor: false,
        code: Some(code),
        replaced: Vec::new(),
        mails: vec![Moment::from_bytes(*mailed_at); usize::from(mails)],
        ledger_number: u32::from_be_bytes(*ledger_number),
        signer,
    })
}
