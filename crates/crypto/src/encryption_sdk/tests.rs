//! Messages that a function opens.

use super::*;
use crate::testing::Seeded;

const KEY: [u8; 32] = [7; 32];
const WRAPPING: Wrapping<'static> = Wrapping {
    namespace: "poolhouse",
    name: "arn:aws:kms:us-east-1:000000000000:key/local",
    key: &KEY,
};

fn about(pool: &str) -> Context {
    Context::from([("userpool-id".to_owned(), pool.to_owned())])
}

#[test]
fn a_message_begins_as_those_of_cognito_do_and_says_what_it_is_about() {
    let message = seal(&Seeded::new(1), &WRAPPING, about("us-east-1_a"), b"123456").unwrap();
    // Version 1, authenticated and encrypted, suite 0x0378: AYADe… in base64.
    assert_eq!(message[..4], [1, 0x80, 3, 0x78]);
    assert!(STANDARD.encode(&message).starts_with("AYADe"));
    let (context, plain) = open(&WRAPPING, &message).unwrap();
    assert_eq!(&plain[..], b"123456");
    assert_eq!(context["userpool-id"], "us-east-1_a");
    let names: Vec<_> = context.keys().collect();
    assert_eq!(names, ["aws-crypto-public-key", "userpool-id"]);
    assert!(!message.windows(6).any(|part| part == b"123456"));
}

#[test]
fn no_message_opens_that_is_changed_cut_or_for_another_key() {
    let message = seal(&Seeded::new(2), &WRAPPING, about("us-east-1_a"), b"123456").unwrap();
    for at in 0..message.len() {
        let mut changed = message.clone();
        changed[at] ^= 1;
        assert_eq!(
            open(&WRAPPING, &changed).err(),
            Some(MessageError::Unsealable),
            "{at}"
        );
        assert!(open(&WRAPPING, &message[..at]).is_err(), "{at}");
    }
    let other = Wrapping {
        key: &[8; 32],
        ..WRAPPING
    };
    assert!(open(&other, &message).is_err());
    let other = Wrapping {
        name: "another",
        ..WRAPPING
    };
    assert!(open(&other, &message).is_err());
}

#[test]
fn a_text_of_4096_bytes_is_the_longest() {
    let sealed = |length| seal(&Seeded::new(3), &WRAPPING, about("p"), &vec![b'a'; length]);
    let (_, plain) = open(&WRAPPING, &sealed(LONGEST).unwrap()).unwrap();
    assert_eq!(plain.len(), LONGEST);
    assert_eq!(sealed(LONGEST + 1), Err(MessageError::TooLong));
}
