//! The style sheet of the classic pages, as the pages load it.
//!
//! It was checked when it was set: rules of known classes with known properties. Here each selector is made to count for more than
//! the pages' own, whose classes stand beside it on every element.

/// Before each selector.
const ROOT: &str = ":root ";
/// How often a class is repeated, which is how much it counts.
const TIMES: usize = 4;

/// A checked style sheet with its selectors made strong. What is in no rule is left out.
pub fn strong(sheet: &str) -> String {
    let plain = without_comments(sheet);
    let mut strong = String::with_capacity(plain.len() * 2);
    let mut rest = plain.as_str();
    while let Some((selectors, after)) = rest.split_once('{') {
        let Some((body, after)) = after.split_once('}') else {
            break;
        };
        let selectors: Vec<String> = selectors.split(',').map(|one| selector(one.trim())).collect();
        strong.push_str(&selectors.join(","));
        strong.push('{');
        strong.push_str(body.trim());
        strong.push('}');
        rest = after;
    }
    strong
}

fn selector(selector: &str) -> String {
    let (class, state) = match selector.split_once(':') {
        Some((class, state)) => (class, format!(":{state}")),
        None => (selector, String::new()),
    };
    format!("{ROOT}{}{state}", class.repeat(TIMES))
}

fn without_comments(sheet: &str) -> String {
    let mut plain = String::with_capacity(sheet.len());
    let mut rest = sheet;
    while let Some((before, comment)) = rest.split_once("/*") {
        plain.push_str(before);
        plain.push(' ');
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_selector_counts_for_more_than_the_pages_own() {
        let sheet = "/* a */ .submitButton-customizable:hover,\n.label-customizable { color: #fff; }\n.logo-customizable{ width: 1px }";
        let submit = ".submitButton-customizable".repeat(4);
        let (label, logo) = (".label-customizable".repeat(4), ".logo-customizable".repeat(4));
        assert_eq!(
            strong(sheet),
            format!(":root {submit}:hover,:root {label}{{color: #fff;}}:root {logo}{{width: 1px}}")
        );
        assert_eq!(strong(""), "");
    }
}
