//! The JSON Schema of the language, for editors: one `anyOf` of the kinds of file, of steps and triggers, each
//! with its verb required and nothing else allowed. With a project's names they become choices.

use super::names::Names;
use super::values::sort;
use super::{COMMON, FILES, Key, Kind, TRIGGERS, Thing, VERBS, Value, things};
use model::words::Language;
use serde_json::{Map, Value as Json, json};

/// A length of time has a number and a unit; which units there are is the checker's to say.
const LENGTH: &str = r"^\s*([Pp].+|.*[0-9一二两三四五六七八九十].*\p{L}.*)$";
const CLOCK: &str = r"^\s*([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?(\.[0-9]+)?\s*$";
const SHARE: &str = r"^\s*[0-9]+(\.[0-9]+)?\s*[%％]\s*$";

/// The schema. Without names any text will do where one is asked for. Draft 7: what editors know best.
pub fn schema(names: Option<&Names>, language: Language) -> Json {
    let make = Make { names, language };
    let mut definitions = Map::new();
    for thing in things() {
        if thing.name != "one_step" {
            definitions.insert(anchor(thing), make.thing(thing));
        }
    }
    let all = |things: &[&'static Thing]| -> Vec<Json> { things.iter().map(|thing| to(thing)).collect() };
    definitions.insert("step".to_owned(), json!({ "anyOf": all(VERBS) }));
    let mut triggers = vec![json!({ "enum": ["manual", "called"] })];
    triggers.extend(all(TRIGGERS));
    definitions.insert("trigger".to_owned(), json!({ "anyOf": triggers }));
    definitions.insert(
        "condition".to_owned(),
        json!({ "anyOf": [
            { "type": ["string", "boolean"] },
            { "type": "object", "required": ["all"], "additionalProperties": false,
              "properties": { "all": { "type": "array", "items": { "$ref": "#/definitions/condition" } } } },
            { "type": "object", "required": ["any"], "additionalProperties": false,
              "properties": { "any": { "type": "array", "items": { "$ref": "#/definitions/condition" } } } },
        ] }),
    );
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "nurture",
        "anyOf": all(FILES),
        "definitions": definitions,
    })
}

/// The name of a map among the definitions. A verb and a file may be called the same.
pub fn anchor(thing: &Thing) -> String {
    match thing.what {
        "thing-step" => format!("step-{}", thing.name),
        "thing-trigger" => format!("trigger-{}", thing.name),
        _ if FILES.iter().any(|file| std::ptr::eq(*file, thing)) => format!("file-{}", thing.name),
        _ => thing.name.to_owned(),
    }
}

fn to(thing: &Thing) -> Json {
    if thing.name == "one_step" {
        return json!({ "$ref": "#/definitions/step" });
    }
    json!({ "$ref": format!("#/definitions/{}", anchor(thing)) })
}

struct Make<'n> {
    names: Option<&'n Names>,
    language: Language,
}

