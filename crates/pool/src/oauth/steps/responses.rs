//! What the forms of the challenges hold, as the engine's clients send it.

use std::collections::BTreeMap;

use poolhouse_api::shapes::ChallengeNameType;

use super::fields::{ATTRIBUTE, Fields, LONGEST, digits, typed};
use crate::auth::place;
use crate::records::PageStep;

/// `ChallengeResponses` and `ClientMetadata`.
type Sent = (BTreeMap<String, String>, BTreeMap<String, String>);

/// The public parameter that names a sign-in to the functions, and goes back with every answer.
const SIGN_IN: &str = "signIn";
/// The public parameter that says how many characters the code has.
const CODE_LENGTH: &str = "codeLength";
/// The public parameter that says what the code is made of, and what it says of digits.
const CODE_ALPHABET: &str = "codeAlphabet";
const DIGITS: &str = "digits";
/// The public parameter that says for how many days a browser can be trusted; the field that asks for it; what the functions hear of it.
const REMEMBER_DAYS: &str = "rememberDays";
const REMEMBER: &str = "remember";
const REMEMBER_DEVICE: &str = "rememberDevice";
/// What the forms of the packages for pages answer with where they ask for another mail.
const RESEND: &str = "resend";
/// The field in which a browser's place token is handed in, which no form has.
pub const PLACE: &str = "place token";

/// What a form holds.
///
/// # Errors
/// The word that the page says of a form that is not complete: the engine does not hear of it.
pub fn of(challenge: ChallengeNameType, at: &PageStep, fields: &Fields) -> Result<Sent, &'static str> {
    use ChallengeNameType as Name;
    let sent = |name: &str, value: String| Ok((BTreeMap::from([(name.to_owned(), value)]), BTreeMap::new()));
    match challenge {
        Name::CustomChallenge => custom(at, fields),
        Name::SmsMfa => sent("SMS_MFA_CODE", code(fields)?),
        Name::EmailOtp => sent("EMAIL_OTP_CODE", code(fields)?),
        Name::SoftwareTokenMfa => sent("SOFTWARE_TOKEN_MFA_CODE", code(fields)?),
        Name::SmsOtp => sent("SMS_OTP_CODE", code(fields)?),
        Name::SelectChallenge => chosen(fields),
        Name::WebAuthn => match field(fields, "credential") {
            "" => Err("thisPasskeyFailed"),
            credential => sent("CREDENTIAL", credential.to_owned()),
        },
        Name::SelectMfaType => sent("ANSWER", field(fields, "mfa").to_owned()),
        Name::NewPasswordRequired => new_password(fields),
        // That the app was verified, the session says.
        Name::MfaSetup => Ok((BTreeMap::new(), BTreeMap::new())),
        _ => Err("unsupported"),
    }
}

/// `ClientMetadata` of a browser in which a right code was typed before, if it is one: its place token.
pub fn from_place(fields: &Fields) -> BTreeMap<String, String> {
    let token = fields.get(PLACE).filter(|token| !token.is_empty());
    token
        .into_iter()
        .map(|token| (place::TOKEN.to_owned(), token.clone()))
        .collect()
}

/// What a sign-in begins with: the password, or whatever the button says that was pressed.
fn chosen(fields: &Fields) -> Result<Sent, &'static str> {
    let answer = |name: &str| ("ANSWER".to_owned(), name.to_owned());
    match (field(fields, "factor"), field(fields, "password")) {
        ("", "") => Err("passwordMissing"),
        ("", password) => {
            let password = ("PASSWORD".to_owned(), password.to_owned());
            Ok((BTreeMap::from([answer("PASSWORD"), password]), from_place(fields)))
        }
        (factor, _) => Ok((BTreeMap::from([answer(factor)]), BTreeMap::new())),
    }
}

fn field<'f>(fields: &'f Fields, name: &str) -> &'f str {
    fields.get(name).map_or("", String::as_str)
}

/// The code of a factor.
fn code(fields: &Fields) -> Result<String, &'static str> {
    match digits(fields) {
        code if code.is_empty() => Err("codeIncomplete"),
        code => Ok(code),
    }
}

