//! An HTTP endpoint: one signed POST for a batch.

use poolhouse_crypto::hmac_sha256;
use poolhouse_outbound::TlsSource;
use poolhouse_outbound::http::{Connection, json_post};
use poolhouse_pool::base::clock::Millis;
use poolhouse_text::hex;
use serde_json::{Value, json};

use super::carried::Carried;
use crate::destination::{Secret, Webhook};
use crate::error::StreamError;

/// The header that proves who sent a batch, and when.
const SIGNATURE: &str = "poolhouse-signature";

/// Posts the lines. Any status of success means that they were taken.
pub(super) async fn post(
    to: &Webhook,
    tls: &TlsSource,
    lines: &[Carried],
    now: Millis,
) -> Result<(), StreamError> {
    let entries: Vec<&Value> = lines.iter().map(|line| &line.json).collect();
    let body = json!({ "entries": entries }).to_string();
    let signature = signature(&to.secret, now.seconds(), &body);
    let mut request = json_post(&to.endpoint, &to.path, None, body).map_err(StreamError::Http)?;
    // Digits, letters and signs that any header may hold.
    if let Ok(value) = signature.parse() {
        request.headers_mut().insert(SIGNATURE, value);
    }
    let mut connection = Connection::open(&to.endpoint, tls)
        .await
        .map_err(StreamError::Http)?;
    let answer = connection.send(request).await.map_err(StreamError::Http)?;
    match answer.status.is_success() {
        true => Ok(()),
        false => Err(StreamError::Refused(answer.status.as_u16())),
    }
}

/// `t=SECONDS,v1=HEX`: HMAC-SHA-256 of the time, a full stop and the body.
fn signature(secret: &Secret, seconds: i64, body: &str) -> String {
    let time = seconds.to_string();
    let mac = hmac_sha256(secret.0.as_bytes(), &[time.as_bytes(), b".", body.as_bytes()]);
    format!("t={time},v1={}", hex::encode(&mac))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_what_others_compute_too() {
        // printf '1767323045.{"entries":[]}' | openssl dgst -sha256 -hmac s3cret
        assert_eq!(
            signature(&Secret("s3cret".to_owned()), 1_767_323_045, r#"{"entries":[]}"#),
            "t=1767323045,v1=2ad27b69aa4c8d46fb56bdb1908f087bc45d5298f8b6825be8dbc62008470e78"
        );
    }
}
