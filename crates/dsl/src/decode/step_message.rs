//! `email`, `sms`, `message`, `notify`.

use super::around::Around;
use super::assigned;
use super::scoring::spread;
use super::step_people::colleague;
use super::steps::{Item, Read, Steps};
use crate::diagnostic::Code;
use crate::library::{Channel, Reaches};
use crate::step::{Late, MessageStep, Verb};
use crate::template::{self, TagScope};
use crate::yaml::Node;
use model::{Length, Medium};

/// A message to the customer.
pub(super) fn send(steps: &mut Steps<'_, '_>, word: &str, item: &mut Item<'_>, around: &Around) -> Read {
    let medium = match word {
        "email" => Medium::Email,
        "sms" => Medium::Sms,
        _ => Medium::Message,
    };
    let template = if item.has_object(steps.desk) { template_name(steps, word, item.object) } else { None };
    let via = match (medium, steps.desk.take(&mut item.fields, "via")) {
        (Medium::Message, None) => {
            item.fields.missing("via", steps.desk.report);
            None
        }
        (_, Some(node)) => to_customers(steps, node),
        // The channel of that name is the way of all texts.
        (Medium::Sms, None) => {
            Some(Some("sms".to_owned()).filter(|name| steps.names.channels.contains(name)))
        }
        (Medium::Email, None) => Some(None),
    };
    let vars = match steps.desk.take(&mut item.fields, "vars") {
        Some(node) => assigned::vars(node, false, around, steps.desk),
        None => Vec::new(),
    };
    let combine = steps.desk.take(&mut item.fields, "combine").map(|node| combine(steps, node));
    let scope = TagScope { items: combine.is_some(), ..around.tags(&vars) };
    let subject = steps.desk.take(&mut item.fields, "subject");
    let subject = spread(subject.map(|node| assigned::text_in(node, &scope, steps.desk)));
    let from = steps.desk.take(&mut item.fields, "from").map(|node| sender(steps, node));
    let topic = steps.desk.take(&mut item.fields, "topic").map(|node| steps.desk.topic(node));
    let copy = steps.desk.take(&mut item.fields, "copy_to");
    let copy_to_owner = copy.and_then(|node| steps.desk.word(node, "copy_to", &[("owner", true)]));
    let max_lateness =
        steps.desk.take(&mut item.fields, "max_lateness").map(|node| steps.desk.length_in(node, "hours"));
    let late = steps.desk.take(&mut item.fields, "late").map(|node| {
        let words = [("run", Late::Run), ("skip", Late::Skip), ("next_window", Late::NextWindow)];
        steps.desk.word(node, "late", &words)
    });
    let template = template?;
    let from = spread(from)?;
    let by_template = || steps.templates.variants(&template).find_map(|variant| variant.from.clone());
    let counts_for = from.clone().or_else(by_template);
    let message = MessageStep {
        medium,
        via: via?,
        template: template.clone(),
        subject: subject?,
        from,
        counts_for,
        vars,
        topic: spread(topic)?,
        copy_to_owner: copy_to_owner.unwrap_or(false),
        combine: spread(combine)?,
        max_lateness: spread(max_lateness)?,
        late: spread(late)?.unwrap_or_default(),
    };
    for variant in steps.templates.variants(&template) {
        template::check_use(variant, &scope, item.object.span, steps.desk.report);
    }
    subject_is_somewhere(steps, &message, item);
    Some((Verb::Send(message), template))
}

/// The longest time in which messages are gathered: as long as a marketing message may wait.
const LONGEST_COMBINE_MS: i64 = 24 * 3_600_000;

/// `combine: 1 hour`.
fn combine(steps: &mut Steps<'_, '_>, node: &Node) -> Option<Length> {
    let length = steps.desk.length_in(node, "minutes")?;
    if (1..=LONGEST_COMBINE_MS).contains(&length.approximate_ms()) {
        return Some(length);
    }
    steps.desk.report.error(Code::E0363, node.span).help("E0363-help");
    None
}

/// A mail needs a subject: the step's own, or one in every variant of its template.
fn subject_is_somewhere(steps: &mut Steps<'_, '_>, message: &MessageStep, item: &Item<'_>) {
    if message.medium != Medium::Email || message.subject.is_some() {
        return;
    }
    let without =
        steps.templates.variants(&message.template).find(|variant| variant.subject.trim().is_empty());
    if let Some(variant) = without {
        let path = variant.path.clone();
        steps.desk.report.error(Code::E0332, item.object.span).arg("path", path).help("E0332-help");
    }
}

fn template_name(steps: &mut Steps<'_, '_>, verb: &str, node: &Node) -> Option<String> {
    let name = steps.desk.spanned(node)?;
    if steps.names.templates.contains(&name.value) {
        return Some(name.value);
    }
    if name.value.contains("{{") {
        let tags = steps.desk.report.error(Code::E0237, name.span).message("E0237-tags");
        tags.help("E0237-help-tags");
        return None;
    }
    let known = steps.names.templates.iter().map(String::as_str);
    steps.desk.unknown(Code::E0237, &name.value, name.span, known.clone());
    let said = steps.desk.report.last_mut().filter(|said| said.label.is_none())?;
    let meant = of_a_file(&name.value, known).map(str::to_owned);
    if let Some(meant) = meant {
        said.did_you_mean(Some(meant.clone())).fix(name.span, meant);
        said.help = None;
    } else if name.value.contains(|letter: char| letter.is_whitespace() || "，。！？、：".contains(letter))
    {
        let ending = if verb == "email" { "md" } else { "txt" };
        said.help("E0237-help-words").arg("verb", verb).arg("ending", ending);
    }
    None
}

