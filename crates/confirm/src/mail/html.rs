//! The HTML part: tables and inline styles for the mail programs that know nothing else, a style sheet for those that
//! know dark mode. Nothing in it is fetched from anywhere and nothing can be clicked.

use poolhouse_text::html::escape;

use super::letter::{Letter, Notice};
use super::locale::Locale;

/// Colours for dark mode; the light ones are inline.
const STYLE: &str = "\
:root{color-scheme:light dark;supported-color-schemes:light dark}\
@media (prefers-color-scheme:dark){\
.page{background:#101318!important}\
.card{background:#1a1f27!important;border-color:#313946!important}\
.code{background:#101318!important;border-color:#3d4757!important;color:#ffffff!important}\
.ink{color:#eef1f5!important}\
.soft{color:#a9b3c1!important}\
}";

const FONT: &str = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const CODE_FONT: &str = "font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'Courier New',monospace";

/// What stands around the text of every mail.
struct Frame<'a> {
    locale: Locale,
    app: &'a str,
    /// Escaped, as are the two below.
    subject: String,
    preheader: String,
    title: String,
}

impl Frame<'_> {
    fn around(&self, body: &str) -> String {
        let (tag, direction, start) = match self.locale.is_right_to_left() {
            true => (self.locale.tag(), "rtl", "right"),
            false => (self.locale.tag(), "ltr", "left"),
        };
        format!(
            "<!doctype html>\n\
<html lang=\"{tag}\" dir=\"{direction}\">\n\
<head>\n\
<meta charset=\"utf-8\">\n\
<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
<meta name=\"color-scheme\" content=\"light dark\">\n\
<meta name=\"supported-color-schemes\" content=\"light dark\">\n\
<meta name=\"format-detection\" content=\"telephone=no\">\n\
<title>{subject}</title>\n\
<style>{STYLE}</style>\n\
</head>\n\
<body class=\"page\" style=\"margin:0;padding:0;background:#f3f5f8\">\n\
<div style=\"display:none;max-height:0;overflow:hidden;mso-hide:all\">{preheader}{padding}</div>\n\
<table role=\"presentation\" class=\"page\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" \
style=\"background:#f3f5f8\">\n\
<tr><td align=\"center\" style=\"padding:32px 16px\">\n\
<table role=\"presentation\" class=\"card\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" \
style=\"max-width:480px;background:#ffffff;border:1px solid #dfe4ea;border-radius:16px\">\n\
<tr><td class=\"ink\" align=\"{start}\" style=\"padding:32px;{FONT};font-size:16px;line-height:1.5;color:#1b2430\">\n\
<p class=\"soft\" style=\"margin:0 0 8px;font-size:14px;font-weight:600;color:#5b6573\">{app}</p>\n\
<h1 style=\"margin:0 0 16px;font-size:22px;line-height:1.3;font-weight:700\">{title}</h1>\n\
{body}</td></tr>\n\
</table>\n\
</td></tr>\n\
</table>\n\
</body>\n\
</html>\n",
            subject = self.subject,
            preheader = self.preheader,
            padding = "&#847;&zwnj;&nbsp;".repeat(30),
            app = escape(self.app),
            title = self.title,
        )
    }
}

/// The mail with a code.
pub(super) fn render(letter: &Letter<'_>) -> String {
    let texts = letter.locale.texts();
    let fill = |text: &str| letter.fill(&escape(text), |value| format!("<bdi>{}</bdi>", escape(value)));
    let plain = |text: &str| letter.fill(&escape(text), escape);
    let origin = letter.origin_line().map(|line| {
        format!(
            "<p class=\"soft\" dir=\"ltr\" style=\"margin:16px 0 0;font-size:12px;color:#5b6573\">{}</p>\n",
            escape(&line)
        )
    });
    let frame = Frame {
        locale: letter.locale,
        app: &letter.settings.app_name,
        subject: plain(texts.subject),
        preheader: plain(texts.preheader),
        title: fill(texts.title),
    };
    frame.around(&format!(
        "<p style=\"margin:0 0 16px\">{intro}</p>\n\
<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\">\
<tr><td class=\"code\" align=\"center\" dir=\"ltr\" style=\"padding:20px 8px;background:#f3f5f8;border:1px solid #cfd6de;\
border-radius:12px;{CODE_FONT};font-size:{size}px;line-height:1.2;font-weight:700;letter-spacing:4px;color:#10161f;\
-webkit-user-select:all;user-select:all\">{code}</td></tr></table>\n\
<p style=\"margin:16px 0 0\">{expiry}</p>\n\
<p class=\"soft\" style=\"margin:4px 0 0;font-size:14px;color:#5b6573\">{requested}</p>\n\
<p style=\"margin:24px 0 0\">{never_ask}</p>\n\
<p style=\"margin:8px 0 0\">{not_you}</p>\n\
{origin}",
        intro = fill(texts.intro),
        size = if letter.code.reveal().len() > 8 { 26 } else { 36 },
        code = letter.code.reveal(),
        expiry = fill(texts.expiry),
        requested = fill(texts.requested),
        never_ask = fill(texts.never_ask),
        not_you = fill(texts.not_you),
        origin = origin.unwrap_or_default(),
    ))
}

/// The notice.
pub(super) fn render_notice(notice: &Notice<'_>) -> String {
    let texts = notice.locale.texts();
    let fill = |text: &str| notice.fill(&escape(text), |value| format!("<bdi>{}</bdi>", escape(value)));
    let plain = |text: &str| notice.fill(&escape(text), escape);
    let frame = Frame {
        locale: notice.locale,
        app: notice.app,
        subject: plain(texts.notice_subject),
        preheader: plain(texts.notice_advice),
        title: fill(texts.notice_subject),
    };
    let lines = [texts.notice, texts.notice_advice, texts.notice_else];
    let body = lines.map(|line| format!("<p style=\"margin:0 0 16px\">{}</p>\n", fill(line)));
    frame.around(&body.concat())
}
