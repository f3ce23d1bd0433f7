//! What all decisions share: the libraries, the published versions, the people, the project's zone.

use crate::assign::TeamState;
use crate::pause::Pause;
use crate::release::Releases;
use crate::render::Renderer;
use dsl::library::{Library, Model};
use dsl::workflow::Workflow;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::{Rep, RepId, Snapshot, TeamId, Value, VersionId, WorkflowId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How late a thing may be handled and still count as on time (rules.md §2.2).
pub const ON_TIME_MS: i64 = 60_000;
/// Causes behind one another, at most (rules.md §5.14).
pub const MOST_CAUSES: u8 = 8;

/// Everything a turn may look at beside the customer.
#[derive(Clone, Copy)]
pub struct World<'a> {
    /// Model, teams, topics, calendar …
    pub library: &'a Library,
    /// Versions and which of them is live.
    pub workflows: &'a Workflows,
    /// The project's zone.
    pub zone: &'a TimeZone,
    /// What fills the templates; `None`: nobody is going to read a text that a decision makes.
    pub renderer: Option<&'a Renderer>,
    /// In a test of a file; the project's zone is then every customer's who has none of their own.
    pub trial: Option<Trial<'a>>,
}

/// What a test of a file fixes.
#[derive(Clone, Copy)]
pub struct Trial<'a> {
    /// Arms and holdouts (split → way, `holdout` → `true`); everybody else is treated.
    pub pick: &'a BTreeMap<String, String>,
    /// Walks enter at the test's clock, so that a quiet period is spent by then; in a `scenario` they enter by
    /// what happens.
    pub enters: bool,
}

/// The published versions.
#[derive(Clone, Debug, Default)]
pub struct Workflows {
    /// Every version that somebody may still walk in.
    pub versions: BTreeMap<VersionId, Arc<Workflow>>,
    /// The live version of each workflow.
    pub current: BTreeMap<WorkflowId, VersionId>,
    /// When workflows are held, or were: no step, no entry.
    pub pauses: BTreeMap<WorkflowId, Vec<Pause>>,
    /// Versions that need a yes which nobody has given: they send nothing.
    pub unapproved: BTreeSet<VersionId>,
}

impl Workflows {
    /// All of these as live versions.
    pub fn of(workflows: impl IntoIterator<Item = Arc<Workflow>>) -> Self {
        let mut all = Self::default();
        for workflow in workflows {
            all.current.insert(workflow.id.clone(), workflow.version.clone());
            all.versions.insert(workflow.version.clone(), workflow);
        }
        all
    }
    /// The live version of a workflow.
    pub fn live(&self, id: &WorkflowId) -> Option<&Arc<Workflow>> {
        self.versions.get(self.current.get(id)?)
    }
    /// The place of a workflow by its priority: the higher, the smaller.
    pub(crate) fn rank(&self, id: &WorkflowId) -> i64 {
        self.live(id).map_or(0, |workflow| workflow.priority.saturating_neg())
    }
    /// The live versions, the paused among them, the higher priority first, then by id (rules.md §5.17).
    pub fn in_order(&self) -> Vec<&Arc<Workflow>> {
        let mut all: Vec<_> =
            self.current.values().filter_map(|version| self.versions.get(version)).collect();
        all.sort_by(|a, b| b.priority.cmp(&a.priority).then_with(|| a.id.cmp(&b.id)));
        all
    }
}

/// The reps and the teams' pointers: what assignments read and change.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct People {
    /// All reps.
    pub reps: BTreeMap<RepId, Rep>,
    /// The state of each team's rotation.
    pub teams: BTreeMap<TeamId, TeamState>,
    /// Splits whose arms compete.
    pub contests: crate::contest::Contests,
    /// Open leads per rep: assigned and in no end stage.
    pub open: BTreeMap<RepId, i64>,
    /// Mails of senders whose day has a most: of which day, and how many.
    pub senders: Senders,
    /// How far the portions of releases have come.
    pub releases: Releases,
    /// How many customers of a company each rep owns, for `sticky`.
    pub companies: BTreeMap<String, BTreeMap<RepId, i64>>,
    /// What was given in the batch at hand and is counted as open already.
    pub promised: BTreeMap<RepId, i64>,
}

/// How many mails a sender has sent on a day of the project's zone, by sender.
pub type Senders = BTreeMap<String, (Date, u32)>;

impl People {
    /// What a rep has open.
    pub fn open_of(&self, rep: &RepId) -> i64 {
        self.open.get(rep).copied().unwrap_or(0)
    }

    /// A rep was chosen: it counts at once, so that the next request of the batch sees it.
    pub(crate) fn promise(&mut self, rep: &RepId) {
        *self.open.entry(rep.clone()).or_insert(0) += 1;
        *self.promised.entry(rep.clone()).or_insert(0) += 1;
    }

