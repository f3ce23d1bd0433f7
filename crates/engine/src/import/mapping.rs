//! A row of any table becomes named fields: as it is, or by a map.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::map::{LookUp, Map, Move, Placed, ReadAs, Setting};
use super::pattern::{Pattern, Written};
use super::preset::ByPreset;
use super::read::{Cell, Delimiter, Heading, Row, Rows, Shape, look};
use super::say::{BadRow, Finding, ImportError};
use super::utf8::Encoding;

/// What a row says about one name.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Said {
    /// As the file has it.
    Cell(Cell),
    /// A date in a form that the map gave; zone `None`: the project's.
    Date(Written, Option<TimeZone>),
}

impl Said {
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Cell(cell) => cell.is_blank(),
            Self::Date(..) => false,
        }
    }
}

/// One named field of a row.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Field {
    pub name: Arc<str>,
    pub said: Said,
    /// The column of the file to name when it is wrong.
    pub column: Arc<str>,
}

/// A move between stages as a row says it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SaidMove {
    /// Its place among the map's moves, from 1: also where others are left out.
    pub ordinal: usize,
    pub stage: String,
    pub stage_column: Arc<str>,
    /// `None`: blank, the move is left out.
    pub at: Option<Said>,
    pub at_column: Arc<str>,
}

/// A row in the words of the model.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mapped {
    pub line: u64,
    pub fields: Vec<Field>,
    pub moves: Vec<SaidMove>,
    /// Where it stands that this customer must not be written to by e-mail: why, and since when.
    pub suppressed: Option<(&'static str, Option<String>)>,
    /// A consent without a date does not lift an earlier withdrawal.
    pub cautious: bool,
}

impl Mapped {
    /// Nothing yet.
    pub fn of(line: u64) -> Self {
        Self { line, fields: Vec::new(), moves: Vec::new(), suppressed: None, cautious: false }
    }
}

/// How rows become fields.
pub(super) enum Mapping {
    /// Columns are named like attributes already.
    AsItIs,
    /// By a map file.
    By(Box<ByMap>),
    /// As the export of a known tool.
    Preset(Box<ByPreset>),
}

/// A map with its look-up files read.
pub(super) struct ByMap {
    set: Vec<(Arc<str>, Setting, Arc<str>)>,
    look_up: Vec<(Arc<str>, Arc<str>, BTreeMap<String, String>)>,
    replace: BTreeMap<String, BTreeMap<String, String>>,
    moves: Vec<(Move, Arc<str>, Arc<str>)>,
}

impl Mapping {
    /// Prepares a map: reads the look-up files (beside the imported file, then beside the map) and gives
    /// moves the form of their dates.
    pub fn by(map: &Map, map_path: &Path, imported: &Path) -> Result<Self, ImportError> {
        let mut look_up = Vec::new();
        for (name, wanted) in &map.look_up {
            let table = read_table(name, wanted, map.read.encoding, map_path, imported)?;
            look_up.push((Arc::from(name.value.as_str()), Arc::from(wanted.by.as_str()), table));
        }
        let set = map.set.iter().map(|(name, setting)| {
            let name: Arc<str> = Arc::from(name.value.as_str());
            let column = column_of(setting.pattern(), &name);
            (name, setting.clone(), column)
        });
        let moves = map.moves.iter().map(|each| {
            let mut each = each.clone();
            if let Setting::Text(pattern) = &each.at {
                each.at = dated_like(pattern, &map.set);
            }
            let columns = (column_of(&each.stage, "stage"), column_of(each.at.pattern(), "at"));
            (each, columns.0, columns.1)
        });
        Ok(Self::By(Box::new(ByMap {
            set: set.collect(),
            look_up,
            replace: map.replace.clone(),
            moves: moves.collect(),
        })))
    }

    /// What it reads beside the map and the file: the look-up files.
    pub fn beside(&self) -> String {
        match self {
            Self::AsItIs | Self::Preset(_) => String::new(),
            Self::By(map) => format!("{:?}", map.look_up),
        }
    }

