//! XML as it is read here: small, without document types, and every element named by its namespace.

use std::collections::HashSet;

use uppsala::{Document, NodeId, NodeKind, Parser};

use crate::fault::Fault;

/// How deep elements may lie in each other. What identity providers send is less than twenty deep.
const DEEPEST: u32 = 48;
/// Attributes by which an element is referred to, whatever its namespace. A document that has one value twice is refused.
const IDS: [&str; 3] = ["ID", "Id", "id"];

/// Reads a document of at most so many bytes.
///
/// # Errors
/// [`Fault::TooLarge`], [`Fault::Xml`], [`Fault::Encoding`].
pub(crate) fn parse(text: &str, longest: usize) -> Result<Document<'_>, Fault> {
    if text.len() > longest {
        return Err(Fault::TooLarge);
    }
    let parser = Parser::new()
        .with_max_depth(DEEPEST)
        .with_forbid_dtd(true)
        .with_forbid_entities(true);
    let document = parser.parse(text).map_err(|_| Fault::Xml)?;
    if document.doctype.is_some() {
        return Err(Fault::Xml);
    }
    let declared = document.xml_declaration.as_ref();
    let encoding = declared.and_then(|declared| declared.encoding.as_deref());
    if encoding.is_some_and(|encoding| !encoding.eq_ignore_ascii_case("utf-8")) {
        return Err(Fault::Encoding);
    }
    check_ids(&document)?;
    Ok(document)
}

/// That no two elements have one ID.
fn check_ids(document: &Document<'_>) -> Result<(), Fault> {
    let mut seen = HashSet::new();
    for id in document.descendants(document.root()) {
        let Some(element) = document.element(id) else {
            continue;
        };
        let mut own = element.attributes.iter();
        if !own.all(|held| !IDS.contains(&&*held.name.local_name) || seen.insert(&*held.value)) {
            return Err(Fault::Xml);
        }
    }
    Ok(())
}

/// The element that a document is.
///
/// # Errors
/// [`Fault::Shape`] if it is another one.
pub(crate) fn root<'t, 'a>(
    document: &'t Document<'a>,
    namespace: &str,
    name: &'static str,
) -> Result<Node<'t, 'a>, Fault> {
    let id = document.document_element().ok_or(Fault::Shape(name))?;
    let node = Node { document, id };
    match node.is(namespace, name) {
        true => Ok(node),
        false => Err(Fault::Shape(name)),
    }
}

/// An element of a document.
#[derive(Clone, Copy)]
pub(crate) struct Node<'t, 'a> {
    /// The document.
    pub document: &'t Document<'a>,
    /// The element in it.
    pub id: NodeId,
}

impl<'t, 'a> Node<'t, 'a> {
    /// Whether it has this name.
    pub fn is(&self, namespace: &str, name: &str) -> bool {
        self.document
            .element(self.id)
            .is_some_and(|element| element.matches_name_ns(namespace, name))
    }

