//! `workflow:` one automation.

use super::arena::Arena;
use super::around::Around;
use super::check::{self, Checked};
use super::desk::Desk;
use super::names::Names;
use super::scoring::spread;
use super::steps::Steps;
use super::subject::{Start, Subject};
use super::{assigned, holds, ids, inputs, moved, results, subject, tests, trigger, version};
use crate::condition::{Fields as Known, Operand, Path};
use crate::diagnostic::Code;
use crate::source::Spanned;
use crate::step::{BlockIx, BlockOwner, Verb};
use crate::syntax::Fields;
use crate::template::Templates;
use crate::trigger::Trigger;
use crate::workflow::{AtLaunch, ConsentRule, ExitRule, Goal, GoalReached, Reentry, Workflow};
use crate::yaml::{Kind, Node};
use model::{Length, WorkflowId};
use std::collections::BTreeMap;

/// Reads a workflow's file behind its first key. `None`: something essential is missing; the report says it.
pub(super) fn read(
    id: Spanned<String>,
    file: &Node,
    fields: &mut Fields<'_>,
    (names, templates): (&Names, &Templates),
    entries: &mut BTreeMap<String, Known>,
    desk: &mut Desk<'_>,
) -> Option<Workflow> {
    let mut around = Around { workflow: id.value.clone(), ..Around::new(names) };
    let title = desk.take(fields, "title").and_then(|node| desk.text(node));
    let owner = desk.take(fields, "owner").and_then(|node| desk.text(node));
    let trigger = desk.need(fields, "trigger").and_then(|node| trigger::read(node, &mut around, desk));
    let given = desk.take(fields, "inputs");
    let inputs = given.map(|node| inputs::read(node, desk));
    if let (Some(node), Some(trigger)) = (given, &trigger)
        && !may_be_called(trigger)
    {
        let span = file.get("inputs").map_or(node.span, |entry| entry.key_span);
        desk.report.error(Code::E0353, span).help("E0353-help");
    }
    around.take_inputs(inputs.clone().map(|(inputs, _)| inputs).unwrap_or_default());
    let inputs = inputs.map(|(inputs, whole)| whole.then_some(inputs));
    around.gather(file, desk);
    let vars =
        desk.take(fields, "vars").map_or_else(Vec::new, |node| assigned::vars(node, true, &around, desk));
    let audience = desk.take(fields, "audience").map(|node| {
        let seen =
            if trigger.as_ref().is_some_and(asks_the_database) { around.narrow() } else { around.clone() };
        desk.condition(node, &seen.scope)
    });
    let consent = desk.take(fields, "consent").map(|node| consent(node, desk));
    let reentry = desk.take(fields, "reentry").map(|node| reentry(node, desk));
    let key = desk.take(fields, "key").map(|node| key(node, &around, desk));
    let at_launch = desk.take(fields, "at_launch").and_then(|node| {
        let words = [("only_new", AtLaunch::OnlyNew), ("enroll_matching", AtLaunch::EnrollMatching)];
        desk.word(node, "at_launch", &words)
    });
    let holds_out = fields.has("holdout");
    let holdout = desk.take(fields, "holdout").and_then(|node| share(node, desk));
    let goal_node = desk.take(fields, "goal");
    let exit_when =
        desk.take(fields, "exit_when").map_or_else(Vec::new, |node| exit_rules(node, &around, desk));
    let quiet_hours = desk.take(fields, "quiet_hours").and_then(|node| desk.quiet(node));
    let priority =
        desk.take(fields, "priority").and_then(|node| desk.whole(node, "priority", -1_000_000, 1_000_000));
    let hold_while = desk.take(fields, "hold_while").map(|node| holds::hold_while(node, &around, desk));
    let spacing = desk.take(fields, "spacing").map(|node| desk.some_length(node, "days"));
    let release =
        desk.take(fields, "release").map(|node| holds::release(node, trigger.as_ref(), &around, desk));
    let approval = desk.take(fields, "approval").map(|node| role(node, desk));
    let moved_node = desk.take(fields, "moved");
    lint(fields, desk);
    let step_nodes = desk.need(fields, "steps");
    let mut steps = Steps { desk: &mut *desk, names, templates, arena: Arena::default() };
    let root = step_nodes.map(|node| steps.list(node, BlockOwner::Root, &around));
    let goal = goal_node.map(|node| goal(node, &around, &mut steps));
    let mut arena = steps.arena;
    results::check(file, &around.scope, templates, desk.sources, desk.report);
    let goal_then = goal.as_ref().and_then(|goal| goal.as_ref()?.then);
    let roots: Vec<BlockIx> = root.into_iter().chain(goal_then).collect();
    ids::assign(&mut arena, &roots, desk.report);
    let moved = moved_node.map_or_else(BTreeMap::new, |node| moved::read(node, &arena, desk));
    consent_stands(consent.as_ref(), &arena, &id, desk);
    check::run(&Checked { arena: &arena, goal_within: goal_within(goal_node, goal.as_ref()) }, desk.report);
    let entry = around.scope.entry.as_ref();
    let measures = (goal_node.is_some(), holds_out);
    let subject = Subject {
        written: subject::written(file),
        ..Subject::under_way(&id.value, trigger.as_ref(), &arena, &around, &exit_when, measures)
    };
    let start = Start::Workflows { subjects: vec![subject], known: &names.workflows, complete: true };
    let tests = match desk.take(fields, "tests") {
        Some(node) => tests::read(node, &start, desk),
        None => Vec::new(),
    };
    entries.extend(entry.map(|entry| (id.value.clone(), entry.clone())));
    let (steps, blocks) = arena.finish();
    Some(Workflow {
        version: version::of(file),
        title: title.unwrap_or_else(|| id.value.clone()),
        span: id.span,
        id: WorkflowId::from(id.value),
        owner,
        trigger: trigger?,
        audience: spread(audience)?,
        consent: spread(consent)?.unwrap_or(ConsentRule::None),
        reentry: spread(reentry)?.unwrap_or(Reentry::AfterExit),
        key: spread(key)?,
        at_launch: at_launch.unwrap_or_default(),
        holdout: holdout.unwrap_or(0),
        goal: spread(goal)?,
        exit_when,
        quiet_hours,
        hold_while: spread(hold_while)?,
        spacing: spread(spacing)?,
        release: spread(release)?,
        approval: spread(approval)?,
        priority: priority.unwrap_or(0),
        inputs: spread(inputs)?.unwrap_or_default(),
        vars,
        root: root?,
        steps,
        blocks,
        moved,
        tests,
    })
}

