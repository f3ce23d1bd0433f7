//! The library files of a project, checked: model, teams, senders, topics, calendar …

use crate::condition::{Aggregate, Condition, Operand};
use crate::source::Span;
use jiff::civil::{Date, Time};
use model::{Decimal, Length, TeamId, Type, Value, Windows, WorkCalendar};
use std::collections::{BTreeMap, BTreeSet};

mod channel;
mod form;
mod policies;
pub mod refer;
mod sender;

pub use channel::*;
pub use form::{Form, FormConsent, FormField};
pub use policies::{Cap, CapPeriod, OverCap, Policies, Reserve};
pub use sender::{Dkim, WarmUp};
pub mod team;

pub use team::{Backup, Claim, Member, Pool, Postpone, Rung, RungDoes, Sla, Team, WhenClosed};

/// Everything of a project but its workflows. Live for all versions from its publish on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Library {
    /// Attributes, events, entities.
    pub model: Model,
    /// Scores by name.
    pub scorings: BTreeMap<String, Scoring>,
    /// Named audiences.
    pub segments: BTreeMap<String, Condition>,
    /// Teams by name.
    pub teams: BTreeMap<TeamId, Team>,
    /// Senders by name, in the author's order first.
    pub senders: Vec<Sender>,
    /// Who we are.
    pub brand: Brand,
    /// Topics by name; `marketing` is always there.
    pub topics: BTreeMap<String, Topic>,
    /// Look-up tables: name → key → value.
    pub tables: BTreeMap<String, BTreeMap<String, String>>,
    /// Quiet hours for marketing messages, where a policy says so.
    pub quiet_hours: Option<Windows>,
    /// Frequency caps and the like.
    pub policies: Policies,
    /// Events that may come without a customer: a workflow's `to` waits for them, or they set what is shared.
    pub to_everybody: BTreeSet<String>,
    /// Holidays, make-up days and hours.
    pub calendar: WorkCalendar,
    /// Channels by name.
    pub channels: BTreeMap<String, Channel>,
    /// Forms by name.
    pub forms: BTreeMap<String, Form>,
}

/// `model:`. The built-in attributes and events are in it as well.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model {
    /// Its id.
    pub name: String,
    /// The customer's attributes by name.
    pub customer: BTreeMap<String, Attribute>,
    /// Events by name, each with its fields.
    pub events: BTreeMap<String, EventKind>,
    /// Entities by kind.
    pub entities: BTreeMap<String, EntityKind>,
}

impl Model {
    /// The names of merge tags whose values are HTML: `customer.greeting`, `company.note`, `customer.company.note`.
    pub fn html_names(&self) -> BTreeSet<String> {
        let html = |attributes: &BTreeMap<String, Attribute>| -> Vec<String> {
            attributes.iter().filter(|(_, one)| one.html).map(|(name, _)| name.clone()).collect()
        };
        let mut all: BTreeSet<String> =
            html(&self.customer).into_iter().map(|name| format!("customer.{name}")).collect();
        for (kind, entity) in &self.entities {
            for name in html(&entity.attributes) {
                all.insert(format!("{kind}.{name}"));
                let refers = self.customer.iter().filter(|(_, one)| one.ty == Type::Reference(kind.clone()));
                all.extend(refers.map(|(via, _)| format!("customer.{via}.{name}")));
            }
        }
        all
    }
}

/// An attribute of the customer or of an entity.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// Its type.
    pub ty: Type,
    /// May be unknown.
    pub optional: bool,
    /// What it is where nothing was said.
    pub default: Option<Value>,
    /// Personal data: never in logs.
    pub pii: bool,
    /// Its text is HTML, which a mail shows as such: `{{{customer.greeting}}}`.
    pub html: bool,
    /// The word a marketer reads.
    pub title: Option<String>,
    /// Where its value comes from.
    pub origin: Origin,
    /// Always there, not declared.
    pub built_in: bool,
}

/// Where an attribute's value comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Origin {
    /// It is stored as given.
    Given,
    /// `from:` kept by the engine over all events; no window.
    From(Box<Aggregate>),
    /// `cases:` the first that holds; kept by the engine as facts and time change it.
    Cases(Vec<(Option<Condition>, Value)>),
    /// `rank:` the customer's group among all, taken once a day.
    Rank(Box<Rank>),
}

