//! Signed requests with anything changed, and good ones sent again.

use serde_json::json;

use crate::attack::{Arena, Attack, Figure, Outcome, When};
use crate::world::api::{CONTENT_TYPE, signature, target};
use crate::world::http::{Answer, Connection};
use crate::world::now;
use crate::world::scene::Scene;

pub const ATTACK: Attack = Attack {
    id: "F-30",
    about: "a signed request with one part of it changed, doubled or left out, at times up to and past five minutes off, and sent again as it is",
    when: When::Always,
    tests: &["nothing_that_aws_signs_is_done_without_a_signature_of_a_known_key"],
    run: |arena| Box::pin(run(arena)),
};

const WINDOW_SECONDS: i64 = 5 * 60;
const SIGNATURE_DIGITS: usize = 64;

/// A request part by part.
#[derive(Clone)]
struct Parts {
    line: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Parts {
    /// A good one, signed so many seconds from now.
    fn signed(scene: &Scene, operation: &str, body: &str, off: i64) -> Outcome<Parts> {
        let server = scene.server.address;
        let added = signature(
            server,
            &scene.server.key,
            operation,
            body.as_bytes(),
            now()?.seconds() + off,
        );
        let own = [
            ("host", server.to_string()),
            ("content-type", CONTENT_TYPE.to_owned()),
            ("x-amz-target", target(operation)),
        ];
        let headers = own
            .into_iter()
            .chain(added)
            .map(|(name, value)| (name.to_owned(), value));
        Ok(Parts {
            line: "POST / HTTP/1.1".to_owned(),
            headers: headers.collect(),
            body: body.to_owned(),
        })
    }

    fn with(&self, name: &str, change: impl Fn(&str) -> String) -> Parts {
        let mut parts = self.clone();
        for (_, value) in parts.headers.iter_mut().filter(|(held, _)| held == name) {
            *value = change(value);
        }
        parts
    }

    fn without(&self, name: &str) -> Parts {
        let mut parts = self.clone();
        parts.headers.retain(|(held, _)| held != name);
        parts
    }

    fn and(&self, name: &str, value: &str) -> Parts {
        let mut parts = self.clone();
        parts.headers.push((name.to_owned(), value.to_owned()));
        parts
    }

    fn body(&self, body: String) -> Parts {
        Parts { body, ..self.clone() }
    }

    fn line(&self, line: &str) -> Parts {
        Parts {
            line: line.to_owned(),
            ..self.clone()
        }
    }

    async fn send(&self, on: &mut Connection) -> Outcome<Answer> {
        let mut head = format!("{}\r\n", self.line);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!(
            "content-length: {}\r\n\r\n{}",
            self.body.len(),
            self.body
        ));
        on.exchange_again(head.as_bytes()).await
    }
}

