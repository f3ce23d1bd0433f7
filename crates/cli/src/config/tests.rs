//! Which layer wins, and what is said about mistakes.

use super::*;

fn given(dir: &Path, environment: &[(&str, &str)]) -> Given {
    Given {
        project: Some(dir.to_path_buf()),
        environment: environment
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        ..Given::default()
    }
}

fn project(text: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(FILE), text).unwrap();
    dir
}

#[test]
fn flags_beat_the_environment_and_the_environment_beats_the_file() {
    let dir =
        project("# settings\nzone = \"Asia/Shanghai\"\ndatabase = \"sqlite://a.db\"\nlanguage = \"zh-CN\"\n");
    let mut given = given(dir.path(), &[("LANG", "en_GB.UTF-8")]);
    let config = Config::read(&given, dir.path()).unwrap();
    assert_eq!(config.database, Setting { value: "sqlite://a.db".to_owned(), origin: Origin::File(3) });
    assert_eq!(config.zone.origin, Origin::File(2));
    assert_eq!(model::zone::name(&config.zone.value), "Asia/Shanghai");
    assert_eq!(config.language, Setting { value: Language::Zh, origin: Origin::File(4) });
    assert_eq!(config.outbox, Setting { value: "outbox".to_owned(), origin: Origin::Default });

    given.environment.insert("NURTURE_DATABASE_URL".to_owned(), "sqlite://b.db".to_owned());
    given.environment.insert("NURTURE_LANG".to_owned(), "en".to_owned());
    let config = Config::read(&given, dir.path()).unwrap();
    assert_eq!(config.database.origin, Origin::Environment("NURTURE_DATABASE_URL"));
    assert_eq!(config.language.value, Language::En);
    assert_eq!(config.project_language, "zh-CN", "words for one person do not change what customers get");

    given.database = Some("postgres://db/nurture".to_owned());
    given.lang = Some(Language::Zh);
    let config = Config::read(&given, dir.path()).unwrap();
    assert_eq!(
        config.database,
        Setting { value: "postgres://db/nurture".to_owned(), origin: Origin::Flag("--database") }
    );
    assert_eq!(config.language.origin, Origin::Flag("--lang"));
}

#[test]
fn without_a_file_the_defaults_hold_and_lang_chooses_the_words() {
    let dir = tempfile::tempdir().unwrap();
    let config = Config::read(&given(dir.path(), &[("LANG", "zh_CN.UTF-8")]), dir.path()).unwrap();
    assert_eq!(config.file, None);
    assert_eq!(config.language, Setting { value: Language::Zh, origin: Origin::Environment("LANG") });
    assert_eq!(config.project_language, "zh");
    assert_eq!(model::zone::name(&config.zone.value), "UTC");
    assert_eq!(config.delivery.value, Delivery::File);
    assert_eq!(config.publish.value, Publish::New);
    assert_eq!(config.listen.value.to_string(), "127.0.0.1:8080");
    assert_eq!(config.public_url.value, None);
    let url = config.database_url();
    assert!(url.starts_with("sqlite:///") && url.ends_with("/nurture.db"), "{url}");
}

#[test]
fn every_mistake_is_said_at_once_with_its_line() {
    let dir = project("zon = \"UTC\"\nlisten = 8080\npublish = \"sometimes\"\nfrobnicate = true\n");
    let failure = Config::read(&given(dir.path(), &[]), dir.path()).unwrap_err();
    assert_eq!(failure.exit, Exit::Configuration);
    assert_eq!(
        failure.message,
        "nurture.toml:1: there is no setting `zon`: did you mean `zone`?\n\
         nurture.toml:2: `listen` takes a text in quotes\n\
         nurture.toml:4: there is no setting `frobnicate`: there are: database, workflows, zone, language, publish, \
         listen, public_url, delivery, delivery_to, allow_private_hosts, dns, outbox, bounces, lease, migrate, messages_per_hour, errors_per_hour, \
         requests_per_second, keep_traces, keep_walks, keep_events\n\
         nurture.toml:3: `publish` cannot be `sometimes`: it takes `new`, `all` or `never`"
    );
}

