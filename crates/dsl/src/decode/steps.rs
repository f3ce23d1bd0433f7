//! A list of steps: the verb of each is found first, then that one kind is read, so that a mistake stays
//! where it is and reading goes on.

use super::arena::{Arena, ON_ERROR};
use super::around::Around;
use super::desk::Desk;
use super::names::Names;
use super::{inputs, step_customer, step_flow, step_message, step_people, step_time};
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::source::Spanned;
use crate::step::{BlockIx, BlockOwner, OnError, Retry, StepIx, Verb};
use crate::syntax::{Fields, half_a_pair};
use crate::template::Templates;
use crate::yaml::{Entry, Node};

/// The verbs of this release.
pub(super) const VERBS: [&str; 29] = [
    "email",
    "sms",
    "message",
    "webhook",
    "notify",
    "set",
    "tag",
    "untag",
    "add_score",
    "record",
    "consent",
    "suppress",
    "unsuppress",
    "forget",
    "move_stage",
    "assign",
    "unassign",
    "task",
    "wait",
    "wait_until",
    "wait_for",
    "wait_for_date",
    "timeline",
    "if",
    "choose",
    "split",
    "repeat",
    "call",
    "exit",
];

/// Keys that any step may have.
const COMMON: [&str; 5] = ["id", "only_if", "note", "on_error", "retry"];

/// What people write to go on elsewhere, which the language does not have.
const JUMPS: [&str; 8] = ["goto", "go_to", "jump", "jump_to", "next", "跳转", "跳到", "转到"];

/// Reads the steps of one workflow into its arena.
pub(super) struct Steps<'r, 'd> {
    /// What every decoder has at hand.
    pub desk: &'r mut Desk<'d>,
    /// Declared names.
    pub names: &'r Names,
    /// The message templates.
    pub templates: &'r Templates,
    /// What was read so far.
    pub arena: Arena,
}

/// A step whose verb is known: what its decoder needs.
pub(super) struct Item<'n> {
    /// Its keys.
    pub fields: Fields<'n>,
    /// What stands behind the verb; `Null` where nothing does.
    pub object: &'n Node,
    /// The verb's entry.
    pub verb: &'n Entry,
    /// The step's place in the arena.
    pub at: StepIx,
}

/// What a decoder gives back: the verb and the object that the derived id names.
pub(super) type Read = Option<(Verb, String)>;

impl Steps<'_, '_> {
    /// Reads a list of steps that hangs on `owner`.
    pub fn list(&mut self, node: &Node, owner: BlockOwner, around: &Around) -> BlockIx {
        let block = self.arena.open_block(owner);
        let items = self.desk.list(node);
        if items.is_empty() && node.items().is_some() {
            self.desk.report.error(Code::E0331, node.span).help("E0331-help");
        }
        for item in items {
            self.step(item, block, around);
        }
        block
    }

    fn step(&mut self, node: &Node, block: BlockIx, around: &Around) {
        let at = self.arena.open_step(block, node.span);
        if self.bare(node) {
            return;
        }
        let Some(mut fields) = self.desk.fields(node, "thing-step") else { return };
        let id = self.id(&mut fields);
        let note = self.desk.take(&mut fields, "note").and_then(|node| self.desk.text(node));
        let only_if =
            self.desk.take(&mut fields, "only_if").map(|node| self.desk.condition(node, &around.scope));
        let on_error = self.on_error(&mut fields, at, around);
        let retry = self.retry(&mut fields);
        if let Some(draft) = self.arena.draft_mut(at) {
            draft.explicit = id;
            draft.step.note = note;
            draft.step.only_if = only_if.flatten();
            draft.step.on_error = on_error;
            draft.step.retry = retry;
        }
        let Some(verb) = self.verb(&fields) else { return };
        let Some(word) = VERBS.into_iter().find(|known| *known == verb.key) else { return };
        fields.know(&[word]);
        let mut item = Item { fields, object: &verb.value, verb, at };
        let read = self.one(word, &mut item, around);
        self.desk.close(item.fields);
        if let Some((verb_read, object)) = read {
            self.arena.fill(at, word, verb.key_span, verb_read, object);
        }
    }

