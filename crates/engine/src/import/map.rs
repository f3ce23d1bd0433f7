//! The map file: how the columns of any table become the attributes that the model knows.

use std::collections::BTreeMap;
use std::path::Path;

use dsl::diagnostic::{Code, Report};
use dsl::source::{Sources, Span};
use dsl::syntax::{self, Fields};
use dsl::yaml::{self, Entry, Node};
use jiff::tz::TimeZone;

use super::pattern::{DatePattern, Pattern};
use super::read::{Delimiter, Format, Heading, Shape};
use super::say::{Finding, ImportError};
use super::utf8::Encoding;

/// A map as its file says it.
#[derive(Clone, Debug, PartialEq)]
pub struct Map {
    /// What the rows are: `customers`, `reps`, `events` … or an entity of the model.
    pub of: Placed<String>,
    /// How the file is laid out; what is not said follows the file's name.
    pub read: ReadAs,
    /// Attributes by name, in the order of the file.
    pub set: Vec<(Placed<String>, Setting)>,
    /// Attributes that come out of another file.
    pub look_up: Vec<(Placed<String>, LookUp)>,
    /// Other spellings: attribute or column → as it is written → as it is meant.
    pub replace: BTreeMap<String, BTreeMap<String, String>>,
    /// Moves between stages, in their order.
    pub moves: Vec<Move>,
}

/// A value and where it stands: `maps/deals.yaml:5:3`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// Its place, for messages.
    pub place: String,
}

/// `read:`. What is `None` was not said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadAs {
    /// What stands between cells.
    pub delimiter: Option<Delimiter>,
    /// Whether the first row names the columns.
    pub header: Option<bool>,
    /// How the text is encoded.
    pub encoding: Option<Encoding>,
    /// The names of the columns.
    pub columns: Option<Vec<String>>,
}

/// Where the value of an attribute comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Setting {
    /// A text with columns in it, or a literal.
    Text(Pattern),
    /// A date of a given form.
    Date {
        /// What holds it.
        from: Pattern,
        /// How it is written.
        form: DatePattern,
        /// Where it is meant; `None`: the project's zone.
        zone: Option<TimeZone>,
    },
}

/// `look_up:`. The row of `file` whose `by` is the same as in the imported file gives `take`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookUp {
    /// A relative path, beside the imported file or beside the map.
    pub file: String,
    /// The column that both files have.
    pub by: String,
    /// The column of the other file that is wanted.
    pub take: String,
}

/// One of `moves:`.
#[derive(Clone, Debug, PartialEq)]
pub struct Move {
    /// Into which stage.
    pub stage: Pattern,
    /// When; a blank one leaves the move out.
    pub at: Setting,
    /// Where it stands.
    pub place: String,
}

impl Setting {
    /// The pattern that holds the text.
    pub fn pattern(&self) -> &Pattern {
        match self {
            Self::Text(pattern) | Self::Date { from: pattern, .. } => pattern,
        }
    }
}

impl ReadAs {
    /// The layout of a file: what was said here, else what its name lets one expect.
    pub fn format(&self, path: &Path) -> Format {
        let expected = Format::of_path(path);
        let encoding = self.encoding.unwrap_or(expected.encoding);
        let silent = self.delimiter.is_none() && self.header.is_none() && self.columns.is_none();
        let comma = Delimiter::Sign(b',');
        let delimiter = match (&expected.shape, self.delimiter) {
            (Shape::JsonLines, None) if silent => {
                return Format { shape: Shape::JsonLines, encoding, ..expected };
            }
            (_, Some(said)) => said,
            (Shape::Table { delimiter, .. }, None) => *delimiter,
            (Shape::JsonLines, None) => comma,
        };
        let heading = match (&self.columns, self.header) {
            (None, _) => Heading::FirstRow,
            (Some(names), Some(true)) => Heading::Instead(names.clone()),
            (Some(names), Some(false) | None) => Heading::Given(names.clone()),
        };
        Format { shape: Shape::Table { delimiter, heading }, encoding, ..expected }
    }
}

