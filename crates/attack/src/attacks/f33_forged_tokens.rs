//! Access tokens that nobody issued.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::attack::{Arena, Attack, Figure, Outcome, When};
use crate::world::http::Connection;
use crate::world::scene::{PASSWORD, Scene, make_pool, make_users, password_sign_in};

pub const ATTACK: Attack = Attack {
    id: "F-33",
    about: "access tokens without a signature, with another algorithm, key, header, claim, form or pool than those that were issued, at GetUser",
    when: When::Always,
    tests: &[
        "no_header_but_our_own_is_accepted_even_over_a_good_signature",
        "the_public_key_is_no_hmac_secret",
        "a_token_of_another_kind_or_with_another_signature_opens_nothing",
        "an_access_token_ends_with_its_hour",
    ],
    run: |arena| Box::pin(run(arena)),
};

/// A token taken apart.
struct Token {
    header: Value,
    claims: Value,
    signature: String,
}

impl Token {
    fn read(token: &Value) -> Outcome<Token> {
        let parts: Vec<&str> = token.as_str().unwrap_or_default().split('.').collect();
        let [header, claims, signature] = parts[..] else {
            return Err("a token has three parts".into());
        };
        let object =
            |part: &str| -> Outcome<Value> { Ok(serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part)?)?) };
        Ok(Token {
            header: object(header)?,
            claims: object(claims)?,
            signature: signature.to_owned(),
        })
    }

    fn text(&self) -> String {
        [part(&self.header), part(&self.claims), self.signature.clone()].join(".")
    }

    fn with_header(&self, over: Value) -> String {
        [
            part(&over_with(&self.header, over)),
            part(&self.claims),
            self.signature.clone(),
        ]
        .join(".")
    }

    fn with_claims(&self, over: Value) -> String {
        [
            part(&self.header),
            part(&over_with(&self.claims, over)),
            self.signature.clone(),
        ]
        .join(".")
    }

    fn with_signature(&self, signature: &str) -> String {
        [part(&self.header), part(&self.claims), signature.to_owned()].join(".")
    }

    /// Signed with a secret that everybody knows, under this algorithm.
    fn signed_with(&self, algorithm: &str, secret: &[u8]) -> Outcome<String> {
        let signed = [
            part(&over_with(&self.header, json!({ "alg": algorithm }))),
            part(&self.claims),
        ]
        .join(".");
        let mut mac = Hmac::<Sha256>::new_from_slice(secret)?;
        mac.update(signed.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
        Ok([signed, signature].join("."))
    }
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn over_with(base: &Value, over: Value) -> Value {
    let mut base = base.clone();
    for (name, value) in over.as_object().into_iter().flatten() {
        base[name] = value.clone();
    }
    base
}

/// Other headers, over the signature that there is.
fn headers(key: &Value) -> Vec<Value> {
    let mut headers: Vec<Value> = [
        "none", "None", "NONE", "nOnE", "", "HS256", "HS384", "HS512", "RS384", "RS512", "PS256", "ES256",
        "EdDSA",
    ]
    .map(|algorithm| json!({ "alg": algorithm }))
    .to_vec();
    let kids = [
        "",
        "unknown",
        "../../../../dev/null",
        "' OR 1=1 --",
        "\u{0}",
        "http://127.0.0.1:1/k",
    ];
    headers.extend(kids.map(|kid| json!({ "kid": kid })));
    headers.extend([
        json!({ "alg": null }),
        json!({ "alg": ["RS256"] }),
        json!({ "kid": null }),
        json!({ "jwk": key }),
        json!({ "jku": "http://127.0.0.1:1/jwks.json" }),
        json!({ "x5u": "http://127.0.0.1:1/cert.pem" }),
        json!({ "x5c": ["AAAA"] }),
        json!({ "crit": ["exp"] }),
        json!({ "b64": false }),
        json!({ "typ": "at+jwt" }),
        json!({ "zip": "DEF" }),
        json!({ "enc": "A256GCM" }),
    ]);
    headers
}

/// Other claims, over the signature that there is.
fn claims() -> Vec<Value> {
    vec![
        json!({ "exp": 4_102_444_800_u64 }),
        json!({ "exp": "4102444800" }),
        json!({ "exp": 4_102_444_800.5 }),
        json!({ "exp": null }),
        json!({ "nbf": 4_102_444_800_u64 }),
        json!({ "sub": "00000000-0000-4000-8000-000000000000" }),
        json!({ "username": "noel" }),
        json!({ "token_use": "id" }),
        json!({ "scope": "aws.cognito.signin.user.admin openid" }),
        json!({ "iss": "https://example.com" }),
        json!({ "client_id": "another" }),
        json!({ "auth_time": 4_102_444_800_u64 }),
        json!({ "origin_jti": "00000000-0000-4000-8000-000000000000" }),
    ]
}

/// Texts that have no token's form, made of one.
fn misshapen(good: &str) -> Vec<String> {
    let (head, signature) = good.rsplit_once('.').unwrap_or_default();
    let (header, claims) = head.split_once('.').unwrap_or_default();
    vec![
        head.to_owned(),
        format!("{head}."),
        format!("{good}."),
        format!("{good}.{signature}"),
        format!("{good}.AA.AA"),
        format!(".{good}"),
        format!("{good}="),
        format!("{good}A"),
        format!("{head}.{}", &signature[..signature.len() - 4]),
        format!("{head}.{}", signature.to_lowercase()),
        format!("{header}..{signature}"),
        format!(".{claims}.{signature}"),
        format!("{claims}.{header}.{signature}"),
        "..".to_owned(),
        "a.b.c".to_owned(),
    ]
}

/// What is signed with the public key as if it were a secret, in the forms in which it is written.
fn confused(token: &Token, key: &Value) -> Outcome<Vec<String>> {
    let modulus = key["n"].as_str().unwrap_or_default();
    let mut secrets: Vec<Vec<u8>> = vec![
        key.to_string().into_bytes(),
        modulus.as_bytes().to_vec(),
        URL_SAFE_NO_PAD.decode(modulus)?,
        STANDARD.encode(URL_SAFE_NO_PAD.decode(modulus)?).into_bytes(),
        vec![],
    ];
    secrets.push(format!("-----BEGIN PUBLIC KEY-----\n{modulus}\n-----END PUBLIC KEY-----\n").into_bytes());
    secrets
        .iter()
        .map(|secret| token.signed_with("HS256", secret))
        .collect()
}

async fn opens(on: &mut Connection, token: &str) -> Outcome<bool> {
    let answer = on.call("GetUser", &json!({ "AccessToken": token })).await?;
    if answer.status >= 500 {
        return Err(format!("a token was answered with {}", answer.status).into());
    }
    Ok(answer.status == 200)
}

/// The first of the pool's public keys.
async fn key(scene: &Scene, on: &mut Connection) -> Outcome<Value> {
    let path = format!("/{}/.well-known/jwks.json", scene.pool);
    let request = format!("GET {path} HTTP/1.1\r\nhost: a\r\n\r\n");
    let keys = on.exchange(request.as_bytes()).await?.ok()?;
    Ok(keys["keys"][0].clone())
}

/// The token of a user of the same name in another pool.
async fn foreign(scene: &Scene, on: &mut Connection) -> Outcome<Token> {
    let other = make_pool(&scene.server, json!({}), json!({})).await?;
    make_users(&scene.server, &other.id, &["mara".to_owned()]).await?;
    let open = ["door", "open", "--user-pool-id", &other.id];
    scene.server.run(&open).await?;
    let tokens = password_sign_in(on, &other.client, "mara", PASSWORD)
        .await?
        .ok()?;
    Token::read(&tokens["AuthenticationResult"]["AccessToken"])
}

async fn run(arena: Arena) -> Outcome<Vec<Figure>> {
    let scene = Scene::new(&arena).await?;
    scene.open_door().await?;
    scene.user("mara").await?;
    let mut on = scene.server.connect().await?;
    let tokens = password_sign_in(&mut on, &scene.client, "mara", PASSWORD)
        .await?
        .ok()?;
    let tokens = &tokens["AuthenticationResult"];
    let good = tokens["AccessToken"].as_str().unwrap_or_default().to_owned();
    let token = Token::read(&tokens["AccessToken"])?;
    let key = key(&scene, &mut on).await?;
    let foreign = foreign(&scene, &mut on).await?;
    let mut forged = misshapen(&good);
    forged.extend(headers(&key).into_iter().map(|over| token.with_header(over)));
    forged.extend(claims().into_iter().map(|over| token.with_claims(over)));
    forged.extend(confused(&token, &key)?);
    forged.extend(["", "AA", "AAAA"].map(|signature| token.with_signature(signature)));
    forged.push(token.with_signature(&foreign.signature));
    forged.push(URL_SAFE_NO_PAD.encode([0; 256]));
    // Another pool's token under this pool's name, and the token of another kind.
    forged.push(foreign.with_claims(json!({ "iss": token.claims["iss"] })));
    forged.push(foreign.with_header(json!({ "kid": token.header["kid"] })));
    forged.push(tokens["IdToken"].as_str().unwrap_or_default().to_owned());
    forged.push(tokens["RefreshToken"].as_str().unwrap_or_default().to_owned());
    let is_same = token.text() == good;
    // What happens to be the token itself is no forgery, and is not counted as one.
    forged.retain(|forged| *forged != good);
    let mut accepted = Vec::new();
    for forged in &forged {
        if opens(&mut on, forged).await? {
            accepted.push(forged.chars().take(60).collect::<String>());
        }
    }
    Ok(vec![
        Figure::exactly(
            format!(
                "accepted of {} forged tokens {}",
                forged.len(),
                accepted.join(" ")
            )
            .trim_end(),
            accepted.len(),
            0,
        ),
        Figure::exactly(
            "the token itself, taken apart and put together, is good",
            is_same && opens(&mut on, &good).await?,
            true,
        ),
    ])
}
