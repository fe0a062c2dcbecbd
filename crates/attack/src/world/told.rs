//! What an operator is told of what goes wrong: by the metrics, the log and the audit log.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::http::Connection;
use super::server::Server;
use crate::attack::{Figure, Outcome};

/// What is asked there.
const REQUEST: &str = "GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";

impl Server {
    /// The sum of a metric's lines that have these labels.
    pub async fn counted(&self, series: &str) -> Outcome<f64> {
        let shown = self.metrics.ok_or("the server shows no metrics")?;
        let mut on = Connection::open(shown).await?;
        on.send(REQUEST.as_bytes()).await?;
        Ok(sum(&on.read().await?.text(), series))
    }

    /// The entries of a pool's audit log.
    pub async fn audit(&self, pool: &str) -> Outcome<Vec<Value>> {
        let arguments = ["audit", "--user-pool-id", pool, "--output", "json"];
        let lines = self.run(&arguments).await?;
        let entries = lines.lines().map(serde_json::from_str::<Value>);
        Ok(entries.collect::<Result<_, _>>()?)
    }

    /// Whether this metric counts what went wrong, and the log says so.
    pub async fn tells(&self, series: &str, message: &str) -> Outcome<Figure> {
        let logged = self.logged_since_start(message)?.len();
        let counted = self.counted(series).await?;
        Ok(Figure::exactly(
            format!("told by `{series}` and by \"{message}\" in the log"),
            counted > 0.0 && logged > 0,
            true,
        ))
    }

    /// How many wrong codes the audit log tells of, by user.
    pub async fn wrong_codes_told(&self, pool: &str) -> Outcome<HashMap<String, usize>> {
        let mut told = HashMap::new();
        for entry in self.audit(pool).await? {
            if let (Some(user), Some("wrong")) = (entry["user"].as_str(), entry["why"].as_str()) {
                *told.entry(user.to_owned()).or_default() += 1;
            }
        }
        Ok(told)
    }
}

fn sum(text: &str, series: &str) -> f64 {
    let (name, labels) = series.split_once('{').unwrap_or((series, ""));
    let labels = labels.trim_end_matches('}');
    let is_of_it = |line: &&str| {
        let rest = line.strip_prefix(name);
        rest.is_some_and(|rest| rest.starts_with(['{', ' ']) && rest.contains(labels))
    };
    let lines = text.lines().filter(is_of_it);
    let values = lines.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok());
    values.sum()
}

/// Names of people about whom something was acknowledged.
#[derive(Default)]
pub struct Known<'a> {
    pub created: Vec<&'a str>,
    pub signed_in: Vec<&'a str>,
    pub signed_out: Vec<&'a str>,
}

/// How many acknowledged facts these entries do not tell of. `subs` are the users' by name.
pub fn untold(entries: &[Value], known: &Known<'_>, subs: &HashMap<String, String>) -> usize {
    let told = |is_such: fn(&Value) -> bool| -> HashSet<&str> {
        let such = entries.iter().filter(|entry| is_such(entry));
        such.filter_map(|entry| entry["user"].as_str()).collect()
    };
    let created = told(|entry| entry["operation"] == "AdminCreateUser" && entry["outcome"] == "done");
    let signed_in = told(|entry| entry["outcome"] == "tokens");
    let signed_out = told(|entry| entry["operation"] == "GlobalSignOut" && entry["outcome"] == "done");
    let count = |names: &[&str], users: &HashSet<&str>| {
        let is_told = |name: &&&str| subs.get(**name).is_some_and(|sub| users.contains(sub.as_str()));
        names.len() - names.iter().filter(is_told).count()
    };
    count(&known.created, &created)
        + count(&known.signed_in, &signed_in)
        + count(&known.signed_out, &signed_out)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn series_are_summed_by_their_labels() {
        let text = "# TYPE a counter\na{call=\"get\",of=\"x\"} 2\na{call=\"commit\",of=\"x\"} 3\na_b 7\n";
        for (series, value) in [
            ("a", 5.0),
            ("a{call=\"get\"}", 2.0),
            ("a{of=\"x\"}", 5.0),
            ("a_b", 7.0),
        ] {
            assert!((sum(text, series) - value).abs() < 0.1, "{series}");
        }
    }

    #[test]
    fn a_fact_without_an_entry_is_found() {
        let known = Known {
            created: vec!["mara"],
            signed_in: vec!["mara"],
            signed_out: vec!["mara"],
        };
        let subs = HashMap::from([("mara".to_owned(), "s".to_owned())]);
        let entry = |operation: &str, outcome: &str| json!({ "operation": operation, "outcome": outcome, "user": "s" });
        let mut entries = vec![
            entry("AdminCreateUser", "done"),
            entry("RespondToAuthChallenge", "tokens"),
            entry("GlobalSignOut", "done"),
        ];
        assert_eq!(untold(&entries, &known, &subs), 0);
        assert_eq!(untold(&entries, &known, &HashMap::new()), 3);
        entries[1] = entry("RespondToAuthChallenge", "NotAuthorizedException");
        assert_eq!(untold(&entries, &known, &subs), 1);
    }
}
