//! The verbs that work: `publish`, `run`.

use super::ask::fault;
use super::open::{self, of_store};
use super::{RunRequest, Stop};
use crate::config::{self, Config};
use crate::exit::{Exit, Failure};
use crate::view::progress::Progress;
use crate::view::publish::{Became, Done, Published as PublishedRow};
use crate::view::run::RunSummary;
use engine::lock::Part;
use engine::publish::{self, Policy, Report, Wish};
use engine::{Clock, Engine, EngineError, VirtualClock, WallClock};
use jiff::{SignedDuration, Timestamp};
use model::{TraceLine, WorkflowId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::Store;
use store::stats::{self, Summary};

/// Publishes the files of these paths (as in `dsl::project::File`; empty: all). All or nothing. Errors: files
/// with errors (1).
pub async fn publish(config: &Config, paths: &[String], wish: Wish) -> Result<Done, Failure> {
    let store = open::database(config).await?;
    let files = crate::project::read_project(config)?;
    let paths: BTreeSet<String> = paths.iter().cloned().collect();
    let policy = if paths.is_empty() { Policy::All } else { Policy::Only(paths) };
    let now = engine::operate::now(&store).await.map_err(fault(config))?;
    let mut conn = store.read().await.map_err(|error| of_store(config, &error))?;
    let before = engine::Published::load(&mut conn, &config.settings(), now).await.map_err(fault(config))?;
    let inside = inside(config, &mut conn).await?;
    drop(conn);
    let report = publish::publish(&store, &files, &config.settings(), &policy, wish, now)
        .await
        .map_err(fault(config))?;
    if report.refused(wish) {
        return Err(refused(config, &report));
    }
    can_be_left(config, &store, now).await?;
    let clock: Arc<dyn Clock> = Arc::new(VirtualClock::new(now));
    let worker = store::send::Worker { name: "publish".to_owned(), epoch: 0 };
    // Nothing is sent here: whoever publishes need not know the secrets of the channels.
    let speakers = open::speakers_by(config, engine::Delivery::File);
    let engine =
        Engine::new(store, clock, config.settings(), worker, speakers, true).await.map_err(fault(config))?;
    engine.plan_published().await.map_err(fault(config))?;
    engine.move_people().await.map_err(fault(config))?;
    let mut conn = engine.store().read().await.map_err(|error| of_store(config, &error))?;
    let after = engine.published();
    let moves = engine::score::moves(&mut conn, &before, &after, now).await.map_err(fault(config))?;
    let inside_now = self::inside(config, &mut conn).await?;
    let mut workflows = Vec::new();
    for (id, version) in &after.workflows.current {
        let count = |inside: &BTreeMap<WorkflowId, i64>| inside.get(id).copied().unwrap_or(0);
        let enrolled = count(&inside_now) - count(&inside);
        let became = if report.first.contains(id) {
            Became::New
        } else if report.published.iter().any(|(published, _)| published == id) {
            Became::Changed
        } else {
            Became::Same
        };
        workflows.push(PublishedRow {
            workflow: id.to_string(),
            version: version.to_string(),
            became,
            ways: report.ways.get(id).cloned().unwrap_or_default(),
            enrolled: if became == Became::Same { 0 } else { u64::try_from(enrolled).unwrap_or(0) },
        });
    }
    Ok(Done { workflows, copied: report.copied, moves })
}

/// Marketing that leaves must be left with one click: without an address of ours nobody could. Errors: there is some,
/// and no address (3).
async fn can_be_left(config: &Config, store: &Store, now: Timestamp) -> Result<(), Failure> {
    if config.public_url.value.is_some() || config.delivery.value != config::Delivery::Live {
        return Ok(());
    }
    let mut conn = store.read().await.map_err(|error| of_store(config, &error))?;
    let published =
        engine::Published::load(&mut conn, &config.settings(), now).await.map_err(fault(config))?;
    match published.marketing_mail() {
        None => Ok(()),
        Some(workflow) => {
            let values = [("workflow", workflow.as_str())];
            Err(Failure::say(Exit::Configuration, config.language.value, "run-no-public-url", &values))
        }
    }
}

/// How many have ever entered each workflow.
async fn inside(config: &Config, conn: &mut store::Connection) -> Result<BTreeMap<WorkflowId, i64>, Failure> {
    let standing = store::enrollment::standing(conn, None).await.map_err(|error| of_store(config, &error))?;
    let mut inside = BTreeMap::new();
    for at in standing {
        *inside.entry(at.workflow).or_insert(0) += at.count;
    }
    Ok(inside)
}

/// Why nothing was published: values that do not fit, versions that could not be read any more.
fn refused(config: &Config, report: &Report) -> Failure {
    let language = config.language.value;
    let say = |key, values: &[(&str, &str)]| model::words::say(language, key, values);
    let mut lines = vec![say("publish-refused", &[])];
    for misfit in &report.misfits {
        let (stored, misfits) = (misfit.stored.to_string(), misfit.misfits.to_string());
        let examples = misfit.examples.join(" | ");
        let key = if examples.is_empty() { "publish-misfits-bare" } else { "publish-misfits" };
        lines.push(say(
            key,
            &[
                ("attribute", &misfit.attribute),
                ("from", &misfit.from),
                ("to", &misfit.to),
                ("stored", &stored),
                ("misfits", &misfits),
                ("examples", &examples),
            ],
        ));
    }
    if !report.misfits.is_empty() {
        lines.push(say("publish-misfits-help", &[]));
    }
    for stranded in &report.stranded {
        let (workflow, version) = (stranded.workflow.as_str(), stranded.version.as_str());
        lines.push(say("publish-stranded", &[("workflow", workflow), ("version", version)]));
        let why = stranded.why.iter().find(|(of, _)| *of == language);
        lines.extend(why.map(|(_, why)| why.trim_end().to_owned()));
    }
    if !report.stranded.is_empty() {
        lines.push(say("publish-stranded-help", &[]));
    }
    for (workflow, ways) in &report.ways {
        for (key, steps) in [("publish-stuck-gone", &ways.gone), ("publish-stuck-inside", &ways.inside)] {
            for (step, people) in steps {
                let people = people.to_string();
                let values = [("workflow", workflow.as_str()), ("step", step.as_str()), ("count", &people)];
                lines.push(say(key, &values));
            }
        }
    }
    if report.ways.values().any(|ways| ways.stuck() > 0) {
        lines.push(say("publish-stuck-help", &[]));
    }
    Failure::new(Exit::Findings, lines.join("\n"))
}

/// What `approve` did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approved {
    /// Which version.
    pub version: String,
    /// It was not approved before.
    pub new: bool,
}

