//! What every page begins with: which site it is of, what the browser is, in which language.

use axum::http::{HeaderMap, HeaderValue, Uri, header};
use poolhouse_hosted::{Frame, Look, Texts, choose, icon_path, script_path, style_path};
use poolhouse_pool::oauth::door::Browser;
use poolhouse_pool::oauth::{Form, Site, handle};
use poolhouse_pool::request::Ctx;

use super::cookies::{self, Cookies, Names};

/// The parameters that are not the client's, but the pages'.
const OURS: [&str; 3] = ["tx=", "again=", "stale="];

/// A browser at a site.
pub(super) struct Visit {
    pub site: Site,
    /// The path within the site.
    pub path: String,
    /// What stands before the paths of the site, as the browser sees them.
    pub prefix: String,
    /// The query, decoded; nothing where it is no form.
    pub query: Form,
    /// What the client asked, as it was written.
    pub asked: String,
    pub names: Names,
    pub cookies: Cookies,
    pub texts: Texts,
    /// The token of this answer's forms.
    pub csrf: String,
    pub headers: HeaderMap,
    /// How the client wants its pages to look.
    pub look: Look,
    /// Where its icon lies, if it has one.
    pub icon: Option<String>,
    /// The language, where the query has chosen it.
    chosen: Option<&'static str>,
}

impl Visit {
    pub fn new(ctx: &Ctx, site: Site, rest: &str, uri: &Uri, headers: &HeaderMap) -> Visit {
        let raw = uri.query().unwrap_or_default();
        let query = Form::read(raw.as_bytes()).unwrap_or_default();
        let client_id = query.get("client_id").unwrap_or_default();
        let names = Names::new(site.cookie_suffix.as_deref(), (site.pool.value.id(), client_id));
        let cookies = names.read(headers);
        let asked: Vec<&str> = raw
            .split('&')
            .filter(|pair| !OURS.iter().any(|ours| pair.starts_with(ours)))
            .collect();
        let texts = language(&query, &cookies, headers);
        let kept = cookies.csrf.clone().filter(|token| handle::is_one(token));
        Visit {
            prefix: uri.path().strip_suffix(rest).unwrap_or_default().to_owned(),
            path: rest.to_owned(),
            asked: asked.join("&"),
            chosen: query.get("lang").map(|_| texts.tag()),
            csrf: kept.unwrap_or_else(|| handle::draw(ctx)),
            site,
            query,
            names,
            cookies,
            texts,
            headers: headers.clone(),
            look: Look::default(),
            icon: None,
        }
    }

    /// What the pool's floor is told of the browser.
    pub fn browser(&self) -> Browser {
        Browser {
            name: self.cookies.browser.clone(),
            session: self.cookies.session.clone(),
        }
    }

    /// The cookies for somebody who leaves for a provider. A form of its page comes back without the usual ones: one that crosses sites
    /// goes with it. `name`: drawn for a browser that had none.
    pub fn crossing(&self, name: Option<&str>, is_posted: bool) -> Vec<HeaderValue> {
        let drawn = name.and_then(|name| self.names.browser(name));
        let crossing = name.or(self.cookies.browser.as_deref()).filter(|_| is_posted);
        let crossing = crossing.and_then(|name| self.names.away(name));
        drawn.into_iter().chain(crossing).collect()
    }

    /// The way to sign in as somebody else: what the client asks, with a fresh sign-in.
    pub fn to_another(&self) -> String {
        let others = self.asked.split('&').filter(|pair| !pair.starts_with("prompt="));
        let asked: Vec<&str> = others.filter(|pair| !pair.is_empty()).collect();
        format!(
            "{}/oauth2/authorize?{}&prompt=login",
            self.prefix,
            asked.join("&")
        )
    }

    /// A path of the site with the client's parameters and these before them.
    pub fn to(&self, path: &str, ours: &str) -> String {
        let parts = [ours, &self.asked].into_iter().filter(|part| !part.is_empty());
        let query = parts.collect::<Vec<_>>().join("&");
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{}{path}{mark}{query}", self.prefix)
    }

    /// Whether the request was begun anew once because the browser was not known.
    pub fn is_again(&self) -> bool {
        self.query.get("again").is_some()
    }

    /// Whether the browser comes from a page that was out of date.
    pub fn is_stale(&self) -> bool {
        self.query.get("stale").is_some()
    }

    pub fn frame(&self, ctx: &Ctx) -> Frame {
        let app = &ctx.app.functions.confirm().app_name;
        Frame {
            style: format!("{}{}", self.prefix, style_path()),
            script: format!("{}{}", self.prefix, script_path()),
            icon: match &self.icon {
                Some(icon) => icon.clone(),
                None => format!("{}{}", self.prefix, icon_path()),
            },
            look: self.look.clone(),
            ..Frame::of(self.texts, app)
        }
    }

    /// The cookies that go with every page.
    pub fn with_page(&self) -> Vec<HeaderValue> {
        let csrf = cookies::csrf(&self.csrf);
        let chosen = self.chosen.and_then(cookies::language);
        csrf.into_iter().chain(chosen).collect()
    }
}

/// What the client says, what was chosen before, what the browser prefers.
fn language(query: &Form, cookies: &Cookies, headers: &HeaderMap) -> Texts {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    let lang = query.get("lang").into_iter();
    let locales = query.get("ui_locales").unwrap_or_default().split(' ');
    let kept = cookies.language.as_deref().into_iter();
    let accepted = text(header::ACCEPT_LANGUAGE).unwrap_or_default().split(',');
    choose(lang.chain(locales).chain(kept).chain(accepted))
}
