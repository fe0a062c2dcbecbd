//! The page that asks whether an app of strangers may have what it asks for.

use askama::Template;

use crate::pages::{Failed, Form, Frame, written};

/// Who asks, and for what.
#[derive(Clone, Debug, Default)]
pub struct Consent {
    /// What the app calls itself.
    pub client: String,
    /// The host that it is from, where that is known.
    pub host: String,
    /// Whether nobody has checked what it calls itself.
    pub is_unchecked: bool,
    /// Where the person is led: a host, or an app's scheme.
    pub target: String,
    /// Whether that is a program on the person's machine.
    pub is_here: bool,
    /// Who is signed in.
    pub account: String,
    /// The scopes, each with what its API says of it.
    pub scopes: Vec<(String, String)>,
    /// The API that they are for.
    pub resource: String,
}

/// The page.
///
/// # Errors
/// As all pages.
pub fn consent(frame: &Frame, form: &Form, page: &Consent, error: &str) -> Result<String, Failed> {
    #[derive(Template)]
    #[template(path = "consent.html")]
    struct Page<'a> {
        frame: &'a Frame,
        form: &'a Form,
        page: &'a Consent,
        account: String,
        resource: String,
        target: String,
        scopes: Vec<String>,
        title: &'a str,
        error: &'a str,
    }
    let client = match page.client.is_empty() {
        true => frame.texts.get("consentNameless"),
        false => &page.client,
    };
    let title = frame.texts.filled("consentTitle", &[("client", client)]);
    let words = |(name, description): &(String, String)| {
        let known = frame.texts.get(&format!("scope.{name}"));
        match (known.is_empty(), description.is_empty()) {
            (false, _) => known.to_owned(),
            (true, false) => format!("{description} ({name})"),
            (true, true) => name.clone(),
        }
    };
    let filled = |name, place, value: &str| frame.texts.filled(name, &[(place, value)]);
    written(&Page {
        frame,
        form,
        page,
        account: filled("consentAccount", "account", &page.account),
        resource: filled("consentResource", "resource", &page.resource),
        target: filled("consentTarget", "target", &page.target),
        scopes: page.scopes.iter().map(words).collect(),
        title: &title,
        error,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::{TAGS, choose};

    fn page(tag: &str, page: &Consent) -> String {
        let frame = Frame::of(choose([tag].into_iter()), "Acme");
        consent(&frame, &Form::default(), page, "").unwrap()
    }

    #[test]
    fn o_38_what_a_stranger_calls_itself_is_text_and_its_host_is_there_in_every_language() {
        let mean = "\"><script>alert(1)</script><b>";
        let asked = Consent {
            client: mean.to_owned(),
            host: "tool.example".to_owned(),
            target: mean.to_owned(),
            account: mean.to_owned(),
            scopes: vec![
                (mean.to_owned(), mean.to_owned()),
                ("openid".to_owned(), String::new()),
            ],
            resource: mean.to_owned(),
            ..Consent::default()
        };
        for tag in TAGS {
            let html = page(tag, &asked);
            assert_eq!(html.matches("<script").count(), 1, "{tag}: {html}");
            assert!(!html.contains("<b>") && !html.contains("<img"), "{tag}");
            assert!(
                html.contains("<p class=\"ph-host\" dir=\"ltr\">tool.example</p>"),
                "{html}"
            );
        }
    }

    #[test]
    fn people_read_who_asks_for_what_and_where_it_goes() {
        let asked = Consent {
            client: "Tool".to_owned(),
            is_unchecked: true,
            is_here: true,
            account: "mara".to_owned(),
            scopes: vec![
                ("openid".to_owned(), String::new()),
                ("mcp/read".to_owned(), "Read your notes".to_owned()),
                ("mcp/write".to_owned(), String::new()),
            ],
            resource: "https://mcp.example/mcp".to_owned(),
            ..Consent::default()
        };
        let html = page("en", &asked);
        for words in [
            "Let “Tool” in?",
            "You are signed in as mara.",
            "Nobody has checked its name.",
            "<li>know who you are</li>",
            "<li>Read your notes (mcp/read)</li>",
            "<li>mcp/write</li>",
            "At https://mcp.example/mcp",
            "a program on this computer",
            "value=\"allow\"",
            "value=\"deny\"",
        ] {
            assert!(html.contains(words), "{words}: {html}");
        }
        let nameless = page("en", &Consent::default());
        assert!(nameless.contains("Let “An app without a name” in?"), "{nameless}");
    }
}
