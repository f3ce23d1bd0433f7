//! Which constructs of the language a condition is made of, and the list of all there are: read out of the
//! language's own source, so that a new one which is never generated is found missing.

use dsl::condition::{Aggregate, AggregateKind, Op, Operand, Over, Path, Root, ScoreWord, Test, Within};
use std::collections::BTreeMap;

/// How often each construct was met, by `Enum::Variant`.
#[derive(Default)]
pub struct Constructs(pub BTreeMap<String, usize>);

impl Constructs {
    fn met(&mut self, of: &str, variant: &str) {
        *self.0.entry(format!("{of}::{variant}")).or_default() += 1;
    }

    pub fn test(&mut self, test: &Test) {
        let variant = match test {
            Test::Always(_) => "Always",
            Test::All(tests) => {
                tests.iter().for_each(|test| self.test(test));
                "All"
            }
            Test::Any(tests) => {
                tests.iter().for_each(|test| self.test(test));
                "Any"
            }
            Test::Not(test) => {
                self.test(test);
                "Not"
            }
            Test::Compare { left, op, right } => {
                let op = match op {
                    Op::Equal => "Equal",
                    Op::Less => "Less",
                    Op::AtMost => "AtMost",
                    Op::Greater => "Greater",
                    Op::AtLeast => "AtLeast",
                };
                self.met("Op", op);
                self.operands([left, right]);
                "Compare"
            }
            Test::OneOf { value, among } => {
                self.operands(std::iter::once(value).chain(among));
                "OneOf"
            }
            Test::Between { value, low, high } => {
                self.operands([value, low, high]);
                "Between"
            }
            Test::Has { list, any_of } => {
                self.operands(std::iter::once(list).chain(any_of));
                "Has"
            }
            Test::Shares { list, with } => {
                self.operands([list, with]);
                "Shares"
            }
            Test::Contains { text, part } => {
                self.operands([text, part]);
                "Contains"
            }
            Test::StartsWith { text, part } => {
                self.operands([text, part]);
                "StartsWith"
            }
            Test::Known(operand) => {
                self.operand(operand);
                "Known"
            }
            Test::Holds(operand) => {
                self.operand(operand);
                "Holds"
            }
            Test::InSegment(_) => "InSegment",
            Test::EnrolledIn(_) => "EnrolledIn",
            Test::May(_) => "May",
        };
        self.met("Test", variant);
    }

    fn operands<'o>(&mut self, all: impl IntoIterator<Item = &'o Operand>) {
        all.into_iter().for_each(|each| self.operand(each));
    }

    fn operand(&mut self, operand: &Operand) {
        let variant = match operand {
            Operand::Literal(_) => "Literal",
            Operand::Now => "Now",
            Operand::Today => "Today",
            Operand::Name(path) => {
                self.path(path);
                "Name"
            }
            Operand::Aggregate(aggregate) => {
                self.aggregate(aggregate);
                "Aggregate"
            }
            Operand::Score(_) => "Score",
            Operand::ScoreWord { score: _, word, words: _ } => {
                self.met(
                    "ScoreWord",
                    match word {
                        ScoreWord::Band => "Band",
                        ScoreWord::Grade => "Grade",
                    },
                );
                "ScoreWord"
            }
            Operand::Lookup { table: _, key } => {
                self.operand(key);
                "Lookup"
            }
            Operand::FirstKnown(all) => {
                self.operands(all);
                "FirstKnown"
            }
            Operand::NumberOf(tests) => {
                tests.iter().for_each(|test| self.test(test));
                "NumberOf"
            }
            Operand::DaysSince(of) => {
                self.operand(of);
                "DaysSince"
            }
            Operand::Age(of) => {
                self.operand(of);
                "Age"
            }
            Operand::Gap { .. } => "Gap",
            Operand::Plus(left, right) => {
                self.operands([&**left, &**right]);
                "Plus"
            }
            Operand::Minus(left, right) => {
                self.operands([&**left, &**right]);
                "Minus"
            }
            Operand::Scale { value, .. } => {
                self.operand(value);
                "Scale"
            }
            Operand::Shift { of, by, back: _ } => {
                self.operands([&**of, &**by]);
                "Shift"
            }
            Operand::Truth(test) => {
                self.test(test);
                "Truth"
            }
        };
        self.met("Operand", variant);
    }

    fn path(&mut self, path: &Path) {
        let root = match &path.root {
            Root::Customer => "Customer",
            Root::Entry => "Entry",
            Root::Event => "Event",
            Root::Entity(_) => "Entity",
            Root::Owner => "Owner",
            Root::Vars => "Vars",
            Root::Inputs => "Inputs",
            Root::Step(_) => "Step",
            Root::Answer(_) => "Answer",
        };
        self.met("Root", root);
        if path.hop.is_some() {
            *self.0.entry(format!("{} by reference", path.field)).or_default() += 1;
        }
    }

    fn aggregate(&mut self, of: &Aggregate) {
        let kind = match of.kind {
            AggregateKind::Count => "Count",
            AggregateKind::Sum => "Sum",
            AggregateKind::Min => "Min",
            AggregateKind::Max => "Max",
            AggregateKind::First => "First",
            AggregateKind::Last => "Last",
        };
        self.met("AggregateKind", kind);
        let over = match of.of {
            Over::Events(_) => "Events",
            Over::Entities(_) => "Entities",
        };
        self.met("Over", over);
        // Each kind over each of them, with and without a filter.
        let filter = if of.filter.is_some() { "filtered" } else { "whole" };
        *self.0.entry(format!("{kind} over {over}, {filter}")).or_default() += 1;
        match &of.window {
            None => {}
            Some(Within::Last(_)) => self.met("Within", "Last"),
            Some(Within::SinceEntry) => self.met("Within", "SinceEntry"),
        }
        if let Some(filter) = &of.filter {
            self.test(filter);
        }
    }

    /// Those that were met less than `times` times.
    pub fn rare(&self, times: usize) -> Vec<String> {
        let mut all = variants();
        for kind in ["Count", "Sum", "Min", "Max", "First", "Last"] {
            for over in ["Events", "Entities"] {
                all.extend(["filtered", "whole"].map(|filter| format!("{kind} over {over}, {filter}")));
            }
        }
        all.extend(
            ["company", "invited_by", "partner", "introducer"].map(|name| format!("{name} by reference")),
        );
        all.retain(|name| self.0.get(name).is_none_or(|met| *met < times));
        all
    }
}

/// `Enum::Variant` of everything that a condition can be made of, as the language's source declares it.
pub fn variants() -> Vec<String> {
    const SOURCE: &str = include_str!("../../../crates/dsl/src/condition/mod.rs");
    let mut all = Vec::new();
    for of in ["Test", "Op", "Operand", "ScoreWord", "Root", "AggregateKind", "Over", "Within"] {
        let begins = format!("pub enum {of} {{");
        let (_, rest) = SOURCE.split_once(&begins).unwrap_or_else(|| panic!("{of} is declared"));
        let (body, _) = rest.split_once("\n}").expect("it ends");
        let declared = body.lines().filter_map(|line| line.strip_prefix("    "));
        let named = declared.filter(|line| line.starts_with(char::is_uppercase));
        let word =
            |line: &str| line.chars().take_while(|letter| letter.is_alphanumeric()).collect::<String>();
        let before = all.len();
        all.extend(named.map(|line| format!("{of}::{}", word(line))));
        assert!(all.len() > before + 1, "{of} has variants");
    }
    all
}
