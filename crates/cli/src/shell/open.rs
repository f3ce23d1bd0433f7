//! Opens what the verbs work on: the database, what is published, the engine. Errors become exit codes here.

use crate::config::{self, Config};
use crate::exit::{Exit, Failure};
use crate::view::import::refused;
use dsl::diagnostic::{Colour, Severity, human};
use dsl::project::Loaded;
use dsl::source::FileId;
use engine::import::LoadError;
use engine::speak::Secrets;
use engine::{Delivery, EngineError, Published, Speakers};
use jiff::Timestamp;
use model::CustomerId;
use std::path::PathBuf;
use std::time::Duration;
use store::customer_key::KeyKind;
use store::{Connection, Options, Store, StoreError};

/// A batch may be thought about for so long between two statements, on a slow machine.
const SHORTEST_IDLE: Duration = Duration::from_secs(5);

/// The file of a SQLite URL; `None`: in memory, or PostgreSQL.
pub fn database_file(config: &Config) -> Option<PathBuf> {
    let url = config.database_url();
    let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")).unwrap_or(&url);
    if path.starts_with(':') || path.contains("://") { None } else { Some(PathBuf::from(path)) }
}

/// Opens the project's database; makes the file where there is none.
pub async fn database(config: &Config) -> Result<Store, Failure> {
    // Where leases end soon, so does what a stopped process keeps from others.
    let lease = Duration::try_from(config.lease.value).unwrap_or(SHORTEST_IDLE);
    let idle = lease.clamp(SHORTEST_IDLE, Options::default().idle);
    let options = Options { migrate: super::backup::may_migrate(config), idle, ..Options::default() };
    Store::open(&config.database_url(), options).await.map_err(|error| of_store(config, &error))
}

/// The instant at which the database stands: that of its virtual clock, else the wall's.
pub async fn now(config: &Config, store: &Store) -> Result<Timestamp, Failure> {
    engine::operate::now(store).await.map_err(|error| of_engine(config, &error))
}

/// What is published; where nothing is, the files of the project.
pub async fn published_or_files(config: &Config, conn: &mut Connection) -> Result<Published, Failure> {
    let live = Published::load(conn, &config.settings(), Timestamp::now())
        .await
        .map_err(|error| of_engine(config, &error))?;
    if !live.workflows.current.is_empty() {
        return Ok(live);
    }
    files(config)
}

/// The files of the project, as if they had just been published. Errors (1): the libraries have mistakes.
pub fn files(config: &Config) -> Result<Published, Failure> {
    let loaded = crate::project::load(config)?;
    if loaded.report.has_errors() {
        let text = human(&loaded.report, &loaded.sources, config.language.value, Colour::Never);
        crate::complain(text.trim_end());
    }
    Published::of_files(loaded.project).map_err(|error| of_engine(config, &error))
}

/// The mistakes of some files, because of which nothing was done (1).
pub fn mistakes(config: &Config, mut loaded: Loaded, of: impl Fn(FileId) -> bool) -> Failure {
    let language = config.language.value;
    loaded.report.retain(|found| found.severity() == Severity::Error && of(found.span.file));
    let said = human(&loaded.report, &loaded.sources, language, Colour::Never);
    let why = model::words::say(language, "cli-files-wrong", &[]);
    Failure::new(Exit::Findings, format!("{why}\n{}", said.trim_end()))
}

/// The ways to speak, by the safety catch.
pub fn speakers(config: &Config) -> Speakers {
    speakers_by(
        config,
        match &config.delivery.value {
            config::Delivery::File => Delivery::File,
            config::Delivery::Only(patterns) => Delivery::Only(patterns.clone()),
            config::Delivery::Live => Delivery::Live,
        },
    )
}

/// The ways to speak, by another catch.
pub fn speakers_by(config: &Config, delivery: Delivery) -> Speakers {
    let secrets: Secrets = Box::new(secret);
    Speakers::new(delivery, config.outbox_folder(), config.zone.value.clone(), secrets)
        .of_project(config.project.clone())
        .reaching(config.reach.clone())
        .asking(config.names.value)
        .reached_at(config.public_url.value.as_deref())
}

/// A secret: the environment, or the file that `NAME_FILE` names.
pub fn secret(name: &str) -> Option<String> {
    std::env::var(name).ok().or_else(|| {
        let path = std::env::var_os(format!("{name}_FILE"))?;
        std::fs::read_to_string(path).ok().map(|text| text.trim_end().to_owned())
    })
}

/// A customer by external id, or e-mail address. Errors: nobody of that name (4).
pub async fn customer(
    config: &Config,
    conn: &mut Connection,
    name: &str,
    published: &Published,
) -> Result<CustomerId, Failure> {
    let id = CustomerId::new(name);
    let model = &published.project.library.model;
    let known = store::customer::load(conn, std::slice::from_ref(&id), model)
        .await
        .map_err(|e| of_store(config, &e))?;
    if known.contains_key(&id) {
        return Ok(id);
    }
    for kind in [KeyKind::Email, KeyKind::ExternalId, KeyKind::Phone] {
        let found = store::customer_key::find(conn, kind, &[name]).await.map_err(|e| of_store(config, &e))?;
        if let Some(id) = found.into_values().next() {
            return Ok(id);
        }
    }
    Err(Failure::say(Exit::NotFound, config.language.value, "cli-no-customer", &[("customer", name)]))
}

/// The exit code of an error of the store.
pub fn of_store(config: &Config, error: &StoreError) -> Failure {
    let exit = match error {
        // It may be on its way up: whoever starts us again, as systemd does, is to try.
        StoreError::Open { .. } | StoreError::Migrate { .. } if error.retry() => Exit::Unavailable,
        StoreError::Newer { .. }
        | StoreError::Older { .. }
        | StoreError::Open { .. }
        | StoreError::Migrate { .. }
        | StoreError::Corrupt { .. } => Exit::Configuration,
        StoreError::Held { .. } | StoreError::Moved { .. } | StoreError::LeaseLost { .. } => Exit::Conflict,
        StoreError::Stale { .. } | StoreError::AlreadyActive { .. } => Exit::Conflict,
        StoreError::Query { .. } => Exit::Unavailable,
    };
    let why = error.to_string();
    let key = if matches!(error, StoreError::Newer { .. }) {
        "cli-newer-database"
    } else if matches!(error, StoreError::Moved { .. }) {
        "cli-moved"
    } else if matches!(error, StoreError::Held { .. }) {
        "cli-database-held"
    } else {
        "cli-database"
    };
    Failure::say(exit, config.language.value, key, &[("why", &why)])
}

/// The exit code of an error of the engine.
pub fn of_engine(config: &Config, error: &EngineError) -> Failure {
    match error {
        EngineError::Store(error) => of_store(config, error),
        EngineError::Jobs(_)
        | EngineError::Random(_)
        | EngineError::Folder { .. }
        | EngineError::Password(_)
        | EngineError::TooManyPasswords => Failure::new(Exit::Unavailable, error.to_string()),
        EngineError::Clock(_) => Failure::new(Exit::Conflict, error.to_string()),
        EngineError::Published(_)
        | EngineError::Channel { .. }
        | EngineError::Panic(_)
        | EngineError::Twice { .. }
        | EngineError::Sender { .. }
        | EngineError::Render { .. } => Failure::new(Exit::Configuration, error.to_string()),
    }
}

/// The exit code of an import that did not begin or go on.
pub fn of_import(config: &Config, error: &LoadError<StoreError>) -> Failure {
    match error {
        LoadError::Import(error) => refused(error, config.language.value, Colour::Never),
        LoadError::Target(error) => of_store(config, error),
    }
}
