//! An assertion whose bytes are signed: whom it is about, for whom, until when.

use std::collections::BTreeMap;

use crate::expected::Expected;
use crate::fault::Fault;
use crate::moment;
use crate::names::{ASSERTION, BEARER};
use crate::xml::Node;

/// How far the clocks of two machines may differ, in milliseconds.
pub(crate) const SKEW: i64 = 60_000;
/// For how long after it was made an assertion is taken that nobody asked for, in milliseconds: the service's six minutes.
const UNASKED: i64 = 360_000;
/// Conditions that are known, or that say nothing to somebody who believes an assertion once.
const CONDITIONS: [&str; 3] = ["AudienceRestriction", "OneTimeUse", "ProxyRestriction"];
/// The most attributes that are read, and values of one.
const ATTRIBUTES: usize = 200;

/// What is believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assertion {
    /// Its ID. It counts once.
    pub id: String,
    /// Who said it.
    pub issuer: String,
    /// Whom it is about, to the letter.
    pub name_id: String,
    /// The attributes of the element that says so, for a sign-out: format, qualifiers.
    pub name_id_attributes: BTreeMap<String, String>,
    /// How the identity provider calls its own session.
    pub session_index: Option<String>,
    /// Attributes by their names, with all of their values in order.
    pub attributes: BTreeMap<String, Vec<String>>,
    /// From when on it is refused for its age alone, in milliseconds since 1970. Until then its ID must be remembered.
    pub ends: i64,
}

/// Reads an assertion and judges it.
///
/// # Errors
/// [`Fault`]
pub(crate) fn read(node: Node<'_, '_>, expected: &Expected<'_>) -> Result<Assertion, Fault> {
    if node.attribute("Version") != Some("2.0") {
        return Err(Fault::Shape("Version"));
    }
    let id = node.attribute("ID").filter(|id| !id.is_empty());
    let id = id.ok_or(Fault::Shape("ID"))?.to_owned();
    let issuer = text(node.the(ASSERTION, "Issuer")?)?;
    if issuer != expected.issuer {
        return Err(Fault::Issuer);
    }
    check_age(node, expected)?;
    let subject = node.the(ASSERTION, "Subject")?;
    let name = subject.one(ASSERTION, "NameID")?.ok_or(Fault::NameId)?;
    // To the letter: white space that is cut off would make two names one.
    let name_id = name.text().filter(|text| !text.is_empty() && text.trim() == text);
    let name_id = name_id.ok_or(Fault::NameId)?;
    let mut ends = confirmed(subject, expected)?;
    if let Some(until) = conditions(node.the(ASSERTION, "Conditions")?, expected)? {
        ends = ends.min(until);
    }
    let statement = node.named(ASSERTION, "AuthnStatement").next();
    let statement = statement.ok_or(Fault::Shape("AuthnStatement"))?;
    if let Some(until) = time(statement, "SessionNotOnOrAfter")?
        && expected.now >= until.saturating_add(SKEW)
    {
        return Err(Fault::Expired);
    }
    Ok(Assertion {
        id,
        issuer,
        name_id,
        name_id_attributes: ["Format", "NameQualifier", "SPNameQualifier"]
            .into_iter()
            .filter_map(|key| Some((key.to_owned(), name.attribute(key)?.to_owned())))
            .collect(),
        session_index: statement.attribute("SessionIndex").map(str::to_owned),
        attributes: attributes(node)?,
        ends: ends.saturating_add(SKEW),
    })
}

/// A text without the white space around it.
pub(crate) fn text(node: Node<'_, '_>) -> Result<String, Fault> {
    let text = node.text().ok_or(Fault::Shape("text"))?;
    Ok(text.trim_matches([' ', '\t', '\r', '\n']).to_owned())
}

/// A moment that an attribute says.
fn time(node: Node<'_, '_>, name: &'static str) -> Result<Option<i64>, Fault> {
    match node.attribute(name) {
        None => Ok(None),
        Some(text) => Ok(Some(moment::read(text).ok_or(Fault::Shape(name))?)),
    }
}