/// The request with each part changed.
fn forgeries(good: &Parts) -> Vec<Parts> {
    let authorization = |from: &str, to: &str| good.with("authorization", |value| value.replace(from, to));
    let mut forged = vec![
        good.line("PUT / HTTP/1.1"),
        good.line("POST /x HTTP/1.1"),
        good.line("POST // HTTP/1.1"),
        good.line("POST /%2f HTTP/1.1"),
        good.line("POST /?a=1 HTTP/1.1"),
        good.with("host", |_| "example.com".to_owned()),
        good.with("content-type", |value| format!("{value}; charset=utf-8")),
        good.with("x-amz-target", |_| target("CreateUserPool")),
        good.with("x-amz-date", |value| value.replace('T', "T1")),
        good.with("x-amz-date", |_| "20200101T000000Z".to_owned()),
        good.body(good.body.replace('1', "2")),
        good.body(format!("{} ", good.body)),
        authorization("us-east-1", "us-west-2"),
        authorization("cognito-idp", "ses"),
        authorization("aws4_request", "aws4_requesu"),
        authorization("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"),
        authorization("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"),
        authorization("Credential=AKIA", "Credential=AKIB"),
        authorization("Credential=", "Credential=x"),
        authorization("SignedHeaders=content-type;", "SignedHeaders="),
        authorization(";host", ""),
        authorization(";x-amz-date", ""),
        authorization(";x-amz-target", ""),
        authorization("SignedHeaders=", "SignedHeaders=;"),
        authorization("Signature=", "Signature=0"),
        authorization("Signature=", "NoSignature="),
        good.with("authorization", |_| String::new()),
        good.with("authorization", str::to_uppercase),
        good.with("authorization", |value| {
            value.replace("Signature=", "Signature= ")
        }),
        good.with("authorization", |value| format!("{value}, {value}")),
        good.with("authorization", |_| "Bearer x".to_owned()),
        good.without("authorization"),
        good.without("x-amz-date"),
        good.and("x-amz-target", &target("CreateUserPool")),
        good.and("x-amz-date", "20200101T000000Z"),
        good.and("content-type", "text/plain"),
        good.and("host", "example.com"),
        good.with("authorization", |_| "AWS4-HMAC-SHA256".to_owned()),
    ];
    forged.extend((0..SIGNATURE_DIGITS).map(|at| with_digit_flipped(good, at)));
    let unsigned = good.and("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
    forged.push(unsigned.body(good.body.replace('1', "3")));
    forged
}

/// The request with one digit of its signature changed, which stands at the end.
fn with_digit_flipped(good: &Parts, at: usize) -> Parts {
    good.with("authorization", |value| {
        let at = value.len() - SIGNATURE_DIGITS + at;
        let flipped = if &value[at..=at] == "0" { "1" } else { "0" };
        format!("{}{flipped}{}", &value[..at], &value[at + 1..])
    })
}

/// Whether an answer shows what a signature should have been: 64 hexadecimal digits in a row.
fn shows_a_signature(answer: &Answer) -> bool {
    let text = format!("{}{}", answer.head, answer.text());
    text.split(|c: char| !c.is_ascii_hexdigit())
        .any(|run| run.len() >= SIGNATURE_DIGITS)
}

async fn run(arena: Arena) -> Outcome<Vec<Figure>> {
    let scene = Scene::new(&arena).await?;
    let mut on = scene.server.connect().await?;
    let list = r#"{"MaxResults":1}"#;
    let good = Parts::signed(&scene, "ListUserPools", list, 0)?;
    let is_good = good.send(&mut on).await?.status == 200;
    let forged = forgeries(&good);
    let (mut accepted, mut shown) = (0, 0);
    for request in &forged {
        let answer = request.send(&mut on).await?;
        accepted += usize::from(answer.status == 200);
        shown += usize::from(shows_a_signature(&answer));
    }
    let mut times_right = 0;
    let offsets = [
        (-WINDOW_SECONDS - 2, false),
        (-WINDOW_SECONDS + 2, true),
        (WINDOW_SECONDS - 2, true),
        (WINDOW_SECONDS + 2, false),
        (-86_400, false),
        (86_400, false),
    ];
    for (off, is_fine) in offsets {
        let answer = Parts::signed(&scene, "ListUserPools", list, off)?
            .send(&mut on)
            .await?;
        times_right += usize::from((answer.status == 200) == is_fine);
    }
    let create = json!({ "UserPoolId": scene.pool, "Username": "mara", "MessageAction": "SUPPRESS" });
    let create = Parts::signed(&scene, "AdminCreateUser", &create.to_string(), 0)?;
    let first = create.send(&mut on).await?;
    let again = create.send(&mut on).await?.error().unwrap_or_default();
    let is_once = first.status == 200 && again.starts_with("UsernameExistsException");
    Ok(vec![
        Figure::exactly("the unchanged request is taken", is_good, true),
        Figure::exactly(format!("accepted of {} changed ones", forged.len()), accepted, 0),
        Figure::exactly("answers that show a signature", shown, 0),
        Figure::exactly("times judged rightly", times_right, offsets.len()),
        Figure::exactly("a repeated AdminCreateUser creates nobody", is_once, true),
    ])
}