impl Make<'_> {
    fn thing(&self, thing: &Thing) -> Json {
        let common = if thing.what == "thing-step" { COMMON } else { &[] };
        let keys = || thing.keys.iter().chain(common);
        let properties: Map<String, Json> = keys().map(|key| (key.name.to_owned(), self.key(key))).collect();
        let needed: Vec<&str> = keys().filter(|key| key.needed).map(|key| key.name).collect();
        let others = match &thing.others {
            Some(value) => self.value(value),
            None => Json::Bool(false),
        };
        let mut made = json!({
            "type": "object",
            "title": thing.name,
            "description": thing.say.to(self.language),
            "properties": properties,
            "additionalProperties": others,
        });
        if let Some(object) = made.as_object_mut() {
            if !needed.is_empty() {
                object.insert("required".to_owned(), json!(needed));
            }
            if !thing.one_of.is_empty() {
                let one: Vec<Json> = thing.one_of.iter().map(|key| json!({ "required": [key] })).collect();
                object.insert("anyOf".to_owned(), json!(one));
            }
        }
        made
    }

    fn key(&self, key: &Key) -> Json {
        let mut made = self.value(&key.value);
        // Beside `$ref` nothing counts in draft 7: the description goes around it.
        if made.get("$ref").is_some() {
            made = json!({ "allOf": [made] });
        }
        if let Some(object) = made.as_object_mut() {
            object.insert("description".to_owned(), json!(described(key, self.language)));
            // Editors offer examples: only those of a form, not somebody else's names.
            if is_of_a_form(&key.value) {
                object.insert("examples".to_owned(), json!([key.shown()]));
            }
        }
        made
    }

    fn value(&self, value: &Value) -> Json {
        match value {
            Value::Text | Value::Rich | Value::Rate => json!({ "type": ["string", "number", "boolean"] }),
            Value::Tag => json!({ "type": "string", "pattern": r"^\s*\{\{.*\}\}\s*$" }),
            Value::YesNo => json!({ "type": "boolean" }),
            Value::Number => json!({ "type": "number" }),
            Value::Whole(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
            Value::Length => json!({ "type": "string", "pattern": LENGTH }),
            Value::Clock => json!({ "type": "string", "pattern": CLOCK }),
            Value::Windows => {
                json!({ "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] })
            }
            Value::Days | Value::Date | Value::Waiting | Value::Instant => json!({ "type": "string" }),
            Value::Share => json!({ "type": "string", "pattern": SHARE }),
            Value::Condition => json!({ "$ref": "#/definitions/condition" }),
            Value::Formula => json!({ "type": ["string", "number"] }),
            Value::Typed => json!({ "type": ["string", "number", "boolean", "array"] }),
            // `null` takes a value away.
            Value::Assigned => json!({ "type": ["string", "number", "boolean", "array", "null"] }),
            Value::Word(words) => {
                let say: Vec<&str> = words.iter().map(|word| word.say.to(self.language)).collect();
                let words: Vec<&str> = words.iter().map(|word| word.word).collect();
                json!({ "enum": words, "enumDescriptions": say, "markdownEnumDescriptions": say })
            }
            Value::Name(kind) => self.name(*kind),
            Value::Thing(thing) => to(thing),
            Value::Things(things) => {
                let all: Vec<Json> = things.iter().map(|thing| to(thing)).collect();
                json!({ "anyOf": all })
            }
            Value::Steps => {
                json!({ "type": "array", "minItems": 1, "items": { "$ref": "#/definitions/step" } })
            }
            Value::Trigger => json!({ "$ref": "#/definitions/trigger" }),
            Value::List(inner) => json!({ "type": "array", "items": self.value(inner) }),
            Value::Many(inner) => {
                let one = self.value(inner);
                json!({ "anyOf": [one, { "type": "array", "items": one }] })
            }
            Value::Any(values) => {
                let all: Vec<Json> = values.iter().map(|value| self.value(value)).collect();
                json!({ "anyOf": all })
            }
            Value::Map(inner) => json!({ "type": "object", "additionalProperties": self.value(inner) }),
            Value::MapOf(kind, inner) => self.map_of(*kind, inner),
            Value::Flag => json!({ "enum": [null, true] }),
            Value::Seen => json!({}),
        }
    }

    fn name(&self, kind: Kind) -> Json {
        let any = json!({ "type": ["string", "number", "boolean"] });
        let Some(names) = self.names else { return any };
        let names: Vec<&str> = names.list(kind).collect();
        // Where a project has none the checker says so; a schema may not have an empty list.
        if names.is_empty() || kind == Kind::Rep {
            return any;
        }
        json!({ "enum": names })
    }

    fn map_of(&self, kind: Kind, inner: &Value) -> Json {
        let inner = self.value(inner);
        // Reps come from an import as well.
        let Some(names) = self.names.filter(|_| kind != Kind::Rep) else {
            return json!({ "type": "object", "additionalProperties": inner });
        };
        let properties: Map<String, Json> =
            names.list(kind).map(|name| (name.to_owned(), inner.clone())).collect();
        let mut made = json!({ "type": "object", "properties": properties, "additionalProperties": false });
        if kind == Kind::Attribute
            && let Some(object) = made.as_object_mut()
        {
            object.insert("patternProperties".to_owned(), json!({ "^(vars|customer)\\.": inner }));
        }
        made
    }
}

/// Whether a value is written in a form of its own.
fn is_of_a_form(value: &Value) -> bool {
    matches!(
        value,
        Value::Length
            | Value::Waiting
            | Value::Clock
            | Value::Windows
            | Value::Days
            | Value::Instant
            | Value::Share
            | Value::Rate
    )
}

/// What an editor shows of a key: what it says, its value, its default.
pub fn described(key: &Key, language: Language) -> String {
    let sort = sort(&key.value);
    let mut text = key.say.to(language).to_owned();
    let (is, or, dot) = match language {
        Language::En => ("Value: ", "Default: ", "."),
        Language::Zh => ("值：", "默认：", "。"),
    };
    let mut name = sort.say.to(language).to_owned();
    if let Value::Word(words) = key.value {
        let words: Vec<&str> = words.iter().map(|word| word.word).collect();
        name = words.join(" | ");
    }
    let how = sort.how.to(language);
    text.push_str("\n\n");
    text.push_str(is);
    text.push_str(&name);
    if !how.is_empty() {
        let (open, close) = if language == Language::En { (" (", ")") } else { ("（", "）") };
        text.push_str(open);
        text.push_str(how);
        text.push_str(close);
    }
    text.push_str(dot);
    if !key.default.is_empty() {
        text.push('\n');
        text.push_str(or);
        text.push_str(&format!("`{}`{dot}", key.default));
    }
    text
}
