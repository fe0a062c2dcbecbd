//! The settings document of a managed login style: what it may say, what it says by default, and how the two come together.

use serde_json::Value;

use crate::base::error::ApiError;

/// Bytes of the longest document.
const LONGEST: usize = 256 * 1024;
/// The document of a style that has no settings of its own.
const DEFAULTS: &str = include_str!("defaults.json");

/// What may stand at the top, and below it.
const MEMBERS: [(&str, &[&str]); 3] = [
    ("categories", &["auth", "form", "global", "signUp"]),
    (
        "componentClasses",
        &[
            "buttons",
            "divider",
            "dropDown",
            "focusState",
            "idpButtons",
            "input",
            "inputDescription",
            "inputLabel",
            "link",
            "optionControls",
            "statusIndicator",
        ],
    ),
    (
        "components",
        &[
            "alert",
            "favicon",
            "form",
            "idpButton",
            "pageBackground",
            "pageFooter",
            "pageHeader",
            "pageText",
            "phoneNumberSelector",
            "primaryButton",
            "secondaryButton",
        ],
    ),
];

/// Checks a document: known members, and colours of eight hexadecimal digits.
///
/// # Errors
/// `InvalidParameterException` that names the member.
pub fn check(settings: &Value) -> Result<(), ApiError> {
    if settings.to_string().len() > LONGEST {
        return Err(ApiError::invalid_parameter("Settings are too large."));
    }
    let Value::Object(top) = settings else {
        return Err(ApiError::invalid_parameter("Settings must be a JSON object."));
    };
    for (name, value) in top {
        let known = MEMBERS.iter().find(|(known, _)| known == name);
        let (_, below) = known.ok_or_else(|| unknown(name))?;
        let Value::Object(members) = value else {
            return Err(ApiError::invalid_parameter(format!(
                "{name} in Settings must be an object."
            )));
        };
        if let Some(member) = members.keys().find(|member| !below.contains(&member.as_str())) {
            return Err(unknown(&format!("{name}.{member}")));
        }
    }
    check_colours(settings, "")
}

fn unknown(name: &str) -> ApiError {
    ApiError::invalid_parameter(format!("Settings have no member {name}."))
}

/// A member whose name ends with `color` is `RRGGBBAA`.
fn check_colours(value: &Value, path: &str) -> Result<(), ApiError> {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let path = format!("{path}{name}");
                let is_colour = name.to_ascii_lowercase().ends_with("color");
                match value {
                    Value::String(text) if is_colour && !is_rgba(text) => {
                        return Err(ApiError::invalid_parameter(format!(
                            "{path} in Settings must be a color of eight hexadecimal digits."
                        )));
                    }
                    value => check_colours(value, &format!("{path}."))?,
                }
            }
            Ok(())
        }
        Value::Array(list) => list.iter().try_for_each(|value| check_colours(value, path)),
        _ => Ok(()),
    }
}

fn is_rgba(text: &str) -> bool {
    text.len() == 8 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// The document of a style with no settings of its own.
///
/// # Errors
/// `InternalErrorException` if the document of this program is none.
pub fn by_default() -> Result<Value, ApiError> {
    serde_json::from_str(DEFAULTS).map_err(ApiError::internal)
}

/// One document over another: objects come together member by member, everything else is replaced.
pub fn over(below: Value, above: &Value) -> Value {
    match (below, above) {
        (Value::Object(mut below), Value::Object(above)) => {
            for (name, value) in above {
                match below.get_mut(name) {
                    Some(before) => {
                        let taken = before.take();
                        *before = over(taken, value);
                    }
                    None => drop(below.insert(name.clone(), value.clone())),
                }
            }
            Value::Object(below)
        }
        (_, above) => above.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_defaults_are_settings() {
        let defaults = by_default().unwrap();
        assert_eq!(check(&defaults).map_err(|error| error.message), Ok(()));
        for (top, below) in MEMBERS {
            for member in below {
                assert!(defaults[top][member].is_object(), "{top}.{member}");
            }
        }
    }

    #[test]
    fn what_is_no_setting_is_named() {
        let cases = [
            (json!([]), "Settings must be a JSON object."),
            (json!({ "theme": {} }), "Settings have no member theme."),
            (
                json!({ "components": 1 }),
                "components in Settings must be an object.",
            ),
            (
                json!({ "components": { "footer": {} } }),
                "Settings have no member components.footer.",
            ),
            (
                json!({ "components": { "pageBackground": { "lightMode": { "color": "#ffffff" } } } }),
                "components.pageBackground.lightMode.color in Settings must be a color of eight hexadecimal digits.",
            ),
            (
                json!({ "components": { "pageText": { "darkMode": { "bodyColor": "red;}body{" } } } }),
                "components.pageText.darkMode.bodyColor in Settings must be a color of eight hexadecimal digits.",
            ),
        ];
        for (settings, sentence) in cases {
            assert_eq!(
                check(&settings).map_err(|error| error.message),
                Err(sentence.to_owned())
            );
        }
    }

    #[test]
    fn documents_come_together_member_by_member() {
        let below = json!({ "a": { "b": 1, "c": [1, 2] }, "d": 1 });
        let above = json!({ "a": { "c": [3], "e": { "f": 1 } } });
        assert_eq!(
            over(below, &above),
            json!({ "a": { "b": 1, "c": [3], "e": { "f": 1 } }, "d": 1 })
        );
    }
}
