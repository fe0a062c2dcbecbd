//! The link by which a sign-up is confirmed, where the pool mails one in place of a code to be typed.

use poolhouse_api::shapes::DefaultEmailOptionType;
use poolhouse_text::percent;

use crate::records::{ClientRecord, PoolRecord, UserRecord};
use crate::request::Ctx;
use crate::triggers::events::CustomMessageSource;

/// What stands for a link in a text, as the service shows it to functions: any words may stand between the signs.
pub const PARAMETER: &str = "{##Click Here##}";
/// Subject and text where neither the pool nor a function says otherwise; the link follows.
pub const WORDING: (&str, &str) = (
    "Your verification link",
    "Please click the link below to verify your email address.",
);
/// The path at which the link is answered.
const PATH: &str = "/confirmUser";

/// Whether the pool mails links to people who sign up.
pub fn is_on(pool: &PoolRecord) -> bool {
    let template = pool.settings.verification_message_template.as_ref();
    template.and_then(|template| template.default_email_option)
        == Some(DefaultEmailOptionType::ConfirmWithLink)
}

/// The link of a mail that has one: sign-ups alone are confirmed by it.
pub(super) fn of(
    ctx: &Ctx,
    pool: &PoolRecord,
    user: &UserRecord,
    source: CustomMessageSource,
    (client, code): (Option<&ClientRecord>, &str),
) -> Option<String> {
    let is_of_sign_up = matches!(
        source,
        CustomMessageSource::SignUp | CustomMessageSource::ResendCode
    );
    let client = client
        .map(ClientRecord::id)
        .filter(|_| is_of_sign_up && is_on(pool))?;
    let base = ctx.app.settings.issuer.trim_end_matches('/');
    let [client, name, code] = [client, &user.username, code].map(percent::encode);
    Some(format!(
        "{base}{PATH}?client_id={client}&user_name={name}&confirmation_code={code}"
    ))
}

/// The text with what `write` makes of the words of each link in it. `{####}`, which stands for the code, is none.
pub(super) fn filled(text: &str, write: impl Fn(&str) -> String) -> String {
    let mut made = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("{##") {
        let words = &rest[at + 3..];
        match words.find("##}") {
            Some(end) if end > 0 => {
                made.push_str(&rest[..at]);
                made.push_str(&write(&words[..end]));
                rest = &words[end + 3..];
            }
            _ => {
                made.push_str(&rest[..at + 3]);
                rest = words;
            }
        }
    }
    made + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_put_where_words_stand_for_them_and_codes_are_left_alone() {
        let written = |text: &str| filled(text, |words| format!("[{words}]"));
        for (text, expected) in [
            ("Click {##here##}.", "Click [here]."),
            ("{##a b##} or {####}", "[a b] or {####}"),
            ("{####}{##x##}{####}", "{####}[x]{####}"),
            ("{## no end", "{## no end"),
            ("none", "none"),
        ] {
            assert_eq!(written(text), expected);
        }
    }
}
