//! The client's half of the password proof, written from its description and sharing no code with the server.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use num_bigint::BigUint;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::base::clock::Millis;

/// The 3072-bit prime of RFC 3526, group 15.
pub const N: &str = "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404dd\
    ef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed\
    ee386bfb5a899fa5ae9f24117c4b1fe649286651ece45b3dc2007cb8a163bf0598da48361c55d39a69163fa8fd24cf5f\
    83655d23dca3ad961c62f356208552bb9ed529077096966d670c354e4abc9804f1746c08ca18217c32905e462e36ce3b\
    e39e772c180e86039b2783a2ec07a28fb5c55df06f4c52c9de2bcbf6955817183995497cea956ae515d2261898fa0510\
    15728e5a8aaac42dad33170d04507a33a85521abdf1cba64ecfb850458dbef0a8aea71575d060c7db3970f85a6e1e4c7\
    abf5ae8cdb0933d71e8c94e04a25619dcee3d2261ad2ee6bf12ffa06d98a0864d87602733ec86a64521f2b18177b200c\
    bbe117577a615d6c770988c0bad946e208e24fa074e5ab3143db5bfce0fd108e4b82d120a93ad2caffffffffffffffff";

/// A client that knows a password and proves it.
pub struct SrpClient {
    pool_name: String,
    password: String,
    n: BigUint,
    a: BigUint,
    public_a: BigUint,
}

impl SrpClient {
    /// A client of this pool. Its secret number is made of the password, so that every run repeats it.
    ///
    /// # Panics
    /// If the pool id is none.
    pub fn new(pool_id: &str, password: &str) -> SrpClient {
        let (_, pool_name) = pool_id.split_once('_').expect("a pool id has an underscore");
        SrpClient::of(pool_name, password)
    }

    /// A device of this group, which knows its secret.
    pub fn device(group_key: &str, secret: &str) -> SrpClient {
        SrpClient::of(group_key, secret)
    }

    fn of(pool_name: &str, password: &str) -> SrpClient {
        let n = number(N);
        let a = BigUint::from_bytes_be(&Sha256::digest(format!("a {password}")));
        let public_a = BigUint::from(2u8).modpow(&a, &n);
        SrpClient {
            pool_name: pool_name.to_owned(),
            password: password.to_owned(),
            n,
            a,
            public_a,
        }
    }

    /// `SRP_A`
    pub fn public_a(&self) -> String {
        self.public_a.to_str_radix(16)
    }

    /// `DeviceSecretVerifierConfig` of this device, as clients make it for ConfirmDevice.
    pub fn device_verifier(&self, device_key: &str) -> Value {
        // The first bit is set: clients write such a number with a byte more.
        let salt = BigUint::from_bytes_be(&[0x88; 16]);
        let inner = Sha256::digest(format!("{}{device_key}:{}", self.pool_name, self.password));
        let x = hash(&[&padded(&salt), &inner]);
        let verifier = BigUint::from(2u8).modpow(&x, &self.n);
        let [salt, verifier] = [&salt, &verifier].map(|number| STANDARD.encode(padded(number)));
        json!({ "Salt": salt, "PasswordVerifier": verifier })
    }

    /// `ChallengeResponses` for the parameters of a DEVICE_PASSWORD_VERIFIER challenge.
    ///
    /// # Panics
    /// If the parameters are not those of such a challenge.
    pub fn device_responses(&self, parameters: &Value, now: Millis) -> Value {
        let mut parameters = parameters.clone();
        parameters["USER_ID_FOR_SRP"] = parameters["DEVICE_KEY"].clone();
        let mut responses = self.responses(&parameters, now);
        responses["DEVICE_KEY"] = parameters["DEVICE_KEY"].clone();
        responses
    }

    /// `ChallengeResponses` for the parameters of a PASSWORD_VERIFIER challenge.
    ///
    /// # Panics
    /// If the parameters are not those of such a challenge.
    pub fn responses(&self, parameters: &Value, now: Millis) -> Value {
        self.responses_stamped(parameters, &timestamp(now))
    }

    /// The same by a client that spells the time in its own way, and proves over that.
    ///
    /// # Panics
    /// If the parameters are not those of such a challenge.
    pub fn responses_stamped(&self, parameters: &Value, timestamp: &str) -> Value {
        let parameter = |name: &str| {
            parameters[name]
                .as_str()
                .unwrap_or_else(|| panic!("the challenge has no {name}"))
        };
        let user = parameter("USER_ID_FOR_SRP");
        let block = STANDARD
            .decode(parameter("SECRET_BLOCK"))
            .expect("SECRET_BLOCK is base64");
        let key = self.key(user, &number(parameter("SALT")), &number(parameter("SRP_B")));
        let signature = hmac(
            &key,
            &[
                self.pool_name.as_bytes(),
                user.as_bytes(),
                &block,
                timestamp.as_bytes(),
            ],
        );
        json!({
            "USERNAME": parameter("USERNAME"),
            "PASSWORD_CLAIM_SECRET_BLOCK": parameter("SECRET_BLOCK"),
            "PASSWORD_CLAIM_SIGNATURE": STANDARD.encode(signature),
            "TIMESTAMP": timestamp,
        })
    }

    /// The first 16 bytes of the shared secret's key.
    fn key(&self, user: &str, salt: &BigUint, b: &BigUint) -> [u8; 16] {
        let g = BigUint::from(2u8);
        let k = hash(&[&padded(&self.n), &padded(&g)]);
        let u = hash(&[&padded(&self.public_a), &padded(b)]);
        let inner = Sha256::digest(format!("{}{user}:{}", self.pool_name, self.password));
        let x = hash(&[&padded(salt), &inner]);
        let known = k * g.modpow(&x, &self.n) % &self.n;
        let base = (b + &self.n - known) % &self.n;
        let secret = base.modpow(&(&self.a + &u * x), &self.n);
        let extracted = hmac(&padded(&u), &[&padded(&secret)]);
        let expanded = hmac(&extracted, &[b"Caldera Derived Key", &[1]]);
        let mut key = [0; 16];
        key.copy_from_slice(&expanded[..16]);
        key
    }
}

/// `Fri Jan 2 03:04:05 UTC 2026`
fn timestamp(now: Millis) -> String {
    let now = jiff::Timestamp::from_millisecond(now.0).expect("a date");
    now.strftime("%a %b %-d %H:%M:%S UTC %Y").to_string()
}

fn number(hex: &str) -> BigUint {
    BigUint::parse_bytes(hex.as_bytes(), 16).expect("hexadecimal digits")
}

/// The least bytes that hold the number and leave its top bit clear, as Java writes a positive one.
fn padded(number: &BigUint) -> Vec<u8> {
    let mut bytes = number.to_bytes_be();
    if bytes.first().is_some_and(|first| first & 0x80 != 0) {
        bytes.insert(0, 0);
    }
    bytes
}

fn hash(parts: &[&[u8]]) -> BigUint {
    BigUint::from_bytes_be(&Sha256::digest(parts.concat()))
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length will do");
    mac.update(&parts.concat());
    mac.finalize().into_bytes().to_vec()
}
