//! `nurture import KIND FILE`.

use super::Context;
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::shell::{self, Extra, ImportRequest};
use crate::times;
use crate::view::import;
use crate::view::progress::Progress;
use jiff::Timestamp;
use std::path::PathBuf;

/// What `import` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// customers, reps, events, consents, suppressions, or an entity of the model (deal, contract …)
    #[arg(value_name = "KIND")]
    pub kind: String,
    /// CSV, JSONL or xlsx
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// A file that says which column means what
    #[arg(long, value_name = "FILE")]
    pub map: Option<PathBuf>,
    /// Read and judge every row, write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Let facts older than 24 hours start workflows, too
    #[arg(long)]
    pub start: bool,
    /// Make customers for events that name unknown ones
    #[arg(long)]
    pub create_customers: bool,
    /// What to do with columns that the model does not know [default: they are an error]
    #[arg(long, value_enum)]
    pub extra: Option<Extra>,
    /// The file's encoding, such as gb18030 [default: what it looks like]
    #[arg(long, value_name = "NAME")]
    pub encoding: Option<String>,
    /// The tool whose export the file is: mautic, hubspot, mailchimp, shopify
    #[arg(long, value_name = "TOOL", conflicts_with = "map")]
    pub preset: Option<String>,
    /// The sheet of a workbook [default: the first that has rows]
    #[arg(long, value_name = "NAME")]
    pub sheet: Option<String>,
    /// Record consent to this topic for every row
    #[arg(long, value_name = "TOPIC", requires_all = ["basis", "at"])]
    pub consent: Option<String>,
    /// On what the consent rests: where and how it was given
    #[arg(long, value_name = "TEXT", requires = "consent")]
    pub basis: Option<String>,
    /// When the consent was given
    #[arg(long, value_name = "DATE", requires = "consent")]
    pub at: Option<String>,
}

impl Args {
    fn request(&self, context: &Context) -> Result<ImportRequest, Failure> {
        let consent: Option<(String, String, Timestamp)> = match (&self.consent, &self.basis, &self.at) {
            (Some(topic), Some(basis), Some(at)) => {
                let at = times::instant(at, &context.config.zone.value, context.language)?;
                Some((topic.clone(), basis.clone(), at))
            }
            (_, _, _) => None,
        };
        Ok(ImportRequest {
            kind: self.kind.clone(),
            file: context.here.join(&self.file),
            map: self.map.as_ref().map(|map| context.here.join(map)),
            dry_run: self.dry_run,
            start: self.start,
            create_customers: self.create_customers,
            extra: self.extra,
            encoding: self.encoding.clone(),
            preset: self.preset.clone(),
            sheet: self.sheet.clone(),
            consent,
        })
    }
}

/// Imports and reports. Exit 1: rows were bad; the others are in.
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let request = args.request(context)?;
    let progress = Progress::new();
    let summary = context.wait(shell::import(&context.config, &request, &progress));
    progress.end();
    let summary = summary?;
    if context.json {
        out.json(&import::json(&summary))?;
    } else {
        out.text(&import::human(&summary, context.language))?;
    }
    Ok(if summary.bad_count > 0 { Exit::Findings } else { Exit::Fine })
}
