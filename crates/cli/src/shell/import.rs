//! `nurture import`, done; where the database goes away for a while, in several goes.

use super::open;
use super::{Extra, ImportRequest};
use crate::config::Config;
use crate::exit::{Exit, Failure};
use crate::view::import::{ImportSummary, refused};
use crate::view::progress::Progress;
use engine::import::{
    self, ConsentForAll, Encoding, ImportReport, Job, LoadError, Pass, Preset, Settings, StoreTarget, What,
};
use engine::{Apply, EngineError, Published};
use jiff::Timestamp;
use model::words::{Language, say};
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::{Store, StoreError};

/// An import that comes no further for so long, because the database does not answer, ends.
const GIVE_UP: Duration = Duration::from_secs(60);
/// Before it goes on.
const PAUSE: Duration = Duration::from_secs(1);

/// Imports a file. Errors: the file or map cannot be read (3), they do not fit the model (1), the database
/// does not answer (69).
pub async fn import(
    config: &Config,
    request: &ImportRequest,
    progress: &Progress,
) -> Result<ImportSummary, Failure> {
    import_at(config, request, progress, None).await
}

/// The same at a pretended instant, for the demo. `None`: the database's own.
pub(super) async fn import_at(
    config: &Config,
    request: &ImportRequest,
    progress: &Progress,
    now: Option<Timestamp>,
) -> Result<ImportSummary, Failure> {
    let language = config.language.value;
    let store = open::database(config).await?;
    let now = match now {
        Some(now) => now,
        None => open::now(config, &store).await?,
    };
    let published = Arc::new(model_of(config, &store).await?);
    let library = &published.project.library;
    let what = What::read(&request.kind, library)
        .map_err(|finding| Failure::new(Exit::Usage, finding.say(language)))?;
    let map = match &request.map {
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(|error| {
                let (path, why) = (path.display().to_string(), error.to_string());
                Failure::say(
                    Exit::Configuration,
                    language,
                    "cli-unreadable",
                    &[("path", &path), ("why", &why)],
                )
            })?;
            let map = import::read_map(&path.display().to_string(), &text);
            Some(map.map_err(|error| refused(&error, language, dsl::diagnostic::Colour::Never))?)
        }
        None => None,
    };
    let mut settings = Settings::new(now);
    settings.dry_run = request.dry_run;
    settings.start = request.start;
    settings.create_customers = request.create_customers;
    settings.extra = match request.extra {
        Some(Extra::Keep) => import::Extra::Keep,
        Some(Extra::Drop) => import::Extra::Drop,
        None => import::Extra::Refuse,
    };
    settings.read.encoding = match &request.encoding {
        Some(name) => Some(
            Encoding::named(name)
                .ok_or_else(|| Failure::say(Exit::Usage, language, "cli-no-encoding", &[("name", name)]))?,
        ),
        None => None,
    };
    settings.consent = request.consent.clone().map(|(topic, basis, at)| ConsentForAll { topic, basis, at });
    settings.sheet.clone_from(&request.sheet);
    if let Some(name) = &request.preset {
        let found = Preset::NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        let (_, preset) = found.ok_or_else(|| {
            let known = Preset::NAMES.map(|(name, _)| name).join(", ");
            Failure::say(Exit::Usage, language, "cli-no-preset", &[("name", name), ("known", &known)])
        })?;
        settings.preset = Some(*preset);
        settings.source = preset.as_str().to_owned();
    }
    let dry_run = settings.dry_run;
    let job = Job {
        path: &request.file,
        what,
        map: map.as_ref().zip(request.map.as_deref()),
        library,
        zone: &config.zone.value,
        settings,
    };
    let began = Instant::now();
    let mut kept = Kept { rows: 0, at: began };
    let report = loop {
        let loaded = load(&store, &published, &job, progress, language, &mut kept).await;
        let error = match loaded {
            Err(Broken::Load(LoadError::Target(error))) => error,
            Err(Broken::Load(error)) => return Err(open::of_import(config, &error)),
            Err(Broken::Prepare(EngineError::Store(error))) => error,
            Err(Broken::Prepare(error)) => return Err(open::of_engine(config, &error)),
            Ok(report) => break report,
        };
        // Batches before it are in the database: the same file goes on behind them.
        if dry_run || !error.retry() || kept.at.elapsed() > GIVE_UP {
            return Err(open::of_store(config, &error));
        }
        crate::complain(&say(language, "import-goes-on", &[("why", &error.to_string())]));
        tokio::time::sleep(PAUSE).await;
    };
    if !dry_run {
        let what = format!("{}: {} rows", request.kind, report.read);
        engine::operate::record(&store, engine::operate::WHO, "import", &what, now)
            .await
            .map_err(|error| open::of_engine(config, &error))?;
    }
    store.close().await;
    let took = began.elapsed();
    let (rows, rate) = (report.read.to_string(), rate(report.read, took).to_string());
    let seconds = format!("{:.1}", took.as_secs_f64());
    progress.say(say(language, "import-took", &[("rows", &rows), ("seconds", &seconds), ("rate", &rate)]));
    Ok(ImportSummary { seconds: took.as_secs_f64(), ..ImportSummary::of(&report, dry_run, language) })
}

