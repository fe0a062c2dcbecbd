//! Links that would send people somewhere else.

use crate::attack::{Arena, Attack, Figure, Outcome, When};
use crate::world::scene::Scene;

pub const ATTACK: Attack = Attack {
    id: "F-34",
    about: "40 addresses as `redirect_uri`, `logout_uri` and the like at every path where a hosted sign-in would have them, and as paths",
    when: When::Always,
    tests: &[
        "no_path_leads_out_of_the_directory",
        "a_path_that_the_app_does_not_have_is_not_found",
    ],
    run: |arena| Box::pin(run(arena)),
};

const PATHS: [&str; 8] = [
    "/",
    "/login",
    "/logout",
    "/signup",
    "/oauth2/authorize",
    "/oauth2/token",
    "/oauth2/idpresponse",
    "/confirmUser",
];

const PARAMETERS: [&str; 5] = ["redirect_uri", "logout_uri", "returnTo", "next", "url"];

const ADDRESSES: [&str; 40] = [
    "https://evil.example",
    "http://evil.example",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/%09/evil.example",
    "/%2f/evil.example",
    "%2f%2fevil.example",
    "https:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "https://localhost@evil.example",
    "https://localhost:9229@evil.example",
    "https://localhost.evil.example",
    "https://evil.example/localhost",
    "https://evil.example?localhost",
    "https://evil.example%23localhost",
    "https://evil.example%5c@localhost",
    "https://localhost%00.evil.example",
    "https://localhost%0d%0aLocation:https://evil.example",
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "java%0ascript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "https://127.0.0.1",
    "https://[::1]",
    "https://2130706433",
    "https://0x7f000001",
    "https://xn--localhst-xwa.example",
    "https://LOCALHOST",
    "https://localhost:443",
    "https://localhost/..;/evil",
    "https://localhost/%2e%2e/evil",
    "https://localhost/#@evil.example",
    "%00https://evil.example",
];

async fn run(arena: Arena) -> Outcome<Vec<Figure>> {
    let scene = Scene::new(&arena).await?;
    let mut on = scene.server.connect().await?;
    let mut targets = Vec::new();
    for address in ADDRESSES {
        for path in PATHS {
            for parameter in PARAMETERS {
                targets.push(format!(
                    "{path}?client_id={}&response_type=code&{parameter}={address}",
                    scene.client
                ));
            }
        }
        if address.starts_with(['/', '\\', '%']) {
            targets.push(address.to_owned());
        }
    }
    let (mut redirects, mut split) = (0, 0);
    for target in &targets {
        let request = format!("GET {target} HTTP/1.1\r\nhost: {}\r\n\r\n", scene.server.address);
        let answer = on.exchange_again(request.as_bytes()).await?;
        redirects += usize::from((300..400).contains(&answer.status) || answer.header("refresh").is_some());
        split += usize::from(answer.header("location").is_some());
    }
    Ok(vec![
        Figure::exactly(format!("redirects of {} requests", targets.len()), redirects, 0),
        Figure::exactly("answers with a Location", split, 0),
    ])
}