#[test]
fn a_file_that_is_no_toml_says_where() {
    let dir = project("zone = \"UTC\"\nlisten = \n");
    let failure = Config::read(&given(dir.path(), &[("LANG", "zh_CN")]), dir.path()).unwrap_err();
    assert!(failure.message.starts_with("nurture.toml:2：读不懂："), "{}", failure.message);
}

#[test]
fn the_safety_catch_needs_to_know_whom() {
    let dir = project("delivery = \"only\"\n");
    let failure = Config::read(&given(dir.path(), &[]), dir.path()).unwrap_err();
    assert!(failure.message.contains("delivery_to"), "{}", failure.message);
    let dir = project("delivery = \"only\"\ndelivery_to = [\"*@mycompany.cn\"]\n");
    let config = Config::read(&given(dir.path(), &[]), dir.path()).unwrap();
    assert_eq!(config.delivery.value, Delivery::Only(vec!["*@mycompany.cn".to_owned()]));
}

#[test]
fn hosts_of_our_own_network_are_names_addresses_and_networks() {
    let dir = project("allow_private_hosts = [\"erp.corp\", \"10.1.2.0/24\"]\n");
    let config = Config::read(&given(dir.path(), &[]), dir.path()).unwrap();
    assert!(
        config.reach.address("http://erp.corp/x").is_ok()
            && config.reach.address("http://10.1.3.1/").is_err()
    );
    let dir = project("allow_private_hosts = [\"http://erp.corp\"]\n");
    let failure = Config::read(&given(dir.path(), &[]), dir.path()).unwrap_err();
    assert!(failure.message.contains("`http://erp.corp`"), "{}", failure.message);
}

#[test]
fn the_project_is_the_nearest_folder_above_with_a_file() {
    let dir = project("zone = \"UTC\"\n");
    let deep = dir.path().join("workflows/templates");
    std::fs::create_dir_all(&deep).unwrap();
    let config = Config::read(&Given::default(), &deep).unwrap();
    assert_eq!(config.project, std::path::absolute(dir.path()).unwrap());
    let missing = Given { project: Some(dir.path().join("nowhere")), ..Given::default() };
    assert_eq!(Config::read(&missing, &deep).unwrap_err().exit, Exit::Configuration);
}

#[test]
fn every_setting_is_described_in_both_languages_and_found_by_its_key() {
    for setting in &SETTINGS {
        assert_eq!(setting.key.name(), setting.name);
        assert!(setting.environment.starts_with("NURTURE_"));
        for language in Language::ALL {
            assert!(model::words::knows(language, setting.what), "{}", setting.what);
        }
    }
}

#[test]
fn passwords_are_not_shown() {
    let dir = project("database = \"postgres://me:secret@db/nurture\"\n");
    let config = Config::read(&given(dir.path(), &[]), dir.path()).unwrap();
    let shown = human(&config, Language::En);
    assert!(shown.contains("postgres://me:***@db/nurture") && !shown.contains("secret"), "{shown}");
    assert_eq!(json(&config, Language::En)["settings"]["database"]["from"], "nurture.toml:1");
}

/// The reference page, made from the list of settings. `UPDATE_REFERENCE=1` writes it.
#[test]
fn the_reference_lists_every_setting_with_its_default() {
    let mut page = "# Settings\n\nIn `nurture.toml` beside the folder of workflows, or in the environment; the command line beats the environment, the environment beats the file. `nurture config show` says where each value came from.\n\n| setting | environment | default | what |\n|---|---|---|---|\n".to_owned();
    for setting in &SETTINGS {
        let default = if setting.key == Key::Language {
            "`zh` where `LANG` begins with zh, else `en`".to_owned()
        } else if setting.default.is_empty() {
            "none".to_owned()
        } else {
            format!("`{}`", setting.default)
        };
        let what = say(Language::En, setting.what, &[]).replace('*', "`*`");
        page.push_str(&format!("| `{}` | `{}` | {default} | {what} |\n", setting.name, setting.environment));
    }
    page.push_str("\nOn the command line: `--database URL`, `--lang zh|en`, `--project DIR`. In `nurture.toml` `delivery_to` and `allow_private_hosts` are lists of texts, everything else one text in quotes. An unknown key is an error.\n");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/settings.md");
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), page);
}
