//! `nurture privacy`.

use super::ask::{fault, loaded};
use super::open::{self, of_store};
use crate::config::Config;
use crate::exit::{Exit, Failure};
use crate::view::score;
use engine::operate::{self, By};
use engine::privacy::{self, Erased};
use model::words::{Language, say};
use serde_json::Value as Json;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

/// Everything that is held of a customer. Errors: nobody of that name (4).
pub async fn held(config: &Config, customer: &str, language: Language) -> Result<Json, Failure> {
    let (store, published) = loaded(config).await?;
    let mut conn = store.read().await.map_err(|error| of_store(config, &error))?;
    let id = open::customer(config, &mut conn, customer, &published).await?;
    let now = operate::now(&store).await.map_err(fault(config))?;
    let held = privacy::held(&mut conn, &published, &id, language, now).await.map_err(fault(config))?;
    drop(conn);
    let Some(mut held) = held else {
        return Err(Failure::say(Exit::NotFound, language, "cli-no-customer", &[("customer", customer)]));
    };
    let scores = super::score::told(config, &store, &published, id.as_str(), None, None).await?;
    if let Some(members) = held.as_object_mut() {
        members.insert("scores".to_owned(), score::json(&scores));
    }
    Ok(held)
}

/// Erases a customer, or says what would go. Returns their id. Errors: nobody of that name (4).
pub async fn erase(
    config: &Config,
    customer: &str,
    by: &str,
    yes: bool,
) -> Result<(String, Erased), Failure> {
    let (store, published) = loaded(config).await?;
    let id = {
        let mut conn = store.read().await.map_err(|error| of_store(config, &error))?;
        open::customer(config, &mut conn, customer, &published).await?
    };
    let now = operate::now(&store).await.map_err(fault(config))?;
    let by = By { who: by, dry_run: !yes };
    let done = privacy::erase(&store, &config.settings(), &id, by, now).await.map_err(fault(config))?;
    let values = [("customer", customer)];
    let nobody = || Failure::say(Exit::NotFound, config.language.value, "cli-no-customer", &values);
    done.map(|erased| (id.to_string(), erased)).ok_or_else(nobody)
}

/// Writes what only its owner may read. Errors: the file cannot be written (3).
pub fn write_private(path: &Path, held: &Json, language: Language) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let text = format!("{held:#}\n");
    let written = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| {
        let (path, why) = (path.display().to_string(), error.to_string());
        let said = say(language, "privacy-no-file", &[("path", &path), ("why", &why)]);
        Failure::new(Exit::Configuration, said)
    })
}
