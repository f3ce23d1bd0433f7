//! `expect` and `never`: lines that a trace must, or must never, have. What they name must be in the
//! workflow, so that a misspelt line does not pass for ever.

use super::desk::Desk;
use super::subject::{Start, Subject};
use super::test_facts::whose;
use super::tests::{Stage, instant};
use crate::diagnostic::{Code, suggest};
use crate::library::Channel;
use crate::source::Span;
use crate::step::{MessageStep, TeamName, TextTemplate, Verb};
use crate::syntax::Fields;
use crate::test_case::{Expected, ExpectedTime};
use crate::yaml::{Entry, Kind, Node};
use model::{Did, Length, Medium, Outcome, zone};

/// Reasons for leaving that no author wrote.
const REASONS: [&str; 11] = [
    "by_hand",
    "caller",
    "end",
    "error",
    "exit_when",
    "forgotten",
    "merged",
    "moved",
    "not_quiet",
    "past",
    "retired",
];
/// Codes of decisions that are no reasons for leaving: those that have a sentence of their own in the catalogue
/// (`reason-CODE`), and those that only a trace tells.
const CODES: &str = "\
    already audience came claim closed combine combined consent duplicate failed former_owner frequency_cap \
    full gone held_out hold_while ladder_ended late loop missed no_address no_answer no_contact no_customer \
    no_date no_entity no_input no_key no_skill nobody_available not_a_member not_accepted not_allowed \
    not_approved not_back not_in_pool not_published not_the_owner only_if other_territory owned \
    owner_unknown passed_over per_day pool_soon provider_shut provider_slow quiet_hours rate reentry refused \
    remind reserved returned same_stage sender_cap spacing stopped superseded suppressed team_unknown timeout \
    window";

/// Reads one line.
pub(super) fn read(node: &Node, stage: &Stage<'_>, desk: &mut Desk<'_>) -> Option<Expected> {
    let mut fields = desk.fields(node, "thing-expected")?;
    let when = when(&mut fields, desk);
    let outcome = desk.take(&mut fields, "outcome").map(|node| {
        let words = [
            ("done", Outcome::Done),
            ("skipped", Outcome::Skipped),
            ("deferred", Outcome::Deferred),
            ("waits", Outcome::Waits),
            ("entered", Outcome::Entered),
            ("exited", Outcome::Exited),
            ("refused", Outcome::Refused),
        ];
        desk.word(node, "outcome", &words)
    });
    let mut text = |key: &'static str, desk: &mut Desk<'_>| {
        let node = desk.take(&mut fields, key)?;
        desk.text(node)
    };
    let key = text("key", desk);
    let rep = text("rep", desk);
    let subject = text("subject", desk);
    let customer = desk.take(&mut fields, "customer").and_then(|node| whose(node, stage, desk));
    let reason = desk.take(&mut fields, "reason").and_then(|node| desk.spanned(node));
    let workflow = desk.take(&mut fields, "workflow").map(|node| workflow(node, stage, desk));
    let due = desk.take(&mut fields, "due").and_then(|node| time(node, desk));
    let entry = thing(&fields, desk);
    if let Some((entry, did)) = entry {
        fields.know(&[did.as_str()]);
        desk.close(fields);
        let what = what(entry, did, desk);
        let workflow = super::scoring::spread(workflow)?;
        if let Some(what) = &what {
            is_there(did, what, entry, &about(stage, workflow.as_deref()), desk);
        }
        if let Some(reason) = &reason {
            is_reason(&reason.value, reason.span, &about(stage, workflow.as_deref()), desk);
        }
        let reason = reason.map(|reason| reason.value);
        let outcome = super::scoring::spread(outcome)?;
        let when = super::scoring::spread(when)?;
        return Some(Expected {
            span: node.span,
            when,
            did,
            what,
            outcome,
            reason,
            key,
            customer,
            workflow,
            rep,
            due,
            subject,
        });
    }
    None
}

/// The workflow that a line names: one of the project, in a scenario one of those that it tests.
pub(super) fn workflow(node: &Node, stage: &Stage<'_>, desk: &mut Desk<'_>) -> Option<String> {
    let name = desk.spanned(node)?;
    let known = match stage.start {
        Start::Score => return Some(name.value),
        Start::Workflows { known, .. } => known,
    };
    if known.contains(&name.value) {
        return Some(name.value);
    }
    desk.unknown(Code::E0420, &name.value, name.span, known.iter().map(String::as_str));
    None
}

/// The workflows that a line can be about. Empty: one that is not under test, such as a called one.
fn about<'s>(stage: &'s Stage<'_>, named: Option<&str>) -> Vec<&'s Subject<'s>> {
    let all = stage.start.subjects().iter();
    all.filter(|subject| named.is_none_or(|named| subject.id == named)).collect()
}

