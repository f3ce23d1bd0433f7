//! `teams:` who gets leads, deals and calls.

use super::desk::Desk;
use super::names::Names;
use super::step_people::ROLES;
use crate::condition::{Allows, Scope};
use crate::diagnostic::{Code, suggest};
use crate::library::{Claim, Member, Pool, Postpone, Rung, RungDoes, Sla, Team, WhenClosed};
use crate::source::{Span, Spanned};
use crate::step::AssignBy;
use crate::syntax::Fields;
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
pub(super) fn read(entry: &Entry, names: &Names, desk: &mut Desk<'_>) -> Option<(TeamId, Team)> {
    let mut fields = desk.fields(&entry.value, "thing-team")?;
    let lead = desk.take(&mut fields, "lead").and_then(|node| desk.spanned(node));
    let members = match desk.need(&mut fields, "members") {
        Some(node) => {
            if node.items().is_some_and(<[_]>::is_empty) {
                desk.report.error(Code::E0331, node.span).help("E0331-help-members");
            }
            desk.list(node).iter().filter_map(|node| member(node, names, desk)).collect()
        }
        None => Vec::new(),
    };
    let by = desk.take(&mut fields, "by").map_or_else(Vec::new, |node| by(node, desk));
    let hours = desk.take(&mut fields, "hours").and_then(|node| desk.windows(node));
    let closed = [("wait", WhenClosed::Wait), ("assign", WhenClosed::Assign)];
    let when_closed =
        desk.take(&mut fields, "when_closed").and_then(|node| desk.word(node, "when_closed", &closed));
    let sla = desk.take(&mut fields, "sla").and_then(|node| sla(node, desk));
    let pool = desk.take(&mut fields, "pool").and_then(|node| pool(node, names, desk));
    let backup = desk.take(&mut fields, "backup").and_then(|node| desk.spanned(node));
    desk.close(fields);
    if let Some(lead) = &lead {
        // A lead need not be a member of any team.
        a_rep(lead, names, desk);
    }
    match &backup {
        Some(name) if name.value == entry.key => {
            desk.report.error(Code::E0654, name.span).arg("name", &name.value).help("E0654-help");
        }
        Some(name) => somebody(name, names, desk),
        None => {}
    }
    let team = Team {
        lead: lead.map(|lead| RepId::from(lead.value)),
        members: once_each(members, desk),
        by,
        hours,
        when_closed: when_closed.unwrap_or_default(),
        sla: sla.unwrap_or_default(),
        pool,
        backup: backup.map(|name| name.value),
    };
    Some((TeamId::from(entry.key.as_str()), team))
}

/// A whole number of people or things that may be left out.
fn count(fields: &mut Fields<'_>, key: &'static str, least: i64, desk: &mut Desk<'_>) -> Option<u32> {
    let node = desk.take(fields, key)?;
    u32::try_from(desk.whole(node, key, least, i64::from(u32::MAX))?).ok()
}

/// A rep's name, or a map with weight and limits.
fn member(node: &Node, names: &Names, desk: &mut Desk<'_>) -> Option<(Member, Span)> {
    if node.raw_text().is_some() {
        return Some((Member::new(RepId::from(desk.text(node)?)), node.span));
    }
    let mut fields = desk.fields(node, "thing-member")?;
    let rep = desk.need(&mut fields, "rep").and_then(|node| desk.spanned(node));
    let weight = count(&mut fields, "weight", 1, desk).unwrap_or(1);
    let open_leads = count(&mut fields, "open_leads", 0, desk);
    let per_day = count(&mut fields, "per_day", 0, desk);
    let words = |fields: &mut Fields<'_>, key: &'static str, desk: &mut Desk<'_>| -> Vec<String> {
        let Some(node) = desk.take(fields, key) else { return Vec::new() };
        desk.texts(node).into_iter().map(|text| text.value).collect()
    };
    let skills = words(&mut fields, "skills", desk);
    let territory = words(&mut fields, "territory", desk);
    let backup = desk.take(&mut fields, "backup").and_then(|node| desk.spanned(node));
    desk.close(fields);
    let rep = rep?;
    match &backup {
        Some(own) if own.value == rep.value => {
            desk.report.error(Code::E0654, own.span).arg("name", &own.value).help("E0654-help");
        }
        Some(backup) if !a_rep(backup, names, desk) => {
            let warning = desk.report.warning(Code::W0241, backup.span).message("W0241-rep");
            warning.arg("name", &backup.value).help("W0241-help-rep");
        }
        Some(_) | None => {}
    }
    let backup = backup.map(|name| RepId::from(name.value));
    let member = Member {
        weight,
        skills,
        territory,
        open_leads,
        per_day,
        backup,
        ..Member::new(RepId::from(rep.value))
    };
    Some((member, rep.span))
}

/// A rep by name; `false`: a name that is no member's, nor like that of one. That may be somebody who came by
/// an import; but a name that is almost a member's is misspelt, and a team or a role is nobody.
fn a_rep(name: &Spanned<String>, names: &Names, desk: &mut Desk<'_>) -> bool {
    if names.reps.contains(&name.value) {
        return true;
    }
    if names.teams.contains(&name.value) || ROLES.contains(&name.value.as_str()) {
        let said = desk.report.error(Code::E0671, name.span).message("E0671-many");
        said.arg("name", &name.value).help("E0671-help");
        return true;
    }
    misspelt(name, "E0671", names.reps.iter().map(String::as_str), desk)
}

