//! Follows the links of the pages that were made.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::Outcome;

/// What was seen.
pub struct Seen {
    pub pages: usize,
    /// Links inside the site. Others are left alone: they fail with somebody else's server.
    pub links: usize,
    /// Page and link.
    pub broken: Vec<String>,
}

/// Follows every link inside the site, to pages, files and headings.
///
/// # Errors
/// If a page cannot be read.
pub fn follow(book: &Path) -> Outcome<Seen> {
    let mut pages = HashMap::new();
    read(book, &mut pages)?;
    // The one page of everything is for printing, with the links of all the others; where the page for what is not there
    // stands, only a server knows.
    for page in ["print.html", "404.html"] {
        pages.remove(&book.join(page));
    }
    let names: HashMap<&Path, HashSet<&str>> = pages
        .iter()
        .map(|(path, text)| (path.as_path(), values(text, "id").collect()))
        .collect();
    let mut seen = Seen {
        pages: pages.len(),
        links: 0,
        broken: Vec::new(),
    };
    for (page, text) in &pages {
        let links = values(text, "href").chain(values(text, "src"));
        for link in links.filter(|link| is_inside(link)) {
            seen.links += 1;
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = resolve(page, path);
            let leads_on = match names.get(target.as_path()) {
                Some(names) => anchor.is_empty() || names.contains(anchor),
                None => target.is_file(),
            };
            if !leads_on {
                let page = page.strip_prefix(book).unwrap_or(page);
                seen.broken.push(format!("{}: {link}", page.display()));
            }
        }
    }
    seen.broken.sort();
    Ok(seen)
}

fn read(folder: &Path, pages: &mut HashMap<PathBuf, String>) -> Outcome {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            read(&path, pages)?;
        } else if path.extension().is_some_and(|ending| ending == "html") {
            let text = fs::read_to_string(&path)?;
            pages.insert(path, text);
        }
    }
    Ok(())
}

/// The values of an attribute in a page's tags. What an example shows stands in no tag.
fn values<'a>(text: &'a str, attribute: &str) -> impl Iterator<Item = &'a str> {
    let opening = format!(" {attribute}=\"");
    let starts: Vec<usize> = text
        .match_indices(&opening)
        .filter(|(at, _)| text[..*at].rfind('<') > text[..*at].rfind('>'))
        .map(|(at, _)| at + opening.len())
        .collect();
    starts.into_iter().filter_map(|at| text[at..].split('"').next())
}

fn is_inside(link: &str) -> bool {
    let elsewhere = link.contains("://") || link.starts_with("mailto:") || link.starts_with("data:");
    !elsewhere && !link.is_empty()
}

fn resolve(page: &Path, link: &str) -> PathBuf {
    if link.is_empty() {
        return page.to_owned();
    }
    let mut path = PathBuf::new();
    for component in page.parent().unwrap_or(page).join(link).components() {
        match component {
            Component::ParentDir => drop(path.pop()),
            Component::CurDir => {}
            other => path.push(other),
        }
    }
    match path.is_dir() {
        true => path.join("index.html"),
        false => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_pages_headings_and_files_are_followed_and_what_is_missing_is_named() {
        let book = crate::root::target().join("tmp/docs-check");
        let _ = fs::remove_dir_all(&book);
        fs::create_dir_all(book.join("guides")).unwrap();
        fs::write(
            book.join("index.html"),
            r##"<a href="guides/a.html#one"></a><a href="guides/a.html#two"></a><code>&lt;a href="/help"></code>"##,
        )
        .unwrap();
        fs::write(
            book.join("guides/a.html"),
            r##"<h1 id="one">One</h1><a href="../index.html"></a><img src="gone.webp"><a href="https://example.com/x">"##,
        )
        .unwrap();
        let seen = follow(&book).unwrap();
        assert_eq!((seen.pages, seen.links), (2, 4));
        assert_eq!(
            seen.broken,
            ["guides/a.html: gone.webp", "index.html: guides/a.html#two"]
        );
    }
}