/// Whether another workflow may call it.
fn may_be_called(trigger: &Trigger) -> bool {
    match trigger {
        Trigger::Called | Trigger::Manual => true,
        Trigger::Event { .. }
        | Trigger::Stage { .. }
        | Trigger::Attribute { .. }
        | Trigger::Date(_)
        | Trigger::Inactive { .. }
        | Trigger::Segment { .. }
        | Trigger::Score(_)
        | Trigger::Schedule(_) => false,
    }
}

/// Whether the audience is asked of the database, customer by customer, so that it sees no event.
fn asks_the_database(trigger: &Trigger) -> bool {
    match trigger {
        Trigger::Date(_) | Trigger::Segment { .. } | Trigger::Schedule(_) => true,
        Trigger::Event { .. }
        | Trigger::Stage { .. }
        | Trigger::Attribute { .. }
        | Trigger::Inactive { .. }
        | Trigger::Score(_)
        | Trigger::Manual
        | Trigger::Called => false,
    }
}

/// `10%`: millionths of the whole.
pub(super) fn share(node: &Node, desk: &mut Desk<'_>) -> Option<u32> {
    let text = desk.text(node)?;
    let number = text
        .strip_suffix(['%', '％'])
        .map(str::trim)
        .and_then(|number| number.parse::<model::Decimal>().ok());
    // 1 % is 10,000 millionths, and 1,000,000 micro-units of a decimal.
    let share = number
        .filter(|number| number.micros() % 100 == 0)
        .and_then(|number| u32::try_from(number.micros() / 100).ok());
    match share.filter(|share| *share <= 1_000_000) {
        Some(share) => Some(share),
        None => {
            let whole =
                text.parse::<u8>().ok().filter(|number| *number <= 100).map(|number| format!("{number}%"));
            // `0.5` of the whole.
            let part = text.parse::<model::Decimal>().ok().and_then(|part| {
                part.checked_mul(model::Decimal::from(100)).filter(|_| text.starts_with("0."))
            });
            let meant = whole.or_else(|| part.map(|percent| format!("{percent}%")));
            let diagnostic = desk.report.error(Code::E0337, node.span);
            diagnostic.arg("text", &text).did_you_mean(meant.clone()).help("E0337-help");
            if let Some(meant) = meant {
                diagnostic.fix(node.span, meant);
            }
            None
        }
    }
}