/// Approves a version; the live one where none is named. Errors: no such workflow or version (4).
pub async fn approve(
    config: &Config,
    workflow: &str,
    version: Option<&str>,
    by: &str,
) -> Result<Approved, Failure> {
    let store = open::database(config).await?;
    let mut conn = store.read().await.map_err(|error| of_store(config, &error))?;
    let id = WorkflowId::new(workflow);
    let live = store::version::current(&mut conn).await.map_err(|error| of_store(config, &error))?;
    drop(conn);
    let live = live.into_iter().map(|(live, _)| live).find(|live| live.workflow == id);
    let version = version.map(model::VersionId::new).or_else(|| live.map(|live| live.version));
    let none =
        || Failure::say(Exit::NotFound, config.language.value, "cli-no-workflow", &[("workflow", workflow)]);
    let version = version.ok_or_else(none)?;
    // On the clock of the database, so that what waits goes at once there too.
    let now = open::now(config, &store).await?;
    let done = publish::approve(&store, &id, &version, by, now).await.map_err(fault(config))?;
    Ok(Approved { version: version.to_string(), new: done.ok_or_else(none)? })
}

/// Tells what `run` did with the files, on standard error.
fn tell(config: &Config, report: &Report) {
    let language = config.language.value;
    let say = |key, values: &[(&str, &str)]| crate::complain(&model::words::say(language, key, values));
    for id in &report.first {
        say("run-published", &[("workflow", id.as_str())]);
    }
    for id in &report.changed {
        say("run-changed", &[("workflow", id.as_str())]);
    }
    for path in &report.broken {
        let key = if report.still_live.contains(path) { "run-broken" } else { "run-broken-out" };
        say(key, &[("path", path)]);
    }
}

/// JSON lines on standard error, ids only. `NURTURE_LOG` says how much (`debug`, `engine=trace`); usually what
/// an operator of a serving process wants to read, and only warnings of a run that ends by itself.
fn log(request: &RunRequest) {
    let usual = if request.until_idle || request.clock.is_some() { "warn" } else { "info" };
    let wanted = std::env::var("NURTURE_LOG")
        .unwrap_or_else(|_| format!("{usual},apalis=warn,apalis_core=warn,sqlx=warn"));
    let filter = tracing_subscriber::EnvFilter::new(wanted);
    // A second run in one process (the demo) keeps the first one's log.
    let _ = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}