/// The key that says what the line is about.
fn thing<'n>(fields: &Fields<'n>, desk: &mut Desk<'_>) -> Option<(&'n Entry, Did)> {
    const OTHER: [&str; 10] =
        ["at", "after", "outcome", "reason", "key", "workflow", "rep", "subject", "customer", "due"];
    let found: Vec<(&Entry, Did)> = fields
        .entries()
        .iter()
        .filter_map(|entry| Did::from_word(&entry.key).map(|did| (entry, did)))
        .collect();
    match found.as_slice() {
        [one] => Some(*one),
        [(first, _), (second, _), ..] => {
            desk.report
                .error(Code::E0311, second.key_span)
                .message("E0311-line")
                .arg("first", &first.key)
                .arg("second", &second.key)
                .related(first.key_span, "E0311-first");
            None
        }
        [] => {
            let strange = fields.entries().iter().find(|entry| !OTHER.contains(&entry.key.as_str()));
            match strange {
                Some(entry) => {
                    let verbs = Did::ALL.iter().map(|did| did.as_str()).chain(OTHER);
                    desk.unknown(Code::E0309, &entry.key, entry.key_span, verbs);
                    if let Some(said) = desk.report.last_mut() {
                        said.message("E0309-line").arg_names("beside", OTHER);
                        if said.label.is_none() {
                            said.help("E0309-help-line");
                        }
                    }
                }
                None => {
                    desk.report.error(Code::E0310, fields.head()).message("E0310-line").help("E0310-help");
                }
            }
            None
        }
    }
}

fn when(fields: &mut Fields<'_>, desk: &mut Desk<'_>) -> Option<Option<ExpectedTime>> {
    let at = desk.take(fields, "at").map(|node| time(node, desk));
    let after =
        desk.take(fields, "after").map(|node| (desk.length(node).map(ExpectedTime::After), node.span));
    match (at, after) {
        (Some(_), Some((_, span))) => {
            desk.report.error(Code::E0346, span).message("E0346-two");
            Some(None)
        }
        (Some(time), None) => Some(time),
        (None, Some((time, _))) => Some(time),
        (None, None) => None,
    }
}

/// A day, an instant, or a length after the clock.
fn time(node: &Node, desk: &mut Desk<'_>) -> Option<ExpectedTime> {
    let text = desk.written(node)?;
    if let Some(day) = zone::parse_date(text) {
        return Some(ExpectedTime::Day(day));
    }
    if let Ok(length) = text.parse::<Length>() {
        return Some(ExpectedTime::After(length));
    }
    instant(node, desk).map(ExpectedTime::Instant)
}

/// The object as the trace names it.
fn what(entry: &Entry, did: Did, desk: &mut Desk<'_>) -> Option<String> {
    match (&entry.value.kind, did) {
        // `wait: true`: any.
        (Kind::Bool(true) | Kind::Null, _) => None,
        // `set: { tier: gold }` and `consent: { grant: news }`, as the step is written.
        (Kind::Map(entries), Did::Set) => {
            let names = entries.iter().map(|pair| pair.key.strip_prefix("customer.").unwrap_or(&pair.key));
            Some(names.collect::<Vec<_>>().join(", "))
        }
        (Kind::Map(entries), Did::Consent) => {
            entries.iter().find_map(|pair| pair.value.raw_text()).map(str::to_owned)
        }
        (Kind::List(_), _) => {
            let texts = desk.texts(&entry.value);
            Some(texts.into_iter().map(|text| text.value).collect::<Vec<_>>().join(", "))
        }
        (_, Did::Wait) => {
            let text = desk.text(&entry.value)?;
            // As the trace writes it: `1 week` is `7 days`.
            Some(text.parse::<Length>().map_or(text, |length| length.to_string()))
        }
        (_, _) => desk.text(&entry.value),
    }
}