    /// The batch is over: what changed hands counts instead of what was promised.
    pub(crate) fn settle(&mut self, before: &[Held], after: &[Held]) {
        for (rep, count) in std::mem::take(&mut self.promised) {
            *self.open.entry(rep).or_insert(0) -= count;
        }
        for (held, change) in before.iter().map(|held| (held, -1)).chain(after.iter().map(|held| (held, 1))) {
            *self.open.entry(held.rep.clone()).or_insert(0) += change;
            if let Some(company) = &held.company {
                *self.companies.entry(company.clone()).or_default().entry(held.rep.clone()).or_insert(0) +=
                    change;
            }
        }
    }

    /// Counts what these customers' owners have, in a world that begins.
    pub fn count<'s>(&mut self, model: &Model, customers: impl IntoIterator<Item = &'s Snapshot>) {
        for snapshot in customers {
            self.settle(&[], &held(model, snapshot));
        }
    }
}

/// Something open that a rep owns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    /// Who.
    rep: RepId,
    /// The company of the customer, where it is the customer that they own.
    company: Option<String>,
}

/// What reps have open of one customer: the customer, and entities in no end stage.
pub(crate) fn held(model: &Model, snapshot: &Snapshot) -> Vec<Held> {
    let company = snapshot.customer.text("company").map(str::to_owned);
    let own = snapshot.customer.owner().map(|rep| Held { rep, company });
    let entities = snapshot.entities.values().filter_map(|entity| {
        let kind = model.entities.get(&entity.kind)?;
        let rep = entity.get("owner").and_then(Value::as_text).filter(|_| entity.customer.is_some())?;
        let over = entity
            .get("stage")
            .and_then(Value::as_text)
            .is_some_and(|stage| kind.end.iter().any(|end| end == stage));
        (!over).then(|| Held { rep: RepId::new(rep), company: None })
    });
    own.into_iter().chain(entities).collect()
}

/// When something is decided: the instant it was due, and the logical instant of the decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// When it was due.
    pub due: Timestamp,
    /// The instant that counts: `due` if handled within 60 s, else the instant of handling.
    pub at: Timestamp,
}

impl Moment {
    /// The moment of something due at `due` and handled at `now`.
    pub fn of(due: Timestamp, now: Timestamp) -> Self {
        let late = now.as_millisecond().saturating_sub(due.as_millisecond());
        Self { due, at: if late <= ON_TIME_MS { due } else { now } }
    }

    /// The moment of a fact handled at `now`. One that reached us late was due when it came: how late a message
    /// is counts from there (`import --start` of old facts), not from when the fact happened.
    pub fn of_fact(happened: Timestamp, received: Timestamp, now: Timestamp) -> Self {
        let on_the_way = received.as_millisecond().saturating_sub(happened.as_millisecond());
        let due = if on_the_way <= ON_TIME_MS { happened } else { received.min(now).max(happened) };
        Self::of(due, now)
    }
}

/// The zone of a country that has one; for customers of whom no zone is known.
pub fn zone_of_country(country: &str) -> Option<&'static str> {
    const ZONES: &[(&str, &str)] = &[
        ("AE", "Asia/Dubai"),
        ("AT", "Europe/Vienna"),
        ("BE", "Europe/Brussels"),
        ("CH", "Europe/Zurich"),
        ("CN", "Asia/Shanghai"),
        ("CZ", "Europe/Prague"),
        ("DE", "Europe/Berlin"),
        ("DK", "Europe/Copenhagen"),
        ("FI", "Europe/Helsinki"),
        ("FR", "Europe/Paris"),
        ("GB", "Europe/London"),
        ("HK", "Asia/Hong_Kong"),
        ("IE", "Europe/Dublin"),
        ("IN", "Asia/Kolkata"),
        ("IT", "Europe/Rome"),
        ("JP", "Asia/Tokyo"),
        ("KE", "Africa/Nairobi"),
        ("KR", "Asia/Seoul"),
        ("MO", "Asia/Macau"),
        ("MY", "Asia/Kuala_Lumpur"),
        ("NL", "Europe/Amsterdam"),
        ("NO", "Europe/Oslo"),
        ("NZ", "Pacific/Auckland"),
        ("PH", "Asia/Manila"),
        ("PL", "Europe/Warsaw"),
        ("SE", "Europe/Stockholm"),
        ("SG", "Asia/Singapore"),
        ("TH", "Asia/Bangkok"),
        ("TW", "Asia/Taipei"),
        ("VN", "Asia/Ho_Chi_Minh"),
    ];
    ZONES.iter().find(|(code, _)| *code == country).map(|(_, zone)| *zone)
}

/// Whether a workflow sends advertising to customers on a channel.
pub fn sends_marketing(library: &Library, workflow: &Workflow, medium: model::Medium) -> bool {
    workflow.steps.iter().any(|step| {
        let dsl::step::Verb::Send(message) = &step.verb else { return false };
        message.medium == medium && crate::step::message::topic_in(library, workflow, None, message).1
    })
}
