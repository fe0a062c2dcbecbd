//! Whole exchanges with a client written here, after the clients' own rules and with another implementation of the
//! arithmetic.

use num_bigint::BigUint;
use proptest::prelude::*;

use super::*;
use crate::group::MODULUS;
use crate::testing::{Fixed, Seeded, modulus};
use crate::{Entropy, hmac_sha256, sha256};

const POOL: &str = "Pool1";
const USER: &str = "5d0a3c2e-1b4f-4c6d-8e7a-90ab12cd34ef";
const PASSWORD: &str = "Correct-Hörse-9!";
const BLOCK: &[u8] = b"opaque to the client";
const TIME: &str = "Tue Apr 2 03:04:05 UTC 2024";

/// The client half.
struct Client {
    a: BigUint,
    public_a: BigUint,
}

impl Client {
    fn new(a: BigUint) -> Self {
        let public_a = BigUint::from(2_u8).modpow(&a, &modulus());
        Self { a, public_a }
    }

    fn random(entropy: &dyn Entropy) -> Self {
        let mut a = [0; 128];
        entropy.fill(&mut a);
        Self::new(BigUint::from_bytes_be(&a))
    }

    /// The next client whose A has this many zero bits in front: each step up in a doubles A.
    fn with_short_a(mut self, zero_bits: u64) -> Self {
        while self.public_a.bits() > 3072 - zero_bits {
            self.a += 1_u8;
            self.public_a = self.public_a * 2_u8 % modulus();
        }
        self
    }

    /// `SRP_A`.
    fn srp_a(&self) -> String {
        self.public_a.to_str_radix(16)
    }

    /// S and the proof, from `SALT` and `SRP_B`.
    fn answer(&self, password: &str, salt: &str, public_b: &str) -> (BigUint, [u8; 32]) {
        let [salt, public_b] =
            [salt, public_b].map(|text| BigUint::parse_bytes(text.as_bytes(), 16).unwrap());
        let n = modulus();
        let hash = |parts: &[&[u8]]| BigUint::from_bytes_be(&sha256(parts));
        let k = hash(&[&padded(&n), &[2]]);
        let u = hash(&[&padded(&self.public_a), &padded(&public_b)]);
        let identity = sha256(&[POOL.as_bytes(), USER.as_bytes(), b":", password.as_bytes()]);
        let x = hash(&[&padded(&salt), &identity]);
        let g_x = BigUint::from(2_u8).modpow(&x, &n);
        let base = (public_b + &n * &k - k * g_x) % &n;
        let s = base.modpow(&(&self.a + &u * x), &n);
        let prk = hmac_sha256(&padded(&u), &[&padded(&s)]);
        let key = hmac_sha256(&prk, &[b"Caldera Derived Key", &[1]]);
        let proof = hmac_sha256(
            &key[..16],
            &[POOL.as_bytes(), USER.as_bytes(), BLOCK, TIME.as_bytes()],
        );
        (s, proof)
    }
}

/// Java's `BigInteger.toByteArray()`.
fn padded(number: &BigUint) -> Vec<u8> {
    let mut bytes = number.to_bytes_be();
    if bytes[0] >= 0x80 {
        bytes.insert(0, 0);
    }
    bytes
}

/// Signs in against a verifier for [`PASSWORD`]; returns B, S and whether the proofs agree.
fn sign_in(client: &Client, password: &str, salt: &Salt, b: &dyn Entropy) -> (BigUint, BigUint, bool) {
    let verifier = verifier(POOL, USER, PASSWORD, salt);
    let challenge = challenge(&verifier, b);
    let (s, proof) = client.answer(password, &salt.to_hex(), &challenge.public_b_hex());
    let public_a = parse_a(&client.srp_a()).unwrap();
    let expected = expected_signature(POOL, USER, &verifier, &challenge, &public_a, BLOCK, TIME).unwrap();
    let public_b = BigUint::parse_bytes(challenge.public_b_hex().as_bytes(), 16).unwrap();
    (public_b, s, proof == expected)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_client_with_the_password_is_let_in_and_one_without_is_not(seed: u32) {
        let entropy = Seeded::new(seed);
        let client = Client::random(&entropy);
        let salt = Salt::random(&entropy);
        let (.., agree) = sign_in(&client, PASSWORD, &salt, &entropy);
        prop_assert!(agree);
        let (.., agree) = sign_in(&client, "correct-Hörse-9!", &salt, &entropy);
        prop_assert!(!agree);
    }
}

