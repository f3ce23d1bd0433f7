//! `nurture init DIR --from FILE`: the model, the map and the birthday workflow for the columns of a file.

use crate::exit::Failure;
use crate::view::cells;
use crate::view::import::refused;
use dsl::diagnostic::Colour;
use engine::import::{Column, Survey, survey};
use model::Type;
use model::words::{Language, say};
use serde_json::{Value as Json, json};
use std::path::Path;

/// Where the map of the file lies in the project.
pub const MAP: &str = "maps/customers.map.yaml";

/// What a file of customers lets one expect.
pub struct Guessed {
    survey: Survey,
    file: String,
}

impl Guessed {
    /// Looks through a file. Errors: it cannot be read (3), or nothing in it tells customers apart (1).
    pub fn from(file: &Path, language: Language) -> Result<Self, Failure> {
        let zone = model::zone::zone("Asia/Shanghai").unwrap_or_else(model::zone::utc);
        let survey = survey(file, &zone).map_err(|error| refused(&error, language, Colour::Never))?;
        Ok(Self { survey, file: file.display().to_string() })
    }

    /// Whether there is a birthday to greet at.
    pub fn has_birthday(&self) -> bool {
        self.columns().any(|(name, column)| name == "birthday" && column.ty == Type::Birthday)
    }

    fn columns(&self) -> impl Iterator<Item = (&str, &Column)> {
        self.survey.columns.iter().filter_map(|column| Some((column.attribute.as_deref()?, column)))
    }

    /// The model's file.
    pub fn model(&self, language: Language) -> String {
        let mut text =
            format!("# {}\nmodel: customers\n", say(language, "init-model-head", &[("file", &self.name())]));
        let declared: Vec<String> = self.columns().filter(|(_, column)| column.declared).map(line).collect();
        if declared.is_empty() {
            text.push_str("customer: {}\n");
        } else {
            text.push_str("customer:\n");
            text.push_str(&declared.concat());
        }
        text
    }

    /// The map that leads from the file's columns to the model.
    pub fn map(&self, language: Language) -> String {
        let mut text =
            format!("# {}\nmap: customers\n", say(language, "init-map-head", &[("file", &self.name())]));
        text.push_str(&format!("set:\n  external_id: {}\n", quoted(&format!("{{{}}}", self.survey.key))));
        for (name, column) in self.columns().filter(|(name, _)| *name != "external_id") {
            text.push_str(&format!("  {name}: {}\n", quoted(&format!("{{{}}}", column.heading))));
        }
        text
    }

    fn name(&self) -> String {
        Path::new(&self.file).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// The command that brings the file in.
    pub fn import(&self) -> String {
        format!("nurture import customers '{}' --map {MAP} --dry-run", self.file)
    }

    /// What was guessed, for people.
    pub fn human(&self, language: Language) -> String {
        let rows = self.survey.rows.to_string();
        let encoding = self.survey.encoding.as_str();
        let values = [("file", self.file.as_str()), ("rows", &rows), ("encoding", encoding)];
        let mut out = format!("\n{}\n", say(language, "init-guessed", &values));
        let lines: Vec<Vec<String>> = self
            .survey
            .columns
            .iter()
            .map(|column| {
                let name = column.attribute.clone().unwrap_or_default();
                vec![format!("  {}", column.heading), name, self.told(column, language)]
            })
            .collect();
        out.push_str(&cells::table(&lines));
        if !self.has_birthday() {
            out.push_str(&format!("{}\n", say(language, "init-no-birthday", &[])));
        }
        out
    }

    fn told(&self, column: &Column, language: Language) -> String {
        if column.attribute.is_none() {
            return say(language, "init-guess-empty", &[]);
        }
        if column.attribute.as_deref() == Some("consent.marketing") {
            return say(language, "init-guess-consent", &[]);
        }
        let ty = type_of(&column.ty);
        let (key, count) = match (column.odd, column.mended) {
            (0, 0) => ("init-guess-attribute", String::new()),
            (0, mended) => ("init-guess-mended", mended.to_string()),
            (odd, _) => ("init-guess-odd", odd.to_string()),
        };
        let told = say(language, key, &[("type", &ty), ("count", &count)]);
        if column.heading == self.survey.key {
            format!("{told} ({})", say(language, "init-guess-key", &[]))
        } else {
            told
        }
    }

    /// The same for programs.
    pub fn json(&self) -> Json {
        let columns = self.survey.columns.iter().map(|column| {
            json!({
                "heading": column.heading,
                "attribute": column.attribute,
                "type": type_of(&column.ty),
                "mended": column.mended,
                "odd": column.odd,
            })
        });
        json!({
            "file": self.file,
            "rows": self.survey.rows,
            "encoding": self.survey.encoding.as_str(),
            "key": self.survey.key,
            "columns": columns.collect::<Vec<_>>(),
        })
    }
}

/// The birthday workflow of every new project, without what this model may not have.
pub fn without_status(workflow: &str) -> String {
    let lines = workflow.lines().filter(|line| !line.starts_with("audience:"));
    lines.map(|line| format!("{}\n", line.replace(", status: active", ""))).collect()
}

/// An attribute's line in the model.
fn line((name, column): (&str, &Column)) -> String {
    let ty = if let Type::OneOf(choices) = &column.ty {
        let choices: Vec<String> = choices.iter().map(|choice| quoted(choice)).collect();
        format!("one_of: [{}]", choices.join(", "))
    } else {
        format!("type: {}", column.ty.name())
    };
    let pii =
        if matches!(column.ty, Type::Birthday | Type::Email | Type::Phone) { ", pii: true" } else { "" };
    format!("  {name}: {{ {ty}, optional: true{pii}, title: {} }}\n", quoted(&column.heading))
}

fn type_of(ty: &Type) -> String {
    if let Type::OneOf(choices) = ty {
        format!("one_of: {}", choices.join(" / "))
    } else {
        ty.name().to_owned()
    }
}

/// A text in quotes, as YAML and JSON both read it.
fn quoted(text: &str) -> String {
    Json::from(text).to_string()
}
