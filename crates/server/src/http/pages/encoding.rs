//! Which compressed form of a file a client takes (RFC 9110, section 12.5.3).

use axum::http::{HeaderMap, header};

/// The form in which a file is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Brotli,
    Gzip,
    Plain,
}

impl Encoding {
    /// What `Content-Encoding` says; nothing for the plain form.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Encoding::Brotli => Some("br"),
            Encoding::Gzip => Some("gzip"),
            Encoding::Plain => None,
        }
    }

    /// The one among `offered`, the smallest first, that the client likes best. Where it takes none of them it gets the plain
    /// form, which is better than an error and as good in the eyes of the standard.
    pub fn choose(asked: &HeaderMap, offered: impl Iterator<Item = Encoding>) -> Encoding {
        let wanted = Wanted::read(asked);
        let mut best = (Encoding::Plain, 0);
        for encoding in offered {
            let weight = wanted.weight(encoding);
            if weight > best.1 {
                best = (encoding, weight);
            }
        }
        best.0
    }
}

/// What a client takes, by the weights that it gave in thousandths.
#[derive(Default)]
struct Wanted {
    brotli: Option<u16>,
    gzip: Option<u16>,
    plain: Option<u16>,
    others: Option<u16>,
}

impl Wanted {
    fn read(asked: &HeaderMap) -> Wanted {
        let mut wanted = Wanted::default();
        let lists = asked
            .get_all(header::ACCEPT_ENCODING)
            .iter()
            .filter_map(|value| value.to_str().ok());
        for offer in lists.flat_map(|list| list.split(',')) {
            let (name, weight) = offer.split_once(';').unwrap_or((offer, ""));
            let place = match name.trim().to_ascii_lowercase().as_str() {
                "br" => &mut wanted.brotli,
                "gzip" | "x-gzip" => &mut wanted.gzip,
                "identity" => &mut wanted.plain,
                "*" => &mut wanted.others,
                _ => continue,
            };
            *place = Some(thousandths(weight));
        }
        wanted
    }

    /// What is not named is not wanted, but for the plain form: that one is, before nothing.
    fn weight(&self, encoding: Encoding) -> u16 {
        match encoding {
            Encoding::Brotli => self.brotli.or(self.others).unwrap_or(0),
            Encoding::Gzip => self.gzip.or(self.others).unwrap_or(0),
            Encoding::Plain => self
                .plain
                .or(self.others.filter(|weight| *weight == 0))
                .unwrap_or(1),
        }
    }
}

/// `;q=0.5` in thousandths; one without a weight has all of it, and one that cannot be read has none.
fn thousandths(parameter: &str) -> u16 {
    match parameter.trim().split_once('=') {
        None => 1000,
        Some((name, weight)) if name.trim().eq_ignore_ascii_case("q") => {
            let weight = weight.trim().parse::<f32>().unwrap_or(0.0).clamp(0.0, 1.0);
            // Between 0 and 1000 after the clamp.
            (weight * 1000.0).round() as u16
        }
        Some(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(accepts: &str, offered: &[Encoding]) -> Encoding {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, accepts.parse().unwrap());
        Encoding::choose(&headers, offered.iter().copied())
    }

    #[test]
    fn a_client_gets_what_it_likes_best_and_of_equals_the_smallest() {
        use Encoding::{Brotli, Gzip, Plain};
        for (accepts, expected) in [
            ("", Plain),
            ("br", Brotli),
            ("gzip, deflate, br", Brotli),
            ("GZIP", Gzip),
            ("x-gzip", Gzip),
            ("br;q=0.5, gzip;q=0.9", Gzip),
            ("br;q=0.5, gzip", Gzip),
            ("br; q=0, gzip", Gzip),
            ("br;q=0.000", Plain),
            ("*", Brotli),
            ("*;q=0.3, br;q=0", Gzip),
            ("identity", Plain),
            ("identity;q=1, br;q=0.1", Plain),
            ("identity;q=0, gzip;q=0.1", Gzip),
            ("identity;q=0", Plain),
            ("*;q=0", Plain),
            ("br;level=5", Plain),
            ("br;q=a lot", Plain),
            ("deflate, zstd", Plain),
        ] {
            assert_eq!(choose(accepts, &[Brotli, Gzip, Plain]), expected, "{accepts}");
        }
        assert_eq!(
            choose("br, gzip", &[Plain]),
            Plain,
            "what is not there is not sent"
        );
        let nothing = Encoding::choose(&HeaderMap::new(), [Brotli, Gzip, Plain].into_iter());
        assert_eq!(nothing, Plain);
    }
}
