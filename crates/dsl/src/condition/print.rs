//! Writes a typed condition back as text: what is printed reads back to the same condition.

use super::{Aggregate, AggregateKind, Op, Operand, Over, Test, Within};
use model::{Medium, Value};

/// A text in quotes, as conditions write it.
pub fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The canonical text of a test.
pub fn test(test: &Test) -> String {
    of_test(test, Level::Or)
}

/// The canonical text of a value.
pub fn operand(operand: &Operand) -> String {
    of_operand(operand, Level::Sum)
}

/// What may stand without brackets, from loose to tight.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Or,
    And,
    Not,
    Comparison,
    Sum,
    Product,
    Atom,
}

fn bracketed(text: String, own: Level, room: Level) -> String {
    if own < room { format!("({text})") } else { text }
}

fn joined(tests: &[Test], word: &str, room: Level) -> String {
    tests.iter().map(|each| of_test(each, room)).collect::<Vec<_>>().join(word)
}

fn of_test(test: &Test, room: Level) -> String {
    let (text, own) = match test {
        Test::All(tests) => (joined(tests, " and ", Level::Not), Level::And),
        Test::Any(tests) => (joined(tests, " or ", Level::And), Level::Or),
        Test::Not(inner) => negated(inner),
        Test::Holds(operand) => return of_operand(operand, room),
        Test::Always(_)
        | Test::Compare { .. }
        | Test::OneOf { .. }
        | Test::Between { .. }
        | Test::Has { .. }
        | Test::Shares { .. }
        | Test::Contains { .. }
        | Test::StartsWith { .. }
        | Test::Known(_)
        | Test::InSegment(_)
        | Test::EnrolledIn(_)
        | Test::May(_) => atom(test, false),
    };
    bracketed(text, own, room)
}

fn negated(inner: &Test) -> (String, Level) {
    match inner {
        Test::Compare { op: Op::Equal, .. }
        | Test::OneOf { .. }
        | Test::Has { .. }
        | Test::Shares { .. }
        | Test::Known(_) => atom(inner, true),
        Test::Always(_)
        | Test::All(_)
        | Test::Any(_)
        | Test::Not(_)
        | Test::Compare { .. }
        | Test::Between { .. }
        | Test::Contains { .. }
        | Test::StartsWith { .. }
        | Test::Holds(_)
        | Test::InSegment(_)
        | Test::EnrolledIn(_)
        | Test::May(_) => (format!("not {}", of_test(inner, Level::Comparison)), Level::Not),
    }
}

fn atom(test: &Test, negated: bool) -> (String, Level) {
    let not = if negated { "not " } else { "" };
    let side = |operand| of_operand(operand, Level::Sum);
    let text = match test {
        Test::Always(yes) => return (yes.to_string(), Level::Atom),
        Test::Compare { left, op, right } => {
            let sign = match op {
                Op::Equal if negated => "!=",
                Op::Equal => "==",
                Op::Less => "<",
                Op::AtMost => "<=",
                Op::Greater => ">",
                Op::AtLeast => ">=",
            };
            format!("{} {sign} {}", side(left), side(right))
        }
        Test::OneOf { value, among } => format!("{} {not}in {}", side(value), list(among)),
        Test::Between { value, low, high } => {
            format!("{} {not}between {} and {}", side(value), side(low), side(high))
        }
        Test::Has { list: of, any_of } => match any_of.as_slice() {
            [one] => format!("{} {not}has {}", side(of), side(one)),
            several => format!("{} {not}has any of {}", side(of), list(several)),
        },
        Test::Shares { list: of, with } => format!("{} {not}has any of {}", side(of), side(with)),
        Test::Contains { text, part } => format!("{} {not}contains {}", side(text), side(part)),
        Test::StartsWith { text, part } => format!("{} {not}starts_with {}", side(text), side(part)),
        Test::Known(of) => format!("{} is {}known", side(of), if negated { "un" } else { "" }),
        Test::InSegment(name) => return (format!("in_segment({})", id(name)), Level::Atom),
        Test::EnrolledIn(name) => return (format!("enrolled_in({})", id(name.as_str())), Level::Atom),
        Test::May(Medium::Email) => return ("may(email)".to_owned(), Level::Atom),
        Test::May(Medium::Sms) => return ("may(sms)".to_owned(), Level::Atom),
        Test::May(Medium::Message) => return ("may(message)".to_owned(), Level::Atom),
        // These have forms of their own.
        Test::All(_) | Test::Any(_) | Test::Not(_) | Test::Holds(_) => {
            return (of_test(test, Level::Atom), Level::Atom);
        }
    };
    (text, Level::Comparison)
}

