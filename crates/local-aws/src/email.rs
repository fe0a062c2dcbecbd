//! SES: mail of functions, sent as the pool's own is, or put into the local inbox.
//!
//! Mail of one recipient is one mail. It comes from the pool's sender, for no other address is known to be one that the
//! relay lets us send from: what a function names as `Source` is not looked at.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use poolhouse_pool::base::settings::MailTemplate;
use poolhouse_pool::mailer::{OutgoingMail, Urgency};
use poolhouse_store::Batch;
use serde_json::Value;

use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::form::Form;

/// As many recipients as SES takes at a time.
const MOST_RECIPIENTS: usize = 50;

/// What is to be sent to each of the recipients.
enum Content {
    Written {
        subject: String,
        text: String,
        html: Option<String>,
    },
    /// A whole message.
    Raw(Vec<u8>),
}

/// The operations with forms.
pub(crate) async fn serve_v1(call: &Call<'_>) -> Result<Answer, Fault> {
    let form = Form::read(call.body)?;
    let (operation, to, content) = match form.required("Action")? {
        "SendEmail" => {
            let content = Content::Written {
                subject: form.text("Message.Subject.Data"),
                text: form.text("Message.Body.Text.Data"),
                html: form.get("Message.Body.Html.Data").map(str::to_owned),
            };
            ("SendEmail", destination(&form), content)
        }
        "SendTemplatedEmail" => {
            let content = filled(call, form.required("Template")?, &form.text("TemplateData"))?;
            ("SendTemplatedEmail", destination(&form), content)
        }
        "SendRawEmail" => {
            let message = raw(form.required("RawMessage.Data")?)?;
            let named = form.list("Destinations");
            let to = if named.is_empty() {
                addressees(&message)
            } else {
                named
            };
            ("SendRawEmail", to, Content::Raw(message))
        }
        other => return Err(Fault::unavailable(&format!("ses:{other}"))),
    };
    send(call, to, content).await?;
    Ok(Answer::Xml(
        operation,
        vec![("MessageId", call.ctx.request_id.clone())],
    ))
}

/// `SendEmail` of version 2.
pub(crate) async fn serve_v2(call: &Call<'_>) -> Result<Answer, Fault> {
    if call.path != "/v2/email/outbound-emails" {
        return Err(Fault::unavailable(&format!("sesv2 operation at {}", call.path)));
    }
    let body = call.json()?;
    let text = |pointer: &str| {
        body.pointer(pointer)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    };
    let own = |pointer: &str| text(pointer).unwrap_or_default().to_owned();
    let mut to = Vec::new();
    for kind in ["ToAddresses", "CcAddresses", "BccAddresses"] {
        let listed = body
            .pointer(&format!("/Destination/{kind}"))
            .and_then(Value::as_array);
        to.extend(
            listed
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .map(str::to_owned),
        );
    }
    let content = if let Some(message) = text("/Content/Raw/Data") {
        let message = raw(message)?;
        if to.is_empty() {
            to = addressees(&message);
        }
        Content::Raw(message)
    } else if let Some(name) = text("/Content/Template/TemplateName") {
        filled(call, name, &own("/Content/Template/TemplateData"))?
    } else {
        Content::Written {
            subject: own("/Content/Simple/Subject/Data"),
            text: own("/Content/Simple/Body/Text/Data"),
            html: text("/Content/Simple/Body/Html/Data").map(str::to_owned),
        }
    };
    send(call, to, content).await?;
    Ok(Answer::Json(
        serde_json::json!({ "MessageId": call.ctx.request_id }),
    ))
}

fn destination(form: &Form) -> Vec<String> {
    ["ToAddresses", "CcAddresses", "BccAddresses"]
        .into_iter()
        .flat_map(|kind| form.list(&format!("Destination.{kind}")))
        .collect()
}

fn raw(text: &str) -> Result<Vec<u8>, Fault> {
    let bytes = STANDARD.decode(text);
    let bytes = bytes.map_err(|_| Fault::new("ValidationError", "The raw message is not Base64."))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Fault::new("InvalidParameterValue", "The raw message is no UTF-8."))?;
    // A line ends in CRLF on the wire, whatever the function's library writes.
    Ok(text.replace("\r\n", "\n").replace('\n', "\r\n").into_bytes())
}

/// The addresses in the header of a whole message.
fn addressees(message: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(message);
    let head = text.split("\r\n\r\n").next().unwrap_or_default();
    let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let fields = unfolded.split("\r\n").filter_map(|line| line.split_once(':'));
    fields
        .filter(|(name, _)| ["to", "cc", "bcc"].contains(&name.trim().to_ascii_lowercase().as_str()))
        .flat_map(|(_, list)| list.split(','))
        .map(|address| address.trim().to_owned())
        .collect()
}

