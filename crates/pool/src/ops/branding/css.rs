//! The style sheet of the classic pages: rules for the classes that AWS documents, and nothing that reaches beyond them.
//!
//! A sheet is kept as it was given and read here only to see that every rule is of a known class and every declaration of a known
//! property, and that no value fetches, escapes or runs anything.

/// The classes; each stands before `-customizable`.
const CLASSES: [&str; 15] = [
    "background",
    "banner",
    "errorMessage",
    "idpButton",
    "idpDescription",
    "inputField",
    "label",
    "legalText",
    "logo",
    "passwordCheck-valid",
    "passwordCheck-notValid",
    "redirect",
    "socialButton",
    "submitButton",
    "textDescription",
];
/// What a class may be followed by.
const STATES: [&str; 3] = ["hover", "focus", "active"];
/// The properties. Those that end with `-` stand for all that begin so.
const PROPERTIES: [&str; 26] = [
    "background",
    "background-color",
    "border",
    "border-",
    "box-shadow",
    "color",
    "display",
    "font",
    "font-",
    "height",
    "letter-spacing",
    "line-height",
    "margin",
    "margin-",
    "max-height",
    "max-width",
    "min-height",
    "min-width",
    "opacity",
    "outline",
    "outline-",
    "padding",
    "padding-",
    "text-",
    "vertical-align",
    "width",
];
/// The functions that a value may use: none of them fetches anything.
const FUNCTIONS: [&str; 5] = ["rgb", "rgba", "hsl", "hsla", "calc"];

/// Checks a style sheet.
///
/// # Errors
/// What is wrong with it, in a sentence.
pub fn check(sheet: &str) -> Result<(), String> {
    let sheet = without_comments(sheet)?;
    let mut rest = sheet.trim();
    while !rest.is_empty() {
        let (selectors, after) = rest
            .split_once('{')
            .ok_or_else(|| format!("Invalid CSS: a rule is missing after {}.", shown(rest)))?;
        let (body, after) = after
            .split_once('}')
            .ok_or_else(|| format!("Invalid CSS: the rule of {} does not end.", shown(selectors)))?;
        for selector in selectors.split(',') {
            check_selector(selector.trim())?;
        }
        for declaration in body.split(';').map(str::trim).filter(|text| !text.is_empty()) {
            check_declaration(declaration)?;
        }
        rest = after.trim_start();
    }
    Ok(())
}

fn without_comments(sheet: &str) -> Result<String, String> {
    let mut plain = String::with_capacity(sheet.len());
    let mut rest = sheet;
    while let Some((before, comment)) = rest.split_once("/*") {
        let (_, after) = comment
            .split_once("*/")
            .ok_or_else(|| "Invalid CSS: a comment does not end.".to_owned())?;
        plain.push_str(before);
        // A comment parts what stands beside it.
        plain.push(' ');
        rest = after;
    }
    plain.push_str(rest);
    Ok(plain)
}

fn check_selector(selector: &str) -> Result<(), String> {
    let refused = || format!("Invalid CSS: the selector {} is not allowed.", shown(selector));
    let class = selector.strip_prefix('.').ok_or_else(refused)?;
    let (class, state) = match class.split_once(':') {
        Some((class, state)) => (class, Some(state)),
        None => (class, None),
    };
    let is_known = class
        .strip_suffix("-customizable")
        .is_some_and(|name| CLASSES.contains(&name));
    match is_known && state.is_none_or(|state| STATES.contains(&state)) {
        true => Ok(()),
        false => Err(refused()),
    }
}

fn check_declaration(declaration: &str) -> Result<(), String> {
    let (property, value) = declaration
        .split_once(':')
        .ok_or_else(|| format!("Invalid CSS: {} is no declaration.", shown(declaration)))?;
    let property = property.trim_end().to_ascii_lowercase();
    let is_known = PROPERTIES.iter().any(|known| match known.ends_with('-') {
        true => property.starts_with(known) && property.len() > known.len(),
        false => property == *known,
    });
    let is_plain = property.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    if !is_known || !is_plain {
        return Err(format!(
            "Invalid CSS: the property {} is not allowed.",
            shown(&property)
        ));
    }
    match is_harmless(value) {
        true => Ok(()),
        false => Err(format!("Invalid CSS: the value of {property} is not allowed.")),
    }
}

/// Whether a value names no address and no function but those that only reckon.
fn is_harmless(value: &str) -> bool {
    let is_of_value = |c: char| c.is_ascii_alphanumeric() || " \t\r\n#%.,()+-*/'\"!_".contains(c);
    if !value.chars().all(is_of_value) {
        return false;
    }
    let mut before = value;
    while let Some((rest, _)) = before.rsplit_once('(') {
        let start = rest.rfind(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'));
        let name = rest.get(start.map_or(0, |at| at + 1)..).unwrap_or_default();
        // `calc` may nest parentheses without a name.
        let is_known = name.is_empty() || FUNCTIONS.iter().any(|known| known.eq_ignore_ascii_case(name));
        if !is_known {
            return false;
        }
        before = rest;
    }
    true
}

/// The beginning of what somebody wrote, for a message.
fn shown(text: &str) -> String {
    let text = text.trim();
    let end = text.floor_char_boundary(40);
    text[..end].chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_aws_documents_is_taken() {
        for sheet in [
            "",
            ".label-customizable {font-weight: 400;}",
            ".logo-customizable { max-width: 60%; max-height: 30% }",
            "/* a */ .submitButton-customizable:hover,\n.idpButton-customizable:hover { color: #fff; background-color: #286090; }",
            ".inputField-customizable:focus { border-color: #66afe9; outline: 0; }",
            ".errorMessage-customizable { border: 2px solid rgb(214, 73, 88) !important; padding: 5px; }",
            ".banner-customizable { width: calc((100% - 2px) / 2); font-family: 'Amazon Ember', Arial; }",
            ".passwordCheck-notValid-customizable { color: #DF3312; } .passwordCheck-valid-customizable { color: #19BF00; }",
        ] {
            assert_eq!(check(sheet), Ok(()), "{sheet}");
        }
    }

    #[test]
    fn what_would_reach_beyond_the_classes_is_refused() {
        for sheet in [
            "@import 'https://a.example/x.css';",
            "@media print { .label-customizable { color: red } }",
            "body { color: red }",
            "* { color: red }",
            ".label-customizable, body { color: red }",
            ".label-customizable .other { color: red }",
            ".label-customizable::after { color: red }",
            ".label-customizable:not(.x) { color: red }",
            ".other-customizable { color: red }",
            ".label-customizable { content: 'a' }",
            ".label-customizable { position: fixed }",
            ".label-customizable { background: url(https://a.example/x) }",
            ".label-customizable { background: URL ('https://a.example') }",
            ".label-customizable { background: u/**/rl(x) }",
            ".label-customizable { background: image-set('a') }",
            ".label-customizable { background: src('a') }",
            ".label-customizable { background: var(--a) }",
            ".label-customizable { background: \\75rl(x) }",
            ".label-customizable { color: expression(alert(1)) }",
            ".label-customizable { color: red; </style><script> }",
            ".label-customizable { color: red",
            ".label-customizable { color }",
            ".label-customizable { -moz-binding: a }",
            ".label-customizable /* color: red }",
            "} .label-customizable { color: red }",
            "color: red;",
        ] {
            let refused = check(sheet);
            assert!(
                refused
                    .as_ref()
                    .is_err_and(|text| text.starts_with("Invalid CSS: ")),
                "{sheet}: {refused:?}"
            );
        }
    }
}
