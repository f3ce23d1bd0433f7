//! Puts block tags where they belong before anything is written: around paragraphs, items and rows.

use super::Item;
use crate::template::protect::{Part, Protected};
use crate::template::scan::{Kind, Piece};
use pulldown_cmark::{CowStr, Event, Tag, TagEnd};

/// Takes tags that stand by themselves out of their paragraph or row, and puts `{{#each}}` around a whole
/// list inside the list, so that each round makes an item and not a list.
pub(super) fn regroup<'a>(items: Vec<Item<'a>>, hidden: &Protected, pieces: &[Piece]) -> Vec<Item<'a>> {
    let mut out: Vec<Item<'a>> = Vec::with_capacity(items.len());
    let mut items = items.into_iter().peekable();
    while let Some(item) = items.next() {
        let opens = match &item {
            Item::Event(Event::Start(Tag::Paragraph), _) => Some(TagEnd::Paragraph),
            Item::Event(Event::Start(Tag::TableRow), _) => Some(TagEnd::TableRow),
            Item::Event(..) | Item::Tags(_) => None,
        };
        let Some(end) = opens else {
            out.push(item);
            continue;
        };
        let mut group = vec![item];
        for next in items.by_ref() {
            let last = matches!(&next, Item::Event(Event::End(tag), _) if *tag == end);
            group.push(next);
            if last {
                break;
            }
        }
        match silent(&group, hidden, pieces) {
            Some(tags) => out.push(Item::Tags(tags)),
            None => out.append(&mut lifted(group, hidden, pieces)),
        }
    }
    each_into_lists(out, pieces)
}

/// The tags of a group that has nothing else; `None`: it has.
fn silent(group: &[Item<'_>], hidden: &Protected, pieces: &[Piece]) -> Option<Vec<usize>> {
    let mut tags = Vec::new();
    for item in group {
        let Item::Event(event, _) = item else { return None };
        match event {
            Event::Start(Tag::Paragraph | Tag::TableRow | Tag::TableCell)
            | Event::End(TagEnd::Paragraph | TagEnd::TableRow | TagEnd::TableCell)
            | Event::SoftBreak
            | Event::HardBreak => {}
            Event::Text(text) => {
                for part in hidden.parts(text) {
                    match part {
                        Part::Text(text) if text.trim().is_empty() => {}
                        Part::Tag(tag) if pieces.get(tag).is_some_and(|piece| piece.kind.is_silent()) => {
                            tags.push(tag)
                        }
                        Part::Text(_) | Part::Tag(_) => return None,
                    }
                }
            }
            Event::Start(_)
            | Event::End(_)
            | Event::Code(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::Html(_)
            | Event::InlineHtml(_)
            | Event::FootnoteReference(_)
            | Event::Rule
            | Event::TaskListMarker(_) => return None,
        }
    }
    (!tags.is_empty()).then_some(tags)
}

/// `{{#if a}}words{{/if}}` as a whole paragraph: the tags go around the paragraph, so that none is left
/// empty when the condition does not hold.
fn lifted<'a>(mut group: Vec<Item<'a>>, hidden: &Protected, pieces: &[Piece]) -> Vec<Item<'a>> {
    let last = group.len().saturating_sub(2);
    let edge = |group: &[Item<'a>], at: usize, front: bool| -> Option<usize> {
        let Some(Item::Event(Event::Text(text), _)) = group.get(at) else { return None };
        let parts = hidden.parts(text);
        match if front { parts.first() } else { parts.last() } {
            Some(Part::Tag(tag)) => Some(*tag),
            Some(Part::Text(_)) | None => None,
        }
    };
    let paragraph = matches!(group.first(), Some(Item::Event(Event::Start(Tag::Paragraph), _)));
    let (Some(open), Some(close), true) = (edge(&group, 1, true), edge(&group, last, false), paragraph)
    else {
        return group;
    };
    if partner(pieces, open) != Some((close, false)) {
        return group;
    }
    cut(&mut group, 1, true, hidden);
    cut(&mut group, last, false, hidden);
    let mut out = vec![Item::Tags(vec![open])];
    out.append(&mut group);
    out.push(Item::Tags(vec![close]));
    out
}

/// Takes the first or last tag off a text.
fn cut(group: &mut [Item<'_>], at: usize, front: bool, hidden: &Protected) {
    if let Some(Item::Event(Event::Text(text), _)) = group.get_mut(at) {
        let rest = if front { hidden.without_first(text) } else { hidden.without_last(text) };
        *text = CowStr::from(rest);
    }
}

/// The tag that closes a block, and whether the block has an `else` of its own.
fn partner(pieces: &[Piece], open: usize) -> Option<(usize, bool)> {
    let mut depth = 0_usize;
    let mut otherwise = false;
    for (index, piece) in pieces.iter().enumerate().skip(open) {
        match piece.kind {
            Kind::Open(_) => depth += 1,
            Kind::Else if depth == 1 => otherwise = true,
            Kind::Close(_) if depth <= 1 => return (depth == 1).then_some((index, otherwise)),
            Kind::Close(_) => depth -= 1,
            Kind::Else | Kind::Escape | Kind::Comment | Kind::Value | Kind::Unescaped | Kind::Forbidden => {}
        }
        if depth == 0 {
            return None;
        }
    }
    None
}

fn each_into_lists<'a>(items: Vec<Item<'a>>, pieces: &[Piece]) -> Vec<Item<'a>> {
    let mut swaps = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let Item::Tags(tags) = item else { continue };
        let [open] = tags.as_slice() else { continue };
        let each = pieces.get(*open).is_some_and(|piece| piece.kind == Kind::Open("each".to_owned()));
        let list = matches!(items.get(index + 1), Some(Item::Event(Event::Start(Tag::List(_)), _)));
        if !each || !list {
            continue;
        }
        let Some(end) = end_of_list(&items, index + 1) else { continue };
        let closes = partner(pieces, *open).map(|(close, _)| close);
        if let Some(Item::Tags(tags)) = items.get(end + 1)
            && let ([close], Some(wanted)) = (tags.as_slice(), closes)
            && *close == wanted
        {
            swaps.push((index, end));
        }
    }
    let mut items = items;
    for (start, end) in swaps {
        items.swap(start, start + 1);
        items.swap(end, end + 1);
    }
    items
}

fn end_of_list(items: &[Item<'_>], start: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, item) in items.iter().enumerate().skip(start) {
        match item {
            Item::Event(Event::Start(Tag::List(_)), _) => depth += 1,
            Item::Event(Event::End(TagEnd::List(_)), _) => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(index);
                }
            }
            Item::Event(..) | Item::Tags(_) => {}
        }
    }
    None
}
