//! What functions on this machine find in place of AWS: they are pointed here by `AWS_ENDPOINT_URL`.
//!
//! | service | operations |
//! |---|---|
//! | SES | `SendEmail`, `SendRawEmail`, `SendTemplatedEmail` (`email`) |
//! | SES, version 2 | `SendEmail` (`email`) |
//! | SNS | `Publish` to a phone number: the text lies in the inbox (`text`) |
//! | DynamoDB | `GetItem`, `UpdateItem`, `PutItem` on the table of counters (`table`) |
//! | Systems Manager | `GetParameter`, `GetParameters` (`vault`) |
//! | Secrets Manager | `GetSecretValue` (`vault`) |
//! | KMS | `Decrypt` of codes that the function sends (`kms`) |
//!
//! Which service is meant, the signature's scope says. Only functions that this server runs get an answer, by the keys
//! that it gave them, and only from this machine; what is not in the table is refused in words that say so.

mod answer;
mod call;
mod email;
mod expression;
mod form;
mod kms;
mod table;
mod text;
mod vault;

pub use answer::{Answer, Fault, Protocol};
pub use call::Call;

/// Answers a function's call of a service, by the name that its signature is for.
///
/// # Errors
/// What the service's clients are told in place of an answer.
pub async fn serve(service: &str, call: &Call<'_>) -> Result<Answer, Fault> {
    match service {
        "ses" if call.path.starts_with("/v2/") => email::serve_v2(call).await,
        "ses" => email::serve_v1(call).await,
        "sns" => text::serve(call),
        "dynamodb" => table::serve(call).await,
        "ssm" => vault::parameters(call),
        "kms" => kms::serve(call).await,
        "secretsmanager" => vault::secret(call),
        other => Err(Fault::unavailable(&format!("service {other}"))),
    }
}