/// Serves and works until stopped, until idle, or until the clock's end. `each`: with a clock, the lines of
/// the trace in their order.
pub async fn run(
    config: &Config,
    request: &RunRequest,
    progress: &Progress,
    stop: Stop,
    each: &mut dyn FnMut(&TraceLine) -> Result<(), Failure>,
) -> Result<RunSummary, Failure> {
    log(request);
    let store = open::database(config).await?;
    let files = crate::project::read_project(config)?;
    let policy = match config.publish.value {
        config::Publish::New => Policy::New,
        config::Publish::All => Policy::All,
        config::Publish::Never => Policy::Never,
    };
    let file = open::database_file(config);
    let wall = Timestamp::now();
    let now = request.clock.map_or(wall, |(from, _)| from);
    let part = match (request.clock, request.roles.worker) {
        (Some(_), _) => Part::All,
        (None, true) => Part::Share,
        (None, false) => Part::Nobody,
    };
    let (_lock, worker) = engine::lock::take(&store, file.as_deref(), wall, config.lease.value, part)
        .await
        .map_err(fault(config))?;
    let report = publish::publish(&store, &files, &config.settings(), &policy, Wish::default(), now)
        .await
        .map_err(fault(config))?;
    tell(config, &report);
    if request.clock.is_none() {
        can_be_left(config, &store, now).await?;
    }
    let before = summary(config, &store).await?;
    let done = match request.clock {
        Some((from, to)) => {
            let clock = Arc::new(VirtualClock::new(from));
            let engine = Engine::new(
                store.clone(),
                Arc::clone(&clock) as Arc<dyn Clock>,
                config.settings(),
                worker.clone(),
                open::speakers(config),
                false,
            )
            .await
            .map_err(fault(config))?;
            let engine = engine.with_limits(config.limits).with_keep(config.keep);
            let whole = to.as_millisecond().saturating_sub(from.as_millisecond());
            progress.whole(u64::try_from(whole).unwrap_or(0));
            let far = |at: Timestamp| {
                let done = at.as_millisecond().saturating_sub(from.as_millisecond());
                progress.at(u64::try_from(done).unwrap_or(0));
            };
            let lived = engine.live(&clock, from, to, &far).await;
            match lived {
                Ok(()) => trace(config, &store, from, to, each).await,
                Err(error) => Err(fault(config)(error)),
            }
        }
        None => {
            let mut transaction = store.begin().await.map_err(|error| of_store(config, &error))?;
            // A restored backup stands where it was made until it goes on.
            let held = store::hold::get(&mut transaction).await.map_err(|error| of_store(config, &error))?;
            if held.is_none() {
                let left = engine::leave_virtual_clock(&mut transaction).await;
                left.map_err(|error| of_store(config, &error))?;
            } else {
                crate::complain(&model::words::say(config.language.value, "run-held", &[]));
            }
            store::commit(transaction).await.map_err(|error| of_store(config, &error))?;
            let clock: Arc<dyn Clock> = Arc::new(WallClock);
            let engine = Engine::new(
                store.clone(),
                clock,
                config.settings(),
                worker.clone(),
                open::speakers(config),
                !request.until_idle,
            )
            .await
            .map_err(fault(config))?;
            let engine = engine.with_limits(config.limits).with_keep(config.keep);
            engine.plan_published().await.map_err(fault(config))?;
            if request.until_idle {
                let idle = async {
                    engine.recover().await?;
                    engine.until_idle().await
                };
                tokio::select! {
                    done = idle => done.map_err(fault(config)),
                    never = heed(&engine, stop) => never,
                }
            } else {
                let roles = request.roles;
                let engine = engine.with_hold(config.lease.value).with_bounces(config.bounces_folder());
                let engine =
                    engine.with_roles(engine::Roles { worker: roles.worker, scheduler: roles.scheduler });
                serve(config, engine, &store, stop, roles.api).await
            }
        }
    };
    let after = summary(config, &store).await;
    release(&store, &worker).await;
    done?;
    let mut conn = store.read().await.map_err(|error| of_store(config, &error))?;
    let next_at = stats::next_at(&mut conn).await.map_err(|error| of_store(config, &error))?;
    drop(conn);
    let difference = between(&before, &after?, next_at);
    store.close().await;
    Ok(difference)
}

/// Asks the engine to end once that is wished; whoever waits for the engine then sees it end.
async fn heed(engine: &Engine, mut stop: Stop) -> Result<(), Failure> {
    // The sender is gone only when the program ends.
    if stop.wait_for(|stop| *stop).await.is_ok() {
        engine.stop();
    }
    std::future::pending().await
}

