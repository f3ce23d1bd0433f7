//! The elements of MJML with what may stand in them: the renderer drops what it does not know without a word.

/// What stands between an element's tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// These elements and no text.
    Elements(&'static [&'static str]),
    /// HTML.
    Html,
    /// Text without any elements.
    Text,
    /// Nothing.
    Nothing,
}

/// An element of MJML.
#[derive(Debug)]
pub(super) struct Element {
    /// `mj-text`
    pub name: &'static str,
    /// What stands in it.
    pub content: Content,
    /// Its own attributes; a `*` behind a name stands for its four sides too (`padding-left`).
    attributes: &'static [&'static str],
    /// Families of attributes that it shares with others.
    families: &'static [&'static [&'static str]],
}

impl Element {
    /// The element of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        ELEMENTS.iter().find(|element| element.name == name)
    }

    /// Its attributes.
    pub fn attributes(&self) -> impl Iterator<Item = String> {
        let own = self.families.iter().copied().flatten().chain(self.attributes).copied();
        own.flat_map(|name| match name.strip_suffix('*') {
            Some(name) => {
                let sides = ["-top", "-right", "-bottom", "-left"].map(|side| format!("{name}{side}"));
                std::iter::once(name.to_owned()).chain(sides).collect()
            }
            None => vec![name.to_owned()],
        })
    }
}

/// Attributes in which a value may stand: addresses, words and colours. In the others the renderer reckons.
pub(super) const OPEN: [&str; 16] = [
    "alt",
    "background-color",
    "background-url",
    "base-url",
    "border-color",
    "color",
    "container-background-color",
    "css-class",
    "dir",
    "href",
    "inner-background-color",
    "lang",
    "name",
    "src",
    "thumbnails-src",
    "title",
];

/// Every element.
pub(super) fn all() -> impl Iterator<Item = &'static Element> {
    ELEMENTS.iter()
}

const ALL: &[&str] = &["css-class", "mj-class"];
const FONT: &[&str] =
    &["color", "font-family", "font-size", "font-style", "font-weight", "letter-spacing", "line-height"];
const BOX: &[&str] = &["align", "container-background-color", "padding*"];
const BORDER: &[&str] = &["border*", "border-radius"];
const BACKGROUND: &[&str] = &[
    "background-color",
    "background-position",
    "background-position-x",
    "background-position-y",
    "background-repeat",
    "background-size",
    "background-url",
];
const LINK: &[&str] = &["href", "name", "rel", "target", "title"];
const ICONS: &[&str] = &[
    "icon-align",
    "icon-height",
    "icon-position",
    "icon-unwrapped-alt",
    "icon-unwrapped-url",
    "icon-width",
    "icon-wrapped-alt",
    "icon-wrapped-url",
];
const INSIDE: &[&str] = &[
    "mj-accordion",
    "mj-button",
    "mj-carousel",
    "mj-divider",
    "mj-image",
    "mj-navbar",
    "mj-raw",
    "mj-social",
    "mj-spacer",
    "mj-table",
    "mj-text",
];
const STYLED: &[&str] = &[
    "mj-all",
    "mj-class",
    "mj-accordion",
    "mj-accordion-element",
    "mj-accordion-text",
    "mj-accordion-title",
    "mj-body",
    "mj-button",
    "mj-carousel",
    "mj-carousel-image",
    "mj-column",
    "mj-divider",
    "mj-group",
    "mj-hero",
    "mj-image",
    "mj-navbar",
    "mj-navbar-link",
    "mj-section",
    "mj-social",
    "mj-social-element",
    "mj-spacer",
    "mj-table",
    "mj-text",
    "mj-wrapper",
];

const fn element(
    name: &'static str,
    content: Content,
    attributes: &'static [&'static str],
    families: &'static [&'static [&'static str]],
) -> Element {
    Element { name, content, attributes, families }
}