/// Who must say yes. That somebody must is no answer to who.
fn role(node: &Node, desk: &mut Desk<'_>) -> Option<String> {
    if matches!(node.kind, Kind::Bool(_) | Kind::Number(_)) {
        crate::syntax::shape(node, Some("approval"), "shape-role", "E0303-help-role", desk.report);
        return None;
    }
    let role = desk.text(node)?;
    if role.is_empty() {
        crate::syntax::nothing(Some("approval"), node.span, desk.report);
        return None;
    }
    Some(role)
}

fn consent(node: &Node, desk: &mut Desk<'_>) -> Option<ConsentRule> {
    match desk.text(node)?.as_str() {
        "transactional" => Some(ConsentRule::Transactional),
        "none" => Some(ConsentRule::None),
        _ => topic(node, desk).map(ConsentRule::Topic),
    }
}

/// A topic; one that does not exist may have been meant as one of the other words.
fn topic(node: &Node, desk: &mut Desk<'_>) -> Option<String> {
    let name = desk.spanned(node)?;
    let library = desk.library;
    if library.topics.contains_key(&name.value) {
        return Some(name.value);
    }
    let known = library.topics.keys().map(String::as_str).chain(["transactional", "none"]);
    desk.unknown(Code::E0236, &name.value, name.span, known);
    None
}

/// Where a message to a customer stands, the file must say which consent it needs.
fn consent_stands(
    consent: Option<&Option<ConsentRule>>,
    arena: &Arena,
    id: &Spanned<String>,
    desk: &mut Desk<'_>,
) {
    let given = match consent {
        Some(None | Some(ConsentRule::Topic(_) | ConsentRule::Transactional)) => true,
        Some(Some(ConsentRule::None)) | None => false,
    };
    let bare = arena.drafts.iter().find(|draft| {
        let is_bare =
            if let Verb::Send(message) = &draft.step.verb { message.topic.is_none() } else { false };
        is_bare && !draft.broken
    });
    if let (false, Some(draft)) = (given, bare) {
        let message = if consent.is_some() { "E0314-none" } else { "E0314" };
        desk.report
            .error(Code::E0314, draft.word_span)
            .message(message)
            .arg("step", draft.step.id.as_str())
            .related(id.span, "E0314-workflow")
            .help("E0314-help");
    }
}

fn reentry(node: &Node, desk: &mut Desk<'_>) -> Option<Reentry> {
    if node.entries().is_none() {
        let words = [("never", false), ("after_exit", true)];
        let after_exit = desk.word_or(node, "reentry", &words, "E0305-help-reentry");
        let text = node.raw_text().unwrap_or_default().trim();
        let length = ["once_every", "once every", "every"].iter().find_map(|word| text.strip_prefix(word));
        let length = length.map_or(text, str::trim);
        if let (None, Ok(_), Some(said)) = (after_exit, length.parse::<Length>(), desk.report.last_mut()) {
            let meant = format!("{{ once_every: {length} }}");
            said.did_you_mean(Some(meant.clone())).fix(node.span, meant);
        }
        let after_exit = after_exit?;
        return Some(if after_exit { Reentry::AfterExit } else { Reentry::Never });
    }
    let mut fields = desk.fields(node, "thing-reentry")?;
    let length = desk.need(&mut fields, "once_every").and_then(|node| desk.some_length(node, "days"));
    desk.close(fields);
    length.map(Reentry::OnceEvery)
}

fn key(node: &Node, around: &Around, desk: &mut Desk<'_>) -> Option<Path> {
    if let Some(kind) =
        node.raw_text().map(str::trim).filter(|kind| desk.library.model.entities.contains_key(*kind))
    {
        // An entity is told apart by its id; a trigger on one does so by itself.
        let meant = format!("{kind}.id");
        let diagnostic = desk.report.error(Code::E0338, node.span);
        diagnostic.did_you_mean(Some(meant.clone())).help("E0338-help").fix(node.span, meant);
        return None;
    }
    let operand = desk.formula(node, None, &around.scope)?;
    if let Operand::Name(path) = operand {
        return Some(path);
    }
    desk.report.error(Code::E0338, node.span).help("E0338-help");
    None
}

