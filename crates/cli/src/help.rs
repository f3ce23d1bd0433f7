//! Help in the reader's language: the words of every verb and option stand in the catalogue, and a test holds the
//! English ones against the command line's own.

use crate::args::Args;
use crate::config::{Config, Given};
use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command, CommandFactory as _};
use model::words::{Language, say};
use std::ffi::OsString;
use std::path::Path;

/// Below the options of a verb.
const LAST: usize = 900;

/// The command line as it is shown in a language. Only for showing: what it reads is not typed.
pub fn command(language: Language) -> Command {
    let command = Args::command();
    match language {
        // The words in the source are these, as a test proves.
        Language::En => command,
        Language::Zh => translated(command, "help", language),
    }
}

/// The keys of a command's words, with the English ones: its own, its options', their values', its verbs'.
#[cfg(test)]
fn sentences(command: &Command, key: &str) -> Vec<(String, String)> {
    let text = |text: Option<&clap::builder::StyledStr>| text.map(ToString::to_string).unwrap_or_default();
    let mut all = vec![(key.to_owned(), text(command.get_about()))];
    for arg in command.get_arguments() {
        let key = key_of(arg, key);
        all.push((key.clone(), text(arg.get_help())));
        for value in said_values(arg) {
            all.push((format!("{key}-{}", value.get_name()), text(value.get_help())));
        }
    }
    for verb in command.get_subcommands() {
        all.extend(sentences(verb, &format!("{key}-{}", verb.get_name())));
    }
    all
}

fn key_of(arg: &Arg, key: &str) -> String {
    format!("{key}-{}", arg.get_id().as_str().replace('_', "-"))
}

/// The values of an option that say what they mean.
fn said_values(arg: &Arg) -> Vec<PossibleValue> {
    let values = arg.get_possible_values();
    values.into_iter().filter(|value| value.get_help().is_some()).collect()
}

fn translated(command: Command, key: &str, language: Language) -> Command {
    let word = |key: &str| say(language, key, &[]);
    let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let after = if key == "help" {
        word("usage-after")
    } else {
        let examples = word("usage-examples");
        after.replacen("Examples:", &examples, 1).replacen("Example:", &examples, 1)
    };
    let verbs: Vec<String> = command.get_subcommands().map(|verb| verb.get_name().to_owned()).collect();
    let mut order = 0;
    let mut command = command
        .about(word(key))
        .long_about(None)
        .after_help(after)
        .subcommand_help_heading(word("usage-verbs"))
        .subcommand_value_name(word("usage-verb"))
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .mut_args(|arg| {
            order += 1;
            translated_arg(arg, key, language).display_order(order)
        });
    command = command.arg(
        Arg::new("help")
            .short('h')
            .long("help")
            .action(clap::ArgAction::Help)
            .help(word("usage-help"))
            .help_heading(word("usage-options"))
            .display_order(LAST),
    );
    if key == "help" {
        command = command.disable_version_flag(true).arg(
            Arg::new("version")
                .short('V')
                .long("version")
                .action(clap::ArgAction::Version)
                .help(word("usage-version"))
                .help_heading(word("usage-options"))
                .display_order(LAST),
        );
    }
    for verb in verbs {
        command = command.mut_subcommand(&verb, |sub| translated(sub, &format!("{key}-{verb}"), language));
    }
    command
}

fn translated_arg(arg: Arg, key: &str, language: Language) -> Arg {
    let word = |key: &str| say(language, key, &[]);
    let key = key_of(&arg, key);
    let heading = if arg.get_help_heading().is_some() {
        "usage-everywhere"
    } else if arg.is_positional() {
        "usage-arguments"
    } else {
        "usage-options"
    };
    let values = said_values(&arg);
    let mut arg = arg.help(word(&key)).long_help(None).help_heading(word(heading));
    if !values.is_empty() {
        let said = |value: &PossibleValue| {
            let name = value.get_name();
            PossibleValue::new(name.to_owned()).help(word(&format!("{key}-{name}")))
        };
        arg = arg.value_parser(PossibleValuesParser::new(values.iter().map(said).collect::<Vec<_>>()));
    }
    arg
}

