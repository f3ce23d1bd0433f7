//! `nurture demo`: the main job at once, on sample data.

use super::Context;
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::shell;
use crate::view::progress::Progress;
use crate::view::{demo, run};

/// What `demo` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// End when nothing is due; the last line says what was done
    #[arg(long)]
    pub until_idle: bool,
}

/// Makes the demo, says where things are, and runs it.
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let progress = Progress::new();
    let made = context.wait(shell::demo(&context.config, &progress));
    progress.end();
    let made = made?;
    if !context.json {
        crate::complain(demo::human(&made, context.language).trim_end());
    }
    let done = context
        .wait_for_end(|stop| shell::run_demo(&context.config, &made, args.until_idle, &progress, stop));
    progress.end();
    let (summary, stopped) = done?;
    // A demo that stays has said it when its week was over.
    if !context.json && args.until_idle {
        crate::complain(run::human(&summary, &shell::demo_zone(), context.language).trim_end());
    }
    out.json(&run::json(&summary))?;
    Ok(if stopped { Exit::Interrupted } else { Exit::Fine })
}
