//! `nurture schema`: the JSON Schema of the project, for editors.

use super::Context;
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::project;
use dsl::grammar::{names::Names, schema};
use model::words::{Language, say};
use serde_json::json;
use std::path::PathBuf;

/// The file's name in the folder.
pub const FILE: &str = "nurture.schema.json";

/// What `schema` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder that nurture.schema.json is written into; `-` prints it
    #[arg(long, value_name = "DIR|-", default_value = "schemas")]
    pub out: PathBuf,
}

/// Writes the schema with the names of the project. Errors (exit 3): the folder cannot be written.
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let loaded = project::load(&context.config)?;
    let names = Names::of(&loaded.sources, &loaded.project.library);
    let text = text(&names, context.language);
    if args.out.as_os_str() == "-" {
        out.text(&text)?;
        return Ok(Exit::Fine);
    }
    let folder = context.config.project.join(&args.out);
    let place = folder.join(FILE);
    std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&place, text)).map_err(|error| {
        let (path, why) = (place.display().to_string(), error.to_string());
        let values = [("path", path.as_str()), ("why", why.as_str())];
        Failure::say(Exit::Configuration, context.language, "cli-unwritable", &values)
    })?;
    let shown = args.out.join(FILE).display().to_string();
    if context.json {
        out.json(&json!({ "file": shown }))?;
    } else {
        out.line(&say(context.language, "schema-written", &[("path", &shown)]))?;
    }
    Ok(Exit::Fine)
}

/// The schema as it stands in the file.
pub fn text(names: &Names, language: Language) -> String {
    let schema = schema::schema(Some(names), language);
    // A value of JSON cannot fail to be written.
    format!("{}\n", serde_json::to_string_pretty(&schema).unwrap_or_default())
}