/// A team, a rep or a role by name.
fn somebody(name: &Spanned<String>, names: &Names, desk: &mut Desk<'_>) {
    let all = || names.teams.iter().chain(&names.reps).map(String::as_str).chain(ROLES);
    if !all().any(|known| known == name.value) && !misspelt(name, "E0671-backup", all(), desk) {
        desk.report.warning(Code::W0241, name.span).arg("name", &name.value).help("W0241-help");
    }
}

/// Says that a name is nobody's where it is almost one of those that there are; `false`: it is like none.
fn misspelt<'c>(
    name: &Spanned<String>,
    message: &'static str,
    known: impl Iterator<Item = &'c str>,
    desk: &mut Desk<'_>,
) -> bool {
    let known: Vec<&str> = known.collect();
    if suggest(&name.value, known.iter().copied()).is_none() {
        return false;
    }
    desk.unknown(Code::E0671, &name.value, name.span, known);
    if let Some(said) = desk.report.last_mut() {
        said.message(message);
    }
    true
}

/// `sla:`.
fn sla(node: &Node, desk: &mut Desk<'_>) -> Option<Sla> {
    let mut fields = desk.fields(node, "thing-sla")?;
    let usual = Sla::default();
    let accept_within =
        desk.take(&mut fields, "accept_within").and_then(|node| desk.some_length(node, "minutes"));
    let first_contact =
        desk.take(&mut fields, "first_contact").map_or_else(Vec::new, |node| rungs(node, desk));
    let reassign_at_most = count(&mut fields, "reassign_at_most", 0, desk);
    let not_back_within =
        desk.take(&mut fields, "not_back_within").and_then(|node| desk.length_in(node, "hours"));
    let contacts = desk
        .take(&mut fields, "counts_as_contact")
        .map(|node| desk.items(node).iter().filter_map(|item| desk.event(item)).collect::<Vec<_>>());
    desk.close(fields);
    Some(Sla {
        accept_within,
        first_contact,
        reassign_at_most: reassign_at_most.unwrap_or(usual.reassign_at_most),
        not_back_within: not_back_within.unwrap_or(usual.not_back_within),
        counts_as_contact: contacts.unwrap_or(usual.counts_as_contact),
    })
}

/// `first_contact:` rungs, each later than the one before.
fn rungs(node: &Node, desk: &mut Desk<'_>) -> Vec<Rung> {
    let words = [("remind", RungDoes::Remind), ("reassign", RungDoes::Reassign)];
    let mut rungs: Vec<Rung> = Vec::new();
    for item in desk.list(node) {
        let Some(mut fields) = desk.fields(item, "thing-rung") else { continue };
        let after = desk
            .need(&mut fields, "after")
            .and_then(|node| Some((desk.some_length(node, "hours")?, node.span)));
        let does = desk.need(&mut fields, "do").and_then(|node| desk.word(node, "do", &words));
        desk.close(fields);
        let (Some((after, span)), Some(does)) = (after, does) else { continue };
        if let Some(before) =
            rungs.last().filter(|before| before.after.approximate_ms() >= after.approximate_ms())
        {
            desk.report
                .error(Code::E0650, span)
                .arg("after", after.to_string())
                .arg("before", before.after.to_string())
                .help("E0650-help");
            continue;
        }
        rungs.push(Rung { after, does });
    }
    rungs
}

/// `pool:`.
fn pool(node: &Node, names: &Names, desk: &mut Desk<'_>) -> Option<Pool> {
    let mut fields = desk.fields(node, "thing-pool")?;
    let after = desk.need(&mut fields, "after").and_then(|node| desk.some_length(node, "days"));
    let warn =
        desk.take(&mut fields, "warn").and_then(|node| Some((desk.some_length(node, "days")?, node.span)));
    let postpone = desk.take(&mut fields, "postpone").and_then(|node| postpone(node, names, desk));
    let claim = desk.take(&mut fields, "claim").and_then(|node| claim(node, desk));
    desk.close(fields);
    let after = after?;
    if let Some((warn, span)) = warn.filter(|(warn, _)| warn.approximate_ms() >= after.approximate_ms()) {
        desk.report
            .error(Code::E0652, span)
            .arg("warn", warn.to_string())
            .arg("after", after.to_string())
            .help("E0652-help");
    }
    Some(Pool { after, warn: warn.map(|(warn, _)| warn), postpone, claim: claim.unwrap_or_default() })
}

fn postpone(node: &Node, names: &Names, desk: &mut Desk<'_>) -> Option<Postpone> {
    let mut fields = desk.fields(node, "thing-postpone")?;
    let scope = Scope { allows: Allows::CustomerOnly, ..names.scope() };
    let when = desk.need(&mut fields, "when").and_then(|node| desk.condition(node, &scope));
    let by = desk.need(&mut fields, "by").and_then(|node| desk.some_length(node, "days"));
    let times = count(&mut fields, "times", 1, desk).unwrap_or(1);
    let at_most = desk.take(&mut fields, "at_most").and_then(|node| desk.some_length(node, "days"));
    desk.close(fields);
    Some(Postpone { when: when?, by: by?, times, at_most })
}

fn claim(node: &Node, desk: &mut Desk<'_>) -> Option<Claim> {
    let mut fields = desk.fields(node, "thing-claim")?;
    let per_day = count(&mut fields, "per_day", 0, desk);
    let hold = count(&mut fields, "hold", 0, desk);
    let former_owner_after =
        desk.take(&mut fields, "former_owner_after").and_then(|node| desk.length_in(node, "hours"));
    desk.close(fields);
    Some(Claim { per_day, hold, former_owner_after })
}

/// Refuses a rep who stands twice in a team.
fn once_each(members: Vec<(Member, Span)>, desk: &mut Desk<'_>) -> Vec<Member> {
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