/// Refuses a code that is spelt almost like one: in a line that must never come it would pass for ever. What looks like
/// none may be a word of the author's, such as an arm or why somebody is not written to.
fn is_reason(reason: &str, span: Span, about: &[&Subject<'_>], desk: &mut Desk<'_>) {
    let author = exits_of(about);
    let known =
        || CODES.split_ascii_whitespace().chain(REASONS).chain(["goal"]).chain(author.iter().copied());
    let unseen = |subject: &&Subject<'_>| !subject.whole && subject.written.is_none();
    if about.is_empty() || about.iter().any(unseen) || known().any(|known| known == reason) {
        return;
    }
    let Some(meant) = suggest(reason, known()).map(str::to_owned) else { return };
    let diagnostic = desk.report.error(Code::E0325, span);
    diagnostic
        .message("E0325-reason")
        .arg("what", reason)
        .did_you_mean(Some(meant.clone()))
        .help("E0325-reason-help");
    diagnostic.fix(span, meant);
}

/// Why the author of these lets somebody go.
fn exits_of<'s>(about: &[&'s Subject<'s>]) -> Vec<&'s str> {
    let verbs = about.iter().flat_map(|subject| subject.verbs.iter().copied());
    let own =
        verbs.filter_map(|verb| if let Verb::Exit(reason) = verb { Some(reason.as_str()) } else { None });
    let rules = about.iter().flat_map(|subject| subject.exits);
    let written = about.iter().flat_map(|subject| subject.written.iter().flatten().copied());
    own.chain(rules.filter_map(|rule| rule.reason.as_deref())).chain(written).collect()
}

/// Refuses a line that names what no step of the workflow has.
fn is_there(did: Did, what: &str, entry: &Entry, about: &[&Subject<'_>], desk: &mut Desk<'_>) {
    // With broken steps about, nobody can say what the workflow has.
    // What a called workflow does stands in its own file.
    let calls = |subject: &&Subject<'_>| subject.verbs.iter().any(|verb| matches!(verb, Verb::Call { .. }));
    if about.is_empty() || about.iter().any(|subject| !subject.whole) || about.iter().any(calls) {
        return;
    }
    let verbs = || about.iter().flat_map(|subject| subject.verbs.iter().copied());
    let span = entry.value.span;
    match did {
        Did::Exit => {
            let own = verbs()
                .filter_map(|verb| if let Verb::Exit(reason) = verb { Some(reason.as_str()) } else { None });
            let rules = about.iter().flat_map(|subject| subject.exits);
            let goal = about.iter().any(|subject| subject.has_goal).then_some("goal");
            let author = rules.filter_map(|rule| rule.reason.as_deref()).chain(goal);
            let known: Vec<&str> = own.chain(REASONS).chain(author).collect();
            if known.contains(&what) {
                return;
            }
            // The engine has reasons of its own: what does not look misspelt may be one of them.
            let meant = suggest(what, known).map(str::to_owned);
            if meant.is_some() || what == "goal" {
                missing(did, what, span, meant, desk);
            }
        }
        Did::Task => {
            let titles: Vec<&TextTemplate> = verbs()
                .filter_map(|verb| if let Verb::Task { title, .. } = verb { Some(title) } else { None })
                .collect();
            // The task of a message that is sent by hand is named after the customer.
            let by_hand = |verb: &Verb| {
                matches!(verb, Verb::Send(message) if message.via.as_ref().is_some_and(|via| {
                    matches!(desk.library.channels.get(via), Some(Channel::ByHand { .. }))
                }))
            };
            if !verbs().any(by_hand) && !titles.iter().any(|title| could_be(&title.source, what)) {
                let meant =
                    suggest(what, titles.iter().map(|title| title.source.as_str())).map(str::to_owned);
                missing(did, what, span, meant, desk);
            }
        }
        Did::Enroll | Did::Goal | Did::Lead | Did::Move => {}
        Did::Email
        | Did::Sms
        | Did::Message
        | Did::Webhook
        | Did::Notify
        | Did::Set
        | Did::Tag
        | Did::Untag
        | Did::AddScore
        | Did::MoveStage
        | Did::Consent
        | Did::Suppress
        | Did::Unsuppress
        | Did::Record
        | Did::Forget
        | Did::Assign
        | Did::Unassign
        | Did::Call
        | Did::Split => {
            // A team that is handed in may be any.
            let any = |verb: &Verb| matches!(verb, Verb::Assign { team: TeamName::Text(_), .. });
            if (did == Did::Assign && verbs().any(any)) || of_a_ladder(did, what, desk) {
                return;
            }
            let known: Vec<String> = verbs().filter_map(|verb| object(verb, did)).collect();
            if !known.iter().any(|known| known == what) {
                let meant = suggest(what, known.iter().map(String::as_str)).map(str::to_owned);
                missing(did, what, span, meant, desk);
            }
        }
        // What a wait or a branch is about is written in many ways: compared when the test runs.
        Did::Wait
        | Did::WaitUntil
        | Did::WaitForDate
        | Did::WaitFor
        | Did::Timeline
        | Did::If
        | Did::Choose
        | Did::Repeat => {}
    }
}

/// Whether it may be a line of a team's ladder, which no workflow has as a step.
fn of_a_ladder(did: Did, what: &str, desk: &Desk<'_>) -> bool {
    let teams = &desk.library.teams;
    let clocks = teams.values().any(crate::library::Team::has_clock);
    let passed_on = teams.values().any(|team| team.backup.as_deref() == Some(what));
    let told = did == Did::Notify && (matches!(what, "owner" | "lead") || passed_on);
    let given = did == Did::Assign && (teams.contains_key(&model::TeamId::new(what)) || passed_on);
    clocks && (told || given)
}

fn missing(did: Did, what: &str, span: Span, meant: Option<String>, desk: &mut Desk<'_>) {
    let diagnostic = desk.report.error(Code::E0325, span);
    diagnostic.arg("did", did.as_str()).arg("what", what).did_you_mean(meant.clone()).help("E0325-help");
    if let Some(meant) = meant.filter(|meant| super::desk::is_plain(meant)) {
        diagnostic.fix(span, meant);
    }
}

/// What a step of a kind is about, as the trace names it.
fn object(verb: &Verb, did: Did) -> Option<String> {
    let medium = |message: &MessageStep| match message.medium {
        Medium::Email => Did::Email,
        Medium::Sms => Did::Sms,
        Medium::Message => Did::Message,
    };
    let named = |of: &Option<String>| of.clone().unwrap_or_else(|| "customer".to_owned());
    let (kind, what) = match verb {
        Verb::Send(message) => (medium(message), message.template.clone()),
        Verb::Notify { to, .. } => (Did::Notify, super::step_people::called(to)),
        Verb::Set(values) => {
            let name = |target: &crate::step::Target| match target {
                crate::step::Target::Customer(name) => name.clone(),
                crate::step::Target::Entity(kind, name) => format!("{kind}.{name}"),
                crate::step::Target::Var(name) => format!("vars.{name}"),
            };
            (Did::Set, values.iter().map(|(target, _)| name(target)).collect::<Vec<_>>().join(", "))
        }
        Verb::Tag(tags) => (Did::Tag, tags.join(", ")),
        Verb::Untag(tags) => (Did::Untag, tags.join(", ")),
        Verb::AddScore { score, .. } => (Did::AddScore, score.clone()),
        Verb::Record { event, .. } => (Did::Record, event.clone()),
        Verb::Forget => (Did::Forget, "customer".to_owned()),
        Verb::Consent { topic, .. } => (Did::Consent, topic.clone()),
        Verb::Suppress { medium, .. } => (Did::Suppress, medium.map_or("all", Medium::as_str).to_owned()),
        Verb::Unsuppress { medium, topic: _ } => {
            (Did::Unsuppress, medium.map_or("all", Medium::as_str).to_owned())
        }
        Verb::MoveStage { to, .. } => (Did::MoveStage, to.clone()),
        Verb::Assign { team, .. } => (Did::Assign, team.as_str().to_owned()),
        Verb::Unassign { of } => (Did::Unassign, named(of)),
        Verb::Split { name, .. } => (Did::Split, name.clone()),
        Verb::Webhook { channel, .. } => (Did::Webhook, channel.clone()),
        Verb::Call { workflow, .. } => (Did::Call, workflow.to_string()),
        Verb::Task { .. }
        | Verb::Wait(_)
        | Verb::WaitUntil(_)
        | Verb::WaitForDate { .. }
        | Verb::WaitFor { .. }
        | Verb::Timeline(_)
        | Verb::If { .. }
        | Verb::Choose(_)
        | Verb::Repeat { .. }
        | Verb::Exit(_) => return None,
    };
    (kind == did).then_some(what)
}

/// Whether a template can render to a text: what stands between its tags must be there in order.
fn could_be(source: &str, text: &str) -> bool {
    if source == text {
        return true;
    }
    let mut rest = text;
    let mut first = true;
    let mut tail = source;
    while let Some((before, after)) = tail.split_once("{{") {
        let Some(at) = rest.find(before) else { return false };
        if first && at != 0 {
            return false;
        }
        rest = rest.get(at + before.len()..).unwrap_or_default();
        first = false;
        // A block has a body that may or may not be printed: what lies behind it is not compared.
        if after.starts_with(['#', '{']) {
            return true;
        }
        tail = after.split_once("}}").map_or("", |(_, behind)| behind);
    }
    if first { rest == tail } else { rest.ends_with(tail) }
}

#[cfg(test)]
mod tests {
    use super::{CODES, REASONS};
    use model::words::{Language, keys};

    #[test]
    fn every_reason_that_has_a_sentence_is_known_to_a_line() {
        let known = |code: &str| {
            code == "goal" || CODES.split_ascii_whitespace().chain(REASONS).any(|one| one == code)
        };
        let said = keys(Language::En);
        let reasons: Vec<&str> = said.iter().filter_map(|key| key.strip_prefix("reason-")).collect();
        assert!(reasons.len() > 20, "{reasons:?}");
        let unknown: Vec<&str> = reasons.into_iter().filter(|code| !known(code)).collect();
        assert!(unknown.is_empty(), "no line may expect {unknown:?}");
    }
}
