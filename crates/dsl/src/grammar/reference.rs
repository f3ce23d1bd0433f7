//! The reference of the language as Markdown, made from the grammar.

use super::functions::Function;
use super::types::{DAYS, TYPES, WINDOWS};
use super::values::sort;
use super::{COMMON, FILES, FUNCTIONS, Key, Kind, OPERATORS, TRIGGERS, Thing, VERBS, Value, things};
use model::words::Language;
use std::fmt::Write as _;

struct Words {
    title: &'static str,
    lead: &'static str,
    files: &'static str,
    triggers: &'static str,
    steps: &'static str,
    every: &'static str,
    parts: &'static str,
    operators: &'static str,
    functions: &'static str,
    values: &'static str,
    types: &'static str,
    windows: &'static str,
    days: &'static str,
    head: &'static str,
    needed: &'static str,
    others: &'static str,
    value: &'static str,
    how: &'static str,
    colon: &'static str,
    list: &'static str,
}

const EN: Words = Words {
    title: "The language",
    lead: "Every kind of file, every key and verb, with its value, its default and an example. Made from the grammar (`UPDATE_REFERENCE=1 cargo test -p tests --test grammar`); do not edit by hand. The first key of a file says its kind. [中文](language.zh-CN.md)",
    files: "Files",
    triggers: "Triggers",
    steps: "Steps",
    every: "Keys of every step",
    parts: "Parts",
    operators: "Operators of conditions",
    functions: "Functions of conditions",
    values: "Values",
    types: "Types of the model, and how their values are written",
    windows: "Times of the day on some days",
    days: "Days of a schedule",
    head: "| key | what | value | default | example |",
    needed: "**must be there**",
    others: "Further keys are names of your choice, each with",
    value: "value",
    how: "how it is written",
    colon: ": ",
    list: "a list of ",
};

const ZH: Words = Words {
    title: "语言参考",
    lead: "每种文件、每个键和动词：含义、值、默认值、例子。由语法表生成（`UPDATE_REFERENCE=1 cargo test -p tests --test grammar`），请勿手改。文件的第一个键决定它的种类。[English](language.md)",
    files: "文件",
    triggers: "触发方式",
    steps: "步骤",
    every: "每个步骤都可以写的键",
    parts: "组成部分",
    operators: "条件里的运算",
    functions: "条件里的函数",
    values: "值",
    types: "数据模型的类型，以及值的写法",
    windows: "某些日子的时段",
    days: "定时的日子",
    head: "| 键 | 含义 | 值 | 默认 | 例子 |",
    needed: "**必填**",
    others: "其余的键由你命名，值为",
    value: "值",
    how: "写法",
    colon: "：",
    list: "列表：",
};

/// The reference in a language: the whole page.
pub fn reference(language: Language) -> String {
    let words = match language {
        Language::En => &EN,
        Language::Zh => &ZH,
    };
    let mut page = Page { text: String::new(), language, words };
    page.line(&format!("# {}\n\n{}", words.title, words.lead));
    page.line(&format!("\n## {}", words.files));
    for file in FILES {
        page.thing(file, &format!("`{}:`", file.name));
    }
    page.line(&format!("\n## {}", words.triggers));
    for trigger in TRIGGERS {
        page.thing(trigger, &format!("`{}`", trigger.name));
    }
    page.line(&format!("\n## {}", words.steps));
    page.line(&format!("\n### {}", words.every));
    page.keys(COMMON);
    for verb in VERBS {
        page.thing(verb, &format!("`{}`", verb.name));
    }
    page.line(&format!("\n## {}", words.parts));
    for thing in things() {
        let shown =
            [FILES, TRIGGERS, VERBS].iter().any(|all| all.iter().any(|one| std::ptr::eq(*one, thing)));
        if !shown && thing.name != "one_step" {
            page.thing(thing, thing.name);
        }
    }
    page.line(&format!("\n## {}", words.operators));
    page.functions(OPERATORS);
    page.line(&format!("\n## {}", words.functions));
    page.functions(FUNCTIONS);
    page.line(&format!("\n## {}", words.values));
    page.values();
    page.line(&format!("\n## {}", words.types));
    page.types();
    page.text
}

