//! Secrets that an environment variable names instead of holding.
//!
//! `@/path` is a file, `ssm:NAME` a parameter of the Parameter Store, `secretsmanager:ID[?stage=STAGE][#MEMBER]` a secret
//! of Secrets Manager, or one member of it if it is a JSON object. In a list, each element may be a reference. All are
//! read once, before the first event.

use std::collections::HashMap;
use std::io;
use std::time::Duration;

use poolhouse_outbound::aws::{Clock, Session};
use poolhouse_text::with_causes;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::aws::{Aws, Kind};
use crate::settings::tls;
use crate::vars::{InitError, Vars};

/// What reading all of them may take: Cognito waits 5 s, the start of a function included, and a call has 3.5 s of that.
const LIMIT: Duration = Duration::from_millis(1500);

/// The variables that hold keys, or references to them.
pub(crate) const KEYS: &[&str] = &["OTP_KEY", "OTP_KEY_PREVIOUS"];
/// The same for a function that mails.
pub(crate) const KEYS_AND_MAIL: &[&str] = &["OTP_KEY", "OTP_KEY_PREVIOUS", "MAIL_URL", "SMTP_URL"];

/// The variables with what the references in some of them stand for, of those that are named.
///
/// # Errors
/// The first reference that gives no value, with the variable it stands in.
pub async fn with_secrets(
    vars: Vars,
    names: &[&'static str],
    file: fn(&str) -> io::Result<String>,
    clock: &Clock,
) -> Result<Vars, InitError> {
    let aws = Aws::from_vars(&vars, &tls(), clock)?;
    let reader = Reader {
        aws: aws.as_ref(),
        file,
        sessions: Vec::new(),
    };
    let values = reader.resolve(&vars, names).await?;
    Ok(vars.with(values))
}

/// What references are read with. Nothing is opened until one asks for it.
struct Reader<'a> {
    aws: Option<&'a Aws<'a>>,
    file: fn(&str) -> io::Result<String>,
    /// One session for each service and region that was asked.
    sessions: Vec<(Kind, Option<String>, Session)>,
}

/// Where a secret is.
#[derive(Debug, PartialEq, Eq)]
enum Reference<'a> {
    File(&'a str),
    Parameter(&'a str),
    Secret {
        id: &'a str,
        stage: Option<&'a str>,
        member: Option<&'a str>,
    },
}

impl<'a> Reference<'a> {
    /// `None` if the text is a value and not a reference.
    fn parse(text: &'a str) -> Option<Self> {
        if let Some(path) = text.strip_prefix('@') {
            return Some(Self::File(path));
        }
        if let Some(name) = text.strip_prefix("ssm:") {
            return Some(Self::Parameter(name));
        }
        let rest = text.strip_prefix("secretsmanager:")?;
        let (rest, member) = cut(rest, "#");
        let (id, stage) = cut(rest, "?stage=");
        Some(Self::Secret { id, stage, member })
    }
}

fn cut<'a>(text: &'a str, mark: &str) -> (&'a str, Option<&'a str>) {
    text.split_once(mark)
        .map_or((text, None), |(before, after)| (before, Some(after)))
}

/// The region in an ARN; `None` for a plain name.
fn arn_region(id: &str) -> Option<&str> {
    let mut parts = id.split(':');
    parts.next().filter(|first| *first == "arn")?;
    parts.nth(2)
}

