//! The pool's schema: which attributes its users may and must have.

use poolhouse_api::shapes::SchemaAttributeType;

use crate::records::PoolRecord;

/// Attributes with a flag beside them that says whether the user was seen to receive mail or messages there.
pub const CONTACTS: [(&str, &str); 2] = [
    ("email", "email_verified"),
    ("phone_number", "phone_number_verified"),
];

/// An attribute's entry in the schema.
pub fn entry<'a>(pool: &'a PoolRecord, name: &str) -> Option<&'a SchemaAttributeType> {
    pool.settings
        .schema_attributes
        .iter()
        .flatten()
        .find(|entry| entry.name.as_deref() == Some(name))
}

/// Whether the schema has the attribute.
pub fn has(pool: &PoolRecord, name: &str) -> bool {
    entry(pool, name).is_some()
}

/// The attributes that every user of the pool must have at last, `sub` not among them.
pub fn required(pool: &PoolRecord) -> impl Iterator<Item = &str> {
    let entries = pool.settings.schema_attributes.iter().flatten();
    entries
        .filter(|entry| entry.required == Some(true))
        .filter_map(|entry| entry.name.as_deref())
        .filter(|name| *name != "sub")
}