/// `rank:`. Group = 1 + floor(groups × customers strictly below ÷ all), so that equal values share one.
#[derive(Clone, Debug, PartialEq)]
pub struct Rank {
    /// What they are ranked by, a number; who has none is in no group.
    pub by: Operand,
    /// Into so many groups, from 2 to 100; 1 is the lowest.
    pub groups: u32,
    /// Only these customers; `None`: all.
    pub among: Option<Condition>,
    /// At this time of the project's day. Default 02:00.
    pub at: Time,
}

/// A kind of event.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EventKind {
    /// Its fields.
    pub fields: BTreeMap<String, Type>,
    /// The texts that a field of one of our own events can have, where they are known.
    pub values: BTreeMap<String, Values>,
    /// Entity attributes that such an event sets: (kind, attribute) → field.
    pub sets: BTreeMap<(String, String), String>,
    /// Always there, not declared.
    pub built_in: bool,
}

/// The texts that a field can have.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Values {
    /// All there are now.
    pub all: Vec<String>,
    /// They are names of the project's own things: what happened before may name one that is gone.
    pub past: bool,
}

impl Values {
    /// Takes in what another field of that name can have.
    pub fn join(&mut self, more: &Self) {
        let fresh: Vec<String> = more.all.iter().filter(|text| !self.all.contains(text)).cloned().collect();
        self.all.extend(fresh);
        self.past |= more.past;
    }

    /// What is wrong with a text: `Some` with the one it probably means. `None`: it is one of them, or may be
    /// one that is gone.
    pub fn misspelt(&self, text: &str) -> Option<Option<&str>> {
        if self.all.is_empty() || self.all.iter().any(|known| known == text) {
            return None;
        }
        let near = crate::diagnostic::suggest(text, self.all.iter().map(String::as_str));
        (near.is_some() || !self.past).then_some(near)
    }
}

/// A kind of entity.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EntityKind {
    /// Its attributes, the built-in ones too.
    pub attributes: BTreeMap<String, Attribute>,
    /// Its stages in order; the first is where it begins.
    pub stages: Vec<String>,
    /// Stages in which it is over.
    pub end: Vec<String>,
    /// Which moves are allowed.
    pub moves: Moves,
    /// Belongs to many customers.
    pub shared: bool,
}

/// `moves`, `may_go_back`.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Moves {
    /// Forward, or to an end stage. The default.
    #[default]
    Forward,
    /// Any.
    Any,
    /// Forward, and back from a stage to one of these.
    Back(BTreeMap<String, Vec<String>>),
}

/// `scoring:`.
#[derive(Clone, Debug, PartialEq)]
pub struct Scoring {
    /// Its name, as `score(NAME)` says it.
    pub name: String,
    /// The name people read.
    pub title: String,
    /// Where it stands.
    pub span: Span,
    /// The least and the most it can be, applied when read. [`Decimal::MIN`]: there is no least.
    pub range: Option<(Decimal, Decimal)>,
    /// True while true.
    pub fit: Vec<FitRule>,
    /// Behaviour points fade by half in this time; `None`: never.
    pub half_life: Option<Length>,
    /// Behaviour.
    pub rules: Vec<BehaviourRule>,
    /// All of behaviour gives at most so many points, and takes at most so many; `None`: any number.
    pub behaviour_cap: Option<Decimal>,
    /// What the rules of a group give or take together at most. A group is all fit or all behaviour.
    pub groups: BTreeMap<String, Decimal>,
    /// Bands from low to high: name and least score.
    pub bands: Vec<(String, Decimal)>,
    /// How far below a band's edge one falls out of it.
    pub stay: Decimal,
    /// Grades of the fit, from low to high: letter and least fit points. Empty: there are no grades.
    pub grades: Vec<(String, Decimal)>,
    /// Its tests.
    pub tests: Vec<ScoreTest>,
}

/// A fit rule.
#[derive(Clone, Debug, PartialEq)]
pub struct FitRule {
    /// While this holds …
    pub when: Condition,
    /// … so many points.
    pub points: Decimal,
    /// The group that it belongs to.
    pub group: Option<String>,
}

/// A behaviour rule.
#[derive(Clone, Debug, PartialEq)]
pub struct BehaviourRule {
    /// For each event of this name …
    pub event: String,
    /// … for which this holds …
    pub when: Option<Condition>,
    /// … so many points …
    pub points: Decimal,
    /// … for the first so many of each day, week or month of the customer.
    pub at_most: Option<AtMost>,
    /// All its events together give, or take, at most so many points; `None`: any number.
    pub cap: Option<Decimal>,
    /// The group that it belongs to.
    pub group: Option<String>,
    /// Opens and clicks by machines count as well.
    pub machines: bool,
}