/// Reads a map file. `name`: the path people know it by.
///
/// Errors: [`ImportError::Map`] with everything that is wrong in it.
pub fn read_map(name: &str, text: &str) -> Result<Map, ImportError> {
    let mut sources = Sources::new();
    let file = sources.add(name, text);
    let mut report = Report::new();
    let tree = yaml::read(&sources, file, &mut report);
    let map = tree.and_then(|tree| Decoder { sources: &sources, report: &mut report }.map(&tree));
    match map {
        Some(map) if !report.has_errors() => {
            let findings = check(&map);
            if findings.is_empty() { Ok(map) } else { Err(ImportError::Refused { findings }) }
        }
        Some(_) | None => Err(ImportError::Map { sources: Box::new(sources), report }),
    }
}

/// What is wrong between the parts of a map, each of which is well written.
fn check(map: &Map) -> Vec<Finding> {
    let mut findings = Vec::new();
    if map.read.header == Some(false) && map.read.columns.is_none() {
        findings.push(Finding::new("import-map-no-columns", &[]).at(map.of.place.clone()));
    }
    for (name, _) in &map.look_up {
        if map.set.iter().any(|(set, _)| set.value == name.value) {
            let twice = Finding::new("import-map-twice", &[("attribute", &name.value)]);
            findings.push(twice.at(name.place.clone()));
        }
    }
    findings
}

struct Decoder<'a> {
    sources: &'a Sources,
    report: &'a mut Report,
}

