//! The verbs, one file each.

pub mod add;
pub mod approve;
pub mod audit;
pub mod backtest;
pub mod backup;
pub mod bench;
pub mod channels;
pub mod check;
pub mod completions;
pub mod config;
pub mod demo;
pub mod doctor;
pub mod events;
pub mod exit_walk;
pub mod explain;
pub mod export;
pub mod form;
pub mod graph;
pub mod import;
pub mod init;
pub mod key;
pub mod lead;
pub mod lsp;
mod meant;
pub mod merge;
pub mod migrate;
pub mod pause;
pub mod people;
pub mod plan;
pub mod preview;
pub mod privacy;
pub mod publish;
pub mod report;
pub mod reps;
pub mod retire;
pub mod run;
pub mod schema;
pub mod score;
pub mod sends;
pub mod simulate;
pub mod tasks;
pub mod test;
pub mod user;
pub mod why;

use crate::args::{Global, Verb};
use crate::config::{Config, nearest};
use crate::exit::{Exit, Failure};
use crate::out::Out;
use dsl::diagnostic::Colour;
use model::words::Language;
use std::future::Future;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

/// What every verb needs to know.
pub struct Context {
    /// The settings.
    pub config: Config,
    /// Where the person stands.
    pub here: PathBuf,
    /// JSON instead of text.
    pub json: bool,
    /// The language of words.
    pub language: Language,
    /// Whether standard output is painted.
    pub colour: Colour,
}

impl Context {
    /// Settings and flags put together.
    pub fn new(config: Config, here: PathBuf, global: &Global) -> Self {
        let language = config.language.value;
        let asked_not =
            global.no_color || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let colour =
            if !asked_not && std::io::stdout().is_terminal() { Colour::Always } else { Colour::Never };
        Self { config, here, json: global.json, language, colour }
    }

    /// Does something that waits: on its own runtime, until it is done or the person interrupts (exit 130).
    pub fn wait<T>(&self, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        runtime()?.block_on(async {
            tokio::select! {
                done = work => done,
                () = interrupted() => Err(self.interruption()),
            }
        })
    }

    /// Does something that ends by itself when asked to stop; a second interruption ends it at once.
    pub fn wait_for_end<T, F>(&self, work: impl FnOnce(crate::shell::Stop) -> F) -> Result<(T, bool), Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let (stop, stopped) = tokio::sync::watch::channel(false);
        runtime()?.block_on(async {
            let work = work(stopped);
            tokio::pin!(work);
            tokio::select! {
                done = &mut work => return done.map(|done| (done, false)),
                () = interrupted() => {}
            }
            let _ = stop.send(true);
            tokio::select! {
                done = &mut work => done.map(|done| (done, true)),
                () = interrupted() => Err(self.interruption()),
            }
        })
    }

    fn interruption(&self) -> Failure {
        Failure::say(Exit::Interrupted, self.language, "cli-interrupted", &[])
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Runtime::new().map_err(|error| Failure::new(Exit::Unavailable, error.to_string()))
}

/// Comes when the person presses Ctrl-C, or a supervisor ends the program.
async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut ended) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => return,
                _ = ended.recv() => return,
            }
        }
    }
    // Without a handler nothing ever interrupts; the system's own handling stays.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Does the verbs that need no project; `None`: the verb needs one.
pub fn without_project(
    verb: &Verb,
    global: &Global,
    here: &Path,
    language: Language,
    out: &mut Out,
) -> Option<Result<Exit, Failure>> {
    match verb {
        Verb::Init(args) => Some(init::perform(args, here, language, global.json, out)),
        Verb::Explain(args) => Some(explain::perform(args, language, global.json, out)),
        Verb::Lsp(args) => Some(lsp::perform(args, global, here)),
        Verb::Completions(args) => Some(completions::perform(args, language, out)),
        Verb::Man(args) => Some(completions::man(args, language, out)),
        Verb::Check(_)
        | Verb::Test(_)
        | Verb::Graph(_)
        | Verb::Import(_)
        | Verb::Simulate(_)
        | Verb::Plan(_)
        | Verb::Publish(_)
        | Verb::Approve(_)
        | Verb::Pause(_)
        | Verb::Resume(_)
        | Verb::Retire(_)
        | Verb::Exit(_)
        | Verb::Run(_)
        | Verb::Why(_)
        | Verb::Score(_)
        | Verb::Backtest(_)
        | Verb::Bench(_)
        | Verb::People(_)
        | Verb::Form(_)
        | Verb::Preview(_)
        | Verb::Demo(_)
        | Verb::Sends(_)
        | Verb::Channels(_)
        | Verb::Tasks(_)
        | Verb::Lead(_)
        | Verb::Report(_)
        | Verb::Add(_)
        | Verb::Merge(_)
        | Verb::Reps(_)
        | Verb::Key(_)
        | Verb::User(_)
        | Verb::Privacy(_)
        | Verb::Audit(_)
        | Verb::Events(_)
        | Verb::Migrate(_)
        | Verb::Doctor(_)
        | Verb::Backup(_)
        | Verb::Restore(_)
        | Verb::Move(_)
        | Verb::Schema(_)
        | Verb::Export(_)
        | Verb::Config(_) => None,
    }
}