const ELEMENTS: &[Element] = &[
    element("mjml", Content::Elements(&["mj-head", "mj-body"]), &["dir", "lang", "owa"], &[]),
    element(
        "mj-head",
        Content::Elements(&[
            "mj-attributes",
            "mj-breakpoint",
            "mj-font",
            "mj-preview",
            "mj-raw",
            "mj-style",
            "mj-title",
        ]),
        &[],
        &[],
    ),
    element("mj-attributes", Content::Elements(STYLED), &[], &[]),
    element("mj-breakpoint", Content::Nothing, &["width"], &[]),
    element("mj-font", Content::Nothing, &["href", "name"], &[]),
    element("mj-preview", Content::Text, &[], &[]),
    element("mj-style", Content::Text, &[], &[]),
    element("mj-title", Content::Text, &[], &[]),
    element(
        "mj-body",
        Content::Elements(&["mj-hero", "mj-raw", "mj-section", "mj-wrapper"]),
        &["background-color", "width"],
        &[ALL],
    ),
    element(
        "mj-wrapper",
        Content::Elements(&["mj-hero", "mj-raw", "mj-section"]),
        &["direction", "full-width", "gap", "padding*", "text-align"],
        &[ALL, BACKGROUND, BORDER],
    ),
    element(
        "mj-section",
        Content::Elements(&["mj-column", "mj-group", "mj-raw"]),
        &["direction", "full-width", "padding*", "text-align"],
        &[ALL, BACKGROUND, BORDER],
    ),
    element(
        "mj-group",
        Content::Elements(&["mj-column", "mj-raw"]),
        &["background-color", "direction", "vertical-align", "width"],
        &[ALL],
    ),
    element(
        "mj-column",
        Content::Elements(INSIDE),
        &[
            "background-color",
            "direction",
            "inner-background-color",
            "inner-border*",
            "inner-border-radius",
            "padding*",
            "vertical-align",
            "width",
        ],
        &[ALL, BORDER],
    ),
    element(
        "mj-hero",
        Content::Elements(INSIDE),
        &[
            "background-height",
            "background-width",
            "border-radius",
            "height",
            "inner-background-color",
            "inner-padding*",
            "mode",
            "vertical-align",
            "width",
        ],
        &[ALL, BOX, BACKGROUND],
    ),
    element("mj-raw", Content::Html, &["position"], &[]),
    element("mj-text", Content::Html, &["height", "text-decoration", "text-transform"], &[ALL, BOX, FONT]),
    element(
        "mj-button",
        Content::Html,
        &[
            "background-color",
            "height",
            "inner-padding*",
            "text-align",
            "text-decoration",
            "text-transform",
            "vertical-align",
            "width",
        ],
        &[ALL, BOX, FONT, BORDER, LINK],
    ),
    element(
        "mj-image",
        Content::Nothing,
        &[
            "alt",
            "fluid-on-mobile",
            "font-size",
            "height",
            "max-height",
            "sizes",
            "src",
            "srcset",
            "usemap",
            "width",
        ],
        &[ALL, BOX, BORDER, LINK],
    ),
    element(
        "mj-divider",
        Content::Nothing,
        &["border-color", "border-style", "border-width", "width"],
        &[ALL, BOX],
    ),
    element("mj-spacer", Content::Nothing, &["height"], &[ALL, BOX]),
    element(
        "mj-table",
        Content::Html,
        &["border", "cellpadding", "cellspacing", "role", "table-layout", "width"],
        &[ALL, BOX, FONT],
    ),
    element(
        "mj-navbar",
        Content::Elements(&["mj-navbar-link", "mj-raw"]),
        &[
            "base-url",
            "hamburger",
            "ico-align",
            "ico-close",
            "ico-color",
            "ico-font-family",
            "ico-font-size",
            "ico-line-height",
            "ico-open",
            "ico-padding*",
            "ico-text-decoration",
            "ico-text-transform",
        ],
        &[ALL, BOX],
    ),
    element(
        "mj-navbar-link",
        Content::Html,
        &["padding*", "text-decoration", "text-transform"],
        &[ALL, FONT, LINK],
    ),
    element(
        "mj-social",
        Content::Elements(&["mj-raw", "mj-social-element"]),
        &[
            "border-radius",
            "icon-height",
            "icon-padding",
            "icon-size",
            "inner-padding",
            "mode",
            "table-layout",
            "text-decoration",
            "text-padding",
        ],
        &[ALL, BOX, FONT],
    ),
    element(
        "mj-social-element",
        Content::Html,
        &[
            "align",
            "alt",
            "background-color",
            "border-radius",
            "icon-height",
            "icon-padding",
            "icon-position",
            "icon-size",
            "padding*",
            "sizes",
            "src",
            "srcset",
            "text-decoration",
            "text-padding",
            "vertical-align",
        ],
        &[ALL, FONT, LINK],
    ),
    element(
        "mj-accordion",
        Content::Elements(&["mj-accordion-element", "mj-raw"]),
        &["border", "font-family"],
        &[ALL, BOX, ICONS],
    ),
    element(
        "mj-accordion-element",
        Content::Elements(&["mj-accordion-text", "mj-accordion-title", "mj-raw"]),
        &["background-color", "border", "font-family"],
        &[ALL, ICONS],
    ),
    element("mj-accordion-title", Content::Text, &["background-color", "padding*"], &[ALL, FONT]),
    element("mj-accordion-text", Content::Html, &["background-color", "padding*"], &[ALL, FONT]),
    element(
        "mj-carousel",
        Content::Elements(&["mj-carousel-image"]),
        &[
            "border-radius",
            "icon-width",
            "left-icon",
            "right-icon",
            "tb-border",
            "tb-border-radius",
            "tb-hover-border-color",
            "tb-selected-border-color",
            "tb-width",
            "thumbnails",
        ],
        &[ALL, BOX],
    ),
    element(
        "mj-carousel-image",
        Content::Nothing,
        &["alt", "border-radius", "src", "tb-border", "tb-border-radius", "thumbnails-src"],
        &[ALL, LINK],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_may_stand_in_an_element_is_one_itself() {
        for element in all() {
            let Content::Elements(inside) = element.content else { continue };
            for name in inside.iter().filter(|name| !matches!(**name, "mj-all" | "mj-class")) {
                assert!(Element::named(name).is_some(), "{name} in {}", element.name);
            }
        }
    }

    #[test]
    fn sides_are_attributes_of_their_own() {
        let text: Vec<String> = Element::named("mj-text").unwrap().attributes().collect();
        for name in ["padding", "padding-left", "align", "color", "css-class"] {
            assert!(text.iter().any(|known| known == name), "{name}");
        }
        assert!(!text.iter().any(|known| known == "src"));
    }
}
