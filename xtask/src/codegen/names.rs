//! From the model's names to Rust's.

/// Spellings whose capitals do not mark words, and how they are read.
const WORDS: [(&str, &str); 2] = [("OAuth", "Oauth"), ("URLs", "Urls")];

/// Words of Rust's grammar that a member may be called.
const KEYWORDS: [&str; 12] = [
    "type", "match", "ref", "use", "move", "mod", "loop", "impl", "in", "as", "where", "yield",
];

/// `UserPoolId` → `user_pool_id`, `MFAOptions` → `mfa_options`, `CallbackURLs` → `callback_urls`.
pub fn field(name: &str) -> String {
    let mut name = name.to_owned();
    for (spelling, reading) in WORDS {
        name = name.replace(spelling, reading);
    }
    let letters: Vec<char> = name.chars().collect();
    let mut field = String::new();
    for (index, letter) in letters.iter().enumerate() {
        let previous = index.checked_sub(1).map(|index| letters[index]);
        let next_is_lower = letters.get(index + 1).is_some_and(char::is_ascii_lowercase);
        let begins_word = letter.is_ascii_uppercase()
            && previous.is_some_and(|previous| !previous.is_ascii_uppercase() || next_is_lower);
        if begins_word {
            field.push('_');
        }
        field.push(letter.to_ascii_lowercase());
    }
    if KEYWORDS.contains(&field.as_str()) {
        format!("r#{field}")
    } else {
        field
    }
}

/// `USER_SRP_AUTH` → `UserSrpAuth`, `phone_number` → `PhoneNumber`, `V1_0` → `V1_0`, `SignIn` stays.
pub fn variant(value: &str) -> String {
    let mut variant = String::new();
    for word in value.split(['_', '-']).filter(|word| !word.is_empty()) {
        let between_digits = variant.ends_with(|last: char| last.is_ascii_digit())
            && word.starts_with(|first: char| first.is_ascii_digit());
        if between_digits {
            variant.push('_');
        }
        let is_capitals = !word.contains(|letter: char| letter.is_ascii_lowercase());
        let (first, rest) = word.split_at(1);
        variant.push_str(&first.to_ascii_uppercase());
        variant.push_str(&if is_capitals {
            rest.to_ascii_lowercase()
        } else {
            rest.to_owned()
        });
    }
    variant
}

/// `UserPoolIdType` → `USER_POOL_ID_TYPE`, for statics.
pub fn constant(name: &str) -> String {
    field(name).trim_start_matches("r#").to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_split_where_a_reader_would_split_them() {
        let table = [
            ("UserPoolId", "user_pool_id"),
            ("MFAOptions", "mfa_options"),
            ("UserMFASettingList", "user_mfa_setting_list"),
            ("CallbackURLs", "callback_urls"),
            (
                "AllowedOAuthFlowsUserPoolClient",
                "allowed_oauth_flows_user_pool_client",
            ),
            ("KMSKeyID", "kms_key_id"),
            ("PrimaryRoute53HealthCheckId", "primary_route53_health_check_id"),
            ("S3Bucket", "s3_bucket"),
            ("SMSMfaSettings", "sms_mfa_settings"),
            ("CSS", "css"),
            ("headerName", "header_name"),
            ("Type", "r#type"),
        ];
        for (name, expected) in table {
            assert_eq!(field(name), expected);
        }
    }

    #[test]
    fn variants_are_camel_case_and_keep_versions_apart() {
        let table = [
            ("USER_SRP_AUTH", "UserSrpAuth"),
            ("phone_number", "PhoneNumber"),
            ("SignIn", "SignIn"),
            ("SAML2", "Saml2"),
            ("V1_0", "V1_0"),
            ("TLS_V1_2_2021", "TlsV1_2_2021"),
            ("N_A", "NA"),
        ];
        for (value, expected) in table {
            assert_eq!(variant(value), expected);
        }
    }
}
