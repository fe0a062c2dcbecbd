//! The format of AWS's shared files: sections, keys, and one level of keys below a key.

/// A file, section by section in the order written. A section that is written twice is there twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ini {
    pub(crate) sections: Vec<Section>,
}

/// `[name]` and what stands below it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Section {
    pub(crate) name: String,
    pub(crate) entries: Vec<Entry>,
}

/// `key = value`, with the indented `key = value` lines below it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) value: String,
    pub(crate) nested: Vec<(String, String)>,
}

impl Ini {
    /// Reads a file. What is neither section nor entry is passed over, as AWS's tools do.
    pub(crate) fn parse(text: &str) -> Ini {
        let mut sections: Vec<Section> = Vec::new();
        for line in text.lines() {
            let is_indented = line.starts_with([' ', '\t']);
            let line = line.trim();
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            if let Some(rest) = line.strip_prefix('[').filter(|_| !is_indented) {
                let name = rest.split(']').next().unwrap_or_default().trim();
                sections.push(Section {
                    name: name.to_owned(),
                    entries: Vec::new(),
                });
                continue;
            }
            let (Some(section), Some((key, value))) = (sections.last_mut(), key_value(line)) else {
                continue;
            };
            match section.entries.last_mut().filter(|_| is_indented) {
                Some(above) => above.nested.push((key, value)),
                None => section.entries.push(Entry {
                    key,
                    value,
                    nested: Vec::new(),
                }),
            }
        }
        Ini { sections }
    }

    /// The value of a key in a section. The last one written counts.
    pub(crate) fn get(&self, section: &str, key: &str) -> Option<&str> {
        self.entry(section, key)
            .map(|entry| entry.value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// The keys that are indented below a key.
    pub(crate) fn nested(&self, section: &str, key: &str) -> &[(String, String)] {
        self.entry(section, key).map_or(&[], |entry| &entry.nested)
    }

    /// Whether the file has the section.
    pub(crate) fn has(&self, section: &str) -> bool {
        self.sections.iter().any(|found| found.name == section)
    }

    /// The keys of a section.
    pub(crate) fn keys<'a>(&'a self, section: &'a str) -> impl Iterator<Item = &'a str> {
        let sections = self.sections.iter().filter(move |found| found.name == section);
        sections.flat_map(|found| found.entries.iter().map(|entry| entry.key.as_str()))
    }

    fn entry(&self, section: &str, key: &str) -> Option<&Entry> {
        let sections = self.sections.iter().filter(|found| found.name == section);
        sections
            .flat_map(|found| &found.entries)
            .rfind(|entry| entry.key == key)
    }
}

/// A comment may follow the value after white space. Secrets may contain `#` and `;` elsewhere.
fn key_value(line: &str) -> Option<(String, String)> {
    let (key, value) = line.split_once('=')?;
    let comment = value
        .char_indices()
        .zip(value.chars().skip(1))
        .find(|((_, before), c)| before.is_whitespace() && matches!(c, '#' | ';'));
    let value = comment.map_or(value, |((at, _), _)| &value[..at]);
    Some((key.trim().to_ascii_lowercase(), value.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "\
# a comment
[default]
region = eu-central-1
aws_secret_access_key = a#b;c/d+e=  ; a comment
[profile work]   
Region=us-east-1
s3 =
  max_concurrent_requests = 20
services = local
[services local]
lambda =
  endpoint_url = http://127.0.0.1:1
cognito_identity_provider =
\tendpoint_url = http://127.0.0.1:2 # here
no equals sign
[default]
region = eu-west-1
";

    #[test]
    fn sections_keys_and_nested_keys_are_read() {
        let ini = Ini::parse(FILE);
        assert_eq!(ini.get("default", "aws_secret_access_key"), Some("a#b;c/d+e="));
        assert_eq!(ini.get("profile work", "region"), Some("us-east-1"));
        assert_eq!(ini.get("profile work", "s3"), None);
        assert_eq!(
            ini.nested("services local", "lambda"),
            [("endpoint_url".to_owned(), "http://127.0.0.1:1".to_owned())]
        );
        assert_eq!(
            ini.nested("services local", "cognito_identity_provider"),
            [("endpoint_url".to_owned(), "http://127.0.0.1:2".to_owned())]
        );
        assert!(ini.has("default") && !ini.has("work"));
        assert_eq!(
            ini.keys("services local").collect::<Vec<_>>(),
            ["lambda", "cognito_identity_provider"]
        );
    }

    #[test]
    fn what_is_written_last_counts() {
        assert_eq!(Ini::parse(FILE).get("default", "region"), Some("eu-west-1"));
    }

    proptest::proptest! {
        #[test]
        fn no_file_makes_the_reader_panic(text in "[\\[\\]=#; \t\na-zé]{0,80}") {
            let ini = Ini::parse(&text);
            proptest::prop_assert!(ini.sections.len() <= text.lines().count());
        }
    }
}