fn list(items: &[Operand]) -> String {
    let items: Vec<_> = items.iter().map(operand).collect();
    format!("[{}]", items.join(", "))
}

/// A name where it can stand bare, else in quotes.
fn id(name: &str) -> String {
    let bare = name.starts_with(|letter: char| letter.is_alphabetic() || letter == '_')
        && !name.starts_with('P')
        && !name.starts_with(|letter: char| "一二两三四五六七八九十".contains(letter))
        && name.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    if bare { name.to_owned() } else { quote(name) }
}

fn of_operand(of: &Operand, room: Level) -> String {
    let inside = |operand: &Operand| of_operand(operand, Level::Sum);
    let (text, own) = match of {
        Operand::Literal(value) => (literal(value), Level::Atom),
        Operand::Now => ("now".to_owned(), Level::Atom),
        Operand::Today => ("today".to_owned(), Level::Atom),
        Operand::Name(path) => (path.text(), Level::Atom),
        Operand::Aggregate(of) => (aggregate(of), Level::Atom),
        Operand::Score(name) => (format!("score({})", id(name)), Level::Atom),
        Operand::ScoreWord { score, word, .. } => (format!("{}({})", word.as_str(), id(score)), Level::Atom),
        Operand::Lookup { table, key } => (format!("lookup({}, {})", id(table), inside(key)), Level::Atom),
        Operand::FirstKnown(all) => {
            let all: Vec<_> = all.iter().map(inside).collect();
            (format!("first_known({})", all.join(", ")), Level::Atom)
        }
        Operand::NumberOf(tests) => (format!("number_of({})", joined(tests, ", ", Level::Or)), Level::Atom),
        Operand::DaysSince(of) => (format!("days_since({})", inside(of)), Level::Atom),
        Operand::Age(of) => (format!("age({})", inside(of)), Level::Atom),
        Operand::Gap { event, last: None } => (format!("gap({event})"), Level::Atom),
        Operand::Gap { event, last: Some(times) } => {
            (format!("gap({event}, last {times} times)"), Level::Atom)
        }
        Operand::Plus(left, right) => {
            (format!("{} + {}", inside(left), of_operand(right, Level::Product)), Level::Sum)
        }
        Operand::Minus(left, right) => {
            (format!("{} - {}", inside(left), of_operand(right, Level::Product)), Level::Sum)
        }
        Operand::Shift { of, by, back } => {
            let sign = if *back { '-' } else { '+' };
            (format!("{} {sign} {}", inside(of), of_operand(by, Level::Product)), Level::Sum)
        }
        Operand::Scale { value, by, divide } => {
            let sign = if *divide { '/' } else { '*' };
            (format!("{} {sign} {by}", of_operand(value, Level::Product)), Level::Product)
        }
        Operand::Truth(test) => (of_test(test, Level::Or), Level::Or),
    };
    bracketed(text, own, room)
}

fn literal(value: &Value) -> String {
    match value {
        Value::Text(text) => quote(text),
        Value::Birthday(birthday) => quote(&birthday.to_string()),
        Value::List(texts) => {
            let texts: Vec<_> = texts.iter().map(|text| quote(text)).collect();
            format!("[{}]", texts.join(", "))
        }
        Value::Number(_) | Value::YesNo(_) | Value::Instant(_) | Value::Date(_) | Value::Length(_) => {
            value.to_string()
        }
    }
}

/// The canonical text of an aggregate.
pub fn aggregate(of: &Aggregate) -> String {
    let kind = match of.kind {
        AggregateKind::Count => "count",
        AggregateKind::Sum => "sum",
        AggregateKind::Min => "min",
        AggregateKind::Max => "max",
        AggregateKind::First => "first",
        AggregateKind::Last => "last",
    };
    let (Over::Events(over) | Over::Entities(over)) = &of.of;
    let field = of.field.as_ref().map_or(String::new(), |field| format!(".{field}"));
    let window = match &of.window {
        None => String::new(),
        Some(Within::Last(length)) => format!(", last {length}"),
        Some(Within::SinceEntry) => ", since entry".to_owned(),
    };
    let filter = of.filter.as_ref().map_or(String::new(), |filter| format!(", where {}", test(filter)));
    format!("{kind}({over}{field}{window}{filter})")
}