/// Ends a command line that could not be read, or that asks for help or the version: prints what there is to say in
/// the reader's language, and gives the exit code.
pub fn end(error: &clap::Error, arguments: &[OsString], here: &Path) -> i32 {
    let language = language_of(arguments, here);
    if language == Language::En {
        let _ = error.print();
        return error.exit_code();
    }
    let Err(error) = command(language).try_get_matches_from(asked(arguments)) else {
        // What is shown takes what is read does not: never so, but the reader gets an answer all the same.
        let _ = error.print();
        return error.exit_code();
    };
    let asked = matches!(
        error.kind(),
        ErrorKind::DisplayHelp
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
            | ErrorKind::DisplayVersion
    );
    let rendered =
        if asked { labels(&error.render().to_string(), language) } else { mistake(&error, language) };
    if error.use_stderr() {
        crate::complain(rendered.trim_end());
    } else {
        let mut out = crate::out::Out::stdout();
        let _ = out.text(&rendered).and_then(|()| out.finish());
    }
    error.exit_code()
}

/// `nurture help check` asks for the same as `nurture check --help`.
fn asked(arguments: &[OsString]) -> Vec<OsString> {
    let mut words = arguments.to_vec();
    if let Some(at) = words.iter().skip(1).position(|word| word == "help") {
        words.remove(at + 1);
        words.push("--help".into());
    }
    words
}

/// The language that a command line asks for before it is understood: its flag, the environment, the project's
/// settings.
fn language_of(arguments: &[OsString], here: &Path) -> Language {
    let words: Vec<&str> = arguments.iter().filter_map(|word| word.to_str()).collect();
    let behind = words.iter().position(|word| *word == "--lang").and_then(|at| words.get(at + 1).copied());
    let joined = words.iter().find_map(|word| word.strip_prefix("--lang="));
    let lang = joined.or(behind).and_then(|tag| tag.parse().ok());
    let given = Given { lang, environment: Given::environment(), ..Given::default() };
    Config::read(&given, here).map_or_else(|_| given.language(), |config| config.language.value)
}

/// What clap says in English whatever the command is.
fn labels(text: &str, language: Language) -> String {
    let mut text = text.to_owned();
    for (english, key) in [
        ("Usage: ", "usage-line"),
        ("Possible values:", "usage-values"),
        ("[possible values:", "usage-values-short"),
        ("[default:", "usage-default"),
        ("[OPTIONS]", "usage-options-short"),
    ] {
        text = text.replace(english, &say(language, key, &[]));
    }
    for key in ["usage-verbs", "usage-arguments", "usage-options", "usage-everywhere"] {
        let heading = say(language, key, &[]);
        text = text.replace(&format!("\n{heading}:\n"), &format!("\n{heading}：\n"));
    }
    text.replace("： ", "：")
}

/// The kinds of mistakes with words of ours, and where clap keeps what was probably meant.
const MISTAKES: [(ErrorKind, &str, ContextKind); 7] = [
    (ErrorKind::InvalidSubcommand, "usage-no-verb", ContextKind::SuggestedSubcommand),
    (ErrorKind::UnknownArgument, "usage-no-option", ContextKind::SuggestedArg),
    (ErrorKind::MissingRequiredArgument, "usage-missing", ContextKind::SuggestedArg),
    (ErrorKind::MissingSubcommand, "usage-missing-verb", ContextKind::SuggestedSubcommand),
    (ErrorKind::ArgumentConflict, "usage-conflict", ContextKind::SuggestedArg),
    (ErrorKind::InvalidValue, "usage-bad-value", ContextKind::SuggestedValue),
    (ErrorKind::ValueValidation, "usage-bad-value", ContextKind::SuggestedValue),
];