    /// An attribute of no namespace.
    pub fn attribute(&self, name: &str) -> Option<&'t str> {
        let mut held = self.document.element(self.id)?.attributes.iter();
        held.find(|held| held.name.namespace_uri.is_none() && held.name.local_name == name)
            .map(|held| &*held.value)
    }

    /// The elements in it.
    pub fn children(&self) -> impl Iterator<Item = Node<'t, 'a>> + use<'t, 'a> {
        let document = self.document;
        document
            .children_iter(self.id)
            .filter(|child| document.element(*child).is_some())
            .map(move |id| Node { document, id })
    }

    /// The elements in it that have this name.
    pub fn named(
        &self,
        namespace: &'static str,
        name: &'static str,
    ) -> impl Iterator<Item = Node<'t, 'a>> + use<'t, 'a> {
        self.children().filter(move |child| child.is(namespace, name))
    }

    /// The one element in it that has this name, if there is any.
    ///
    /// # Errors
    /// [`Fault::Shape`] if there are several.
    pub fn one(&self, namespace: &'static str, name: &'static str) -> Result<Option<Node<'t, 'a>>, Fault> {
        let mut found = self.named(namespace, name);
        let first = found.next();
        match found.next() {
            None => Ok(first),
            Some(_) => Err(Fault::Shape(name)),
        }
    }

    /// The same, where there has to be one.
    ///
    /// # Errors
    /// [`Fault::Shape`] if there is none, or several.
    pub fn the(&self, namespace: &'static str, name: &'static str) -> Result<Node<'t, 'a>, Fault> {
        self.one(namespace, name)?.ok_or(Fault::Shape(name))
    }

    /// All elements below it.
    pub fn below(&self) -> impl Iterator<Item = Node<'t, 'a>> + use<'t, 'a> {
        let document = self.document;
        let below = document.descendants(self.id).into_iter();
        below
            .filter(|id| document.element(*id).is_some())
            .map(move |id| Node { document, id })
    }

    /// Its text, whole: what stands before and after a comment is one text, as it is where signatures are computed. `None` if there is
    /// anything else in it.
    pub fn text(&self) -> Option<String> {
        let mut text = String::new();
        for child in self.document.children_iter(self.id) {
            match self.document.node_kind(child)? {
                NodeKind::Text(part) | NodeKind::CData(part) => text.push_str(part),
                NodeKind::Comment(_) => {}
                _ => return None,
            }
        }
        Some(text)
    }

    /// Whether there is nothing in it but elements and text, at any depth.
    pub fn is_plain(&self) -> bool {
        let mut below = self.document.descendants(self.id).into_iter();
        below.all(|id| {
            matches!(
                self.document.node_kind(id),
                Some(NodeKind::Element(_) | NodeKind::Text(_))
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONGEST: usize = 10_000;

    #[test]
    fn a_document_type_is_no_document() {
        for text in [
            "<!DOCTYPE a><a/>",
            "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>",
            "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>",
            "<a>&x;</a>",
            "<a id='1'><b Id='1'/></a>",
            "<a><b ID='1'/><c ID='1'/></a>",
            "<a b='1' b='2'/>",
            "<x:a/>",
            "<a></a><b/>",
            "<a>",
            "",
        ] {
            assert_eq!(parse(text, LONGEST).err(), Some(Fault::Xml), "{text}");
        }
    }

    #[test]
    fn what_is_too_long_too_deep_or_in_another_encoding_is_not_read() {
        let long = format!("<a>{}</a>", "x".repeat(LONGEST));
        assert_eq!(parse(&long, LONGEST).err(), Some(Fault::TooLarge));
        let deep = format!("{}{}", "<a>".repeat(60), "</a>".repeat(60));
        assert_eq!(parse(&deep, LONGEST).err(), Some(Fault::Xml));
        let latin = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a/>";
        assert_eq!(parse(latin, LONGEST).err(), Some(Fault::Encoding));
        assert!(parse("<?xml version=\"1.0\" encoding=\"utf-8\"?><a/>", LONGEST).is_ok());
    }

    #[test]
    fn a_comment_does_not_end_a_text() {
        let document = parse("<a>one<!-- x -->two<![CDATA[&three]]></a>", LONGEST).unwrap();
        let node = root(&document, "", "a");
        assert_eq!(node.err(), Some(Fault::Shape("a")));
        let node = Node {
            document: &document,
            id: document.document_element().unwrap(),
        };
        assert_eq!(node.text().unwrap(), "onetwo&three");
        assert!(!node.is_plain());
        let document = parse("<a>one<b/></a>", LONGEST).unwrap();
        let node = Node {
            document: &document,
            id: document.document_element().unwrap(),
        };
        assert_eq!(node.text(), None);
        assert!(node.is_plain());
    }

    #[test]
    fn an_attribute_of_a_namespace_is_not_the_one_without() {
        let document = parse("<a xmlns:x='urn:x' x:ID='1'/>", LONGEST).unwrap();
        let node = Node {
            document: &document,
            id: document.document_element().unwrap(),
        };
        assert_eq!(node.attribute("ID"), None);
    }
}
