//! Whether some codes are likelier than others.

use std::collections::HashSet;

use poolhouse_confirm::{Facts, Keys, OtpKey, Settings, create};
use serde_json::{Value, json};

use crate::attack::{Arena, Attack, Figure, Outcome, When};
use crate::numbers::evenness;
use crate::seed::Seeded;
use crate::world::mail::{Mail, first_code};
use crate::world::scene::{Scene, address, settings_of};
use crate::world::server::{Server, configure};

pub const ATTACK: Attack = Attack {
    id: "F-43",
    about: "a million codes of the functions, digit by digit and pair by pair; then two servers that go on from copies of one data folder",
    when: When::Always,
    tests: &[
        "c1_every_digit_is_as_likely_as_any_other_at_every_place",
        "c1_codes_have_the_length_and_the_characters_of_the_settings",
    ],
    run: |arena| Box::pin(run(arena)),
};

const CODES: usize = 1_000_000;
const LENGTH: usize = 6;
const COPIES: usize = 20;
/// 2026-09-06
const START: i64 = 1_788_703_510;

/// How often each digit stood at each place, and each pair at each two places.
struct Counts {
    digits: Vec<Vec<u64>>,
    pairs: Vec<Vec<u64>>,
}

impl Counts {
    fn new() -> Counts {
        Counts {
            digits: vec![vec![0; 10]; LENGTH],
            pairs: vec![vec![0; 100]; LENGTH - 1],
        }
    }

    fn add(&mut self, code: &str) {
        let digits: Vec<usize> = code.bytes().map(|byte| usize::from(byte - b'0')).collect();
        for (place, digit) in digits.iter().enumerate() {
            self.digits[place][*digit] += 1;
        }
        for (place, pair) in digits.windows(2).enumerate() {
            self.pairs[place][pair[0] * 10 + pair[1]] += 1;
        }
    }
}

fn event(client: u64) -> Value {
    let passed =
        |name: &str| json!({ "challengeName": name, "challengeResult": true, "challengeMetadata": null });
    json!({
        "version": "1",
        "region": "eu-central-1",
        "userPoolId": "eu-central-1_AbCd12345",
        "userName": "mara",
        "callerContext": { "awsSdkVersion": "none", "clientId": format!("client{client}") },
        "triggerSource": "CreateAuthChallenge_Authentication",
        "request": {
            "userAttributes": { "sub": "mara", "email_verified": "true", "email": "mara@example.org" },
            "challengeName": "CUSTOM_CHALLENGE",
            "session": [passed("SRP_A"), passed("PASSWORD_VERIFIER")],
        },
        "response": {},
    })
}

fn count(random: &mut Seeded) -> Outcome<Counts> {
    let mut key = Vec::new();
    for _ in 0..4 {
        key.extend(random.next().to_be_bytes());
    }
    let keys = Keys {
        current: OtpKey::from_bytes(&key)?,
        previous: None,
    };
    let settings = Settings::with_keys(Some(keys));
    let mut counts = Counts::new();
    for number in 0..CODES {
        let mut entropy = [0; 32];
        entropy[..8].copy_from_slice(&random.next().to_be_bytes());
        // Another sign-in each time: the same one has the same code.
        let facts = Facts::new(START + 15 * i64::try_from(number)?, &entropy);
        let created = create(&settings, &event(random.next()), &facts)?;
        let mail = created.mail.ok_or("a challenge without a mail")?;
        counts.add(&first_code(&mail.text).ok_or("a mail without a code")?);
    }
    Ok(counts)
}

/// Codes that two servers on copies of one folder have in common.
async fn copies(arena: &Arena) -> Outcome<usize> {
    let first = Arena {
        home: arena.home.join("first"),
        ..arena.clone()
    };
    let second = Arena {
        home: arena.home.join("second"),
        ..arena.clone()
    };
    let mut scene = Scene::new(&first).await?;
    let names = scene.users("cloned", COPIES).await?;
    scene.server.kill().await?;
    let mail = Mail::open().await?;
    copy_folder(&first.home, &second.home)?;
    configure(&second, &settings_of(mail.address, ""))?;
    let original = Scene {
        server: Server::on_folder(&first, "info").await?,
        ..scene
    };
    let copy = Scene {
        server: Server::on_folder(&second, "info").await?,
        mail,
        pool: original.pool.clone(),
        client: original.client.clone(),
        srp: original.srp.clone(),
    };
    let mut codes = [HashSet::new(), HashSet::new()];
    for (scene, codes) in [&original, &copy].into_iter().zip(&mut codes) {
        let mut on = scene.server.connect().await?;
        for name in &names {
            scene.challenge(&mut on, name).await?;
            codes.insert((name.clone(), scene.mail.code(&address(name), 0).await?));
        }
    }
    Ok(codes[0].intersection(&codes[1]).count())
}

fn copy_folder(from: &std::path::Path, to: &std::path::Path) -> Outcome {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

async fn run(arena: Arena) -> Outcome<Vec<Figure>> {
    let mut random = arena.random();
    let counts = count(&mut random)?;
    let least = |kinds: &[Vec<u64>]| {
        let chances = kinds.iter().map(|counts| evenness(counts));
        chances.fold(1.0_f64, f64::min)
    };
    let missing = counts
        .digits
        .iter()
        .flatten()
        .filter(|count| **count == 0)
        .count();
    let common = copies(&arena).await?;
    Ok(vec![
        // Of six places and five pairs, the least likely: 0.001 for one is 0.0001 for the least of them.
        Figure::between(
            "chance of digits as uneven, at the worst place",
            least(&counts.digits),
            (0.0001, 1.0),
        ),
        Figure::between("chance of pairs as uneven", least(&counts.pairs), (0.0001, 1.0)),
        Figure::exactly("digits that never stand somewhere", missing, 0),
        Figure::at_most(format!("codes of {COPIES} that both copies made"), common, 1),
    ])
}
