//! `assign`, `unassign`, `task`.

use super::arena::ON_REFUSED;
use super::around::Around;
use super::assigned;
use super::desk::Desk;
use super::inputs;
use super::names::Names;
use super::scoring::spread;
use super::steps::{Item, Read, Steps};
use super::team;
use super::trigger::is_date;
use crate::condition::{self, Operand};
use crate::diagnostic::{Code, suggest};
use crate::source::Spanned;
use crate::step::{Assigned, BlockOwner, Colleague, Due, TeamName, Verb};
use crate::workflow::InputType;
use crate::yaml::Node;
use model::{TeamId, Value, zone};

/// Roles that a project has without declaring them.
pub(super) const ROLES: [&str; 4] = ["admin", "operator", "marketer", "manager"];

/// `owner`, a team, a rep of a team, or a role.
pub(super) fn colleague(names: &Names, desk: &mut Desk<'_>, node: &Node) -> Option<Colleague> {
    let name = desk.spanned(node)?;
    if name.value == "owner" {
        return Some(Colleague::Owner);
    }
    if names.teams.contains(&name.value) {
        return Some(Colleague::Team(TeamId::from(name.value)));
    }
    let teams = desk.library.teams.values();
    let mut reps =
        teams.flat_map(|team| team.lead.iter().chain(team.members.iter().map(|member| &member.rep)));
    if reps.any(|rep| rep.as_str() == name.value) {
        return Some(Colleague::Rep(name.value));
    }
    if !ROLES.contains(&name.value.as_str()) {
        let teams = desk.library.teams.values();
        let reps = teams.flat_map(|team| team.members.iter().map(|member| member.rep.as_str()));
        let known: Vec<&str> = names.teams.iter().map(String::as_str).chain(["owner"]).chain(reps).collect();
        let meant = suggest(&name.value, known).map(str::to_owned);
        desk.report
            .warning(Code::W0241, name.span)
            .arg("name", &name.value)
            .did_you_mean(meant)
            .help("W0241-help");
    }
    Some(Colleague::Role(name.value))
}

/// `assign: TEAM`.
pub(super) fn assign(steps: &mut Steps<'_, '_>, item: &mut Item<'_>, around: &Around) -> Read {
    let by = steps.desk.take(&mut item.fields, "by").map_or_else(Vec::new, |node| team::by(node, steps.desk));
    let of = steps.desk.take(&mut item.fields, "of").map(|node| steps.desk.kind(node));
    let unless_owned =
        steps.desk.take(&mut item.fields, "unless_owned").and_then(|node| steps.desk.yes_no(node));
    let skill = steps.desk.take(&mut item.fields, "skill").map(|node| skill(steps, node, around));
    let accept_within = steps
        .desk
        .take(&mut item.fields, "accept_within")
        .map(|node| steps.desk.some_length(node, "minutes"));
    let refused = steps.desk.take(&mut item.fields, "on_refused");
    let on_refused = refused.map(|node| steps.list(node, BlockOwner::Arm(item.at, ON_REFUSED), around));
    if !item.has_object(steps.desk) {
        return None;
    }
    let name = steps.desk.spanned(item.object)?;
    let team = if name.value.contains("{{") {
        is_a_team(steps, &name, around)?;
        TeamName::Text(assigned::text_template(item.object, around, &[], steps.desk)?)
    } else if steps.names.teams.contains(&name.value) {
        TeamName::Named(TeamId::from(name.value.as_str()))
    } else {
        steps.desk.unknown(Code::E0242, &name.value, name.span, steps.names.teams.iter().map(String::as_str));
        let mut teams = steps.desk.library.teams.values();
        let is_rep = teams.any(|team| team.members.iter().any(|member| member.rep.as_str() == name.value));
        if let Some(said) = steps.desk.report.last_mut().filter(|_| is_rep) {
            said.message("E0242-rep").help("E0242-help-rep");
            (said.label, said.fix) = (None, None);
        }
        return None;
    };
    if let (Some(node), TeamName::Named(id), None) = (refused, &team, accept_within) {
        let known = steps.desk.library.teams.get(id);
        if known.is_some_and(|team| team.sla.accept_within.is_none()) {
            steps.desk.report.error(Code::E0653, node.span).arg("team", id.as_str()).help("E0653-help");
        }
    }
    let of = spread(of)?.flatten();
    let verb = Verb::Assign {
        team,
        by,
        of,
        unless_owned: unless_owned.unwrap_or(false),
        skill: spread(skill)?,
        accept_within: spread(accept_within)?,
        on_refused,
    };
    Some((verb, name.value))
}