/// How far an import has ever come, and when.
struct Kept {
    rows: u64,
    at: Instant,
}

/// Why one go at a file broke off.
enum Broken {
    Prepare(EngineError),
    Load(LoadError<StoreError>),
}

/// One go at the file.
async fn load(
    store: &Store,
    published: &Arc<Published>,
    job: &Job<'_>,
    progress: &Progress,
    language: Language,
    kept: &mut Kept,
) -> Result<ImportReport, Broken> {
    let (now, dry_run) = (job.settings.now, job.settings.dry_run);
    let after = match dry_run {
        true => Apply::new(Arc::clone(published), now),
        false => Apply::quickly(store, Arc::clone(published), now).await.map_err(Broken::Prepare)?,
    };
    let mut target = StoreTarget::new(store, job.library, now, dry_run, after);
    let mut pass = (Pass::Scan, Instant::now());
    let told = |far: import::Progress| {
        if pass.0 != far.pass {
            pass = (far.pass, Instant::now());
        }
        progress.whole(far.of_bytes);
        progress.at(far.bytes);
        let key = match far.pass {
            Pass::Scan => "import-scans",
            Pass::Load => {
                if far.rows > kept.rows {
                    *kept = Kept { rows: far.rows, at: Instant::now() };
                }
                "import-loads"
            }
        };
        let (rows, rate) = (far.rows.to_string(), rate(far.rows, pass.1.elapsed()).to_string());
        progress.doing(say(language, key, &[("rows", &rows), ("rate", &rate)]));
    };
    import::load(job, &mut target, told).await.map_err(Broken::Load)
}

/// Rows a second.
fn rate(rows: u64, took: Duration) -> u64 {
    (rows as f64 / took.as_secs_f64().max(0.001)) as u64
}

/// The model that rows are judged by: the files as they are now, with what is published for timers.
async fn model_of(config: &Config, store: &Store) -> Result<Published, Failure> {
    let mut conn = store.read().await.map_err(|error| open::of_store(config, &error))?;
    let live = Published::load(&mut conn, &config.settings(), Timestamp::now())
        .await
        .map_err(|error| open::of_engine(config, &error))?;
    let loaded = crate::project::load(config)?;
    let libraries = loaded.libraries_with_errors();
    if !libraries.is_empty() {
        // By half a model good rows would be bad, and bad ones good.
        return Err(open::mistakes(config, loaded, |file| libraries.contains(&file)));
    }
    let mut files = Published::of_files(loaded.project).map_err(|error| open::of_engine(config, &error))?;
    // Nothing is live yet: no timers to plan. Else the live versions plan theirs, by the model of the files.
    files.workflows = live.workflows;
    Ok(files)
}