    /// The fields of a row. Counts look-ups that found nothing.
    pub fn fields(&self, row: Row, not_found: &mut u64) -> Result<Mapped, BadRow> {
        match self {
            Self::AsItIs => {
                let fields = row.cells.into_iter().map(|(column, cell)| Field {
                    name: column.clone(),
                    said: Said::Cell(cell),
                    column,
                });
                Ok(Mapped { fields: fields.collect(), ..Mapped::of(row.line) })
            }
            Self::By(map) => map.fields(&row, not_found),
            Self::Preset(preset) => Ok(preset.fields(&row)),
        }
    }
}

impl ByMap {
    fn fields(&self, row: &Row, not_found: &mut u64) -> Result<Mapped, BadRow> {
        let mut mapped = Mapped::of(row.line);
        for (name, setting, column) in &self.set {
            let said = self.said(row, setting, column)?;
            let said = match (said, self.replace.get(&**name)) {
                (Said::Cell(cell), Some(words)) => Said::Cell(match words.get(&*cell.text()) {
                    Some(meant) => Cell::Text(meant.clone()),
                    None => cell,
                }),
                (said, _) => said,
            };
            mapped.fields.push(Field { name: name.clone(), said, column: column.clone() });
        }
        for (name, by, table) in &self.look_up {
            let key = self.text(row, by);
            let found = table.get(&key).cloned();
            if found.is_none() && !key.is_empty() {
                *not_found += 1;
            }
            let found = found.map(|text| {
                self.replace.get(&**name).and_then(|words| words.get(&text)).cloned().unwrap_or(text)
            });
            let said = Said::Cell(Cell::Text(found.unwrap_or_default()));
            mapped.fields.push(Field { name: name.clone(), said, column: by.clone() });
        }
        for (place, (each, stage_column, at_column)) in self.moves.iter().enumerate() {
            let at = self.said(row, &each.at, at_column)?;
            mapped.moves.push(SaidMove {
                ordinal: place + 1,
                stage: each.stage.fill(row, |row, name| self.text(row, name)),
                stage_column: stage_column.clone(),
                at: Some(at).filter(|at| !at.is_blank()),
                at_column: at_column.clone(),
            });
        }
        Ok(mapped)
    }

    fn said(&self, row: &Row, setting: &Setting, column: &str) -> Result<Said, BadRow> {
        match setting {
            Setting::Text(pattern) => {
                let alone = pattern.only_column().filter(|name| !self.replace.contains_key(*name));
                // A list of a JSON line stays a list.
                Ok(Said::Cell(match alone.and_then(|name| row.get(name)) {
                    Some(cell) => cell.clone(),
                    None => Cell::Text(pattern.fill(row, |row, name| self.text(row, name))),
                }))
            }
            Setting::Date { from, form, zone } => {
                let text = from.fill(row, |row, name| self.text(row, name));
                if text.is_empty() {
                    return Ok(Said::Cell(Cell::Text(text)));
                }
                let args = [("text", text.as_str()), ("form", form.as_str())];
                let wrong = || BadRow::cell(row.line, column, Finding::new("import-date-form", &args));
                Ok(Said::Date(form.read(&text).ok_or_else(wrong)?, zone.clone()))
            }
        }
    }

    /// The text of a column, in its right spelling.
    fn text(&self, row: &Row, column: &str) -> String {
        let text = row.get(column).map(|cell| cell.text().into_owned()).unwrap_or_default();
        self.replace.get(column).and_then(|words| words.get(&text)).cloned().unwrap_or(text)
    }
}

