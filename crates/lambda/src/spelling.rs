//! Variables whose names nearly are those of settings: `OTP_KEYS` would be a function without a key, and say nothing.

/// Every variable that the functions read.
const KNOWN: [&str; 52] = [
    "OTP_KEY",
    "OTP_KEY_PREVIOUS",
    "CUSTOM_ATTRIBUTES",
    "USER_POOL_ID",
    "CODE_LENGTH",
    "CODE_ALPHABET",
    "CODE_TTL_SECONDS",
    "SESSION_MINUTES",
    "MAX_ATTEMPTS",
    "RESEND_COOLDOWN_SECONDS",
    "MAILS_AT_ONCE",
    "MAIL_REFILL_SECONDS",
    "MAILS_PER_HOUR",
    "MAILS_PER_DAY",
    "MAIL_BEYOND_LIMIT_SECONDS",
    "WRONG_CODES_PER_15_MINUTES",
    "WRONG_CODES_PER_DAY",
    "ALLOW_UNVERIFIED_EMAIL",
    "TRUSTED_DEVICE_DAYS",
    "CLOSED_OPENS_BY",
    "REQUIRE_CODE",
    "REQUIRE_CODE_WITHOUT_ECHO",
    "ALLOW_HOSTED_AUTH",
    "COUNTERS_TABLE",
    "APP_NAME",
    "MAIL_FROM",
    "MAIL_URL",
    "SMTP_URL",
    "MAIL_ORIGIN",
    "MAIL_TEMPLATES",
    "MAIL_SHOW_CODE",
    "MAIL_COLOUR",
    "MAIL_LOGO",
    "MAIL_SUPPORT",
    "MAIL_FOOTER",
    "SIGN_IN_URL",
    "DEFAULT_LOCALE",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER",
    "AWS_ENDPOINT_URL_DYNAMODB",
    "AWS_ENDPOINT_URL_SECRETS_MANAGER",
    "AWS_ENDPOINT_URL_SESV2",
    "AWS_ENDPOINT_URL_SSM",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_EXECUTION_ENV",
];

/// What settings were called before, and what they are called now.
const BEFORE: [(&str, &str); 1] = [("MAILS_PER_15_MINUTES", "MAILS_PER_HOUR")];

/// Whatever begins with this is meant for these functions.
const OURS: &str = "OTP_";

/// Two slips of the finger.
const FARTHEST: usize = 2;

/// The setting that was meant by a variable that nothing reads; `None` if it is one, or has nothing to do with any.
pub(crate) fn meant_by(name: &str) -> Option<&'static str> {
    if KNOWN.contains(&name) || name.starts_with("AWS_") || name.len() > 64 {
        return None;
    }
    if let Some((_, now)) = BEFORE.iter().find(|(before, _)| *before == name) {
        return Some(now);
    }
    let (distance, nearest) = KNOWN
        .into_iter()
        .filter(|known| !known.starts_with("AWS_"))
        .map(|known| (distance(name, known), known))
        .min()?;
    // Short names are near to much that has nothing to do with them.
    let is_near = distance <= FARTHEST && distance * 4 <= nearest.len();
    (is_near || name.starts_with(OURS)).then_some(nearest)
}

/// How many letters must be changed, added, removed or swapped with their neighbour to make one of the other, whatever
/// their case.
fn distance(one: &str, other: &str) -> usize {
    let letters = |text: &str| text.bytes().map(|b| b.to_ascii_uppercase()).collect::<Vec<u8>>();
    let (one, other) = (letters(one), letters(other));
    let mut rows: [Vec<usize>; 3] = [Vec::new(), Vec::new(), (0..=other.len()).collect()];
    for (i, a) in one.iter().enumerate() {
        rows.rotate_left(1);
        let [before_last, last, _] = &rows;
        let mut row = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let changed = last[j] + usize::from(a != b);
            let mut least = changed.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == other[j - 1] && one[i - 1] == *b {
                least = least.min(before_last[j - 1] + 1);
            }
            row.push(least);
        }
        rows[2] = row;
    }
    rows[2][other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_variable_is_told_and_what_was_meant() {
        for (name, meant) in [
            ("OTP_KEYS", "OTP_KEY"),
            ("OTP_KYE", "OTP_KEY"),
            ("OTP_SECRET", "OTP_KEY"),
            ("otp_key", "OTP_KEY"),
            ("CUSTOM_ATTRIBUTE", "CUSTOM_ATTRIBUTES"),
            ("USER_POOLID", "USER_POOL_ID"),
            ("CODE_TTL_SECOND", "CODE_TTL_SECONDS"),
            ("MAIL_FORM", "MAIL_FROM"),
            ("MAIL_COLOR", "MAIL_COLOUR"),
            ("MAIL_SHOWCODE", "MAIL_SHOW_CODE"),
            ("SIGNIN_URL", "SIGN_IN_URL"),
            ("SMTP_URI", "SMTP_URL"),
            ("REQUIRES_CODE", "REQUIRE_CODE"),
            ("MAILS_PER_15_MINUTES", "MAILS_PER_HOUR"),
        ] {
            assert_eq!(meant_by(name), Some(meant), "{name}");
        }
    }

    /// A setting that is added to the functions and not to this list is never told apart from a slip of the finger.
    #[test]
    fn every_setting_of_the_reference_is_known() {
        let reference = include_str!("../../../docs/reference/function-settings.md");
        let rows = reference.lines().filter(|line| line.starts_with("| `"));
        let first_cells = rows.filter_map(|line| line.split(" | ").next());
        let is_name = |text: &&str| {
            text.starts_with(|c: char| c.is_ascii_uppercase())
                && text
                    .bytes()
                    .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
        };
        let named: Vec<&str> = first_cells
            .flat_map(|cell| cell.split('`'))
            .filter(is_name)
            .collect();
        assert!(named.len() > 30, "{named:?}");
        for name in named.into_iter().filter(|name| !name.ends_with("_PROXY")) {
            assert!(
                KNOWN.contains(&name),
                "{name} is in the reference and not known here"
            );
        }
    }

    #[test]
    fn what_is_right_or_has_nothing_to_do_with_settings_is_left_alone() {
        KNOWN
            .iter()
            .for_each(|name| assert_eq!(meant_by(name), None, "{name}"));
        for name in [
            "PATH",
            "HOME",
            "LANG",
            "TZ",
            "_HANDLER",
            "LAMBDA_TASK_ROOT",
            "LD_LIBRARY_PATH",
            "AWS_XRAY_CONTEXT_MISSING",
            "_X_AMZN_TRACE_ID",
            "NODE_OPTIONS",
            "STAGE",
            "SERVICE_NAME",
            "",
            "APP_ENV",
        ] {
            assert_eq!(meant_by(name), None, "{name}");
        }
    }
}