/// Where the search for the project begins: here, or at the files named where only they lie in one.
pub fn start_of(verb: &Verb, here: &Path) -> PathBuf {
    let named = match verb {
        Verb::Check(args) => args.paths.first(),
        Verb::Test(args) => args.paths.first(),
        Verb::Publish(args) => args.paths.first(),
        Verb::Plan(args) => args.paths.first(),
        Verb::Graph(args) => Some(&args.file),
        Verb::Init(_)
        | Verb::Explain(_)
        | Verb::Import(_)
        | Verb::Simulate(_)
        | Verb::Approve(_)
        | Verb::Pause(_)
        | Verb::Resume(_)
        | Verb::Retire(_)
        | Verb::Exit(_)
        | Verb::Run(_)
        | Verb::Why(_)
        | Verb::Score(_)
        | Verb::Backtest(_)
        | Verb::Bench(_)
        | Verb::People(_)
        | Verb::Form(_)
        | Verb::Preview(_)
        | Verb::Demo(_)
        | Verb::Sends(_)
        | Verb::Channels(_)
        | Verb::Tasks(_)
        | Verb::Lead(_)
        | Verb::Report(_)
        | Verb::Add(_)
        | Verb::Merge(_)
        | Verb::Reps(_)
        | Verb::Key(_)
        | Verb::User(_)
        | Verb::Privacy(_)
        | Verb::Audit(_)
        | Verb::Events(_)
        | Verb::Migrate(_)
        | Verb::Doctor(_)
        | Verb::Backup(_)
        | Verb::Restore(_)
        | Verb::Move(_)
        | Verb::Schema(_)
        | Verb::Lsp(_)
        | Verb::Export(_)
        | Verb::Config(_)
        | Verb::Completions(_)
        | Verb::Man(_) => None,
    };
    let from_named = || nearest(&here.join(named?));
    nearest(here).or_else(from_named).unwrap_or_else(|| here.to_path_buf())
}

/// Does a verb.
pub fn perform(verb: &Verb, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    match verb {
        Verb::Add(args) => add::perform(args, context, out),
        Verb::Check(args) => check::perform(args, context, out),
        Verb::Test(args) => test::perform(args, context, out),
        Verb::Graph(args) => graph::perform(args, context, out),
        Verb::Import(args) => import::perform(args, context, out),
        Verb::Simulate(args) => simulate::perform(args, context, out),
        Verb::Plan(args) => plan::perform(args, context, out),
        Verb::Publish(args) => publish::perform(args, context, out),
        Verb::Approve(args) => approve::perform(args, context, out),
        Verb::Pause(args) => pause::perform(args, context, out),
        Verb::Resume(args) => pause::resume(args, context, out),
        Verb::Retire(args) => retire::perform(args, context, out),
        Verb::Exit(args) => exit_walk::perform(args, context, out),
        Verb::Run(args) => run::perform(args, context, out),
        Verb::Why(args) => why::perform(args, context, out),
        Verb::Score(args) => score::perform(args, context, out),
        Verb::Backtest(args) => backtest::perform(args, context, out),
        Verb::Bench(args) => bench::perform(args, context, out),
        Verb::People(args) => people::perform(args, context, out),
        Verb::Report(args) => report::perform(args, context, out),
        Verb::Form(args) => form::perform(args, context, out),
        Verb::Preview(args) => preview::perform(args, context, out),
        Verb::Demo(args) => demo::perform(args, context, out),
        Verb::Sends(args) => sends::perform(args, context, out),
        Verb::Channels(args) => channels::perform(args, context, out),
        Verb::Tasks(args) => tasks::perform(args, context, out),
        Verb::Lead(args) => lead::perform(args, context, out),
        Verb::Merge(args) => merge::perform(args, context, out),
        Verb::Privacy(args) => privacy::perform(args, context, out),
        Verb::Audit(args) => audit::perform(args, context, out),
        Verb::Events(args) => events::perform(args, context, out),
        Verb::Key(args) => key::perform(args, context, out),
        Verb::User(args) => user::perform(args, context, out),
        Verb::Reps(args) => reps::perform(args, context, out),
        Verb::Lsp(_) => Ok(Exit::Fine),
        Verb::Migrate(args) => migrate::perform(args, context, out),
        Verb::Doctor(args) => doctor::perform(args, context, out),
        Verb::Backup(args) => backup::perform(args, context, out),
        Verb::Restore(args) => backup::restore(args, context, out),
        Verb::Move(args) => backup::move_to(args, context, out),
        Verb::Export(args) => export::perform(args, context, out),
        Verb::Schema(args) => schema::perform(args, context, out),
        Verb::Config(args) => config::perform(args, context, out),
        Verb::Init(args) => init::perform(args, &context.here, context.language, context.json, out),
        Verb::Explain(args) => explain::perform(args, context.language, context.json, out),
        Verb::Completions(args) => completions::perform(args, context.language, out),
        Verb::Man(args) => completions::man(args, context.language, out),
    }
}