/// A mistake in the use of the command line, in the reader's language.
fn mistake(error: &clap::Error, language: Language) -> String {
    let value = |kind: ContextKind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        // The likeliest comes last.
        Some(ContextValue::Strings(all)) => all.last().cloned().unwrap_or_default(),
        Some(ContextValue::StyledStr(text)) => text.to_string(),
        Some(ContextValue::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let (arg, found) = (value(ContextKind::InvalidArg), value(ContextKind::InvalidValue));
    let verb = value(ContextKind::InvalidSubcommand);
    let other = value(ContextKind::PriorArg);
    let Some((_, key, meant)) = MISTAKES.iter().find(|(kind, _, _)| *kind == error.kind()) else {
        return labels(&error.render().to_string(), language);
    };
    let key = if *key == "usage-bad-value" && found.is_empty() { "usage-no-value" } else { key };
    let values = [("arg", arg.as_str()), ("value", &found), ("verb", &verb), ("other", &other)];
    let mut text = say(language, key, &values);
    let meant = value(*meant);
    if !meant.is_empty() {
        let question = say(language, "did-you-mean", &[("suggestion", &meant)]);
        text = say(language, "cli-question", &[("text", &text), ("question", &question)]);
    }
    text = say(language, "cli-error", &[("message", &text)]);
    if let Some(ContextValue::Strings(known)) = error.get(ContextKind::ValidValue)
        && !known.is_empty()
    {
        text.push_str(&format!("\n  {}{}", say(language, "usage-values", &[]), known.join("、")));
    }
    let usage = value(ContextKind::Usage);
    if !usage.is_empty() {
        text.push_str(&format!("\n\n{}", labels(usage.trim(), language)));
    }
    format!("{text}\n\n{}\n", say(language, "usage-more", &[]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;
    use std::collections::BTreeSet;

    #[test]
    fn every_verb_and_option_has_its_words_in_both_languages() {
        let mut wrong = Vec::new();
        let all = sentences(&Args::command(), "help");
        for (key, english) in &all {
            if say(Language::En, key, &[]) != *english {
                wrong.push(format!("en.ftl: {key} = {english}"));
            }
            let chinese = say(Language::Zh, key, &[]);
            let is_chinese = chinese.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter));
            if !model::words::knows(Language::Zh, key) || !is_chinese {
                wrong.push(format!("zh-CN.ftl: {key}"));
            }
        }
        assert!(wrong.is_empty(), "as the source says it, and in Chinese:\n{}", wrong.join("\n"));
        let known: BTreeSet<String> = all.into_iter().map(|(key, _)| key).collect();
        let kept = model::words::keys(Language::En);
        let left: Vec<&String> =
            kept.iter().filter(|key| key.starts_with("help-") && !known.contains(*key)).collect();
        assert!(left.is_empty(), "no verb or option has these words: {left:?}");
    }

    /// Everything that a person may ask the help of.
    fn all_help(command: &Command, path: &[String], into: &mut Vec<Vec<String>>) {
        into.push(path.to_vec());
        for verb in command.get_subcommands() {
            all_help(verb, &[path, &[verb.get_name().to_owned()]].concat(), into);
        }
    }

    #[test]
    fn no_english_is_left_in_the_help_of_a_chinese_reader() {
        let mut all = Vec::new();
        all_help(&Args::command(), &["nurture".to_owned()], &mut all);
        assert!(all.len() > 40);
        for mut line in all {
            line.push("--help".to_owned());
            let error = command(Language::Zh).try_get_matches_from(&line).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::DisplayHelp, "{line:?}");
            let text = labels(&error.render().to_string(), Language::Zh);
            for english in [
                "Usage",
                "Options",
                "Commands",
                "Arguments",
                "Everywhere",
                "Print",
                "Example",
                "default:",
                "Possible",
            ] {
                assert!(!text.contains(english), "{line:?}: {english}\n{text}");
            }
            assert!(text.contains("用法：") && text.contains("通用选项"), "{text}");
        }
    }

    #[test]
    fn a_mistake_in_the_use_is_said_in_chinese_with_what_was_meant() {
        for (line, says) in [
            (vec!["chek"], "没有 `chek` 这个命令：是不是想写"),
            (vec!["check", "--formt", "json"], "没有 `--formt` 这个选项：是不是想写 `--format`？"),
            (vec!["graph"], "还缺 `<FILE>`"),
            (vec!["graph", "a", "--format", "pdf"], "`pdf` 不能用于 `--format <FORMAT>`"),
            (vec!["simulate", "--from"], "`--from <DATE>` 后面要写一个值"),
            (vec!["pause", "a", "--all"], "不能和"),
            (vec!["config"], ""),
            (vec!["simulate", "--from", "a", "--to", "b", "--sample", "0"], "`0` 不能用于 `--sample <N>`"),
        ] {
            let line: Vec<&str> = ["nurture"].into_iter().chain(line).collect();
            let error = command(Language::Zh).try_get_matches_from(&line).unwrap_err();
            let text = mistake(&error, Language::Zh);
            assert!(text.contains(says), "{line:?}: {text}");
            assert!(!text.contains("Usage:") && !text.contains("error:"), "{line:?}: {text}");
            assert_eq!(error.exit_code(), Args::try_parse_from(&line).unwrap_err().exit_code(), "{line:?}");
        }
    }
}