fn goal(node: &Node, around: &Around, steps: &mut Steps<'_, '_>) -> Option<Goal> {
    if let Some(text) = node.raw_text() {
        let is_event = steps.desk.library.model.events.contains_key(text);
        let meant = if is_event {
            format!("{{ event: {text}, within: 30 days }}")
        } else {
            "{ when: … }".to_owned()
        };
        let diagnostic = steps.desk.report.error(Code::E0339, node.span).message("E0339-bare");
        diagnostic.arg("text", text).did_you_mean(Some(meant)).help("E0339-help");
        return None;
    }
    let mut fields = steps.desk.fields(node, "thing-goal")?;
    let event = steps.desk.take(&mut fields, "event").map(|node| steps.desk.event(node));
    let inside = match &event {
        Some(Some(name)) => around.with_event(Known::of_event(&steps.desk.library.model, name)),
        Some(None) | None => around.clone(),
    };
    let when = steps.desk.take(&mut fields, "when").map(|node| steps.desk.condition(node, &inside.scope));
    let within = steps.desk.take(&mut fields, "within").map(|node| steps.desk.some_length(node, "days"));
    let value = steps.desk.take(&mut fields, "value");
    let value = value.map(|node| steps.desk.formula(node, Some(&model::Type::Number), &inside.scope));
    let then = steps.desk.take(&mut fields, "then").map(|node| steps.list(node, BlockOwner::Goal, &inside));
    if event.is_none() && when.is_none() && !fields.has("event") && !fields.has("when") {
        steps.desk.report.error(Code::E0339, fields.head()).help("E0339-help");
        fields.lacks(&["event", "when"], Code::E0339, fields.head());
        steps.desk.close(fields);
        return None;
    }
    steps.desk.close(fields);
    let (when, within, value) = (spread(when)?, spread(within)?, spread(value)?);
    let reached = match (spread(event)?, when) {
        (Some(name), when) => GoalReached::Event { name, when },
        (None, Some(when)) => GoalReached::When(when),
        (None, None) => return None,
    };
    Some(Goal { reached, within, value, then })
}

fn goal_within(
    node: Option<&Node>,
    goal: Option<&Option<Goal>>,
) -> Option<(model::Length, crate::source::Span)> {
    let within = goal?.as_ref()?.within?;
    let span = node?.get("within")?.value.span;
    Some((within, span))
}

fn exit_rules(node: &Node, around: &Around, desk: &mut Desk<'_>) -> Vec<ExitRule> {
    let items = desk.items(node);
    items.iter().filter_map(|node| exit_rule(node, around, desk)).collect()
}

fn exit_rule(node: &Node, around: &Around, desk: &mut Desk<'_>) -> Option<ExitRule> {
    let is_condition =
        |key: &str| node.get(key).is_some_and(|_| node.entries().is_some_and(|all| all.len() == 1));
    if node.entries().is_none() || is_condition("all") || is_condition("any") {
        let when = desk.condition(node, &around.scope)?;
        return Some(ExitRule { event: None, when: Some(when), reason: None });
    }
    let mut fields = desk.fields(node, "thing-exit-rule")?;
    let event = desk.take(&mut fields, "event").map(|node| desk.event(node));
    let inside = match &event {
        Some(Some(name)) => around.with_event(Known::of_event(&desk.library.model, name)),
        Some(None) | None => around.clone(),
    };
    let when = desk.take(&mut fields, "when").map(|node| desk.condition(node, &inside.scope));
    let reason = desk.take(&mut fields, "reason").and_then(|node| desk.spanned(node));
    let reason = reason.and_then(|reason| super::step_flow::own_reason(reason, desk));
    if !fields.has("event") && !fields.has("when") {
        desk.report.error(Code::E0339, fields.head()).message("E0339-exit").help("E0339-help");
        fields.lacks(&["event", "when"], Code::E0339, fields.head());
        desk.close(fields);
        return None;
    }
    desk.close(fields);
    Some(ExitRule { event: spread(event)?, when: spread(when)?, reason })
}

/// `lint:` names lints that this file turns off, each with a reason. Acted on when the file is done.
fn lint(fields: &mut Fields<'_>, desk: &mut Desk<'_>) {
    let Some(node) = desk.take(fields, "lint") else { return };
    for entry in desk.entries(node) {
        let known = entry.key.parse::<Code>().is_ok_and(|code| code.as_str().starts_with('W'));
        if !known {
            let all = Code::ALL.iter().map(|code| code.as_str()).filter(|code| code.starts_with('W'));
            desk.unknown(Code::E0340, &entry.key, entry.key_span, all.collect::<Vec<_>>());
        }
        desk.text(&entry.value);
    }
}

/// The warnings that a file turns off by `lint: { W0701: reason }`.
pub(super) fn turned_off(file: &Node) -> Vec<Code> {
    let entries = file.get("lint").and_then(|entry| entry.value.entries()).unwrap_or_default();
    entries
        .iter()
        .filter_map(|entry| entry.key.parse::<Code>().ok())
        .filter(|code| code.as_str().starts_with('W'))
        .collect()
}
