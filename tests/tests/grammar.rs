//! The grammar is the language: the decoder asks for the same keys, the schema takes the files that are
//! right and refuses those that are wrong, and the reference is made from it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper that fails is a test that fails")]

use dsl::diagnostic::Asked;
use dsl::grammar::names::Names;
use dsl::grammar::{COMMON, FILES, TRIGGERS, Thing, VERBS, reference, schema, things, verb};
use dsl::project::{File, Loaded, Settings};
use dsl::yaml::{Kind, Node};
use model::words::Language;
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use tests::root;

/// Maps that are described before they are read: what the decoder will call them.
const NOT_READ_YET: [&str; 24] = [
    "thing-retry",
    "thing-winner",
    "thing-trigger-segment",
    "thing-trigger-score",
    "thing-hold-while",
    "thing-release",
    "thing-input",
    "thing-cap",
    "thing-reserve",
    "thing-sla",
    "thing-rung",
    "thing-pool",
    "thing-postpone",
    "thing-claim",
    "thing-scenario",
    "thing-reply",
    "thing-bands",
    // Read without a word of its own.
    "thing-here",
    "thing-customer",
    "thing-entry",
    "thing-on-error",
    "thing-secret",
    "thing-entity",
    "thing-member",
];
/// Keys that are described before they are read, or that are read without being asked for.
const KEYS_NOT_READ_YET: [(&str, &str); 12] = [
    ("step assign", "skill"),
    ("thing-attribute", "at"),
    ("thing-channel", "body"),
    ("thing-channel", "headers"),
    ("thing-channel", "timeout"),
    ("thing-channel", "to"),
    ("thing-channel", "url"),
    ("thing-expected", "call"),
    ("thing-expected", "grade"),
    ("thing-trigger-inactive", "at_least"),
    ("thing-trigger-inactive", "at_most"),
    // Found by looking, not by asking.
    ("thing-fact", "event"),
];
/// Steps that are described before they are read.
const VERBS_NOT_READ_YET: [&str; 2] = ["call", "webhook"];
/// Triggers that are described before they are read.
const TRIGGERS_NOT_READ_YET: [&str; 4] = ["segment", "score", "called", "manual"];

fn settings() -> Settings {
    Settings { zone: "Asia/Shanghai".to_owned(), language: "zh-CN".to_owned() }
}

fn gather(below: &Path, at: &Path, into: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(at).unwrap() {
        let path = entry.unwrap().path();
        let inside = path.strip_prefix(below).unwrap().to_str().unwrap().replace('\\', "/");
        if path.is_dir() {
            if inside != "samples" && inside != "recipes" {
                gather(below, &path, into);
            }
        } else if [".yaml", ".hbs", ".toml"].iter().any(|ending| inside.ends_with(ending)) {
            into.insert(inside, fs::read_to_string(&path).unwrap());
        }
    }
}

/// A project: a folder over another one that is read beside it.
fn project(beside: Option<&Path>, folder: &Path) -> Vec<File> {
    let mut own = BTreeMap::new();
    gather(folder, folder, &mut own);
    let mut all = BTreeMap::new();
    let has_model = own.values().any(|text| text.starts_with("model:"));
    if let Some(beside) = beside.filter(|beside| !has_model || beside.ends_with("common")) {
        gather(beside, beside, &mut all);
    }
    all.extend(own);
    all.into_iter().map(|(path, text)| File { path: format!("workflows/{path}"), text }).collect()
}

fn folders(of: &str, but: &str) -> Vec<PathBuf> {
    let all = fs::read_dir(root().join(of)).unwrap().map(|entry| entry.unwrap().path());
    let mut all: Vec<PathBuf> = all.filter(|path| path.is_dir() && !path.ends_with(but)).collect();
    all.sort();
    all
}

/// Every project of the tests, by a name.
fn corpus() -> Vec<(String, Vec<File>)> {
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let mut all = vec![
        ("shipped".to_owned(), project(None, &root().join("workflows"))),
        ("examples".to_owned(), project(None, &root().join("tests/examples"))),
    ];
    let common = root().join("tests/traces/common");
    for case in folders("tests/traces", "common") {
        all.push((name(&case), project(Some(&common), &case)));
    }
    let shared = root().join("tests/diagnostics/shared");
    for case in folders("tests/diagnostics", "shared") {
        all.push((name(&case), project(Some(&shared), &case)));
    }
    all
}

type Heard = BTreeMap<String, BTreeSet<&'static str>>;