/// The one template that a file's name or the end of a name means: `birthday/card.zh-CN.md.hbs`, `card`.
fn of_a_file<'n>(written: &str, known: impl Iterator<Item = &'n str> + Clone) -> Option<&'n str> {
    let written = written.strip_prefix("templates/").unwrap_or(written);
    let bare = written.split('.').next().unwrap_or(written);
    let ends = |name: &str| name.strip_suffix(bare).is_some_and(|folder| folder.ends_with('/'));
    let exact = known.clone().find(|name| *name == bare);
    let mut ending = known.filter(|name| !bare.is_empty() && ends(name));
    exact.or_else(|| ending.next().filter(|_| ending.next().is_none()))
}

/// A channel that reaches customers.
fn to_customers(steps: &mut Steps<'_, '_>, node: &Node) -> Option<Option<String>> {
    let name = channel(steps, node)??;
    let reaches = steps.desk.library.channels.get(&name).map(Channel::reaches);
    if reaches == Some(Reaches::Colleagues) {
        steps.desk.report.error(Code::E0370, node.span).arg("name", &name).help("E0370-help");
        return None;
    }
    Some(Some(name))
}

fn channel(steps: &mut Steps<'_, '_>, node: &Node) -> Option<Option<String>> {
    let name = steps.desk.spanned(node)?;
    if steps.names.channels.contains(&name.value) {
        return Some(Some(name.value));
    }
    let known = steps.names.channels.iter().map(String::as_str);
    steps.desk.unknown(Code::E0239, &name.value, name.span, known);
    None
}

/// A sender's name, or `owner`.
fn sender(steps: &mut Steps<'_, '_>, node: &Node) -> Option<String> {
    let name = steps.desk.spanned(node)?;
    if name.value == "owner" || steps.names.senders.contains(&name.value) {
        return Some(name.value);
    }
    let known = steps.names.senders.iter().map(String::as_str).chain(["owner"]);
    steps.desk.unknown(Code::E0235, &name.value, name.span, known);
    None
}

/// A word to a colleague.
pub(super) fn notify(steps: &mut Steps<'_, '_>, item: &mut Item<'_>, around: &Around) -> Read {
    let to = if item.has_object(steps.desk) { colleague(steps.names, steps.desk, item.object) } else { None };
    let text = steps.desk.need(&mut item.fields, "text");
    let text = text.filter(|node| steps.desk.says_something(node));
    let text = text.and_then(|node| assigned::text_template(node, around, &[], steps.desk));
    let digest = steps.desk.take(&mut item.fields, "digest").map(|node| steps.desk.clock(node));
    let via = steps.desk.take(&mut item.fields, "via").map(|node| channel(steps, node));
    let digest = spread(digest)?;
    // A mail channel is the usual way.
    let via = spread(via)?.flatten().filter(|name| {
        steps.desk.library.channels.get(name).is_some_and(|kind| kind.reaches() != Reaches::Customers)
    });
    let object = item.object.raw_text().unwrap_or_default().trim().to_owned();
    Some((Verb::Notify { to: to?, text: text?, digest, via }, object))
}

/// `webhook: CHANNEL`, with the `body` that is sent as JSON.
pub(super) fn webhook(steps: &mut Steps<'_, '_>, item: &mut Item<'_>, around: &Around) -> Read {
    let name = if item.has_object(steps.desk) { steps.desk.spanned(item.object) } else { None };
    let body = steps.desk.take(&mut item.fields, "body");
    let mut values = Vec::new();
    let mut whole = true;
    for entry in body.map(|node| steps.desk.entries(node)).unwrap_or_default() {
        match assigned::value(&entry.value, None, around, steps.desk) {
            Some(value) => values.push((entry.key.clone(), value)),
            None => whole = false,
        }
    }
    let name = name?;
    let library = steps.desk.library;
    match library.channels.get(&name.value) {
        Some(Channel::Webhook(_)) => {}
        Some(
            Channel::Smtp(_)
            | Channel::HttpJson(_)
            | Channel::Robot(_)
            | Channel::File { .. }
            | Channel::ByHand { .. },
        ) => {
            steps.desk.report.error(Code::E0356, name.span).arg("name", &name.value).help("E0356-help");
            return None;
        }
        // A channel with a mistake in it is reported where it stands.
        None if steps.names.channels.contains(&name.value) => {}
        None => {
            let hooks = library.channels.iter().filter(|(_, kind)| matches!(kind, Channel::Webhook(_)));
            let known: Vec<&str> = hooks.map(|(name, _)| name.as_str()).collect();
            steps.desk.unknown(Code::E0239, &name.value, name.span, known);
            return None;
        }
    }
    whole.then_some((Verb::Webhook { channel: name.value.clone(), body: values }, name.value))
}
