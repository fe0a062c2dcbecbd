//! The bytes that a digest is of: exclusive canonical XML, without comments.

use bergshamra_c14n::{C14nMode, canonicalize_doc};
use bergshamra_xml::nodeset::NodeSet;

use crate::fault::Fault;
use crate::xml::Node;

/// The canonical form of an element, without one of its children. `prefixes` are those that the transform lists.
///
/// # Errors
/// [`Fault::Xml`] if the library cannot write it.
pub(crate) fn form(
    element: Node<'_, '_>,
    without: Option<Node<'_, '_>>,
    prefixes: &[&str],
) -> Result<String, Fault> {
    let document = element.document;
    // What a reference to an ID means: the element and all in it but comments.
    let mut nodes = NodeSet::tree_without_comments(element.id, document);
    if let Some(left_out) = without {
        nodes.remove_id(left_out.id);
        for id in document.descendants(left_out.id) {
            nodes.remove_id(id);
        }
    }
    let bytes = canonicalize_doc(document, C14nMode::Exclusive, Some(&nodes), prefixes);
    String::from_utf8(bytes.map_err(|_| Fault::Xml)?).map_err(|_| Fault::Xml)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml;

    #[test]
    fn an_element_is_written_alone_without_its_signature_and_without_comments() {
        let text = "<r xmlns='urn:r' xmlns:u='urn:u' xmlns:v='urn:v'><!-- 1 --><u:e b=\"2\" a='1'>x<!-- y -->z\
                    <s>sig<t/></s><u:f/></u:e></r>";
        let document = xml::parse(text, 1000).unwrap();
        let root = Node {
            document: &document,
            id: document.document_element().unwrap(),
        };
        let element = root.children().next().unwrap();
        let signature = element.children().next().unwrap();
        let whole =
            "<u:e xmlns:u=\"urn:u\" a=\"1\" b=\"2\">xz<s xmlns=\"urn:r\">sig<t></t></s><u:f></u:f></u:e>";
        assert_eq!(form(element, None, &[]).unwrap(), whole);
        let less = "<u:e xmlns:u=\"urn:u\" a=\"1\" b=\"2\">xz<u:f></u:f></u:e>";
        assert_eq!(form(element, Some(signature), &[]).unwrap(), less);
        let listed = "<u:e xmlns:u=\"urn:u\" xmlns:v=\"urn:v\" a=\"1\" b=\"2\">xz<u:f></u:f></u:e>";
        assert_eq!(form(element, Some(signature), &["v"]).unwrap(), listed);
    }
}
