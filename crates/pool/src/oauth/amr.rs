//! What a token says of how its user has signed in.

use crate::records::BrowserSession;

/// How the user has signed in, in the words of RFC 8176.
pub(super) fn amr(session: &BrowserSession) -> Vec<String> {
    let proven = |name: &str| session.proven.iter().any(|held| held == name);
    let is_passwordless = session.first.is_some();
    let mut methods = Vec::new();
    if session.provider.is_some() {
        methods.push("fed");
    } else if !is_passwordless {
        methods.push("pwd");
    }
    if proven("WEB_AUTHN") {
        methods.push("pop");
    }
    let by_sms = proven("SMS_MFA") || proven("SMS_OTP");
    if proven("CUSTOM_CHALLENGE") || proven("EMAIL_OTP") || proven("SOFTWARE_TOKEN_MFA") || by_sms {
        methods.push("otp");
    }
    if by_sms {
        methods.push("sms");
    }
    if methods.len() > 1 && !is_passwordless {
        methods.push("mfa");
    }
    methods.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::Millis;

    #[test]
    fn tokens_say_of_a_sign_in_without_a_password_that_it_had_none() {
        for (first, proven, expected) in [
            (None, &[][..], &["pwd"][..]),
            (None, &["CUSTOM_CHALLENGE"], &["pwd", "otp", "mfa"]),
            (None, &["SMS_MFA"], &["pwd", "otp", "sms", "mfa"]),
            (Some("WEB_AUTHN"), &["WEB_AUTHN"], &["pop"]),
            (Some("EMAIL_OTP"), &["EMAIL_OTP"], &["otp"]),
            (Some("SMS_OTP"), &["SMS_OTP"], &["otp", "sms"]),
        ] {
            let session = BrowserSession {
                epoch: 0,
                auth_time: Millis(0),
                had_code: false,
                proven: proven.iter().map(|name| (*name).to_owned()).collect(),
                first: first.map(str::to_owned),
                event_id: String::new(),
                provider: None,
                at_provider: None,
                ends: Millis(1),
                client_id: None,
                device: None,
                address: None,
                replaces: None,
                is_replaced: false,
            };
            assert_eq!(amr(&session), expected, "{proven:?}");
        }
    }
}
