//! `teams:` who gets leads, deals and calls.

use super::desk::Desk;
use crate::diagnostic::Code;
use crate::library::{Member, Team};
use crate::step::AssignBy;
use crate::yaml::{Entry, Node};
use model::{RepId, TeamId};

/// The words of `by`, each with its rule.
pub(super) fn rules() -> Vec<(&'static str, AssignBy)> {
    AssignBy::ALL.into_iter().map(|rule| (rule.as_str(), rule)).collect()
}

/// `by:` one rule or a list of them.
pub(super) fn by(node: &Node, desk: &mut Desk<'_>) -> Vec<AssignBy> {
    let words = rules();
    desk.items(node).iter().filter_map(|item| desk.word(item, "by", &words)).collect()
}

/// Reads one team.
pub(super) fn read(entry: &Entry, desk: &mut Desk<'_>) -> Option<(TeamId, Team)> {
    let mut fields = desk.fields(&entry.value, "thing-team")?;
    let lead = desk.take(&mut fields, "lead").and_then(|node| desk.text(node)).map(RepId::from);
    let members = match desk.need(&mut fields, "members") {
        Some(node) => desk.list(node).iter().filter_map(|node| member(node, desk)).collect(),
        None => Vec::new(),
    };
    let by = desk.take(&mut fields, "by").map_or_else(Vec::new, |node| by(node, desk));
    let hours = desk.take(&mut fields, "hours").and_then(|node| desk.windows(node));
    for key in ["sla", "pool", "when_closed", "backup"] {
        if let Some(entry) = fields.entry(key) {
            desk.not_acted_on(key, entry.key_span);
        }
    }
    desk.close(fields);
    Some((TeamId::from(entry.key.as_str()), Team { lead, members: once_each(members, desk), by, hours }))
}

/// A rep's name, or a map with weight and limits.
fn member(node: &Node, desk: &mut Desk<'_>) -> Option<(Member, crate::source::Span)> {
    let plain = |rep: String| Member {
        rep: RepId::from(rep),
        weight: 1,
        skills: Vec::new(),
        territory: Vec::new(),
        open_leads: None,
        per_day: None,
    };
    if node.raw_text().is_some() {
        return Some((plain(desk.text(node)?), node.span));
    }
    let mut fields = desk.fields(node, "thing-member")?;
    let rep = desk.need(&mut fields, "rep").and_then(|node| desk.spanned(node));
    let most = i64::from(u32::MAX);
    let count =
        |fields: &mut crate::syntax::Fields<'_>, key: &'static str, least: i64, desk: &mut Desk<'_>| {
            let node = desk.take(fields, key)?;
            u32::try_from(desk.whole(node, key, least, most)?).ok()
        };
    let weight = count(&mut fields, "weight", 1, desk).unwrap_or(1);
    let open_leads = count(&mut fields, "open_leads", 0, desk);
    let per_day = count(&mut fields, "per_day", 0, desk);
    let words =
        |fields: &mut crate::syntax::Fields<'_>, key: &'static str, desk: &mut Desk<'_>| -> Vec<String> {
            let Some(node) = desk.take(fields, key) else { return Vec::new() };
            desk.texts(node).into_iter().map(|text| text.value).collect()
        };
    let skills = words(&mut fields, "skills", desk);
    let territory = words(&mut fields, "territory", desk);
    if let Some(entry) = fields.entry("backup") {
        desk.not_acted_on("backup", entry.key_span);
    }
    desk.close(fields);
    let rep = rep?;
    Some((Member { weight, skills, territory, open_leads, per_day, ..plain(rep.value) }, rep.span))
}

/// Refuses a rep who stands twice in a team.
fn once_each(members: Vec<(Member, crate::source::Span)>, desk: &mut Desk<'_>) -> Vec<Member> {
    let mut kept: Vec<Member> = Vec::new();
    for (member, span) in members {
        if kept.iter().any(|known| known.rep == member.rep) {
            desk.report.error(Code::E0608, span).arg("name", member.rep.as_str()).help("E0608-help");
        } else {
            kept.push(member);
        }
    }
    kept
}
