//! Inline styles of what Markdown makes, since mail programs ignore style sheets: built-in ones, and those of
//! the project's `layout.styles.toml`.

use crate::diagnostic::{Code, Report, suggest};
use crate::source::{FileId, Span};
use std::collections::BTreeMap;

const FONT: &str = "font-family:-apple-system,'Segoe UI','PingFang SC','Microsoft YaHei',Arial,sans-serif;";

/// Every element that has a style, with the built-in one; `FONT` stands for the fonts.
const BUILT_IN: [(&str, &str); 21] = [
    ("p", "margin:0 0 18px 0;FONTfont-size:16px;line-height:27px;color:#2b2b30;"),
    ("h1", "margin:0 0 20px 0;FONTfont-size:25px;line-height:34px;font-weight:700;color:#1f1f23;"),
    ("h2", "margin:6px 0 16px 0;FONTfont-size:20px;line-height:29px;font-weight:600;color:#1f1f23;"),
    ("h3", "margin:6px 0 12px 0;FONTfont-size:17px;line-height:26px;font-weight:600;color:#1f1f23;"),
    ("ul", "margin:0 0 18px 0;padding:0 0 0 22px;"),
    ("ol", "margin:0 0 18px 0;padding:0 0 0 22px;"),
    ("li", "margin:0 0 8px 0;FONTfont-size:16px;line-height:26px;color:#2b2b30;"),
    ("a", "color:{{brand.color}};text-decoration:underline;"),
    (
        "button",
        "display:inline-block;padding:13px 28px;background-color:{{brand.color}};border-radius:8px;FONTfont-size:16px;\
         line-height:22px;font-weight:600;color:#ffffff;text-align:center;text-decoration:none;",
    ),
    ("img", "display:block;max-width:100%;height:auto;margin:0 0 18px 0;border:0;"),
    ("strong", "font-weight:700;"),
    ("em", "font-style:italic;"),
    ("del", "text-decoration:line-through;"),
    ("blockquote", "margin:0 0 18px 0;padding:2px 0 2px 16px;border-left:3px solid #e4e2dc;"),
    ("hr", "margin:24px 0;border:0;border-top:1px solid #e4e2dc;"),
    ("code", "font-family:Consolas,Menlo,monospace;font-size:14px;background-color:#f2f1ee;padding:1px 4px;"),
    (
        "pre",
        "margin:0 0 18px 0;padding:12px 14px;background-color:#f2f1ee;font-family:Consolas,Menlo,monospace;\
         font-size:14px;line-height:21px;white-space:pre-wrap;",
    ),
    ("table", "width:100%;margin:0 0 18px 0;border-collapse:collapse;"),
    (
        "th",
        "padding:8px 10px;border-bottom:2px solid #e4e2dc;FONTfont-size:14px;line-height:21px;font-weight:600;\
         text-align:left;color:#1f1f23;",
    ),
    (
        "td",
        "padding:8px 10px;border-bottom:1px solid #e4e2dc;FONTfont-size:15px;line-height:22px;text-align:left;\
         color:#2b2b30;",
    ),
    ("button_frame", "margin:0 0 18px 0;"),
];

/// The style of each element: the project's where it gives one, else the built-in.
#[derive(Clone, Debug)]
pub(super) struct Styles(BTreeMap<&'static str, String>);

impl Styles {
    /// Lays the project's styles over the built-in ones.
    pub(super) fn new(own: &BTreeMap<String, String>) -> Self {
        let built_in = BUILT_IN.iter().map(|(element, style)| {
            let style = own.get(*element).cloned().unwrap_or_else(|| style.replace("FONT", FONT));
            (*element, style)
        });
        Self(built_in.collect())
    }

    /// The style of an element; empty for one that has none.
    pub(super) fn of(&self, element: &str) -> &str {
        self.0.get(element).map_or("", String::as_str)
    }
}

/// Reads `layout.styles.toml`: `element = "style"`. What is wrong is left out and reported.
pub(super) fn read(text: &str, file: FileId, report: &mut Report) -> BTreeMap<String, String> {
    let mut styles = BTreeMap::new();
    let table: toml::Table = match text.parse() {
        Ok(table) => table,
        Err(error) => {
            let at = error.span().unwrap_or(0..0);
            let wrong = report.error(Code::E0512, Span::new(file, at.start, at.end));
            wrong.arg("reason", error.message());
            return styles;
        }
    };
    let elements: Vec<&str> = BUILT_IN.iter().map(|(element, _)| *element).collect();
    for (element, value) in &table {
        let start = key_at(text, element);
        let span = Span::new(file, start, start + element.len());
        if !elements.contains(&element.as_str()) {
            let wrong = report.error(Code::E0512, span).message("E0512-element").arg("element", element);
            match suggest(element, elements.iter().copied()) {
                Some(meant) => wrong.did_you_mean(Some(meant)),
                None => wrong.arg_listed("known", &elements.join(", ")).help("E0512-help"),
            };
            continue;
        }
        match value.as_str() {
            Some(style) if is_plain(style) => {
                styles.insert(element.clone(), style.trim().to_owned());
            }
            Some(_) | None => {
                report.error(Code::E0512, span).message("E0512-style").arg("element", element);
            }
        }
    }
    styles
}

/// A style stands in a double-quoted attribute; the only tag in it is the brand's colour.
fn is_plain(style: &str) -> bool {
    let without = style.replace("{{brand.color}}", "");
    !without.contains(['"', '<', '>', '{', '}', '\\', '\n', '&'])
        && !without.to_ascii_lowercase().contains("expression(")
        && !without.to_ascii_lowercase().contains("javascript:")
}

fn key_at(text: &str, key: &str) -> usize {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let blank = line.len() - line.trim_start().len();
        let rest = line.trim_start().trim_start_matches('"');
        if rest
            .strip_prefix(key)
            .is_some_and(|rest| rest.trim_start_matches('"').trim_start().starts_with('='))
        {
            return at + blank;
        }
        at += line.len();
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    #[test]
    fn the_projects_styles_lie_over_the_built_in_ones() {
        let mut sources = Sources::new();
        let text =
            "# a remark\np = \"color:red;\"\nparagraph = \"x\"\nh1 = 'a\"b'\na = \"color:{{brand.color}}\"\n";
        let file = sources.add("layout.styles.toml", text);
        let mut report = Report::new();
        let own = read(text, file, &mut report);
        assert_eq!(own.keys().collect::<Vec<_>>(), ["a", "p"]);
        let wrong: Vec<_> =
            report.sorted(&sources).iter().map(|d| (d.message, sources.slice(d.span))).collect();
        assert_eq!(wrong, [("E0512-element", "paragraph"), ("E0512-style", "h1")]);
        let styles = Styles::new(&own);
        assert_eq!(styles.of("p"), "color:red;");
        assert!(styles.of("h1").contains("'Segoe UI'"));
        assert_eq!(styles.of("marquee"), "");
    }

    #[test]
    fn a_broken_file_is_reported_at_its_place() {
        let mut report = Report::new();
        let mut sources = Sources::new();
        let file = sources.add("layout.styles.toml", "p = \n");
        assert!(read(sources.text(file), file, &mut report).is_empty());
        assert!(report.has_errors());
    }
}