#[test]
fn a_short_a_is_hashed_as_the_client_hashes_it() {
    let entropy = Seeded::new(1);
    for zero_bits in [1, 4, 8, 9, 16] {
        let client = Client::random(&entropy).with_short_a(zero_bits);
        let (.., agree) = sign_in(&client, PASSWORD, &Salt::random(&entropy), &entropy);
        assert!(agree, "{zero_bits} zero bits");
    }
}

#[test]
fn a_short_b_is_hashed_as_the_client_hashes_it() {
    let entropy = Seeded::new(2);
    let client = Client::random(&entropy);
    let salt = Salt::random(&entropy);
    let mut shortest = 3072;
    for b in 1..=u16::MAX {
        let mut bytes = [1; 32];
        bytes[30..].copy_from_slice(&b.to_be_bytes());
        let challenge = challenge(&verifier(POOL, USER, PASSWORD, &salt), &Fixed(bytes));
        let bits = BigUint::parse_bytes(challenge.public_b_hex().as_bytes(), 16)
            .unwrap()
            .bits();
        if bits < shortest {
            shortest = bits;
            let (.., agree) = sign_in(&client, PASSWORD, &salt, &Fixed(bytes));
            assert!(agree, "B of {bits} bits");
        }
        if shortest <= 3072 - 10 {
            return;
        }
    }
    panic!("no short B among so many");
}

#[test]
fn a_short_s_is_hashed_as_the_client_hashes_it() {
    let entropy = Seeded::new(3);
    let salt = Salt::random(&entropy);
    for attempt in 0..4096 {
        let client = Client::new(BigUint::from(1_000_u16 + attempt));
        let (_, s, agree) = sign_in(&client, PASSWORD, &salt, &Fixed([9; 32]));
        assert!(agree, "S of {} bits", s.bits());
        if s.bits() <= 3072 - 8 {
            return;
        }
    }
    panic!("no short S among so many");
}

#[test]
fn salts_are_hashed_as_the_client_hashes_them() {
    let entropy = Seeded::new(4);
    let client = Client::random(&entropy);
    for salt in [
        "1",
        "7f",
        "80",
        "00ff00",
        "f1e2d3c4b5a697887766554433221100",
        "001a2b3c4d5e6f708192a3b4c5d6e7f8",
    ] {
        let salt = Salt::from_hex(salt).unwrap();
        let (.., agree) = sign_in(&client, PASSWORD, &salt, &entropy);
        assert!(agree, "{salt:?}");
    }
}

#[test]
fn a_salt_is_sent_without_leading_zeros() {
    assert_eq!(Salt::from_hex("000A2b").unwrap().to_hex(), "a2b");
}

#[test]
fn what_is_no_salt_is_refused() {
    for text in ["", "0", "0000", "xy", "-1", &"1".repeat(129)] {
        assert_eq!(Salt::from_hex(text), Err(BadSalt), "{text}");
    }
}

#[test]
fn random_salts_have_one_spelling() {
    let entropy = Seeded::new(5);
    for _ in 0..1000 {
        let salt = Salt::random(&entropy).to_hex();
        assert!(matches!(salt.len(), 31 | 32), "{salt}");
        assert!(
            u8::from_str_radix(&format!("{salt:0>32}")[..2], 16).unwrap() < 0x80,
            "{salt}"
        );
    }
}

#[test]
fn u_of_zero_is_refused() {
    let entropy = Seeded::new(6);
    let verifier = verifier(POOL, USER, PASSWORD, &Salt::random(&entropy));
    let challenge = challenge(&verifier, &entropy);
    let public_a = parse_a("5").unwrap();
    assert_eq!(
        challenge::session_key(&verifier, &challenge, &public_a, &[0; 32]),
        Err(BadA)
    );
    assert!(challenge::session_key(&verifier, &challenge, &public_a, &[1; 32]).is_ok());
}