async fn serve(
    config: &Config,
    engine: Engine,
    store: &Store,
    mut stop: Stop,
    api: bool,
) -> Result<(), Failure> {
    let language = config.language.value;
    let busy = |error: std::io::Error| {
        let (address, why) = (config.listen.value.to_string(), error.to_string());
        Failure::say(Exit::Unavailable, language, "run-no-port", &[("address", &address), ("why", &why)])
    };
    announce(config, store).await?;
    if !api {
        let worked = Arc::new(engine).serve(async move {
            let _ = stop.wait_for(|stop| *stop).await;
        });
        return worked.await.map_err(fault(config));
    }
    let engine = Arc::new(engine);
    let clock: Arc<dyn Clock> = Arc::new(WallClock);
    let settings = server::Settings {
        address: config.listen.value,
        language,
        public_url: config.public_url.value.as_deref().map(|url| url.trim_end_matches('/').to_owned()),
        requests_per_second: config.requests_per_second,
    };
    let server = server::Server::bind(settings, Arc::clone(&engine), clock).await.map_err(busy)?;
    let address = server.address().map_err(busy)?;
    let url = config.public_url.value.clone().unwrap_or_else(|| format!("http://{address}"));
    crate::complain(&model::words::say(language, "run-serves", &[("url", url.trim_end_matches('/'))]));
    // Who asks in the first moment may cause a nudge.
    engine::jobs::prepare(&store.pool()).await.map_err(EngineError::from).map_err(fault(config))?;
    let mut stopped = stop.clone();
    let listening = tokio::spawn(server.serve(async move {
        // The sender is gone only when the program ends.
        let _ = stopped.wait_for(|stop| *stop).await;
    }));
    let worked = engine
        .serve(async move {
            let _ = stop.wait_for(|stop| *stop).await;
        })
        .await
        .map_err(fault(config));
    listening.abort();
    worked
}

/// The first live run names what is due in the next hour.
async fn announce(config: &Config, store: &Store) -> Result<(), Failure> {
    if config.delivery.value == config::Delivery::File {
        let folder = config.outbox_folder().display().to_string();
        crate::complain(&model::words::say(
            config.language.value,
            "run-delivers-to-folder",
            &[("path", &folder)],
        ));
        return Ok(());
    }
    let mut conn = store.read().await.map_err(|error| of_store(config, &error))?;
    let now = Timestamp::now();
    let ahead = stats::ahead(&mut conn, Timestamp::UNIX_EPOCH, now + SignedDuration::from_hours(1))
        .await
        .map_err(|error| of_store(config, &error))?;
    let due = (ahead.enrollments + ahead.timers + ahead.sends).to_string();
    crate::complain(&model::words::say(config.language.value, "run-live", &[("count", &due)]));
    Ok(())
}

async fn release(store: &Store, worker: &store::send::Worker) {
    // At the end of a run a lease that is not given back only expires.
    let _ = engine::lock::release(store, worker).await;
}

/// Every line of `[from, to)`, in the order (instant, customer, order in the walk).
async fn trace(
    config: &Config,
    store: &Store,
    from: Timestamp,
    to: Timestamp,
    each: &mut dyn FnMut(&TraceLine) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut conn = store.read().await.map_err(|error| of_store(config, &error))?;
    let mut result = Ok(());
    store::trace::each(&mut conn, from, to, |line| {
        if result.is_ok() {
            result = each(&line);
        }
    })
    .await
    .map_err(|error| of_store(config, &error))?;
    result
}

async fn summary(config: &Config, store: &Store) -> Result<Summary, Failure> {
    let mut conn = store.read().await.map_err(|error| of_store(config, &error))?;
    let ever = (Timestamp::UNIX_EPOCH, Timestamp::MAX);
    stats::summary(&mut conn, ever.0, ever.1).await.map_err(|error| of_store(config, &error))
}

/// What was done between two counts.
fn between(before: &Summary, after: &Summary, next_at: Option<Timestamp>) -> RunSummary {
    let more = |after: i64, before: i64| u64::try_from(after - before).unwrap_or(0);
    let skipped = after
        .skipped
        .iter()
        .map(|(reason, count)| {
            (reason.clone(), more(*count, before.skipped.get(reason).copied().unwrap_or(0)))
        })
        .filter(|(_, count)| *count > 0)
        .collect();
    RunSummary {
        enrolled: more(after.enrolled, before.enrolled),
        held_out: more(after.held_out, before.held_out),
        sent: more(after.sent, before.sent),
        skipped,
        tasks: more(after.tasks, before.tasks),
        assignments: more(after.assignments, before.assignments),
        next_at,
    }
}