/// An input that a team is taken from must be one of the type `team`, so that its callers are checked.
fn is_a_team(steps: &mut Steps<'_, '_>, name: &Spanned<String>, around: &Around) -> Option<()> {
    let Some(input) = inputs::input_named(&name.value) else { return Some(()) };
    if around.inputs.get(input).is_none_or(|input| input.ty == InputType::Team) {
        return Some(());
    }
    let mut teams = around.inputs.iter().filter(|(_, input)| input.ty == InputType::Team);
    let meant = teams.next().map(|(name, _)| format!("{{{{inputs.{name}}}}}"));
    let diagnostic = steps.desk.report.error(Code::E0354, name.span);
    diagnostic.arg("name", input).did_you_mean(meant).help("E0354-help");
    None
}

/// `skill: wms`, or the name of what holds it: `skill: customer.product`.
fn skill(steps: &mut Steps<'_, '_>, node: &Node, around: &Around) -> Option<Assigned> {
    let text = steps.desk.written(node)?.trim();
    let known = |text: &str| {
        let mut members = steps.desk.library.teams.values().flat_map(|team| &team.members);
        members.any(|member| member.skills.iter().any(|skill| skill == text))
    };
    if known(text) {
        return Some(Assigned::Literal(Value::Text(text.to_owned())));
    }
    if text.contains("{{") {
        return assigned::text_template(node, around, &[], steps.desk).map(Assigned::Text);
    }
    if text.starts_with('=') || text.contains('.') {
        return steps.desk.formula(node, None, &around.scope).map(Assigned::Formula);
    }
    let teams: Vec<String> = steps
        .desk
        .library
        .teams
        .values()
        .flat_map(|team| team.members.iter())
        .flat_map(|member| member.skills.clone())
        .collect();
    steps.desk.unknown(Code::E0651, text, node.span, teams.iter().map(String::as_str));
    None
}

/// `unassign: customer`, or an entity's kind; nothing behind it: the customer.
pub(super) fn unassign(steps: &mut Steps<'_, '_>, item: &mut Item<'_>) -> Read {
    let of = steps.desk.take(&mut item.fields, "of").map(|node| steps.desk.kind(node));
    let named = if item.object.is_null() || item.object.raw_text() == Some("owner") {
        Some(None)
    } else {
        steps.desk.kind(item.object)
    };
    let of = spread(of)?.flatten().or(named?);
    let object = of.clone().unwrap_or_default();
    Some((Verb::Unassign { of }, object))
}

/// `task: TITLE`.
pub(super) fn task(steps: &mut Steps<'_, '_>, item: &mut Item<'_>, around: &Around) -> Read {
    let title = if item.has_object(steps.desk) && steps.desk.says_something(item.object) {
        assigned::text_template(item.object, around, &[], steps.desk)
    } else {
        None
    };
    let to = steps.desk.take(&mut item.fields, "to").map(|node| colleague(steps.names, steps.desk, node));
    let due = steps.desk.take(&mut item.fields, "due").map(|node| due(steps, node, around));
    let body = steps.desk.take(&mut item.fields, "body");
    let body = spread(body.map(|node| assigned::text_template(node, around, &[], steps.desk)));
    let outcomes = match steps.desk.take(&mut item.fields, "outcomes") {
        Some(node) => steps.desk.texts(node).into_iter().map(|outcome| outcome.value).collect(),
        None => Vec::new(),
    };
    let title = title?;
    let object = title.source.clone();
    let verb = Verb::Task {
        title,
        to: spread(to)?.unwrap_or(Colleague::Owner),
        due: spread(due)?,
        body: body?,
        outcomes,
    };
    Some((verb, object))
}

/// `2 workdays`, `2026-03-01`, `= entry.date`.
fn due(steps: &mut Steps<'_, '_>, node: &Node, around: &Around) -> Option<Due> {
    let text = steps.desk.written(node)?;
    if text.trim_start().starts_with('=') {
        let operand = steps.desk.formula(node, None, &around.scope)?;
        let ty = condition::type_of(&operand);
        if !is_date(&ty) {
            let span = node.span;
            steps
                .desk
                .report
                .error(Code::E0322, span)
                .message("E0322-value")
                .arg_type("type", &ty)
                .help("E0322-help");
            return None;
        }
        return Some(Due::At(operand));
    }
    if let Some(date) = zone::parse_date(text) {
        return Some(Due::At(Operand::Literal(Value::Date(date))));
    }
    steps.desk.length(node).map(Due::After)
}

/// A colleague as the file says it.
pub(super) fn called(to: &Colleague) -> String {
    match to {
        Colleague::Owner => "owner".to_owned(),
        Colleague::Rep(name) | Colleague::Role(name) => name.clone(),
        Colleague::Team(team) => team.to_string(),
    }
}