struct Page {
    text: String,
    language: Language,
    words: &'static Words,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn thing(&mut self, thing: &Thing, heading: &str) {
        self.line(&format!("\n### {heading}\n\n{}", thing.say.to(self.language)));
        if !thing.example.is_empty() {
            self.line(&format!("\n```yaml\n{}\n```", thing.example));
        }
        if !thing.keys.is_empty() {
            self.keys(thing.keys);
        }
        if let Some(value) = &thing.others {
            let value = self.value(value);
            self.line(&format!("\n{}{}{value}", self.words.others, self.words.colon));
        }
    }

    fn keys(&mut self, keys: &[Key]) {
        self.line(&format!("\n{}\n|---|---|---|---|---|", self.words.head));
        for key in keys {
            let default = match (key.needed, key.default) {
                (true, _) => self.words.needed.to_owned(),
                (false, "") => String::new(),
                (false, default) => format!("`{default}`"),
            };
            let example = if key.shown().is_empty() { String::new() } else { code(key.shown()) };
            let value = self.value(&key.value);
            let say = key.say.to(self.language).replace('|', "\\|");
            self.line(&format!("| `{}` | {say} | {value} | {default} | {example} |", key.name));
        }
    }

    fn value(&self, value: &Value) -> String {
        let many = |inner: &Value| -> String { self.value(inner) };
        match value {
            Value::Word(words) => words.iter().map(|word| code(word.word)).collect::<Vec<_>>().join(" "),
            Value::Whole(least, most) => {
                format!("{} {least} … {most}", sort(value).say.to(self.language))
            }
            Value::Thing(thing) if thing.name == "one_step" => {
                sort(&Value::Steps).say.to(self.language).to_owned()
            }
            Value::Thing(thing) => link(thing),
            Value::Things(things) => things.iter().map(|thing| link(thing)).collect::<Vec<_>>().join(" "),
            Value::List(inner) => format!("{}{}", self.words.list, many(inner)),
            Value::Many(inner) => {
                let (open, close) = if self.language == Language::En { (" (", ")") } else { ("（", "）") };
                format!("{}{open}{}{close}", many(inner), sort(value).say.to(self.language))
            }
            Value::Any(values) => values.iter().map(many).collect::<Vec<_>>().join(" / "),
            Value::Map(inner) => {
                format!("{}{}{}", sort(value).say.to(self.language), self.words.colon, many(inner))
            }
            Value::MapOf(_, inner) => {
                format!("{}{}{}", sort(value).say.to(self.language), self.words.colon, many(inner))
            }
            Value::Text
            | Value::Rich
            | Value::Tag
            | Value::YesNo
            | Value::Number
            | Value::Length
            | Value::Clock
            | Value::Windows
            | Value::Days
            | Value::Share
            | Value::Rate
            | Value::Condition
            | Value::Formula
            | Value::Date
            | Value::Waiting
            | Value::Instant
            | Value::Typed
            | Value::Assigned
            | Value::Name(_)
            | Value::Steps
            | Value::Trigger
            | Value::Flag
            | Value::Seen => sort(value).say.to(self.language).to_owned(),
        }
    }

    fn functions(&mut self, all: &[Function]) {
        let (what, example) =
            if self.language == Language::En { ("what", "example") } else { ("含义", "例子") };
        self.line(&format!("\n| | {what} | {example} |\n|---|---|---|"));
        for function in all {
            let say = function.say.to(self.language);
            self.line(&format!("| `{}` | {say} | `{}` |", function.name, function.shape));
        }
    }

    fn types(&mut self) {
        let (ty, how) = if self.language == Language::En { ("type", "what") } else { ("类型", "含义") };
        let examples = if self.language == Language::En { "examples" } else { "例子" };
        let listed = |all: &[&str]| all.iter().map(|one| code(one)).collect::<Vec<_>>().join(" ");
        self.line(&format!("\n| {ty} | {how} | {examples} |\n|---|---|---|"));
        for one in TYPES {
            let say = one.say.to(self.language).replace('|', "\\|");
            self.line(&format!("| `{}` | {say} | {} |", one.name, listed(one.examples)));
        }
        for (name, all) in [(self.words.windows, WINDOWS), (self.words.days, DAYS)] {
            self.line(&format!("\n{name}{}{}", self.words.colon, listed(all)));
        }
    }

    fn values(&mut self) {
        let (value, how) = (self.words.value, self.words.how);
        let example = if self.language == Language::En { "example" } else { "例子" };
        self.line(&format!("\n| {value} | {how} | {example} |\n|---|---|---|"));
        let all = [
            Value::Text,
            Value::Rich,
            Value::YesNo,
            Value::Number,
            Value::Length,
            Value::Waiting,
            Value::Clock,
            Value::Windows,
            Value::Days,
            Value::Date,
            Value::Instant,
            Value::Share,
            Value::Rate,
            Value::Condition,
            Value::Formula,
            Value::Typed,
            Value::Assigned,
            Value::Name(Kind::Event),
            Value::Name(Kind::Path),
            Value::Flag,
            Value::Seen,
        ];
        for value in all {
            let sort = sort(&value);
            let example = if sort.example.is_empty() { String::new() } else { code(sort.example) };
            let (name, how) = (sort.say.to(self.language), sort.how.to(self.language));
            let mut row = String::new();
            let _ = write!(row, "| {name} | {how} | {example} |");
            self.line(&row);
        }
    }
}

fn link(thing: &Thing) -> String {
    format!("[{}](#{})", thing.name, thing.name)
}

fn code(text: &str) -> String {
    let text = text.replace('|', "\\|");
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}