    /// `- exit`, `- 3 days`: a text where a step belongs. Returns whether it was one, and said.
    fn bare(&mut self, node: &Node) -> bool {
        let Some(text) = node.raw_text() else { return false };
        let is_said = |said: &Diagnostic| said.span.touches(node.span.file, node.span.start);
        if self.desk.report.diagnostics().iter().any(is_said) || half_a_pair(node, self.desk.report) {
            return true;
        }
        let word = text.split([' ', '：']).next().unwrap_or("");
        let verb = suggest(word, VERBS).filter(|_| text.parse::<model::Length>().is_err());
        let meant = match verb {
            Some("exit") => Some("exit: done".to_owned()),
            Some(verb) => Some(format!("{verb}: …")),
            None => text.parse::<model::Length>().is_ok().then(|| format!("wait: {text}")),
        };
        let diagnostic = self.desk.report.error(Code::E0310, node.span);
        diagnostic.message("E0310-bare").arg("text", text).did_you_mean(meant).help("E0310-help-bare");
        true
    }

    /// The one verb of a step.
    fn verb<'n>(&mut self, fields: &Fields<'n>) -> Option<&'n Entry> {
        // `wait` beside `call` says whether it waits.
        let calls = fields.entries().iter().any(|entry| entry.key == "call");
        let is_verb = |key: &str| VERBS.contains(&key) && !(calls && key == "wait");
        let verbs: Vec<&Entry> = fields.entries().iter().filter(|entry| is_verb(&entry.key)).collect();
        match verbs.as_slice() {
            [one] => Some(one),
            [first, second, ..] => {
                // A line that hangs between two columns, and begins with a verb: only its dash is missing.
                let hangs = |said: &Diagnostic| {
                    said.code == Code::E0105 && said.span.touches(second.key_span.file, second.key_span.start)
                };
                let dashless = self.desk.report.diagnostics().iter().any(hangs);
                self.desk.report.retain(|said| !hangs(said));
                let diagnostic = self.desk.report.error(Code::E0311, second.key_span);
                diagnostic
                    .arg("first", &first.key)
                    .arg("second", &second.key)
                    .related(first.key_span, "E0311-first")
                    .help("E0311-help");
                if dashless {
                    diagnostic.message("E0311-dash").fix(second.key_span.part(0, 0), "- ");
                }
                None
            }
            [] => {
                self.no_verb(fields);
                None
            }
        }
    }

    /// A misspelt verb where a key looks like one, else a missing one.
    fn no_verb(&mut self, fields: &Fields<'_>) {
        let all = || VERBS.into_iter();
        let strange = || fields.entries().iter().filter(|entry| !COMMON.contains(&entry.key.as_str()));
        let close = strange().find_map(|entry| suggest(&entry.key, all()).map(|meant| (entry, meant)));
        if let Some((entry, meant)) = close {
            self.desk
                .report
                .error(Code::E0309, entry.key_span)
                .arg("name", &entry.key)
                .did_you_mean(Some(meant))
                .fix(entry.key_span, meant);
            return;
        }
        match strange().next() {
            Some(entry) => {
                let jumps = JUMPS.contains(&entry.key.to_lowercase().as_str());
                self.desk.report.error(Code::E0309, entry.key_span).arg("name", &entry.key).help(if jumps {
                    "E0309-help-goto"
                } else {
                    "E0309-help"
                });
            }
            None => {
                self.desk.report.error(Code::E0310, fields.head()).help("E0309-help");
            }
        }
    }

    fn id(&mut self, fields: &mut Fields<'_>) -> Option<Spanned<String>> {
        let id = self.desk.take(fields, "id").and_then(|node| self.desk.spanned(node))?;
        let good = !id.value.is_empty()
            && id.value.chars().count() <= 80
            && id.value.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.'));
        if good {
            return Some(id);
        }
        self.desk.report.error(Code::E0318, id.span).arg("id", &id.value).help("E0318-help");
        None
    }

    fn on_error(&mut self, fields: &mut Fields<'_>, at: StepIx, around: &Around) -> OnError {
        let Some(node) = self.desk.take(fields, "on_error") else { return OnError::Skip };
        if node.entries().is_none() {
            let words = [("skip", false), ("exit", true)];
            return match self.desk.word_or(node, "on_error", &words, "E0305-help-on-error") {
                Some(true) => OnError::Exit,
                Some(false) | None => OnError::Skip,
            };
        }
        let Some(mut inner) = self.desk.fields(node, "thing-on-error") else { return OnError::Skip };
        let steps = self.desk.need(&mut inner, "go_on_with");
        self.desk.close(inner);
        match steps {
            Some(node) => OnError::GoOnWith(self.list(node, BlockOwner::Arm(at, ON_ERROR), around)),
            None => OnError::Skip,
        }
    }

    /// `retry: { times: 5, for: 24 hours }`: only what leaves us can fail in a way that another try may mend.
    fn retry(&mut self, fields: &mut Fields<'_>) -> Option<Retry> {
        let node = self.desk.take(fields, "retry")?;
        let leaves = ["email", "sms", "message", "webhook", "notify"];
        if !fields.entries().iter().any(|entry| leaves.contains(&entry.key.as_str())) {
            let span = fields.entry("retry").map_or(node.span, |entry| entry.key_span);
            self.desk.report.error(Code::E0355, span).help("E0355-help");
            return None;
        }
        let mut inner = self.desk.fields(node, "thing-retry")?;
        let times =
            self.desk.take(&mut inner, "times").and_then(|node| self.desk.whole(node, "times", 0, 100));
        let length = self.desk.take(&mut inner, "for").and_then(|node| self.desk.length_in(node, "hours"));
        self.desk.close(inner);
        Some(Retry { times: times.and_then(|times| u32::try_from(times).ok()), length })
    }

    fn one(&mut self, word: &str, item: &mut Item<'_>, around: &Around) -> Read {
        match word {
            "email" | "sms" | "message" => step_message::send(self, word, item, around),
            "notify" => step_message::notify(self, item, around),
            "webhook" => step_message::webhook(self, item, around),
            "set" => step_customer::set(self, item, around),
            "tag" => step_customer::tags(self, item).map(|(tags, object)| (Verb::Tag(tags), object)),
            "untag" => step_customer::tags(self, item).map(|(tags, object)| (Verb::Untag(tags), object)),
            "add_score" => step_customer::add_score(self, item),
            "record" => step_customer::record(self, item, around),
            "consent" => step_customer::consent(self, item, around),
            "suppress" => step_customer::suppress(self, item),
            "unsuppress" => step_customer::unsuppress(self, item),
            "forget" => step_customer::forget(self, item),
            "move_stage" => step_customer::move_stage(self, item),
            "assign" => step_people::assign(self, item, around),
            "unassign" => step_people::unassign(self, item),
            "task" => step_people::task(self, item, around),
            "wait" => step_time::wait(self, item, around),
            "wait_until" => step_time::wait_until(self, item),
            "wait_for" => step_time::wait_for(self, item, around),
            "wait_for_date" => step_time::wait_for_date(self, item, around),
            "timeline" => step_time::timeline(self, item, around),
            "if" => step_flow::either(self, item, around),
            "choose" => step_flow::choose(self, item, around),
            "split" => step_flow::split(self, item, around),
            "repeat" => step_flow::repeat(self, item, around),
            "call" => inputs::call(self, item, around),
            "exit" => step_flow::exit(self, item),
            _ => None,
        }
    }
}

impl Item<'_> {
    /// Whether anything stands behind the verb; says so where nothing does.
    pub fn has_object(&self, desk: &mut Desk<'_>) -> bool {
        if self.object.is_null() {
            crate::syntax::nothing(Some(&self.verb.key), self.verb.key_span, desk.report);
        }
        !self.object.is_null()
    }
}
