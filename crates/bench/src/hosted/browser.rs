//! A browser without scripts on one connection that stays open, and the app's server behind it.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use poolhouse_text::percent;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::pool::Outcome;

/// Where the app is. Nobody is there: codes are read from the address.
pub const CALLBACK: &str = "https://app.example/cb";
/// The pair of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A browser with its cookies.
pub struct Browser {
    stream: BufReader<TcpStream>,
    host: SocketAddr,
    cookies: BTreeMap<String, String>,
    base: String,
    client: String,
}

/// An answer, as far as it is looked at.
struct Answer {
    status: String,
    location: String,
    text: String,
}

impl Browser {
    /// Of people who sign in to this client at this domain.
    pub async fn connect(server: SocketAddr, domain: &str, client: &str) -> Outcome<Browser> {
        let stream = TcpStream::connect(server).await?;
        stream.set_nodelay(true)?;
        Ok(Browser {
            stream: BufReader::new(stream),
            host: server,
            cookies: BTreeMap::new(),
            base: format!("/d/{domain}"),
            client: client.to_owned(),
        })
    }

    /// Forgets its cookies, as a new one has none.
    pub fn forget(&mut self) {
        self.cookies.clear();
    }

    /// Signs in on the page, from the app's request to its tokens.
    pub async fn page(&mut self, name: &str, password: &str) -> Outcome {
        let asked = self.authorize().await?;
        let page = self.get(&asked.location).await?;
        let mut fields = vec![("username", name.to_owned()), ("password", password.to_owned())];
        for name in ["tx", "seq", "_csrf"] {
            fields.push((
                name,
                between(&page.text, &format!("name=\"{name}\" value=\""), "\"")?.to_owned(),
            ));
        }
        let action = between(&page.text, "action=\"", "\"")?;
        let action = action.replace("&#38;", "&").replace("&amp;", "&");
        let led = self.post(&action, &form(&fields)).await?;
        self.redeem(&led).await
    }

    /// Is signed in already: from the app's request to its tokens.
    pub async fn again(&mut self) -> Outcome {
        let led = self.authorize().await?;
        self.redeem(&led).await
    }

    async fn authorize(&mut self) -> Outcome<Answer> {
        let path = format!(
            "{}/oauth2/authorize?client_id={}&response_type=code&redirect_uri={}&scope=openid&state=s\
             &code_challenge={CHALLENGE}&code_challenge_method=S256",
            self.base,
            self.client,
            percent::encode(CALLBACK)
        );
        self.get(&path).await
    }

    async fn redeem(&mut self, led: &Answer) -> Outcome {
        let before = format!("{CALLBACK}?code=");
        let code = between(&led.location, &before, "&").map_err(|_| {
            format!(
                "{} to {:?} and not to the app: {:.200}",
                led.status, led.location, led.text
            )
        })?;
        let fields = [
            ("grant_type", "authorization_code".to_owned()),
            ("client_id", self.client.clone()),
            ("code", code.to_owned()),
            ("redirect_uri", CALLBACK.to_owned()),
            ("code_verifier", VERIFIER.to_owned()),
        ];
        let path = format!("{}/oauth2/token", self.base);
        let answer = self.post(&path, &form(&fields)).await?;
        match answer.text.contains("\"access_token\"") {
            true => Ok(()),
            false => Err(format!("no tokens but {}", answer.text).into()),
        }
    }

    async fn get(&mut self, path: &str) -> Outcome<Answer> {
        self.exchange("GET", path, "").await
    }

    async fn post(&mut self, path: &str, body: &str) -> Outcome<Answer> {
        self.exchange("POST", path, body).await
    }

    async fn exchange(&mut self, method: &str, path: &str, body: &str) -> Outcome<Answer> {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\ncookie: {}\r\ncontent-type: application/x-www-form-urlencoded\r\n\
             content-length: {}\r\n\r\n{body}",
            self.host,
            cookies.join("; "),
            body.len(),
        );
        self.stream.write_all(request.as_bytes()).await?;
        let mut line = String::new();
        self.stream.read_line(&mut line).await?;
        let status = line.split(' ').nth(1).unwrap_or_default().to_owned();
        let (mut length, mut location) = (0, String::new());
        loop {
            line.clear();
            self.stream.read_line(&mut line).await?;
            let Some((name, value)) = line.trim_end().split_once(": ") else {
                break;
            };
            match name {
                "content-length" => length = value.parse()?,
                "location" => value.clone_into(&mut location),
                "set-cookie" => self.keep(value),
                _ => {}
            }
        }
        let mut text = vec![0; length];
        self.stream.read_exact(&mut text).await?;
        Ok(Answer {
            status,
            location,
            text: String::from_utf8(text)?,
        })
    }

    fn keep(&mut self, cookie: &str) {
        let (pair, rest) = cookie.split_once(';').unwrap_or((cookie, ""));
        let Some((name, value)) = pair.split_once('=') else {
            return;
        };
        match rest.contains("Max-Age=0") {
            true => self.cookies.remove(name),
            false => self.cookies.insert(name.to_owned(), value.to_owned()),
        };
    }
}

fn form(fields: &[(&str, String)]) -> String {
    let encoded = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", percent::encode(value)));
    encoded.collect::<Vec<_>>().join("&")
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> Outcome<&'t str> {
    let found = text
        .split_once(before)
        .and_then(|(_, rest)| rest.split_once(after));
    let found = found.ok_or_else(|| format!("the answer has no {before}"))?;
    Ok(found.0)
}