#[test]
fn a_that_is_not_a_public_number_is_refused() {
    let n = modulus();
    let multiples = [1_u32, 2, 3, 16, 256].map(|factor| (&n * factor).to_str_radix(16));
    let padded_n = format!("00{}", n.to_str_radix(16));
    let odd_n = format!("0{}", n.to_str_radix(16).to_uppercase());
    let above = (&n + 1_u8).to_str_radix(16);
    let long = "1".repeat(771);
    let zeros = "0".repeat(770);
    let huge = "f".repeat(10_000_000);
    let others = [&padded_n, &odd_n, &above, &long, &zeros, &huge].map(String::as_str);
    let texts = [
        "", "0", "00", "-1", "+1", "0x1", " 1", "1 ", "1g", "é", "１", "1\n", "\0",
    ];
    for text in multiples.iter().map(String::as_str).chain(others).chain(texts) {
        assert_eq!(
            parse_a(text).err(),
            Some(BadA),
            "{}",
            &text.chars().take(40).collect::<String>()
        );
    }
}

#[test]
fn a_is_read_in_every_spelling_of_the_number() {
    for text in ["abc", "ABC", "0abc", "0000aBc"] {
        let public_a = parse_a(text).unwrap();
        assert_eq!(public_a.as_bytes()[PublicA::LENGTH - 2..], [0x0a, 0xbc]);
        let again = PublicA::from_bytes(public_a.as_bytes()).unwrap();
        assert_eq!(again.as_bytes(), public_a.as_bytes());
    }
    let largest = (modulus() - 1_u8).to_str_radix(16);
    let public_a = parse_a(&format!("00{largest}")).unwrap();
    assert_eq!(poolhouse_text::hex::encode(public_a.as_bytes()), largest);
    assert_eq!(PublicA::from_bytes(&[0; PublicA::LENGTH]).err(), Some(BadA));
}

#[test]
fn verifiers_that_prove_nothing_are_refused() {
    let number = |offset: u8| (BigUint::from_bytes_be(&MODULUS) - offset).to_bytes_be();
    for v in [vec![], vec![0], vec![1], number(0), number(1), vec![1; 385]] {
        assert_eq!(Verifier::from_unsigned(&[1], &v).err(), Some(BadVerifier::Number));
    }
    for v in [vec![2], number(2), [vec![0; 9], vec![3]].concat()] {
        assert!(Verifier::from_unsigned(&[1], &v).is_ok());
    }
    assert_eq!(
        Verifier::from_unsigned(&[0], &[2]).err(),
        Some(BadVerifier::Salt(BadSalt))
    );
}

#[test]
fn a_verifier_comes_back_from_its_bytes_and_from_the_text_of_former_times() {
    let entropy = Seeded::new(9);
    let salt = Salt::random(&entropy);
    let made = verifier(POOL, USER, PASSWORD, &salt);
    let text = format!("{}:{}", salt.to_hex(), *made.v_hex());
    let from_text = Verifier::from_bytes(text.as_bytes()).unwrap();
    let (challenge, client) = (challenge(&made, &entropy), Client::random(&entropy));
    let public_a = parse_a(&client.srp_a()).unwrap();
    let (_, proof) = client.answer(PASSWORD, &salt.to_hex(), &challenge.public_b_hex());
    for again in [
        &Verifier::from_bytes(&made.to_bytes()).unwrap(),
        &Verifier::from_bytes(&from_text.to_bytes()).unwrap(),
        &from_text,
        &made,
    ] {
        assert_eq!(again.salt(), made.salt());
        assert!(check_password(POOL, USER, PASSWORD, again));
        let expected = expected_signature(POOL, USER, again, &challenge, &public_a, BLOCK, TIME);
        assert_eq!(expected.unwrap(), proof);
        assert_eq!(again.to_bytes(), made.to_bytes());
    }
}

