//! The command line: verbs, flags, and their help.

use clap::{Parser, Subcommand};
use model::words::Language;
use std::path::PathBuf;

use crate::commands::{
    add, approve, audit, backtest, backup, bench, channels, check, completions, config, demo, doctor, events,
    exit_walk, explain, export, form, graph, import, init, key, lead, lsp, merge, migrate, pause, people,
    plan, preview, privacy, publish, report, reps, retire, run, schema, score, sends, simulate, tasks, test,
    user, why,
};

/// Marketing automation as files: workflows that are checked, tested and tried on history before they run.
#[derive(Debug, Parser)]
#[command(
    name = "nurture",
    version,
    about = "Marketing automation as files",
    long_about = "Marketing automation as files: write a workflow, check it, test it, try it on history, run it.",
    after_help = "Begin with:\n  nurture demo          see it work, with sample customers\n  nurture init shop     make a project of your own",
    arg_required_else_help = true,
    max_term_width = 100
)]
pub struct Args {
    /// Flags of every verb.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// Flags of every verb.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Everywhere")]
pub struct Global {
    /// Print JSON for programs instead of text for people
    #[arg(long, global = true)]
    pub json: bool,
    /// Language of words [default: NURTURE_LANG, then nurture.toml, then LANG]
    #[arg(long, global = true, value_name = "zh|en")]
    pub lang: Option<Language>,
    /// The project's folder [default: the nearest one upwards with a nurture.toml, else this folder]
    #[arg(long, global = true, value_name = "DIR")]
    pub project: Option<PathBuf>,
    /// The database: sqlite://FILE or postgres://… [default: NURTURE_DATABASE_URL, then nurture.toml]
    #[arg(long, global = true, value_name = "URL")]
    pub database: Option<String>,
    /// No colours (so does the variable NO_COLOR)
    #[arg(long, global = true)]
    pub no_color: bool,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Make a new project: settings, a model, a birthday workflow with tests, sample customers
    #[command(after_help = "Example:\n  nurture init shop")]
    Init(init::Args),
    /// Put a recipe into the project, with what its model lacks; without a name: list the recipes
    #[command(after_help = "Example:\n  nurture add cart")]
    Add(add::Args),
    /// Find every mistake in the project's files, in one run
    #[command(after_help = "Examples:\n  nurture check workflows/birthday.yaml\n  nurture check --fix")]
    Check(check::Args),
    /// Run the tests that stand in the workflow files
    #[command(after_help = "Example:\n  nurture test workflows/winback.yaml")]
    Test(test::Args),
    /// Show the page of an error code
    #[command(after_help = "Example:\n  nurture explain E0204")]
    Explain(explain::Args),
    /// Draw a workflow as a tree
    #[command(after_help = "Example:\n  nurture graph workflows/winback.yaml")]
    Graph(graph::Args),
    /// Bring in customers, reps, events, consents, suppressions, or an entity of the model
    #[command(after_help = "Example:\n  nurture import customers customers.csv --dry-run")]
    Import(import::Args),
    /// Try workflows on history or on the days to come; sends nothing, writes nothing
    #[command(
        after_help = "Example:\n  nurture simulate --workflow birthday --from 2026-03-01 --to 2026-04-01"
    )]
    Simulate(simulate::Args),
    /// Show what a publish would do: steps, who stands on them, who enters; writes nothing
    #[command(after_help = "Example:\n  nurture plan workflows/winback.yaml --out plan.json")]
    Plan(plan::Args),
    /// Make files live: all of them, or the ones named
    #[command(
        after_help = "Examples:\n  nurture publish workflows/birthday.yaml\n  nurture publish --plan plan.json"
    )]
    Publish(publish::Args),
    /// Say yes to a version that needs it before it sends
    #[command(after_help = "Example:\n  nurture approve festival --by wang.wei")]
    Approve(approve::Args),
    /// Hold a workflow: no step, no entry, and what is due of it stays here; with --all everything
    #[command(after_help = "Examples:\n  nurture pause winback\n  nurture pause --all")]
    Pause(pause::Args),
    /// Let a workflow that is held go on; without a name everything that is held as a whole
    #[command(after_help = "Examples:\n  nurture resume winback\n  nurture resume")]
    Resume(pause::ResumeArgs),
    /// End a workflow: nobody enters it any more
    #[command(after_help = "Example:\n  nurture retire winback --exit")]
    Retire(retire::Args),
    /// Let a customer go from a workflow
    #[command(after_help = "Example:\n  nurture exit c10 --workflow winback --reason 'asked by phone'")]
    Exit(exit_walk::Args),
    /// Serve and work until stopped, or until nothing is due
    #[command(after_help = "Example:\n  nurture run --clock 2026-03-01..2026-04-01 --until-idle")]
    Run(run::Args),
    /// Show every decision about one customer, with its reason
    #[command(after_help = "Example:\n  nurture why c10 --workflow birthday")]
    Why(why::Args),
    /// Show a customer's score line by line: rules, caps, band, and what comes next
    #[command(after_help = "Example:\n  nurture score c10 --at 2026-03-01")]
    Score(score::Args),
    /// See how well a score told buyers from others in the past
    #[command(after_help = "Example:\n  nurture backtest lead_score --event order.paid --within '30 days'")]
    Backtest(backtest::Args),
    /// Show who is where in a workflow
    #[command(after_help = "Example:\n  nurture people winback")]
    People(people::Args),
    /// Show what a workflow brought: people by step, arms, conversions, and the lift with its interval
    #[command(after_help = "Example:\n  nurture report winback --from 2026-01-01")]
    Report(report::Args),
    /// Show a message as one customer would get it
    #[command(after_help = "Example:\n  nurture preview birthday/card --customer c01")]
    Preview(preview::Args),
    /// Print a form as HTML for a page of your own
    #[command(after_help = "Example:\n  nurture form newsletter > newsletter.html")]
    Form(form::Args),
    /// See it work: 2,000 sample customers, 90 days of history, mails caught in a folder
    #[command(after_help = "Example:\n  nurture demo --until-idle")]
    Demo(demo::Args),
    /// Show the latest messages and what became of them
    #[command(after_help = "Example:\n  nurture sends --customer c01")]
    Sends(sends::Args),
    /// Show how the project speaks, and which channels are closed
    #[command(after_help = "Example:\n  nurture channels")]
    Channels(channels::Args),
    /// Show the open tasks of colleagues, or finish one
    #[command(after_help = "Example:\n  nurture tasks --rep li.na")]
    Tasks(tasks::Args),
    /// Answer for a rep: accept or refuse a lead, say that they spoke with the customer, claim from the pool
    #[command(after_help = "Example:\n  nurture lead accept c01 --rep li.na")]
    Lead(lead::Args),
    /// Make one of two customers who turn out to be one person
    #[command(after_help = "Example:\n  nurture merge c01 c02 --by wang.wei")]
    Merge(merge::Args),
    /// Show the reps and how much each has open; say who is away
    #[command(after_help = "Example:\n  nurture reps --away li.na")]
    Reps(reps::Args),
    /// Show what people and keys did, and see that this record is whole
    #[command(after_help = "Example:\n  nurture audit verify")]
    Audit(audit::Args),
    /// Show what a customer did, or what clients told and was not taken
    #[command(after_help = "Examples:\n  nurture events c01\n  nurture events --rejected")]
    Events(events::Args),
    /// Give a person what is held of them, or erase them
    #[command(after_help = "Examples:\n  nurture privacy export c10\n  nurture privacy erase c10 --yes")]
    Privacy(privacy::Args),
    /// Make, show and end the keys by which programs and web pages speak with it
    #[command(after_help = "Example:\n  nurture key create shop --scope events:write")]
    Key(key::Args),
    /// Say who may sign in at the server, and what they may do there
    #[command(after_help = "Example:\n  nurture user add wang.wei --role admin")]
    User(user::Args),
    /// Bring the database up to date
    #[command(after_help = "Example:\n  nurture migrate")]
    Migrate(migrate::Args),
    /// Find what is wrong with the database and around it, and repair what can be repaired
    #[command(after_help = "Examples:\n  nurture doctor\n  nurture doctor --repair")]
    Doctor(doctor::Args),
    /// Write a backup while the work goes on, or verify one
    #[command(
        after_help = "Examples:\n  nurture backup backups/monday.db\n  nurture backup verify backups/monday.db"
    )]
    Backup(backup::Args),
    /// Put a backup in the place of the database; nothing goes out until `nurture resume`
    #[command(after_help = "Example:\n  nurture restore backups/monday.db --replace")]
    Restore(backup::RestoreArgs),
    /// Move everything to another database, counted and summed on both sides
    #[command(after_help = "Example:\n  nurture move --to postgres://nurture@db/nurture")]
    Move(backup::MoveArgs),
    /// Write customers, messages, events or tasks as a table or as JSON
    #[command(
        after_help = "Examples:\n  nurture export customers --out customers.csv\n  nurture export sends --format json"
    )]
    Export(export::Args),
    /// Write the JSON Schema of the project, by which editors complete and check
    #[command(after_help = "Example:\n  nurture schema --out schemas")]
    Schema(schema::Args),
    /// Serve an editor: mistakes as one types, completion, hover, definitions
    #[command(
        after_help = "Example:\n  nurture lsp      (the editor starts it; it speaks over standard input and output)"
    )]
    Lsp(lsp::Args),
    /// Show the settings and where each value came from
    #[command(after_help = "Example:\n  nurture config show")]
    Config(config::Args),
    /// Measure how fast it is on this machine: customers, a mail server and a database of its own
    #[command(after_help = "Example:\n  nurture bench w1 --json")]
    Bench(bench::Args),
    /// Print the completions of a shell
    #[command(
        after_help = "Example:\n  nurture completions bash > ~/.local/share/bash-completion/completions/nurture"
    )]
    Completions(completions::Args),
    /// Print the manual page, or write one page per verb into a folder
    #[command(after_help = "Example:\n  nurture man | man -l -")]
    Man(completions::ManArgs),
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound_and_each_verb_has_an_example() {
        let command = Args::command();
        command.clone().debug_assert();
        for verb in command.get_subcommands() {
            let help = verb.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains(&format!("nurture {}", verb.get_name())), "{}: {help}", verb.get_name());
            assert!(verb.get_about().is_some());
        }
    }

    #[test]
    fn global_flags_stand_before_or_behind_the_verb() {
        for line in [["nurture", "--json", "check"], ["nurture", "check", "--json"]] {
            assert!(Args::try_parse_from(line).unwrap().global.json);
        }
        let wrong = Args::try_parse_from(["nurture", "check", "--lang", "fr"]).unwrap_err();
        assert_eq!(wrong.exit_code(), 2);
    }
}
