//! Sign-in after sign-in to fill somebody's mailbox.

use tokio::time::Instant;

use crate::attack::{Arena, Attack, Figure, Outcome, When};
use crate::world::scene::{Scene, address};

pub const ATTACK: Attack = Attack {
    id: "F-24",
    about: "1,000 sign-ins begun for one user whose password is known, as fast as they go; then she types her code",
    when: When::Always,
    tests: &[
        "mail_past_the_limits_is_held_back_and_any_answer_brings_it_later",
        "r5_three_mails_at_once_then_one_a_minute_whoever_asks",
        "r5_three_held_sign_ins_in_an_hour_tell_the_owner_once_an_hour",
    ],
    run: |arena| Box::pin(run(arena)),
};

const SIGN_INS: usize = 1000;
const BURST: u64 = 3;
/// One notice an hour.
const NOTICES: usize = 1;

async fn run(arena: Arena) -> Outcome<Vec<Figure>> {
    let scene = Scene::new(&arena).await?;
    scene.user("mara").await?;
    let mut on = scene.server.connect().await?;
    let started = Instant::now();
    let own = scene.challenge(&mut on, "mara").await?;
    let code = scene.code("mara").await?;
    let (mut sent, mut others) = (1, 0);
    for _ in 1..SIGN_INS {
        let asked = scene.challenge(&mut on, "mara").await?;
        match asked["ChallengeParameters"]["result"].as_str() {
            Some("sent") => sent += 1,
            Some("held") => {}
            _ => others += 1,
        }
    }
    let minutes = started.elapsed().as_secs() / 60;
    // Codes that were said to be sent must come.
    scene.mail.code(&address("mara"), sent - 1).await?;
    let codes = scene.mail.codes(&address("mara")).len();
    let notices = scene.mail.count(&address("mara")) - codes;
    let answer = scene.answer(&mut on, "mara", &own["Session"], &code).await?;
    Ok(vec![
        Figure::at_most(
            format!("codes mailed in {minutes} whole minutes"),
            codes as u64,
            BURST + minutes,
        ),
        Figure::exactly("answers that said `sent`", sent, codes),
        Figure::exactly("answers that said neither `sent` nor `held`", others, 0),
        Figure::at_most("notices to the owner", notices, NOTICES),
        Figure::exactly("her own code still signs in", answer.has_tokens(), true),
    ])
}
