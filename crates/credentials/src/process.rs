//! `credential_process`: a command of the operator's own that prints credentials as JSON.

use std::process::Stdio;
use std::time::Duration;

use poolhouse_outbound::aws::{Credentials, CredentialsError};
use serde_json::Value;
use tokio::process::Command;
use tokio::time::timeout;
use zeroize::Zeroizing;

use crate::expiry;
use crate::obtained::Obtained;

/// How long the command may take. It may ask a person something.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs the command, not through a shell, and reads what it prints.
///
/// # Errors
/// It cannot be run, fails, or prints something else. What it prints is in no error: it may be half a secret.
pub(crate) async fn run(command: &str) -> Result<Obtained, CredentialsError> {
    let words = words(command);
    let Some((program, arguments)) = words.split_first() else {
        return Err(CredentialsError::new("credential_process is empty"));
    };
    let run = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .output();
    let output = timeout(PATIENCE, run)
        .await
        .map_err(|_| {
            CredentialsError::new(format!(
                "{program}, the credential_process, did not end within {} s",
                PATIENCE.as_secs()
            ))
        })?
        .map_err(|error| {
            CredentialsError::new(format!("{program}, the credential_process, cannot be run"))
                .caused_by(error)
        })?;
    if !output.status.success() {
        return Err(CredentialsError::new(format!(
            "{program}, the credential_process, ended with {}",
            output.status
        )));
    }
    let printed = Zeroizing::new(output.stdout);
    parse(&printed).ok_or_else(|| {
        CredentialsError::new(format!(
            "{program}, the credential_process, did not print version 1 credentials as JSON"
        ))
    })
}

fn parse(printed: &[u8]) -> Option<Obtained> {
    let value: Value = serde_json::from_slice(printed).ok()?;
    let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    if value.get("Version")?.as_u64()? != 1 {
        return None;
    }
    Some(Obtained {
        credentials: Credentials::new(
            text("AccessKeyId")?,
            text("SecretAccessKey")?,
            text("SessionToken"),
        ),
        expires: expiry::of(&value).ok()?,
    })
}

/// The command's words: white space parts them, quotation marks and backslashes keep it.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut characters = command.chars();
    while let Some(c) = characters.next() {
        match (quote, c) {
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (Some(open), c) if c == open => quote = None,
            (None | Some('"'), '\\') => word.get_or_insert_default().extend(characters.next()),
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_parted_as_a_shell_would() {
        assert_eq!(
            words(r#"/opt/keys --for "a b" 'c"d' e\ f "" g\"h"#),
            ["/opt/keys", "--for", "a b", "c\"d", "e f", "", "g\"h"]
        );
        assert_eq!(words("  "), [""; 0]);
    }

    #[test]
    fn only_version_1_is_read() {
        let read =
            |json: &str| parse(json.as_bytes()).map(|found| found.credentials.access_key_id().to_owned());
        let json = r#"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"s","SessionToken":"t"}"#;
        assert_eq!(read(json), Some("A".to_owned()));
        assert_eq!(read(&json.replace(":1", ":2")), None);
        assert_eq!(read(r#"{"Version":1,"AccessKeyId":"A"}"#), None);
        assert_eq!(read("AKIA secret"), None);
        let ends = |at: &str| parse(json.replace('}', &format!(",\"Expiration\":{at}}}")).as_bytes());
        assert_eq!(
            ends("\"1970-01-01T00:01:00Z\"").and_then(|found| found.expires),
            Some(60)
        );
        assert_eq!(ends("\"soon\""), None, "an end that cannot be read");
    }

    #[tokio::test]
    async fn a_command_that_fails_or_prints_nonsense_is_named_and_not_quoted() {
        let error = run("sh -c 'echo secret; exit 3'").await.unwrap_err().to_string();
        assert_eq!(error, "sh, the credential_process, ended with exit status: 3");
        let error = run("echo secret").await.unwrap_err().to_string();
        assert_eq!(
            error,
            "echo, the credential_process, did not print version 1 credentials as JSON"
        );
        let error = run("/no/such/program").await.unwrap_err().to_string();
        assert_eq!(error, "/no/such/program, the credential_process, cannot be run");
        let json = r#"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"s"}"#;
        let keys = run(&format!("echo '{json}'")).await.unwrap();
        assert_eq!(keys.credentials.access_key_id(), "A");
    }
}