impl Reader<'_> {
    /// The values of those of the variables that hold references, with what these stand for in their place.
    async fn resolve(
        mut self,
        vars: &Vars,
        names: &[&'static str],
    ) -> Result<HashMap<&'static str, String>, InitError> {
        let by = Instant::now() + LIMIT;
        let mut resolved = HashMap::new();
        for name in names.iter().copied() {
            let value = vars.get(name).unwrap_or_default();
            let elements: Vec<&str> = value.split(',').map(str::trim).collect();
            if elements.iter().all(|element| Reference::parse(element).is_none()) {
                continue;
            }
            let mut values = Vec::new();
            for element in elements {
                values.push(match Reference::parse(element) {
                    None => element.to_owned(),
                    Some(reference) => self.read(&reference, by).await.map_err(|why| {
                        let why = format!("{element} gave no value: {why}");
                        InitError::Unusable { name, why }
                    })?,
                });
            }
            resolved.insert(name, values.join(","));
        }
        Ok(resolved)
    }

    async fn read(&mut self, reference: &Reference<'_>, by: Instant) -> Result<String, String> {
        let value = match *reference {
            Reference::File(path) => (self.file)(path).map_err(|error| error.to_string())?,
            Reference::Parameter(name) => {
                let body = json!({ "Name": name, "WithDecryption": true });
                let session = self.session(Kind::ParameterStore, arn_region(name))?;
                let answer = session.call("AmazonSSM.GetParameter", &body, by).await;
                let answer = answer.map_err(|error| with_causes(&error))?;
                text(answer.pointer("/Parameter/Value"))?
            }
            Reference::Secret { id, stage, member } => {
                let body = json!({ "SecretId": id, "VersionStage": stage.unwrap_or("AWSCURRENT") });
                let session = self.session(Kind::SecretsManager, arn_region(id))?;
                let answer = session.call("secretsmanager.GetSecretValue", &body, by).await;
                let answer = answer.map_err(|error| with_causes(&error))?;
                let secret = text(answer.get("SecretString"))?;
                match member {
                    None => secret,
                    Some(member) => {
                        let object: Option<Value> = serde_json::from_str(&secret).ok();
                        let object = object.ok_or("the secret is no JSON object")?;
                        let value = object.get(member).and_then(Value::as_str);
                        value
                            .ok_or("the secret has no such member that is text")?
                            .to_owned()
                    }
                }
            }
        };
        match value.trim() {
            "" => Err("it is empty".to_owned()),
            value => Ok(value.to_owned()),
        }
    }

    fn session(&mut self, kind: Kind, region: Option<&str>) -> Result<&mut Session, String> {
        let asked = |(other, place, _): &(Kind, Option<String>, Session)| {
            *other == kind && place.as_deref() == region
        };
        let at = match self.sessions.iter().position(asked) {
            Some(at) => at,
            None => {
                let missing = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set";
                let service = self.aws.ok_or(missing)?.service(kind, region);
                let session = Session::new(service.map_err(|error| error.to_string())?);
                self.sessions.push((kind, region.map(str::to_owned), session));
                self.sessions.len() - 1
            }
        };
        Ok(&mut self.sessions[at].2)
    }
}

fn text(value: Option<&Value>) -> Result<String, String> {
    let text = value.and_then(Value::as_str);
    text.map(str::to_owned)
        .ok_or_else(|| "the answer holds no text".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_reference_is_one_and_nothing_else() {
        let secret = |id, stage, member| Some(Reference::Secret { id, stage, member });
        for (text, expected) in [
            ("@/run/secrets/key", Some(Reference::File("/run/secrets/key"))),
            ("ssm:/codes/key", Some(Reference::Parameter("/codes/key"))),
            ("secretsmanager:key", secret("key", None, None)),
            (
                "secretsmanager:key?stage=AWSPREVIOUS",
                secret("key", Some("AWSPREVIOUS"), None),
            ),
            ("secretsmanager:mail#url", secret("mail", None, Some("url"))),
            (
                "secretsmanager:mail?stage=A#url",
                secret("mail", Some("A"), Some("url")),
            ),
            ("BdrFHQ1cJv3Wq2kz0mX9aTn7uYh4LsPe8oGiVxRtKbM=", None),
            ("smtp://ssm:p@relay.example", None),
            ("ses://eu-west-1", None),
        ] {
            assert_eq!(Reference::parse(text), expected, "{text}");
        }
    }

    #[test]
    fn an_arn_is_asked_for_in_its_own_region() {
        let arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-AbCdEf";
        assert_eq!(arn_region(arn), Some("eu-west-1"));
        assert_eq!(arn_region("codes/key"), None);
        assert_eq!(arn_region("arn:aws"), None);
    }
}
