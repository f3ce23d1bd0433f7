//! What the verbs ask of the engine. Everything here takes settings and a request and gives plain data back;
//! words and columns are made by the views.

mod ask;
mod backup;
mod bench;
mod channels;
mod demo;
pub mod dns;
mod doctor;
mod export;
mod form;
mod import;
mod keys;
mod merge;
mod open;
mod operate;
mod plan;
mod preview;
mod privacy;
mod records;
mod report;
mod reps;
mod resolve;
mod score;
mod shipped;
mod simulate;
mod users;
mod work;

pub use ask::{people, send, sends, why};
pub use backup::{back_up, migrate, move_to, pause_all, restore, resume_all, verify};
pub use bench::{BenchRequest, Workload, bench};
pub use channels::{channels, open_channel};
pub use demo::{demo, demo_zone, run_demo};
pub use doctor::{Told, doctor};
pub use export::{ExportRequest, Exported, export};
pub use form::form;
pub use import::import;
pub use keys::{Expiry, KeyRequest, create_key, keys, revoke_key, rotate_key};
pub use merge::merge;
pub use operate::{exit, pause, resume, retire};
pub use plan::{held_against, plan};
pub use preview::preview;
pub use privacy::{erase, held, write_private};
pub use records::{acts, events, rejected, verify_audit};
pub use report::report;
pub use reps::{LeadVerb, finish, lead, reps, set_away, tasks};
pub use resolve::resolve;
pub use score::{backtest, score};
pub use simulate::simulate;
pub use users::{Given, UserRequest, add_user, remove_user, set_user_password, set_user_role, users};
pub use work::{approve, publish, run};

use crate::view::simulate::Sample;
use dsl::workflow::Workflow;
use jiff::Timestamp;
use model::{CustomerId, TraceLine};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::watch;

/// Becomes `true` when the person asks to stop; work under way is finished and committed first.
pub type Stop = watch::Receiver<bool>;

/// `nurture preview`.
#[derive(Clone, Debug)]
pub struct PreviewRequest {
    /// The template's name.
    pub template: String,
    /// For whom, by any of their names.
    pub customer: String,
    /// In which language; `None`: the customer's.
    pub locale: Option<String>,
    /// To whom a proof goes; `None`: to nobody.
    pub send_to: Option<String>,
}

/// `nurture import`.
#[derive(Clone, Debug)]
pub struct ImportRequest {
    /// `customers`, `reps`, `events`, `consents`, `suppressions`, or an entity's kind.
    pub kind: String,
    /// The file.
    pub file: PathBuf,
    /// The map file.
    pub map: Option<PathBuf>,
    /// Read and judge, write nothing.
    pub dry_run: bool,
    /// Facts older than 24 hours may start workflows.
    pub start: bool,
    /// Events of unknown customers make them.
    pub create_customers: bool,
    /// Columns that the model does not know: kept, dropped; `None`: an error.
    pub extra: Option<Extra>,
    /// The file's encoding; `None`: it is guessed.
    pub encoding: Option<String>,
    /// The tool whose export the file is.
    pub preset: Option<String>,
    /// The sheet of a workbook; `None`: the first that has rows.
    pub sheet: Option<String>,
    /// Consent that all rows give: topic, basis, since when.
    pub consent: Option<(String, String, Timestamp)>,
}

/// What happens to columns that the model does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Extra {
    /// They are kept beside the attributes.
    Keep,
    /// They are left out.
    Drop,
}

/// `nurture simulate`.
#[derive(Clone, Debug)]
pub struct SimulateRequest {
    /// Which workflows; empty: all that are published, else all files.
    pub workflows: Vec<String>,
    /// Included.
    pub from: Timestamp,
    /// Excluded.
    pub to: Timestamp,
    /// So many customers, drawn by their ids; `None`: all.
    pub sample: Option<u64>,
    /// How many mails to render for the reader.
    pub mails: usize,
    /// How many people to name, for a page that tells of them.
    pub people: usize,
}

/// What a simulation tells beside its trace.
#[derive(Clone, Debug, Default)]
pub struct Simulated {
    /// The workflows that ran.
    pub workflows: Vec<Arc<Workflow>>,
    /// Every decision, ordered by time, customer, walk.
    pub trace: Vec<TraceLine>,
    /// The people to tell of, with their names where they have one.
    pub people: Vec<(CustomerId, Option<String>)>,
    /// Customers looked at.
    pub customers: u64,
    /// Rendered mails.
    pub mails: Vec<Sample>,
    /// What mails cost by sender: how many, and the price of one.
    pub costs: BTreeMap<String, (u64, model::Decimal)>,
    /// Attributes read by these workflows whose past is not known.
    pub without_history: Vec<String>,
}

/// `nurture run`.
#[derive(Clone, Debug)]
pub struct RunRequest {
    /// Ends when nothing is due.
    pub until_idle: bool,
    /// A virtual clock from … to.
    pub clock: Option<(Timestamp, Timestamp)>,
    /// What of the work it does; all of it where the clock is virtual, or it ends when idle.
    pub roles: Roles,
}

/// What of the work a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roles {
    /// Serves HTTP.
    pub api: bool,
    /// Decides about customers and hands messages over.
    pub worker: bool,
    /// Fires schedules and ranks.
    pub scheduler: bool,
}

impl Roles {
    /// All there is to do.
    pub const ALL: Self = Self { api: true, worker: true, scheduler: true };
}

/// `nurture sends resolve`.
#[derive(Clone, Debug)]
pub struct ResolveRequest {
    /// What is said of them.
    pub verdict: store::send::Verdict,
    /// These; empty: all of the time.
    pub ids: Vec<String>,
    /// That became unknown from here on.
    pub from: Option<Timestamp>,
    /// That became unknown before this.
    pub to: Option<Timestamp>,
    /// Only of this workflow.
    pub workflow: Option<String>,
    /// Who says so.
    pub by: String,
}

/// `nurture sends`.
#[derive(Clone, Debug)]
pub struct SendsRequest {
    /// Of this customer.
    pub customer: Option<String>,
    /// Of this workflow.
    pub workflow: Option<String>,
    /// Only those whose fate nobody knows.
    pub unknown: bool,
    /// So many, the latest first.
    pub limit: u32,
}
