//! The server is killed at each step of a mail's way to the relay.

use serde_json::json;

use crate::attack::{Arena, Attack, Figure, Outcome, When};
use crate::world::mail::Mail;
use crate::world::relay::{Relay, Step};
use crate::world::scene::{Scene, address, settings_of};
use crate::world::server::Server;

pub const FAULT: Attack = Attack {
    id: "F-09",
    about: "`kill -9` while the relay holds four codes at once: before it knows whom one is for, before the mail, in the middle of it, and behind its final dot; five times",
    when: When::Named("killed-mailing"),
    tests: &[
        "test_a_server_killed_inside_the_final_dot_sends_the_same_mail_again_and_nobody_elses",
        "a_crash_between_sending_and_settling_repeats_the_same_bytes_after_the_lease",
        "test_no_step_holds_the_server_up_loses_or_doubles_a_mail_or_fills_its_memory",
    ],
    run: |arena| Box::pin(run(arena)),
};

const KILLS: usize = 5;

async fn run(arena: Arena) -> Outcome<Vec<Figure>> {
    let relay = Relay::open().await?;
    let server = Server::start(&arena, &settings_of(relay.address, "")).await?;
    let mut scene = Scene::on(server, Mail::open().await?, json!({})).await?;
    let (mut lost, mut doubled, mut unequal, mut behind) = (0, 0, 0, 0);
    for kill in 0..KILLS {
        let names = scene.users(&format!("held-{kill}"), Step::ALL.len()).await?;
        for (name, step) in names.iter().zip(Step::ALL) {
            relay.stop(&address(name), step);
            let mut on = scene.server.connect().await?;
            scene.challenge(&mut on, name).await?;
        }
        relay.stopped((kill + 1) * Step::ALL.len()).await?;
        scene.server.kill_and_restart().await?;
        for (name, step) in names.iter().zip(Step::ALL) {
            // Behind the dot it has come, and is sent once more all the same: nobody told the server.
            let copies = if step == Step::AllOfIt { 2 } else { 1 };
            let Ok(mails) = relay.mails(&address(name), copies).await else {
                lost += 1;
                continue;
            };
            behind += usize::from(step == Step::AllOfIt);
            doubled += mails.len().saturating_sub(copies);
            unequal += mails.windows(2).filter(|pair| pair[0] != pair[1]).count();
        }
    }
    Ok(vec![
        Figure::exactly(format!("codes lost, of {}", KILLS * Step::ALL.len()), lost, 0),
        Figure::exactly("mails that came twice but for the final dot's", doubled, 0),
        Figure::exactly("mails sent again behind the final dot", behind, KILLS),
        Figure::exactly("of them with other bytes", unequal, 0),
    ])
}
