//! STS: who we are.

use poolhouse_outbound::aws::{Call, Effect, xml};
use poolhouse_outbound::http::{FORM, form_body};

use super::client::Aws;
use super::error::AwsError;
use super::service::Service;

/// `GetCallerIdentity`: the ARN of the user or role that the credentials belong to.
pub(crate) async fn caller(aws: &Aws) -> Result<String, AwsError> {
    let operation = "GetCallerIdentity";
    let form = form_body([("Action", operation), ("Version", "2011-06-15")]);
    let call = Call::post("/", FORM, form);
    let answer = aws.call(Service::Tokens, operation, Effect::Reads, &call).await?;
    let text = String::from_utf8_lossy(&answer.body);
    xml::text_of(&text, "Arn").ok_or_else(|| aws.not_the_service(Service::Tokens, answer.status.as_u16()))
}