/// A confirm code. What people type is put in order by Verify, whose code it is: here it is only found in a sentence that was pasted,
/// where it is known what it looks like. Too little of it, or too much, is no attempt.
fn confirm_code(at: &PageStep, fields: &Fields) -> Result<String, &'static str> {
    let said = |name: &str| at.parameters.get(name).map(String::as_str);
    let length: Option<usize> = said(CODE_LENGTH).and_then(|length| length.parse().ok());
    let is_digits = said(CODE_ALPHABET) == Some(DIGITS);
    let meant = if is_digits { digits(fields) } else { typed(fields) };
    match (meant.chars().count(), length) {
        (count, _) if count < length.unwrap_or(1) => Err("codeIncomplete"),
        (count, Some(length)) if is_digits && count > length => Err("codeTooLong"),
        (_, Some(_)) if is_digits => Ok(meant),
        _ => Ok(field(fields, "code").chars().take(LONGEST).collect()),
    }
}

fn custom(at: &PageStep, fields: &Fields) -> Result<Sent, &'static str> {
    let mut metadata = from_place(fields);
    if !field(fields, REMEMBER).is_empty() && at.parameters.contains_key(REMEMBER_DAYS) {
        metadata.insert(REMEMBER_DEVICE.to_owned(), "true".to_owned());
    }
    if let Some(named) = at.parameters.get(SIGN_IN).filter(|named| !named.is_empty()) {
        metadata.insert(SIGN_IN.to_owned(), named.clone());
    }
    let answer = if field(fields, "action") == RESEND {
        metadata.insert("action".to_owned(), RESEND.to_owned());
        RESEND.to_owned()
    } else {
        confirm_code(at, fields)?
    };
    Ok((BTreeMap::from([("ANSWER".to_owned(), answer)]), metadata))
}

