//! SNS: text messages to phone numbers. This server sends none; they lie in the local inbox, so that they can be read.

use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::form::Form;

/// `Publish` to a phone number.
pub(crate) fn serve(call: &Call<'_>) -> Result<Answer, Fault> {
    let form = Form::read(call.body)?;
    match form.required("Action")? {
        "Publish" => publish(call, &form),
        other => Err(Fault::unavailable(&format!("sns:{other}"))),
    }
}

fn publish(call: &Call<'_>, form: &Form) -> Result<Answer, Fault> {
    let Some(number) = form.get("PhoneNumber") else {
        return Err(Fault::unavailable("sns:Publish to a topic or an endpoint"));
    };
    let digits = number.strip_prefix('+').unwrap_or_default();
    if !(7..=15).contains(&digits.len()) || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(Fault::new("InvalidParameter", "Invalid parameter: PhoneNumber"));
    }
    let Some(inbox) = call.ctx.app.mailer.inbox() else {
        return Err(Fault::unavailable(
            "way to send text messages; with --inbox they are put there",
        ));
    };
    let text = form.required("Message")?;
    let message = format!(
        "From: SMS\r\nTo: {number}\r\nSubject: Text message to {number}\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n"
    );
    inbox.deliver("SMS", &[number], message.as_bytes(), call.ctx.now.0);
    Ok(Answer::Xml(
        "Publish",
        vec![("MessageId", call.ctx.request_id.clone())],
    ))
}
