//! A parsed source and how it is rendered: strict, bounded in rounds and length.

use super::fault::first_line;
use super::helpers::{HTML, TEXT};
use super::{MOST_OUTPUT, RenderError};
use dsl::template::{RESERVED_ROOTS, cost, is_of_item};
use handlebars::template::{HelperTemplate, Parameter, TemplateElement};
use handlebars::{Context, Handlebars, Output, Path, PathSeg, RenderContext, Renderable, Template};
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// Rounds of all `{{#each}}` of a message at most, by the longest list in its context.
const MOST_ROUNDS: u64 = 1_000_000;

/// Whether values are made safe for HTML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escape {
    /// `<` becomes `&lt;` and so on.
    Html,
    /// They stay as they are.
    No,
}

/// A source, parsed once.
#[derive(Clone, Debug)]
pub(super) struct Compiled {
    template: Template,
    each_depth: u32,
}

impl Compiled {
    /// Parses a source, unless it is beyond the bounds of the language. Three braces mean two: a value is
    /// never HTML, also in a draft that the checker has not seen.
    pub(super) fn new(source: &str) -> Result<Self, RenderError> {
        Self::parse(source, Html::No)
    }

    /// Parses the page of a mail, in which the values of these names are HTML where they stand in three braces.
    pub(super) fn page(source: &str, html: &BTreeSet<String>) -> Result<Self, RenderError> {
        Self::parse(source, Html::Of(html))
    }

    /// Parses a layout, in which three braces put the text in as the HTML it is.
    pub(super) fn layout(source: &str) -> Result<Self, RenderError> {
        Self::parse(source, Html::All)
    }

    fn parse(source: &str, html: Html<'_>) -> Result<Self, RenderError> {
        let unreadable = |reason: &str| RenderError::Unreadable { reason: first_line(reason) };
        let cost = cost(source)
            .ok_or_else(|| unreadable("it is too long or too deep, or has a tag without an end"))?;
        let mut template =
            Template::compile(source).map_err(|error| unreadable(&error.reason().to_string()))?;
        if !prepare(&mut template, Inside::Nothing, html) {
            return Err(unreadable("partials and decorators are not part of the language"));
        }
        Ok(Self { template, each_depth: cost.each_depth })
    }

    /// Renders it. A tag without a value is an error, never an empty text.
    pub(super) fn render(&self, context: &Context, escape: Escape) -> Result<String, RenderError> {
        if self.each_depth > 0 && longest(context.data()).saturating_pow(self.each_depth) > MOST_ROUNDS {
            return Err(RenderError::TooLong);
        }
        let registry: &'static Handlebars<'static> = match escape {
            Escape::Html => &HTML,
            Escape::No => &TEXT,
        };
        let mut sheet = Sheet { text: String::new() };
        self.template.render(registry, context, &mut RenderContext::new(None), &mut sheet)?;
        Ok(sheet.text)
    }
}

/// Output that ends at [`MOST_OUTPUT`].
struct Sheet {
    text: String,
}

impl Output for Sheet {
    fn write(&mut self, more: &str) -> Result<(), std::io::Error> {
        if self.text.len() + more.len() > MOST_OUTPUT {
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        self.text.push_str(more);
        Ok(())
    }
}

fn longest(json: &Json) -> u64 {
    match json {
        Json::Array(list) => list.iter().map(longest).max().unwrap_or(0).max(list.len() as u64),
        Json::Object(map) => map.values().map(longest).max().unwrap_or(0),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => 0,
    }
}

/// What three braces mean.
#[derive(Clone, Copy, Debug)]
enum Html<'a> {
    /// The same as two.
    No,
    /// The value as the HTML it is, for these names.
    Of(&'a BTreeSet<String>),
    /// The same for all.
    All,
}

impl Html<'_> {
    fn allows(self, tag: &HelperTemplate) -> bool {
        match (self, &tag.name) {
            (Self::All, _) => true,
            (Self::Of(names), Parameter::Path(Path::Relative((_, raw)))) => names.contains(raw),
            (Self::Of(_) | Self::No, _) => false,
        }
    }
}

/// What a name stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inside {
    /// In nothing: names begin at the root.
    Nothing,
    /// In `each` or `with`.
    Block,
    /// In `{{#each items}}`: an item has an entry, an event and variables of its own.
    Items,
}

/// Inside `each` and `with` a name is looked for in the item; `customer` and the other roots mean the same
/// everywhere, as the checker promises, so they are tied to the root here. `false`: something stands in the
/// template that is not part of the language.
fn prepare(template: &mut Template, inside: Inside, html: Html<'_>) -> bool {
    template.elements.iter_mut().all(|element| {
        if let TemplateElement::HtmlExpression(tag) = element
            && !html.allows(tag)
        {
            *element = TemplateElement::Expression(tag.clone());
        }
        match element {
            TemplateElement::Expression(tag) | TemplateElement::HtmlExpression(tag) => {
                call(tag, inside);
                true
            }
            TemplateElement::HelperBlock(block) => {
                call(block, inside);
                let deeper = match block.name.as_name() {
                    Some("each") if is_items(block.params.first()) => Inside::Items,
                    Some("each" | "with") => Inside::Block,
                    Some(_) | None => inside,
                };
                block.template.as_mut().is_none_or(|template| prepare(template, deeper, html))
                    && block.inverse.as_mut().is_none_or(|template| prepare(template, inside, html))
            }
            TemplateElement::RawString(_) | TemplateElement::Comment(_) => true,
            TemplateElement::DecoratorExpression(_)
            | TemplateElement::DecoratorBlock(_)
            | TemplateElement::PartialExpression(_)
            | TemplateElement::PartialBlock(_)
            | _ => false,
        }
    })
}

fn is_items(param: Option<&Parameter>) -> bool {
    matches!(param, Some(Parameter::Path(Path::Relative((_, raw)))) if raw == "items" || raw == "@root.items")
}

fn call(tag: &mut HelperTemplate, inside: Inside) {
    if inside != Inside::Nothing {
        parameter(&mut tag.name, inside);
        tag.params.iter_mut().for_each(|param| parameter(param, inside));
    }
}

fn parameter(param: &mut Parameter, inside: Inside) {
    if let Parameter::Subexpression(inner) = param
        && let TemplateElement::Expression(tag) = inner.element.as_mut()
    {
        call(tag, inside);
    }
    let Parameter::Path(Path::Relative((segments, raw))) = param else { return };
    let bare =
        !raw.starts_with("this") && !raw.starts_with("./") && !raw.starts_with("..") && !raw.starts_with('@');
    let known = matches!(segments.first(), Some(PathSeg::Named(first)) if RESERVED_ROOTS.contains(&first.as_str())
            && !(inside == Inside::Items && is_of_item(first)));
    if bare
        && known
        && let Ok(path) = Path::parse(&format!("@root.{raw}"))
    {
        *param = Parameter::Path(path);
    }
}
