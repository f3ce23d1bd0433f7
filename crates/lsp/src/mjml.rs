//! Inside `< >` of a mail in MJML: elements by what they stand in, and their attributes.

use crate::choice::{Choice, Sort};
use dsl::template::{mjml_attributes, mjml_inside};

/// What may come at an offset outside of merge tags: where the word begins, and the choices.
pub fn choices(text: &str, offset: usize) -> (usize, Vec<Choice>) {
    let before = text.get(..offset).unwrap_or("");
    let Some(open) = before.rfind('<').filter(|open| !before.get(*open..).unwrap_or("").contains('>')) else {
        return (offset, Vec::new());
    };
    let inside = before.get(open + 1..).unwrap_or("");
    let word =
        inside.rfind(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-').map_or(0, |at| at + 1);
    let start = offset - (inside.len() - word);
    if inside.starts_with('/') {
        let names = opened(before.get(..open).unwrap_or("")).pop().into_iter();
        return (start, names.map(|name| Choice::new(name, Sort::Word).writes(format!("{name}>"))).collect());
    }
    if !inside.contains(char::is_whitespace) {
        let parents = opened(before.get(..open).unwrap_or(""));
        let names = mjml_inside(parents.last().copied()).into_iter();
        return (start, names.map(|name| Choice::new(name, Sort::Word)).collect());
    }
    let in_value = inside.matches('"').count() % 2 == 1;
    let name = inside.split_whitespace().next().unwrap_or("");
    let names = if in_value { Vec::new() } else { mjml_attributes(name) };
    let written = |name: &String| inside.contains(&format!(" {name}="));
    let names = names.into_iter().filter(|name| !written(name));
    (start, names.map(|name| Choice::new(name.as_str(), Sort::Field).writes(format!("{name}=\""))).collect())
}

/// The elements that are open at the end of a text, from the outside in.
fn opened(text: &str) -> Vec<&str> {
    let mut open = Vec::new();
    for tag in text.split('<').skip(1) {
        let Some((inside, _)) = tag.split_once('>') else { continue };
        let name = inside.split(|letter: char| letter.is_whitespace() || letter == '/').next().unwrap_or("");
        if let Some(closed) = inside.strip_prefix('/') {
            if let Some(at) = open.iter().rposition(|name| *name == closed.trim()) {
                open.truncate(at);
            }
        } else if !inside.ends_with('/') && (name == "mjml" || name.starts_with("mj-")) {
            open.push(name);
        }
    }
    open
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(text: &str) -> (usize, Vec<String>) {
        let (start, choices) = choices(text, text.len());
        (text.len() - start, choices.into_iter().map(|choice| choice.label).collect())
    }

    #[test]
    fn elements_are_offered_by_what_they_stand_in() {
        assert_eq!(labels("<"), (0, vec!["mjml".to_owned()]));
        let section =
            "<mjml><mj-head><mj-title>x</mj-title></mj-head><mj-body><mj-section padding=\"0\"><mj-";
        assert_eq!(labels(section), (3, ["mj-column", "mj-group", "mj-raw"].map(str::to_owned).into()));
        assert_eq!(labels("<mjml><mj-body><mj-section></mj-section></").1, ["mj-body"]);
        assert_eq!(labels("<mjml> a > b").1, Vec::<String>::new());
    }

    #[test]
    fn attributes_are_offered_that_are_not_there_yet() {
        let (length, names) = labels("<mjml><mj-body><mj-section background-color=\"#fff\" back");
        assert_eq!(length, 4);
        assert!(
            names.contains(&"background-url".to_owned()) && !names.contains(&"background-color".to_owned())
        );
        assert_eq!(labels("<mj-image src=\"htt").1, Vec::<String>::new());
        assert_eq!(labels("<p cla").1, Vec::<String>::new());
    }
}