/// The step or trigger that a map of keys was: the one whose own keys the other candidates are.
fn which(keys: &BTreeSet<&'static str>, among: &'static [&'static Thing]) -> Option<&'static Thing> {
    let found: Vec<&&Thing> = among.iter().filter(|thing| keys.contains(thing.name)).collect();
    let mut whole = found.iter().filter(|thing| found.iter().all(|other| thing.key(other.name).is_some()));
    whole.next().map(|thing| **thing)
}

/// Keys by what they belong to: a verb, a trigger, a kind of file, or a map by its own word.
fn heard<'a>(asked: impl Iterator<Item = &'a Asked>, into: &mut Heard) {
    for Asked { what, keys } in asked {
        let of = match *what {
            "thing-step" => which(keys, VERBS).map(|verb| format!("step {}", verb.name)),
            "thing-trigger" => which(keys, TRIGGERS).map(|trigger| format!("trigger {}", trigger.name)),
            "thing-library" => FILES
                .iter()
                .find(|file| keys.contains(file.name) && file.what == "thing-library")
                .map(|file| format!("file {}", if file.name == "brand" { "senders" } else { file.name })),
            what => Some(what.to_owned()),
        };
        into.entry(of.unwrap_or_else(|| format!("{what} {keys:?}"))).or_default().extend(keys);
    }
}

/// The same of the grammar.
fn described() -> Heard {
    let mut all = Heard::new();
    for thing in things() {
        let of = match thing.what {
            "thing-step" if thing.name == "one_step" => continue,
            "thing-step" => format!("step {}", thing.name),
            "thing-trigger" => format!("trigger {}", thing.name),
            "thing-library" if thing.name == "brand" => continue,
            "thing-library" => format!("file {}", thing.name),
            what => what.to_owned(),
        };
        let keys = all.entry(of).or_default();
        keys.extend(thing.keys.iter().map(|key| key.name));
        if thing.what == "thing-step" {
            keys.extend(COMMON.iter().map(|key| key.name));
        }
    }
    all
}

#[test]
fn the_decoder_asks_for_the_keys_of_the_grammar_and_for_no_others() {
    let mut decoder = Heard::new();
    for (_, files) in corpus() {
        let loaded = dsl::load_listening(&files, &settings());
        heard(loaded.report.asked(), &mut decoder);
    }
    let grammar = described();
    let mut wrong = Vec::new();
    for (of, keys) in &decoder {
        let Some(known) = grammar.get(of) else {
            wrong.push(format!("{of}: the decoder reads it, the grammar does not describe it ({keys:?})"));
            continue;
        };
        let missing: Vec<_> = keys.difference(known).collect();
        if !missing.is_empty() {
            wrong
                .push(format!("{of}: the decoder asks for {missing:?}, which the grammar does not describe"));
        }
        let kept: BTreeSet<&str> = if of == "thing-expected" {
            model::Did::ALL.iter().map(|did| did.as_str()).collect()
        } else {
            BTreeSet::new()
        };
        let later = |key: &str| kept.contains(key) || KEYS_NOT_READ_YET.contains(&(of.as_str(), key));
        let unread: Vec<_> = known.difference(keys).filter(|key| !later(key)).collect();
        if !unread.is_empty() {
            wrong.push(format!("{of}: the grammar describes {unread:?}, which no decoder asks for"));
        }
    }
    for of in grammar.keys().filter(|of| !decoder.contains_key(*of)) {
        let later = NOT_READ_YET.contains(&of.as_str())
            || VERBS_NOT_READ_YET.iter().any(|verb| *of == format!("step {verb}"))
            || TRIGGERS_NOT_READ_YET.iter().any(|trigger| *of == format!("trigger {trigger}"));
        if !later {
            wrong.push(format!("{of}: the grammar describes it, no decoder reads it"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A file as an editor's validator sees it.
fn json(node: &Node) -> Json {
    match &node.kind {
        Kind::Null => Json::Null,
        Kind::Bool(yes) => Json::Bool(*yes),
        Kind::Number(number) => serde_json::from_str(number).unwrap(),
        Kind::Text { text, .. } => Json::String(text.clone()),
        Kind::List(items) => Json::Array(items.iter().map(json).collect()),
        Kind::Map(entries) => {
            let map: Map<String, Json> =
                entries.iter().map(|entry| (entry.key.clone(), json(&entry.value))).collect();
            Json::Object(map)
        }
    }
}

fn validator(loaded: &Loaded) -> jsonschema::Validator {
    let names = Names::of(&loaded.sources, &loaded.project.library);
    jsonschema::draft7::new(&schema::schema(Some(&names), Language::En)).unwrap()
}

/// The files of the language in a project that do not fit its schema.
fn refused(files: &[File], only: impl Fn(&str) -> bool) -> Vec<String> {
    let loaded = dsl::load(files, &settings());
    let validator = validator(&loaded);
    let mut refused = Vec::new();
    for file in loaded.sources.ids() {
        let path = loaded.sources.name(file);
        if !path.ends_with(".yaml") || !only(path) {
            continue;
        }
        let mut report = dsl::diagnostic::Report::new();
        let Some(node) = dsl::yaml::read(&loaded.sources, file, &mut report) else { continue };
        if !validator.is_valid(&json(&node)) {
            refused.push(format!("{path}{}", why(&loaded, &node)));
        }
    }
    refused
}

/// What the schema of the file's own kind has against it: a message for whoever mends the grammar.
fn why(loaded: &Loaded, node: &Node) -> String {
    let names = Names::of(&loaded.sources, &loaded.project.library);
    let mut schema = schema::schema(Some(&names), Language::En);
    let first = node.entries().and_then(<[_]>::first).map(|entry| entry.key.clone()).unwrap_or_default();
    schema["anyOf"] = serde_json::json!([{ "$ref": format!("#/definitions/file-{first}") }]);
    let Ok(validator) = jsonschema::draft7::new(&schema) else { return String::new() };
    let errors: Vec<String> = validator
        .iter_errors(&json(node))
        .map(|error| format!("\n    {}: {error:.300}", error.instance_path()))
        .collect();
    errors.concat()
}

#[test]
fn the_schema_takes_every_file_that_the_checker_takes() {
    let mut wrong = Vec::new();
    for (name, files) in corpus() {
        let loaded = dsl::load(&files, &settings());
        if loaded.report.has_errors() && !["examples"].contains(&name.as_str()) {
            continue;
        }
        wrong.extend(refused(&files, |_| true).into_iter().map(|path| format!("{name}: {path}")));
    }
    let shared = root().join("../shared/examples");
    if shared.is_dir() {
        let mut files = project(None, &root().join("tests/examples"));
        let mut own = BTreeMap::new();
        gather(&shared, &shared, &mut own);
        files.retain(|file| !own.contains_key(file.path.trim_start_matches("workflows/")));
        files.extend(own.into_iter().map(|(path, text)| File { path: format!("workflows/{path}"), text }));
        // Their teams and templates are not all there: any name will do.
        let whole = jsonschema::draft7::new(&schema::schema(None, Language::En)).unwrap();
        for file in files.iter().filter(|file| file.path.ends_with(".yaml")) {
            if !whole.is_valid(&yaml(&file.text)) {
                wrong.push(format!("shared: {}", file.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Codes of what a schema can see: shapes, keys, words, names that stand by themselves.
const SEEN_BY_A_SCHEMA: [&str; 16] = [
    "E0206", "E0232", "E0236", "E0237", "E0239", "E0242", "E0301", "E0302", "E0305", "E0309", "E0310",
    "E0311", "E0312", "E0321", "E0337", "E0340",
];

#[test]
fn the_schema_refuses_what_a_schema_can_see() {
    // By code: the folders whose file it refuses, and those that it takes (a name inside an expression, a map
    // whose keys hang on another file).
    let mut seen: BTreeMap<&str, (usize, Vec<String>)> = BTreeMap::new();
    for (name, files) in corpus() {
        let loaded = dsl::load(&files, &settings());
        let found = loaded.report.diagnostics().iter().find_map(|found| {
            let code = SEEN_BY_A_SCHEMA.iter().find(|code| **code == found.code.as_str())?;
            Some((*code, loaded.sources.name(found.span.file).to_owned()))
        });
        let Some((code, path)) = found.filter(|(_, path)| path.ends_with(".yaml")) else { continue };
        let (refused_of, taken) = seen.entry(code).or_default();
        if refused(&files, |file| file == path).is_empty() {
            taken.push(name);
        } else {
            *refused_of += 1;
        }
    }
    assert!(seen.len() >= 12, "too few kinds of mistakes were tried: {seen:?}");
    for (code, (refused, taken)) in &seen {
        assert!(*refused > 0, "{code}: the schema refuses no file that has it; it takes {taken:?}");
    }
    let taken: usize = seen.values().map(|(_, taken)| taken.len()).sum();
    let refused: usize = seen.values().map(|(refused, _)| refused).sum();
    assert!(taken * 4 < refused, "the schema takes too many of the wrong files: {seen:#?}");
}

/// A text of YAML as a value.
fn yaml(text: &str) -> Json {
    let mut sources = dsl::source::Sources::new();
    let file = sources.add("example.yaml", text);
    let mut report = dsl::diagnostic::Report::new();
    let node = dsl::yaml::read(&sources, file, &mut report);
    assert!(report.is_empty(), "{text}\n{report:?}");
    json(&node.unwrap())
}

#[test]
fn every_example_of_the_grammar_fits_its_own_schema() {
    let whole = schema::schema(None, Language::En);
    let part = |part: Json| {
        let mut schema = whole.clone();
        schema["anyOf"] = serde_json::json!([part]);
        jsonschema::draft7::new(&schema).unwrap()
    };
    let mut wrong = Vec::new();
    for file in FILES.iter().filter(|file| !file.example.is_empty()) {
        if !part(serde_json::json!({})).is_valid(&yaml(file.example))
            || !jsonschema::draft7::new(&whole).unwrap().is_valid(&yaml(file.example))
        {
            wrong.push(file.example.to_owned());
        }
    }
    let steps = part(serde_json::json!({ "type": "array", "items": { "$ref": "#/definitions/step" } }));
    wrong.extend(
        VERBS.iter().filter(|verb| !steps.is_valid(&yaml(verb.example))).map(|verb| verb.example.to_owned()),
    );
    let trigger = part(
        serde_json::json!({ "type": "object", "properties": { "trigger": { "$ref": "#/definitions/trigger" } } }),
    );
    wrong.extend(
        TRIGGERS.iter().filter(|one| !trigger.is_valid(&yaml(one.example))).map(|one| one.example.to_owned()),
    );
    for thing in things() {
        for key in thing.keys.iter().filter(|key| !key.shown().is_empty()) {
            let example = yaml(&format!("{}: {}", key.name, key.shown()));
            let properties = &whole["definitions"][schema::anchor(thing)]["properties"];
            let validator = part(serde_json::json!({ "properties": { key.name: properties[key.name] } }));
            if !validator.is_valid(&example) {
                wrong.push(format!("{}: {}: {}", thing.name, key.name, key.shown()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(verb("wait_for").is_some_and(|verb| verb.key("within").is_some_and(|key| key.needed)));
}

#[test]
fn the_reference_is_made_from_the_grammar() {
    for (language, name) in [(Language::En, "language.md"), (Language::Zh, "language.zh-CN.md")] {
        let path = root().join("docs/reference").join(name);
        let made = reference::reference(language);
        if std::env::var_os("UPDATE_REFERENCE").is_some() {
            fs::write(&path, made).unwrap();
            continue;
        }
        let written = fs::read_to_string(&path).unwrap_or_default();
        assert!(written == made, "{name} is not what the grammar says: UPDATE_REFERENCE=1 writes it");
    }
}

/// Types, lengths, windows and days of schedules: whatever the reference shows is read as that.
#[test]
fn every_way_to_write_a_value_that_the_reference_shows_is_read() {
    use dsl::grammar::types::{DAYS, TYPES, WINDOWS};
    let names: Vec<&str> = TYPES.iter().map(|one| one.name).collect();
    assert_eq!(names, model::Type::NAMES, "every type is described, in the order of the model");
    let zone = model::zone::zone("Asia/Shanghai").unwrap();
    for one in TYPES {
        let ty = model::Type::named(one.name).unwrap();
        for example in one.examples {
            let read = model::Value::parse(&ty, example, &zone);
            assert!(read.is_ok(), "{}: {example}: {read:?}", one.name);
        }
    }
    for example in WINDOWS {
        assert!(example.parse::<model::Windows>().is_ok(), "{example}");
    }
    for example in DAYS {
        let days: Vec<&str> = example.trim_matches(['[', ']']).split(", ").collect();
        assert!(model::Schedule::every(&days, None, Some("09:00")).is_ok(), "{example}");
    }
    let length = dsl::grammar::values_sort(&dsl::grammar::Value::Length);
    for text in [length.how.en, length.how.zh] {
        let examples: Vec<&str> = text.split('`').skip(1).step_by(2).collect();
        assert!(examples.len() > 8, "{text}");
        for example in examples {
            assert!(example.parse::<model::Length>().is_ok(), "{example}");
        }
    }
}

#[test]
fn every_sentence_of_the_grammar_is_said_in_both_languages() {
    let mut wrong = Vec::new();
    let sentences = things().into_iter().flat_map(|thing| {
        let keys = thing.keys.iter().map(move |key| (thing.name, key.name, key.say));
        keys.chain([(thing.name, "", thing.say)])
    });
    for (thing, key, say) in sentences {
        let chinese = say.zh.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter));
        let english = !say
            .en
            .chars()
            .any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter) && letter != '公' && letter != '海');
        if !chinese || !english || !say.en.ends_with('.') || !say.zh.ends_with('。') {
            wrong.push(format!("{thing}.{key}: {} / {}", say.en, say.zh));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