#[test]
fn what_is_no_stored_verifier_is_refused() {
    let bytes = verifier(POOL, USER, PASSWORD, &Salt::from_hex("2a").unwrap()).to_bytes();
    let changed = |index: usize, value: u8| {
        let mut bytes = bytes.to_vec();
        bytes[index] = value;
        bytes
    };
    // A prefix, a length and a salt of one byte; then two numbers, each of which has to be one below N.
    let high = |from: usize| [&bytes[..from], &MODULUS, &bytes[from + 384..]].concat();
    for (bytes, refused) in [
        (changed(1, 0), BadVerifier::Salt(BadSalt)),
        (changed(1, 255), BadVerifier::Salt(BadSalt)),
        (changed(2, 0), BadVerifier::Salt(BadSalt)),
        (high(3), BadVerifier::Number),
        (high(387), BadVerifier::Number),
        (bytes[..2].to_vec(), BadVerifier::Salt(BadSalt)),
        (bytes[..386].to_vec(), BadVerifier::Number),
        (bytes[..387].to_vec(), BadVerifier::Number),
        (vec![1], BadVerifier::Salt(BadSalt)),
        (vec![], BadVerifier::Salt(BadSalt)),
        (b"zz:2".to_vec(), BadVerifier::Salt(BadSalt)),
        (b"1:zz".to_vec(), BadVerifier::Number),
        (b"2a".to_vec(), BadVerifier::Number),
        (b"2a:\xff".to_vec(), BadVerifier::Number),
        (b"2a:1".to_vec(), BadVerifier::Number),
    ] {
        let length = bytes.len();
        assert_eq!(Verifier::from_bytes(&bytes).err(), Some(refused), "{length}");
    }
}

#[test]
fn a_challenge_comes_back_from_its_bytes() {
    let entropy = Seeded::new(7);
    let verifier = verifier(POOL, USER, PASSWORD, &Salt::random(&entropy));
    let challenge = challenge(&verifier, &entropy);
    let bytes = challenge.to_bytes();
    let again = Challenge::from_bytes(&bytes).unwrap();
    assert_eq!(again.public_b_hex(), challenge.public_b_hex());
    assert_eq!(again.to_bytes(), bytes);
    let too_great = [&bytes[..32], &[0xff; 384]].concat();
    for bad in [
        &[][..],
        &bytes[1..],
        &bytes[..415],
        &[&bytes[..], &[0]].concat(),
        &too_great,
    ] {
        assert_eq!(Challenge::from_bytes(bad).err(), Some(BadChallenge));
    }
}

#[test]
fn an_unknown_user_is_always_the_same_and_never_gets_in() {
    let fake = fake_verifier(b"secret", POOL, "nobody");
    let again = fake_verifier(b"secret", POOL, "nobody");
    assert_eq!(fake.salt(), again.salt());
    assert_eq!(fake.v_hex(), again.v_hex());
    assert!(!check_password(POOL, "nobody", PASSWORD, &fake));
}

#[test]
fn unknown_users_differ_by_id_pool_and_secret() {
    let fakes = [
        (b"secret", POOL, "nobody"),
        (b"secret", POOL, "noone"),
        (b"secret", "Pool2", "nobody"),
        (b"Secret", POOL, "nobody"),
    ]
    .map(|(secret, pool, id)| fake_verifier(secret, pool, id));
    for (i, one) in fakes.iter().enumerate() {
        for other in &fakes[i + 1..] {
            assert_ne!(one.salt(), other.salt());
            assert_ne!(one.v_hex(), other.v_hex());
        }
    }
}

#[test]
fn an_unknown_user_looks_like_a_known_one() {
    for number in 0..1000 {
        let fake = fake_verifier(b"secret", POOL, &number.to_string());
        let salt = fake.salt().to_hex();
        assert!(matches!(salt.len(), 31 | 32), "{salt}");
        let real = verifier(POOL, USER, PASSWORD, &Salt::from_hex(&salt).unwrap());
        assert_eq!(fake.to_bytes().len(), real.to_bytes().len());
        assert!(Verifier::from_bytes(&fake.to_bytes()).is_ok());
    }
}

#[test]
fn debug_output_shows_no_secret() {
    let entropy = Seeded::new(8);
    let verifier = verifier(POOL, USER, PASSWORD, &Salt::random(&entropy));
    let challenge = challenge(&verifier, &entropy);
    assert_eq!(
        format!("{verifier:?} {challenge:?}"),
        "Verifier(..) Challenge(..)"
    );
    assert!(!format!("{:?}", fake_verifier(b"secret", POOL, "x")).contains(&*verifier.v_hex()));
}
