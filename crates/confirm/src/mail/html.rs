//! The HTML part: tables and inline styles for the mail programs that know nothing else, a style sheet for those that
//! know dark mode and small screens. Nothing in it is fetched from anywhere and nothing is hidden: what a list of mails
//! shows of it are its first words.

use poolhouse_text::html::escape;

use super::look::Logo;
use super::page::{Block, Page};

/// Colours for dark mode and room on small screens; the rest is inline.
const STYLE: &str = "\
:root{color-scheme:light dark;supported-color-schemes:light dark}\
@media (max-width:480px){.edge{padding:12px 8px!important}.cell{padding:20px!important}}\
@media (prefers-color-scheme:dark){\
.page{background:#0c1618!important}\
.card{background:#132023!important;border-left-color:#26363a!important;\
border-right-color:#26363a!important;border-bottom-color:#26363a!important}\
.bare{border-top-color:#26363a!important}\
.code{background:#0c1618!important;border-color:#3a4b4f!important;color:#ffffff!important}\
.ink{color:#e8f0ee!important}\
.soft{color:#a3b4b4!important}\
}";

const FONT: &str = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const CODE_FONT: &str = "font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'Courier New',monospace";
/// Outlook on Windows knows no `max-width`: it gets a table of its own.
const OUTLOOK: (&str, &str) = (
    "<!--[if mso]><table role=\"presentation\" width=\"480\" align=\"center\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\">\
     <tr><td><![endif]-->\n",
    "<!--[if mso]></td></tr></table><![endif]-->\n",
);

pub(super) fn render(page: &Page<'_>) -> String {
    let (tag, direction, start) = match page.locale.is_right_to_left() {
        true => (page.locale.tag(), "rtl", "right"),
        false => (page.locale.tag(), "ltr", "left"),
    };
    let app = escape(page.app);
    let colour = page.look.colour.as_deref();
    // The bar keeps its colour in dark mode; without one the card's upper edge is as dark as the others.
    let (card, bar) = match colour {
        Some(colour) => ("card", format!("border-top:4px solid {colour};")),
        None => ("card bare", String::new()),
    };
    let logo = page.look.logo.as_ref().map(|_| {
        let id = Logo::CONTENT_ID;
        format!("<img src=\"cid:{id}\" alt=\"{app}\" height=\"32\" style=\"display:block;margin:0 0 16px;height:32px\">\n")
    });
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
<body class=\"page\" style=\"margin:0;padding:0;background:#f6f4ee\">\n\
<div lang=\"{tag}\" dir=\"{direction}\">\n\
<table role=\"presentation\" class=\"page\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" \
style=\"background:#f6f4ee\">\n\
<tr><td class=\"edge\" align=\"center\" style=\"padding:32px 16px\">\n\
{outlook}\
<table role=\"presentation\" class=\"{card}\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" \
style=\"max-width:480px;background:#ffffff;border:1px solid #e3dfd4;{bar}border-radius:16px\">\n\
<tr><td class=\"ink cell\" lang=\"{tag}\" dir=\"{direction}\" align=\"{start}\" \
style=\"padding:32px;{FONT};font-size:16px;line-height:1.5;color:#14282c;text-align:{start}\">\n\
{logo}\
<p class=\"soft\" style=\"margin:0 0 8px;font-size:14px;font-weight:600;color:#55666a\">{app}</p>\n\
<h1 style=\"margin:0 0 16px;font-size:22px;line-height:1.3;font-weight:700\">{title}</h1>\n\
{blocks}\
</td></tr>\n\
</table>\n\
{outlook_end}\
</td></tr>\n\
</table>\n\
</div>\n\
</body>\n\
</html>\n",
        subject = escape(&page.subject),
        title = filled(page, page.title),
        blocks = page
            .blocks
            .iter()
            .map(|block| written(page, block))
            .collect::<String>(),
        logo = logo.unwrap_or_default(),
        outlook = OUTLOOK.0,
        outlook_end = OUTLOOK.1,
    )
}

fn filled(page: &Page<'_>, words: &str) -> String {
    page.fill(&escape(words), |value| format!("<bdi>{}</bdi>", escape(value)))
}

fn written(page: &Page<'_>, block: &Block) -> String {
    match block {
        Block::Words(words) => format!("<p style=\"margin:0 0 12px\">{}</p>\n", filled(page, words)),
        Block::Soft(words) => format!(
            "<p class=\"soft\" style=\"margin:0 0 12px;font-size:14px;color:#55666a\">{}</p>\n",
            filled(page, words)
        ),
        Block::Code(code) => in_box(code),
        Block::Pair(name, value) => format!(
            "<p style=\"margin:0 0 12px\">{}<br><bdi style=\"{CODE_FONT};font-weight:700;word-break:break-all;\
             -webkit-user-select:all;user-select:all\">{}</bdi></p>\n",
            escape(&page.label(name)),
            escape(value)
        ),
        Block::Link(words, url) => {
            let url = escape(url);
            let link =
                format!("<a class=\"ink\" href=\"{url}\" dir=\"ltr\" style=\"color:#14282c\">{url}</a>");
            format!(
                "<p style=\"margin:0 0 12px\">{}</p>\n",
                page.fill(&escape(words).replace("{link}", &link), escape)
            )
        }
        Block::Machine(line) => format!(
            "<p class=\"soft\" dir=\"ltr\" style=\"margin:16px 0 0;font-size:12px;color:#55666a\">{}</p>\n",
            escape(line)
        ),
    }
}

/// The code, selected by one tap. Twelve characters fit a screen of 320 pixels and are never broken.
fn in_box(code: &str) -> String {
    let (size, spacing) = if code.len() > 8 { (22, 2) } else { (34, 4) };
    format!(
        "<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" \
style=\"margin:4px 0 16px\">\
<tr><td class=\"code\" align=\"center\" dir=\"ltr\" style=\"padding:20px 8px;background:#f6f4ee;border:1px solid #d5d0c3;\
border-radius:12px;{CODE_FONT};font-size:{size}px;line-height:1.2;font-weight:700;letter-spacing:{spacing}px;\
white-space:nowrap;color:#14282c;-webkit-user-select:all;user-select:all\">{code}</td></tr></table>\n",
        code = escape(code)
    )
}