/// That it was not made in the future and, if nobody asked for it, not long ago.
fn check_age(node: Node<'_, '_>, expected: &Expected<'_>) -> Result<(), Fault> {
    let issued = time(node, "IssueInstant")?.ok_or(Fault::Shape("IssueInstant"))?;
    if issued > expected.now.saturating_add(SKEW) {
        return Err(Fault::NotYet);
    }
    match expected.in_response_to {
        None if expected.now.saturating_sub(issued) > UNASKED => Err(Fault::Expired),
        _ => Ok(()),
    }
}

/// Until when somebody may hand it in who says nothing but it: here, now, in answer to what was asked.
fn confirmed(subject: Node<'_, '_>, expected: &Expected<'_>) -> Result<i64, Fault> {
    let mut why = Fault::Shape("SubjectConfirmation");
    for confirmation in subject.named(ASSERTION, "SubjectConfirmation") {
        if confirmation.attribute("Method") != Some(BEARER) {
            continue;
        }
        match bearer(confirmation, expected) {
            Ok(until) => return Ok(until),
            Err(fault) => why = fault,
        }
    }
    Err(why)
}

fn bearer(confirmation: Node<'_, '_>, expected: &Expected<'_>) -> Result<i64, Fault> {
    let data = confirmation.the(ASSERTION, "SubjectConfirmationData")?;
    if data.attribute("Recipient") != Some(expected.acs) {
        return Err(Fault::Recipient);
    }
    if data.attribute("InResponseTo") != expected.in_response_to {
        return Err(Fault::InResponseTo);
    }
    check_begun(data, expected)?;
    let until = time(data, "NotOnOrAfter")?.ok_or(Fault::Shape("NotOnOrAfter"))?;
    match expected.now < until.saturating_add(SKEW) {
        true => Ok(until),
        false => Err(Fault::Expired),
    }
}

fn check_begun(node: Node<'_, '_>, expected: &Expected<'_>) -> Result<(), Fault> {
    match time(node, "NotBefore")? {
        Some(from) if expected.now.saturating_add(SKEW) < from => Err(Fault::NotYet),
        _ => Ok(()),
    }
}

/// Until when it counts, if it says so. It must say that it is for us.
fn conditions(conditions: Node<'_, '_>, expected: &Expected<'_>) -> Result<Option<i64>, Fault> {
    check_begun(conditions, expected)?;
    let until = time(conditions, "NotOnOrAfter")?;
    if until.is_some_and(|until| expected.now >= until.saturating_add(SKEW)) {
        return Err(Fault::Expired);
    }
    let is_known = |node: Node<'_, '_>| CONDITIONS.iter().any(|name| node.is(ASSERTION, name));
    if !conditions.children().all(is_known) {
        return Err(Fault::Condition);
    }
    let mut restrictions = conditions.named(ASSERTION, "AudienceRestriction").peekable();
    if restrictions.peek().is_none() {
        return Err(Fault::Audience);
    }
    let is_for_us = |restriction: Node<'_, '_>| {
        let mut audiences = restriction.named(ASSERTION, "Audience");
        audiences.any(|audience| text(audience).is_ok_and(|text| text == expected.audience))
    };
    match restrictions.all(is_for_us) {
        true => Ok(until),
        false => Err(Fault::Audience),
    }
}

fn attributes(node: Node<'_, '_>) -> Result<BTreeMap<String, Vec<String>>, Fault> {
    let mut read: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let statements = node.named(ASSERTION, "AttributeStatement");
    let all = statements.flat_map(|statement| statement.named(ASSERTION, "Attribute"));
    for attribute in all {
        let name = attribute.attribute("Name").ok_or(Fault::Shape("Name"))?;
        let values = read.entry(name.to_owned()).or_default();
        // A value that is an element is not a text, and nothing here has a use for it.
        let texts = attribute
            .named(ASSERTION, "AttributeValue")
            .filter_map(|value| value.text());
        values.extend(texts.take(ATTRIBUTES));
        if read.len() > ATTRIBUTES {
            return Err(Fault::TooLarge);
        }
    }
    Ok(read)
}
