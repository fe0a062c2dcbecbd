//! What another site can do through a visitor's browser, and what a person's own words can do in a page or a mail.

use serde_json::json;

use crate::attack::{Arena, Attack, Figure, Outcome, When};
use crate::world::http::Connection;
use crate::world::scene::{PASSWORD, Scene, address};

pub const ATTACK: Attack = Attack {
    id: "F-35",
    about: "requests that a foreign page can send without asking; pages framed or fed with scripts; names with HTML in the mail",
    when: When::Always,
    tests: &[
        "a_page_comes_with_the_policy_that_keeps_foreign_code_out",
        "nobody_but_this_machines_own_pages_and_programs_reads_or_clears_it",
    ],
    run: |arena| Box::pin(run(arena)),
};

/// Content types that a form or a simple `fetch` may have.
const SIMPLE: [&str; 3] = [
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/plain",
];

const DIRECTIVES: [&str; 6] = [
    "default-src 'none'",
    "script-src 'self'",
    "frame-ancestors 'none'",
    "form-action 'self'",
    "base-uri 'self'",
    "require-trusted-types-for 'script'",
];

const PAGES: [&str; 12] = [
    "/",
    "/?x=<script>alert(1)</script>",
    "/index.html",
    "/sign-in",
    "/inbox",
    "/inbox/",
    "/nowhere",
    "/%3Cscript%3E",
    "/..%2f..%2fetc/passwd",
    "/oauth2/authorize",
    "/config.json",
    "/health",
];

/// Requests that need no preflight and try to act as a visitor.
async fn across_sites(scene: &Scene, on: &mut Connection) -> Outcome<(usize, usize)> {
    let body = json!({
        "AuthFlow": "USER_PASSWORD_AUTH",
        "ClientId": scene.client,
        "AuthParameters": { "USERNAME": "mara", "PASSWORD": PASSWORD },
    });
    let (mut sent, mut done) = (0, 0);
    for content_type in SIMPLE {
        for path in [
            "/",
            "/?X-Amz-Target=AWSCognitoIdentityProviderService.InitiateAuth",
            "/?Action=InitiateAuth",
            "/mail/bounces",
            "/inbox/api/messages",
        ] {
            for method in ["POST", "GET", "HEAD"] {
                let request = format!(
                    "{method} {path} HTTP/1.1\r\nhost: {}\r\norigin: https://evil.example\r\n\
                     sec-fetch-site: cross-site\r\ncookie: session=1\r\ncontent-type: {content_type}\r\n\
                     content-length: {}\r\n\r\n{body}",
                    scene.server.address,
                    body.to_string().len()
                );
                sent += 1;
                let answer = if method == "HEAD" {
                    // Its answer has a length and no body, and what was sent as the request's may be read as a request.
                    let mut alone = scene.server.connect().await?;
                    alone.exchange_head(request.as_bytes()).await?
                } else {
                    on.exchange_again(request.as_bytes()).await?
                };
                let is_done = answer.has_tokens() || (method == "POST" && answer.status == 200);
                done += usize::from(is_done || answer.header("set-cookie").is_some());
            }
        }
    }
    Ok((sent, done))
}

/// HTML answers, and those of them whose policy lacks something.
async fn pages(scene: &Scene, on: &mut Connection) -> Outcome<(usize, usize)> {
    let (mut pages, mut open) = (0, 0);
    for path in PAGES {
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: {}\r\naccept: text/html\r\n\r\n",
            scene.server.address
        );
        let answer = on.exchange_again(request.as_bytes()).await?;
        let content_type = answer.header("content-type").unwrap_or_default();
        if !content_type.starts_with("text/html") {
            continue;
        }
        pages += 1;
        let policy = answer.header("content-security-policy").unwrap_or_default();
        let is_whole = DIRECTIVES.iter().all(|directive| policy.contains(directive))
            && !policy.contains("unsafe-eval")
            && !policy.contains('*')
            && answer.header("x-content-type-options") == Some("nosniff");
        open += usize::from(!is_whole);
    }
    Ok((pages, open))
}

async fn run(arena: Arena) -> Outcome<Vec<Figure>> {
    let scene = Scene::new(&arena).await?;
    scene.open_door().await?;
    scene.user("mara").await?;
    let markup = "<img/src=x/onerror=alert(1)>";
    let user = json!({
        "UserPoolId": scene.pool,
        "Username": markup,
        "MessageAction": "SUPPRESS",
        "UserAttributes": [
            { "Name": "email", "Value": "markup@example.com" },
            { "Name": "email_verified", "Value": "true" },
            { "Name": "name", "Value": "<script src=https://evil.example></script>" },
            { "Name": "locale", "Value": "\"><script>" },
        ],
    });
    scene.operate("AdminCreateUser", &user).await?;
    let password =
        json!({ "UserPoolId": scene.pool, "Username": markup, "Password": PASSWORD, "Permanent": true });
    scene.operate("AdminSetUserPassword", &password).await?;
    let mut on = scene.server.connect().await?;
    scene.challenge(&mut on, markup).await?;
    scene.mail.code(&address("markup"), 0).await?;
    let html = scene.mail.html(&address("markup"));
    let is_clean = |html: &String| {
        let html = html.to_ascii_lowercase();
        ![
            "<script",
            "onerror",
            "src=\"http",
            "href=\"http",
            "url(",
            "<iframe",
            "<form",
        ]
        .iter()
        .any(|markup| html.contains(markup))
    };
    let unclean = html.iter().filter(|html| !is_clean(html)).count();
    let (sent, done) = across_sites(&scene, &mut on).await?;
    let (pages, open) = pages(&scene, &mut on).await?;
    Ok(vec![
        Figure::exactly(
            format!("requests of another site that did something, of {sent}"),
            done,
            0,
        ),
        Figure::exactly(
            format!("pages of {pages} whose policy lets foreign code in"),
            open,
            0,
        ),
        Figure::exactly("there are pages", pages > 0, true),
        Figure::exactly(
            format!("mails of {} with a user's markup or remote content", html.len()),
            unclean,
            0,
        ),
    ])
}
