//! Who issues tokens, as it may be written.

/// An issuer: verifiers compare it to the letter, so there is one way to write it.
pub fn issuer(text: &str) -> Option<String> {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))?;
    let legal = |c: char| c.is_ascii_graphic() && !"\"'<>\\^`{|}?#".contains(c);
    (!rest.is_empty() && !rest.ends_with('/') && rest.chars().all(legal)).then(|| text.to_owned())
}
