//! Prints `docs/reference/metrics.md`: every metric of the server. `cargo xtask codegen` writes it.

#![expect(clippy::print_stdout, reason = "printing is what this program is for")]

use std::fmt::Write;

use poolhouse_pool::base::metrics;

fn main() {
    print!("{}", document());
}

fn document() -> String {
    let mut text = "<!-- Written by `cargo xtask codegen` from the server's table of metrics. -->\n\
         # Metrics\n\n\
         What `GET /metrics` answers on the socket that [`[metrics]`](configuration.md#metrics) names, in Prometheus' text format. \
         [Run in production](../guides/run-in-production.md#numbers) has the dashboard and the alerts.\n\n\
         No value holds a secret, a name, an address or the id of a pool: labels are words of the program, carriers of the configuration \
         and reply codes, so the number of series is bounded whatever strangers send. Counters begin at 0 when the server starts; each server \
         counts what it does itself. Only the mail queue is that of the database.\n\n\
         | metric | kind | labels | |\n|---|---|---|---|\n"
        .to_owned();
    for metric in metrics::ALL {
        let labels: Vec<String> = metric.labels.iter().map(|label| format!("`{label}`")).collect();
        let labels = match labels.is_empty() {
            true => "–".to_owned(),
            false => labels.join(", "),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "| `{}` | {} | {labels} | {} |",
            metric.name,
            metric.kind.name(),
            metric.about
        );
    }
    text
}