impl Decoder<'_> {
    fn map(&mut self, tree: &Node) -> Option<Map> {
        let mut fields = Fields::of(tree, "thing-import-map", self.report)?;
        let of = fields.required_text("map", self.report);
        let read = fields.optional("read", self.report).map(|node| self.read(node)).unwrap_or_default();
        let set = self.entries(&mut fields, "set");
        let set =
            set.iter().filter_map(|entry| Some((self.key(entry), self.setting(&entry.value)?))).collect();
        let look_up = self.entries(&mut fields, "look_up");
        let look_up =
            look_up.iter().filter_map(|entry| Some((self.key(entry), self.look_up(&entry.value)?))).collect();
        let mut replace = BTreeMap::new();
        for entry in self.entries(&mut fields, "replace") {
            let words = syntax::map(&entry.value, Some(&entry.key), self.report).unwrap_or_default();
            let words = words.iter().filter_map(|word| {
                let meant = syntax::text(&word.value, Some(&word.key), self.report)?;
                Some((word.key.trim().to_owned(), meant.value.trim().to_owned()))
            });
            replace.insert(entry.key.clone(), words.collect());
        }
        let moves = fields.optional("moves", self.report);
        let moves = moves.and_then(|node| syntax::list(node, Some("moves"), self.report)).unwrap_or_default();
        let moves = moves.iter().filter_map(|node| self.one_move(node)).collect();
        fields.finish(self.report);
        let of = of?;
        let of = Placed { value: of.value.to_owned(), place: self.place(of.span) };
        Some(Map { of, read, set, look_up, replace, moves })
    }

    fn entries<'n>(&mut self, fields: &mut Fields<'n>, key: &'static str) -> &'n [Entry] {
        let node = fields.optional(key, self.report);
        node.and_then(|node| syntax::map(node, Some(key), self.report)).unwrap_or_default()
    }

    fn key(&self, entry: &Entry) -> Placed<String> {
        Placed { value: entry.key.clone(), place: self.place(entry.key_span) }
    }

    fn place(&self, span: Span) -> String {
        let place = self.sources.place(span.file, span.start);
        format!("{}:{}:{}", self.sources.name(span.file), place.line, place.column)
    }

    fn read(&mut self, node: &Node) -> ReadAs {
        let Some(mut fields) = Fields::of(node, "thing-import-read", self.report) else {
            return ReadAs::default();
        };
        let delimiter = fields.text("delimiter", self.report).and_then(|word| {
            let sign = match word.value {
                "whitespace" => Some(Delimiter::Whitespace),
                "tab" | "\t" => Some(Delimiter::Sign(b'\t')),
                other => match other.as_bytes() {
                    [sign] if sign.is_ascii_graphic() && !sign.is_ascii_alphanumeric() && *sign != b'"' => {
                        Some(Delimiter::Sign(*sign))
                    }
                    _ => None,
                },
            };
            if sign.is_none() {
                self.word(word.span, word.value, "delimiter", r#""," ";" "|" tab whitespace"#);
            }
            sign
        });
        let header = fields.bool("header", self.report).map(|said| said.value);
        let encoding = fields.text("encoding", self.report).and_then(|word| {
            let found = Encoding::named(word.value);
            if found.is_none() {
                self.word(
                    word.span,
                    word.value,
                    "encoding",
                    "utf-8, gb18030, gbk, big5, utf-16, windows-1252",
                );
            }
            found
        });
        let columns = fields.optional("columns", self.report).and_then(|node| {
            let items = syntax::list(node, Some("columns"), self.report)?;
            let names = syntax::each(items, self.report, |item, report| syntax::text(item, None, report));
            Some(names.iter().map(|name| name.value.trim().to_owned()).collect())
        });
        fields.finish(self.report);
        ReadAs { delimiter, header, encoding, columns }
    }

    /// A text, or `{ from: "{column}", date: DD-MM-YY, zone: UTC }`.
    fn setting(&mut self, node: &Node) -> Option<Setting> {
        if node.entries().is_none() {
            return Some(Setting::Text(Pattern::new(syntax::text(node, None, self.report)?.value)));
        }
        let mut fields = Fields::of(node, "thing-import-date", self.report)?;
        let from = fields.required_text("from", self.report);
        let form = fields.required_text("date", self.report);
        let zone = fields.text("zone", self.report);
        fields.finish(self.report);
        let zone = match zone {
            None => None,
            Some(name) => {
                let zone = model::zone::zone(name.value);
                if zone.is_none() {
                    self.word(name.span, name.value, "zone", "UTC, Asia/Shanghai, Europe/Berlin …");
                }
                Some(zone?)
            }
        };
        let (from, form) = (from?, form?);
        let read = DatePattern::new(form.value);
        if read.is_none() {
            self.word(form.span, form.value, "date", "YYYY-MM-DD, DD-MM-YY, YYYYMMDD, YYYY-MM-DD HH:mm:ss …");
        }
        Some(Setting::Date { from: Pattern::new(from.value), form: read?, zone })
    }

    fn look_up(&mut self, node: &Node) -> Option<LookUp> {
        let mut fields = Fields::of(node, "thing-import-look-up", self.report)?;
        let file = fields.required_text("file", self.report);
        let by = fields.required_text("by", self.report);
        let take = fields.required_text("take", self.report);
        fields.finish(self.report);
        let owned = |text: &str| text.trim().to_owned();
        Some(LookUp { file: owned(file?.value), by: owned(by?.value), take: owned(take?.value) })
    }

    fn one_move(&mut self, node: &Node) -> Option<Move> {
        let mut fields = Fields::of(node, "thing-import-move", self.report)?;
        let stage = fields.required_text("stage", self.report);
        let at = fields.required("at", self.report);
        fields.finish(self.report);
        let at = self.setting(at?)?;
        Some(Move { stage: Pattern::new(stage?.value), at, place: self.place(node.span) })
    }

    fn word(&mut self, span: Span, word: &str, key: &str, known: &str) {
        let error = self.report.error(Code::E0305, span);
        error.arg("word", word).arg("key", key).arg("known", known).help("E0305-help");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::words::Language;

    const DEALS: &str = r#"
map: deal
read: { delimiter: ",", header: true, encoding: utf-8 }
set:
  external_id: "{opportunity_id}"
  customer: "{account}"
  created_at: { from: "{engage_date}", date: DD-MM-YY, zone: UTC }
look_up: { region: { file: sales_teams.csv, by: sales_agent, take: regional_office } }
replace: { product: { GTXPro: GTX Pro } }
moves:
  - { stage: Prospecting, at: "{engage_date}" }
  - { stage: "{deal_stage}", at: "{close_date}" }
"#;

    fn wrong(text: &str) -> String {
        match read_map("m.yaml", text) {
            Ok(map) => panic!("{map:?}"),
            Err(ImportError::Map { sources, report }) => {
                let said = report.sorted(&sources).into_iter().map(|found| {
                    let place = sources.place(found.span.file, found.span.start);
                    format!(
                        "{}:{} {} {}",
                        place.line,
                        place.column,
                        found.code,
                        found.message_in(Language::En)
                    )
                });
                said.collect::<Vec<_>>().join("\n")
            }
            Err(other) => other.to_string(),
        }
    }

    #[test]
    fn a_map_is_read_whole() {
        let map = read_map("maps/deals.yaml", DEALS).unwrap();
        assert_eq!(map.of, Placed { value: "deal".to_owned(), place: "maps/deals.yaml:2:6".to_owned() });
        assert_eq!(map.set.len(), 3);
        assert_eq!(map.set[0].1.pattern().only_column(), Some("opportunity_id"));
        let Setting::Date { form, zone, .. } = &map.set[2].1 else { panic!("{:?}", map.set) };
        assert_eq!((form.as_str(), zone), ("DD-MM-YY", &Some(TimeZone::UTC)));
        assert_eq!(map.look_up[0].1.take, "regional_office");
        assert_eq!(map.replace["product"]["GTXPro"], "GTX Pro");
        assert_eq!(map.moves.len(), 2);
        assert_eq!(map.moves[0].stage.literal(), Some("Prospecting"));
    }

    #[test]
    fn the_layout_follows_the_map_and_then_the_files_name() {
        let format = |read: &str, path: &str| {
            let map = read_map("m", &format!("map: events\n{read}")).unwrap();
            map.read.format(Path::new(path))
        };
        let table = |delimiter, heading| Format {
            shape: Shape::Table { delimiter, heading },
            encoding: Encoding::Utf8,
            told: false,
            numbered: false,
        };
        let comma = Delimiter::Sign(b',');
        assert_eq!(format("", "a.csv"), table(comma, Heading::FirstRow));
        assert_eq!(format("", "a.tsv"), table(Delimiter::Sign(b'\t'), Heading::FirstRow));
        assert_eq!(format("", "a.jsonl").shape, Shape::JsonLines);
        assert_eq!(
            format("read: { delimiter: tab }", "a.csv"),
            table(Delimiter::Sign(b'\t'), Heading::FirstRow)
        );
        let names = vec!["id".to_owned(), "date".to_owned()];
        assert_eq!(
            format("read: { delimiter: whitespace, header: false, columns: [id, date] }", "a.txt"),
            table(Delimiter::Whitespace, Heading::Given(names.clone()))
        );
        assert_eq!(
            format("read: { header: true, columns: [id, date] }", "a.txt"),
            table(comma, Heading::Instead(names))
        );
        assert_eq!(format("read: { encoding: GBK }", "a.csv").encoding, Encoding::Gb18030);
    }

    #[test]
    fn every_mistake_of_a_map_is_said_with_its_place() {
        let said = wrong(
            "map: deal\nsett: {}\nread: { delimiter: comma, encoding: klingon }\nset:\n  a: { from: x, date: DD-MM }\nmoves:\n  - { stage: Won }\n",
        );
        for part in ["2:1 E0301", "3:20 E0305", "3:37 E0305", "5:23 E0305", "7:7 E0302"] {
            assert!(said.contains(part), "{part} in\n{said}");
        }
        assert!(wrong("set: {}\n").contains("E0302"));
        assert!(wrong("map: events\nread: { header: false }\n").contains("m.yaml:1:6: without a header"));
        assert!(
            wrong("map: deal\nset: { region: x }\nlook_up: { region: { file: a.csv, by: b, take: c } }\n")
                .contains("m.yaml:3:12: `region` is both set and looked up")
        );
    }
}