/// The address in `Mara <mara@example.com>`, and in `mara@example.com`.
fn bare(address: &str) -> &str {
    let inner = address
        .rsplit_once('<')
        .and_then(|(_, rest)| rest.split_once('>'));
    inner.map_or(address, |(inner, _)| inner).trim()
}

/// A template of the settings with its gaps filled.
fn filled(call: &Call<'_>, name: &str, data: &str) -> Result<Content, Fault> {
    let templates = &call.ctx.app.settings.aws.templates;
    let template = templates
        .iter()
        .find(|template| template.name == name)
        .ok_or_else(|| {
            let message =
                format!("Template {name} does not exist: poolhouse.toml has no [aws.templates.\"{name}\"].");
            Fault::new("TemplateDoesNotExist", message)
        })?;
    let data: Value = match data {
        "" => Value::Null,
        text => serde_json::from_str(text)
            .map_err(|_| Fault::new("InvalidTemplate", "TemplateData is not JSON."))?,
    };
    let MailTemplate {
        subject, text, html, ..
    } = template;
    Ok(Content::Written {
        subject: fill(subject, &data, false)?,
        text: fill(text.as_deref().unwrap_or_default(), &data, false)?,
        html: html.as_deref().map(|html| fill(html, &data, true)).transpose()?,
    })
}

/// Puts values where `{{name}}` stands. Whatever else SES's templates can do, these cannot.
fn fill(template: &str, data: &Value, is_html: bool) -> Result<String, Fault> {
    let mut parts = template.split("{{");
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let gap = part.split_once("}}");
        let (name, rest) =
            gap.ok_or_else(|| Fault::new("InvalidTemplate", "A gap of the template does not end."))?;
        let value = match data.get(name.trim()) {
            Some(Value::String(text)) => text.clone(),
            Some(value @ (Value::Number(_) | Value::Bool(_))) => value.to_string(),
            _ => {
                let message = format!(
                    "Attribute '{}' is not present in the rendering data.",
                    name.trim()
                );
                return Err(Fault::new("MissingRenderingAttribute", message));
            }
        };
        filled += &if is_html {
            poolhouse_text::html::escape(&value)
        } else {
            value
        };
        filled += rest;
    }
    Ok(filled)
}

/// Puts a mail for each recipient into the outbox, all or none.
async fn send(call: &Call<'_>, to: Vec<String>, content: Content) -> Result<(), Fault> {
    if to.is_empty() || to.len() > MOST_RECIPIENTS {
        let message = format!("A mail has between 1 and {MOST_RECIPIENTS} recipients.");
        return Err(Fault::new("InvalidParameterValue", message));
    }
    let (ctx, mailer) = (call.ctx, &call.ctx.app.mailer);
    let mut batch = Batch::new();
    for (index, address) in to.iter().enumerate() {
        let dedup_id = format!("function/{}/{index}", ctx.request_id);
        let to = bare(address).to_owned();
        let queued = match &content {
            Content::Written { subject, text, html } => mailer.queue(
                ctx.now,
                OutgoingMail {
                    to,
                    subject: subject.clone(),
                    text: text.clone(),
                    html: html.clone(),
                    language: None,
                    expires: None,
                    dedup_id,
                    // A function sends it, and most likely a person waits.
                    urgency: Urgency::Code,
                    thread: None,
                    request_id: ctx.request_id.clone(),
                    picture: None,
                    discard: false,
                },
            ),
            Content::Raw(message) => mailer.queue_message(ctx.now, &to, message.clone(), &dedup_id),
        };
        batch = batch.merge(queued.map_err(|error| Fault::new("MessageRejected", error.message))?);
    }
    let committed = ctx.platform().commit(batch).await;
    committed.map_err(|error| Fault::internal(&error.into()))?;
    mailer.wake();
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_template_is_filled_and_says_what_it_misses() {
        let data = json!({ "code": 123456, "name": "<Mara>" });
        assert_eq!(
            fill("{{ code }} for {{name}}", &data, false).unwrap(),
            "123456 for <Mara>"
        );
        assert_eq!(
            fill("<b>{{name}}</b>", &data, true).unwrap(),
            "<b>&lt;Mara&gt;</b>"
        );
        assert_eq!(
            fill("{{other}}", &data, false).unwrap_err().message,
            "Attribute 'other' is not present in the rendering data."
        );
        assert_eq!(fill("{{code", &data, false).unwrap_err().code, "InvalidTemplate");
    }

    #[test]
    fn a_whole_message_names_its_recipients() {
        let message = b"From: a@example.com\r\nTo: Mara <mara@example.com>,\r\n noel@example.com\r\nBCC: b@example.com\r\n\r\nTo: no";
        let named = addressees(message);
        let named: Vec<&str> = named.iter().map(|address| bare(address)).collect();
        assert_eq!(named, ["mara@example.com", "noel@example.com", "b@example.com"]);
    }
}
