//! What somebody may have meant who wrote a name that there is not.

/// The known names, those that differ least from `written` first.
pub fn nearest_first<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut names: Vec<&str> = known.into_iter().collect();
    let written = written.to_lowercase();
    names.sort_by_cached_key(|name| distance(&written, &name.to_lowercase()));
    names
}

/// How many letters must be put in, left out or changed to make one text of the other (Levenshtein's distance).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (above, letter) in one.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], above + 1);
        for (column, with) in other.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *with);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_that_was_meant_comes_first() {
        let known = ["listen", "data", "issuer", "account", "region"];
        for (written, meant) in [
            ("lisen", "listen"),
            ("isuer", "issuer"),
            ("DATA", "data"),
            ("regions", "region"),
        ] {
            assert_eq!(nearest_first(written, known)[0], meant, "{written}");
        }
        assert_eq!(nearest_first("", ["b", "aa", "a"]), ["b", "a", "aa"]);
    }

    #[test]
    fn the_distance_counts_what_must_be_changed() {
        for (one, other, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("kitten", "sitting", 3),
            ("ä", "a", 1),
            ("ab", "ba", 2),
        ] {
            assert_eq!(distance(one, other), expected, "{one} {other}");
            assert_eq!(distance(other, one), expected, "{other} {one}");
        }
    }
}
