//! The tables that the validator walks: what the model says about each shape an input can hold.

use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};

/// A shape: what a value must be and whether it may be repeated to the caller.
pub(crate) struct Node {
    pub(crate) sensitive: bool,
    pub(crate) rule: Rule,
}

/// What a value must be.
pub(crate) enum Rule {
    Structure(&'static [Member]),
    List {
        size: Bounds,
        element: &'static Node,
    },
    Map {
        size: Bounds,
        key: &'static Node,
        value: &'static Node,
    },
    /// Text; its length counts Unicode code points.
    Text {
        length: Bounds,
        pattern: Option<&'static Pattern>,
    },
    /// Text of a closed set of values.
    Enum(&'static [&'static str]),
    /// A whole number of 32 bits.
    Integer {
        range: Bounds,
    },
    Boolean,
    /// Seconds since 1970, with a fraction or without.
    Timestamp,
    /// Bytes in base64; the size counts the bytes.
    Blob {
        size: Bounds,
    },
    /// Any JSON.
    Document,
}

/// A member of a structure.
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) required: bool,
    pub(crate) node: &'static Node,
}

/// Inclusive bounds.
pub(crate) struct Bounds {
    pub(crate) min: Option<i64>,
    pub(crate) max: Option<i64>,
}

// Short constructors, because the generated tables use each of them hundreds of times.

impl Node {
    pub(crate) const fn open(rule: Rule) -> Self {
        Self {
            sensitive: false,
            rule,
        }
    }

    pub(crate) const fn sensitive(rule: Rule) -> Self {
        Self {
            sensitive: true,
            rule,
        }
    }
}

impl Member {
    pub(crate) const fn required(name: &'static str, node: &'static Node) -> Self {
        Self {
            name,
            required: true,
            node,
        }
    }

    pub(crate) const fn optional(name: &'static str, node: &'static Node) -> Self {
        Self {
            name,
            required: false,
            node,
        }
    }
}

impl Bounds {
    pub(crate) const fn new(min: Option<i64>, max: Option<i64>) -> Self {
        Self { min, max }
    }
}

/// A regular expression of the model, compiled when first needed.
pub(crate) struct Pattern {
    /// As the model spells it and violations repeat it.
    pub(crate) text: &'static str,
    /// The same in the dialect of the `regex` crate.
    regex: &'static str,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    pub(crate) const fn new(text: &'static str, regex: &'static str) -> Self {
        Self {
            text,
            regex,
            compiled: OnceLock::new(),
        }
    }

    /// Whether the whole value matches. A pattern that does not compile matches nothing: a defect of the generator must
    /// refuse requests, not let them through. (The samples of the contract tests match every pattern.)
    pub(crate) fn matches(&self, value: &str) -> bool {
        self.compiled
            .get_or_init(|| compile(self.regex))
            .as_ref()
            .is_some_and(|regex| regex.is_match(value))
    }
}

/// Compiles within bounds, so that neither a pattern nor the matcher's cache for it takes more than a mebibyte.
fn compile(regex: &str) -> Option<Regex> {
    RegexBuilder::new(regex)
        .size_limit(1 << 20)
        .dfa_size_limit(1 << 20)
        .build()
        .ok()
}