fn new_password(fields: &Fields) -> Result<Sent, &'static str> {
    let password = field(fields, "password");
    if password.is_empty() {
        return Err("passwordMissing");
    }
    if password != field(fields, "confirm") {
        return Err("passwordsDiffer");
    }
    let given = fields.iter().filter_map(|(name, value)| {
        let attribute = name.strip_prefix(ATTRIBUTE)?;
        (!value.is_empty()).then(|| (format!("userAttributes.{attribute}"), value.clone()))
    });
    let mut responses: BTreeMap<String, String> = given.collect();
    responses.insert("NEW_PASSWORD".to_owned(), password.to_owned());
    Ok((responses, BTreeMap::new()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(held: &[(&str, &str)]) -> Fields {
        let held = held
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        held.collect()
    }

    fn step() -> PageStep {
        PageStep {
            parameters: BTreeMap::from([("signIn".to_owned(), "s1".to_owned())]),
            ..PageStep::default()
        }
    }

    #[test]
    fn a_code_goes_to_the_functions_as_it_was_typed_and_with_the_name_of_its_sign_in() {
        let sent = of(
            ChallengeNameType::CustomChallenge,
            &step(),
            &fields(&[("code", "123 456")]),
        );
        let (responses, metadata) = sent.unwrap();
        assert_eq!(responses["ANSWER"], "123 456");
        assert_eq!(metadata, BTreeMap::from([("signIn".to_owned(), "s1".to_owned())]));
    }

    #[test]
    fn whoever_asks_for_another_mail_gives_no_answer() {
        let asked = fields(&[("code", "123456"), ("action", "resend")]);
        let (responses, metadata) = of(ChallengeNameType::CustomChallenge, &step(), &asked).unwrap();
        assert_eq!(responses["ANSWER"], "resend");
        assert_eq!(metadata["action"], "resend");
    }

    #[test]
    fn forms_that_are_not_complete_do_not_reach_the_engine() {
        use ChallengeNameType as Name;
        for (challenge, held, said) in [
            (Name::CustomChallenge, &[("code", " - ")][..], "codeIncomplete"),
            (Name::SoftwareTokenMfa, &[], "codeIncomplete"),
            (Name::NewPasswordRequired, &[("confirm", "x")], "passwordMissing"),
            (
                Name::NewPasswordRequired,
                &[("password", "x"), ("confirm", "y")],
                "passwordsDiffer",
            ),
            (Name::WebAuthn, &[("credential", "")], "thisPasskeyFailed"),
            (Name::SelectChallenge, &[("password", "")], "passwordMissing"),
            (Name::DeviceSrpAuth, &[], "unsupported"),
        ] {
            assert_eq!(of(challenge, &step(), &fields(held)), Err(said));
        }
    }

    #[test]
    fn too_few_characters_are_no_attempt_where_it_is_known_how_many_a_code_has() {
        let typed =
            |at: &PageStep, code| of(ChallengeNameType::CustomChallenge, at, &fields(&[("code", code)]));
        let mut step = step();
        assert!(typed(&step, "12345").is_ok(), "functions of others do not say");
        step.parameters.insert("codeLength".to_owned(), "6".to_owned());
        for (code, is_whole) in [
            ("12345", false),
            ("123 4-5", false),
            ("123456", true),
            ("Your code is 123456.", true),
        ] {
            assert_eq!(
                typed(&step, code).err(),
                (!is_whole).then_some("codeIncomplete"),
                "{code}"
            );
        }
        let asked = fields(&[("code", ""), ("action", "resend")]);
        assert!(of(ChallengeNameType::CustomChallenge, &step, &asked).is_ok());
    }

    #[test]
    fn a_code_of_digits_is_found_in_what_was_pasted_and_one_that_is_no_code_is_no_attempt() {
        let mut step = step();
        for (name, value) in [("codeLength", "6"), ("codeAlphabet", "digits")] {
            step.parameters.insert(name.to_owned(), value.to_owned());
        }
        for (code, sent) in [
            ("Your code is 123456.", Ok("123456")),
            ("12 34 56", Ok("123456")),
            ("１２３４５６", Ok("123456")),
            ("Your code is 12345.", Err("codeIncomplete")),
            ("123456123456", Err("codeTooLong")),
        ] {
            let answered = of(
                ChallengeNameType::CustomChallenge,
                &step,
                &fields(&[("code", code)]),
            );
            let answer = answered.map(|(responses, _)| responses["ANSWER"].clone());
            assert_eq!(answer.as_deref().map_err(|word| *word), sent, "{code}");
        }
    }

    #[test]
    fn a_browser_is_trusted_where_the_functions_offer_it_and_the_person_asks_for_it() {
        let asks = |at: &PageStep, held| {
            let sent = of(ChallengeNameType::CustomChallenge, at, &fields(held));
            sent.unwrap().1.get("rememberDevice").cloned()
        };
        let (ticked, not) = ([("code", "1"), ("remember", "yes")], [("code", "1")]);
        let mut step = step();
        assert_eq!(asks(&step, &ticked), None);
        step.parameters.insert("rememberDays".to_owned(), "30".to_owned());
        assert_eq!(asks(&step, &ticked), Some("true".to_owned()));
        assert_eq!(asks(&step, &not), None);
    }

    #[test]
    fn a_choice_is_the_button_that_was_pressed_whatever_was_typed() {
        let sent = |held| {
            of(ChallengeNameType::SelectChallenge, &step(), &fields(held))
                .unwrap()
                .0
        };
        let by_button = sent(&[("factor", "WEB_AUTHN"), ("password", "x")]);
        assert_eq!(
            by_button,
            BTreeMap::from([("ANSWER".to_owned(), "WEB_AUTHN".to_owned())])
        );
        let typed = sent(&[("password", "x")]);
        assert_eq!((&*typed["ANSWER"], &*typed["PASSWORD"]), ("PASSWORD", "x"));
    }

    #[test]
    fn only_named_attributes_go_with_a_new_password() {
        let held = fields(&[
            ("password", "p"),
            ("confirm", "p"),
            ("attr.name", "Ada"),
            ("attr.email", ""),
            ("name", "x"),
        ]);
        let (responses, _) = of(ChallengeNameType::NewPasswordRequired, &step(), &held).unwrap();
        let expected = [("NEW_PASSWORD", "p"), ("userAttributes.name", "Ada")];
        assert_eq!(
            responses,
            expected
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into()
        );
    }
}