/// The columns that a map reads which the file does not have, and the like.
pub(super) fn check_columns(map: &Map, columns: &[Arc<str>]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut need = |column: &str, place: &str| {
        if !columns.iter().any(|known| **known == *column) {
            let missing = Finding::new("import-map-column", &[("column", column)]);
            findings.push(missing.meant(column, columns.iter().map(|known| &**known)).at(place.to_owned()));
        }
    };
    for (name, setting) in &map.set {
        setting.pattern().columns().for_each(|column| need(column, &name.place));
    }
    for (name, wanted) in &map.look_up {
        need(&wanted.by, &name.place);
    }
    for each in &map.moves {
        each.stage.columns().chain(each.at.pattern().columns()).for_each(|column| need(column, &each.place));
    }
    for key in map.replace.keys() {
        let is_attribute = map.set.iter().any(|(name, _)| name.value == *key)
            || map.look_up.iter().any(|(name, _)| name.value == *key);
        if !is_attribute {
            need(key, &map.of.place);
        }
    }
    findings
}

/// The column to name in messages: the one that a pattern is made of, else the attribute.
fn column_of(pattern: &Pattern, name: &str) -> Arc<str> {
    let mut columns = pattern.columns();
    match (columns.next(), columns.next()) {
        (Some(only), None) => Arc::from(only),
        _ => Arc::from(name),
    }
}

/// The date of a move without a form of its own is written like the same column in `set`, else like the
/// first date there, else as ISO text.
fn dated_like(pattern: &Pattern, set: &[(Placed<String>, Setting)]) -> Setting {
    let dates = || {
        set.iter().filter_map(|(_, setting)| match setting {
            Setting::Date { from, form, zone } => Some((from, form, zone)),
            Setting::Text(_) => None,
        })
    };
    let (same, first) = (dates().find(|(from, ..)| *from == pattern), dates().next());
    match same.or(first) {
        Some((_, form, zone)) => {
            Setting::Date { from: pattern.clone(), form: form.clone(), zone: zone.clone() }
        }
        None => Setting::Text(pattern.clone()),
    }
}

fn read_table(
    name: &Placed<String>,
    wanted: &LookUp,
    encoding: Option<Encoding>,
    map_path: &Path,
    imported: &Path,
) -> Result<BTreeMap<String, String>, ImportError> {
    let refused = |finding: Finding| ImportError::refused(finding.at(name.place.clone()));
    let relative = Path::new(&wanted.file);
    // A map may come from elsewhere: it reads nothing above the folders it was given.
    if !relative.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
        return Err(refused(Finding::new("import-look-up-path", &[("file", &wanted.file)])));
    }
    let beside = |path: &Path| path.parent().unwrap_or(Path::new("")).join(relative);
    let candidates: [PathBuf; 2] = [beside(imported), beside(map_path)];
    let Some(path) = candidates.iter().find(|path| path.is_file()) else {
        return Err(refused(Finding::new("import-look-up-missing", &[("file", &wanted.file)])));
    };
    let (mut format, unpacked) = look(path, &ReadAs { encoding, ..ReadAs::default() }, None)?;
    let file = match unpacked {
        Some(file) => file,
        None => File::open(path).map_err(|source| ImportError::File { path: path.clone(), source })?,
    };
    if format.shape == Shape::JsonLines {
        format.shape = Shape::Table { delimiter: Delimiter::Sign(b','), heading: Heading::FirstRow };
    }
    let mut rows = Rows::open(file, &format, path)?;
    let columns = rows.columns().unwrap_or_default();
    for column in [&wanted.by, &wanted.take] {
        if !columns.iter().any(|known| **known == **column) {
            let args = [("column", column.as_str()), ("file", wanted.file.as_str())];
            let missing = Finding::new("import-look-up-column", &args);
            return Err(refused(missing.meant(column, columns.iter().map(|known| &**known))));
        }
    }
    let mut table = BTreeMap::new();
    while let Some(row) = rows.next_row(path)? {
        let row = row.map_err(|bad| {
            let args = [("file", wanted.file.as_str()), ("why", &bad.say(model::words::Language::En))];
            refused(Finding::new("import-look-up-row", &args))
        })?;
        let text = |column: &str| row.get(column).map(|cell| cell.text().into_owned()).unwrap_or_default();
        table.insert(text(&wanted.by), text(&wanted.take));
    }
    Ok(table)
}