/// `3 per day`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AtMost {
    /// So many, at least 1.
    pub count: u32,
    /// In each of these.
    pub per: Per,
}

/// A stretch of the customer's calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Per {
    /// Midnight to midnight.
    Day,
    /// Monday to Sunday.
    Week,
    /// The first to the last.
    Month,
}

/// A test of a scoring file.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoreTest {
    /// What is given, as in a workflow's test.
    pub given: crate::test_case::TestCase,
    /// What it is at instants after the clock.
    pub expect: Vec<ExpectedScore>,
}

/// One line of `expect` in a scoring file.
#[derive(Clone, Debug, PartialEq)]
pub struct ExpectedScore {
    /// So long after the clock …
    pub after: Length,
    /// … the score, to as many places as are written; `None`: any.
    pub score: Option<Decimal>,
    /// The band; `None`: any.
    pub band: Option<String>,
    /// The grade; `None`: any.
    pub grade: Option<String>,
    /// Whose, where the test has several customers; `None`: the first.
    pub customer: Option<String>,
    /// Where the line stands.
    pub span: Span,
}

/// A sender.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sender {
    /// Its name in files.
    pub id: String,
    /// The address it writes from.
    pub address: String,
    /// The name people see.
    pub name: String,
    /// Where answers go: an address, or `owner`.
    pub reply_to: Option<String>,
    /// What stands before the subject of marketing (`广告`, `AD`); empty: `off` was written. [`Library::ad_label`] says
    /// what holds.
    pub ad_label: Option<String>,
    /// What stands at the foot of its mails in place of the brand's name and address; `None`: these.
    pub footer: Option<String>,
    /// The domain whose mail comes to us, for bounces and for mails that ask for no more (`bounce.example.cn`);
    /// `None`: these go to `address`.
    pub bounce_domain: Option<String>,
    /// Mails to customers on one day of the project's zone, at most; `None`: as many as there are.
    pub per_day: Option<u32>,
    /// What one mail costs.
    pub cost: Option<Decimal>,
    /// How its mails are signed; `None`: by the relay, or not at all.
    pub dkim: Option<Dkim>,
    /// How its number of mails grows while it is new; `None`: it is known.
    pub warm_up: Option<WarmUp>,
}

impl Sender {
    /// Mails to customers on this day of the project's zone, at most; `None`: as many as there are.
    pub fn most_on(&self, day: Date) -> Option<u32> {
        let new = self.warm_up.and_then(|warm_up| warm_up.most_on(day));
        [self.per_day, new].into_iter().flatten().min()
    }

    /// Whether some day of it has a most, so that its mails have to be counted.
    pub fn is_counted(&self) -> bool {
        self.per_day.is_some() || self.warm_up.is_some()
    }
}

impl Library {
    /// What stands before the subject of a sender's marketing. Chinese law asks for it
    /// (《互联网电子邮件服务管理办法》, articles 13 and 14): a brand of that country has one whatever is written.
    pub fn ad_label<'l>(&self, sender: &'l Sender) -> Option<&'l str> {
        match sender.ad_label.as_deref().filter(|label| !label.is_empty()) {
            Some(label) => Some(label),
            None => (self.brand.country.as_deref() == Some("CN")).then_some("广告"),
        }
    }
}

/// What is counted of mails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tracking {
    /// Openings, by a picture.
    pub opens: bool,
    /// Clicks, by links that lead by way of us.
    pub clicks: bool,
}

impl Default for Tracking {
    fn default() -> Self {
        Self { opens: true, clicks: true }
    }
}

/// Who we are, in every mail.
#[derive(Clone, Debug, PartialEq)]
pub struct Brand {
    /// The name.
    pub name: String,
    /// A picture's path or address.
    pub logo: Option<String>,
    /// `#rrggbb`.
    pub color: Option<String>,
    /// The postal address.
    pub address: Option<String>,
    /// ISO country.
    pub country: Option<String>,
    /// What is counted, where this server can be reached from outside and the customer does not mind.
    pub tracking: Tracking,
    /// Whether links say where somebody comes from (`utm_source` …), each where the link does not say it itself.
    pub utm: bool,
}

impl Default for Brand {
    fn default() -> Self {
        Self {
            name: String::new(),
            logo: None,
            color: None,
            address: None,
            country: None,
            tracking: Tracking::default(),
            utm: true,
        }
    }
}

/// A topic.
#[derive(Clone, Debug, PartialEq)]
pub struct Topic {
    /// Needs consent, and is bound by quiet hours; else transactional.
    pub marketing: bool,
    /// The word people read.
    pub title: String,
}
