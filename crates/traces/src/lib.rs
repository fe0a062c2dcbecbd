//! Spans of a server's work, sent on to a collector by OTLP over HTTP.
//!
//! Whoever works opens spans of `tracing` whose target is [`TARGET`], with fields from small closed sets: operations, calls, outcomes.
//! Nothing else becomes a span, and what is logged meanwhile is no part of one: log lines hold addresses and ids.
//!
//! Spans wait in a queue of bounded length and are sent every few seconds; those that find it full are dropped. No request ever waits
//! for a collector.

mod collector;

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use poolhouse_outbound::TlsSource;
use tokio::runtime::Handle;
use tracing::Subscriber;
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::Layer;
use tracing_subscriber::registry::LookupSpan;

use collector::Collector;
pub use collector::Destination;

/// The target of spans that are sent on.
pub const TARGET: &str = "trace";

/// What the spans' server is.
#[derive(Clone, Debug)]
pub struct About {
    /// The program's version.
    pub version: &'static str,
    /// What the machine is called.
    pub instance: String,
}

/// Spans on their way.
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// Begins to send: of a hundred requests so many, each with everything that is done for it. To be called on the runtime that
    /// sends.
    ///
    /// # Errors
    /// When the destination is no URL.
    pub fn begin(to: Destination, percent: u8, tls: TlsSource, about: About) -> Result<Traces, Unsendable> {
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Collector::new(to.clone(), tls, Handle::current()))
            .with_endpoint(to.url())
            .with_protocol(Protocol::HttpBinary)
            .build();
        let exporter = exporter.map_err(|error| Unsendable(Arc::new(error)))?;
        let resource = Resource::builder_empty()
            .with_service_name("poolhouse")
            .with_attributes([
                KeyValue::new("service.version", about.version),
                KeyValue::new("service.instance.id", about.instance),
            ])
            .build();
        let share = Sampler::TraceIdRatioBased(f64::from(percent) / 100.0);
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_sampler(Sampler::ParentBased(Box::new(share)))
            .with_resource(resource)
            .build();
        Ok(Traces(provider))
    }

    /// What turns spans of `tracing` into those that are sent. It takes whatever it is given: let it have [`TARGET`] alone.
    pub fn layer<S>(&self) -> Box<dyn Layer<S> + Send + Sync>
    where
        S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
    {
        let layer: OpenTelemetryLayer<S, _> =
            tracing_opentelemetry::layer().with_tracer(self.0.tracer("poolhouse"));
        // Where in the code, on which thread and how long idle: it costs bytes, and the names say enough.
        Box::new(
            layer
                .with_target(false)
                .with_location(false)
                .with_threads(false)
                .with_tracked_inactivity(false)
                .with_context_activation(false),
        )
    }

    /// Sends what waits, and ends. It blocks, at most this long.
    pub fn end(&self, within: Duration) {
        // What could not be sent by now is not worth waiting for; the log has said why.
        let _ = self.0.shutdown_with_timeout(within);
    }
}

/// Spans cannot be sent there.
#[derive(Clone, Debug)]
pub struct Unsendable(Arc<dyn Error + Send + Sync>);

impl fmt::Display for Unsendable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("traces cannot be sent")
    }
}

impl Error for Unsendable {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.0)
    }
}
