//! One item as clients of Segment write it, in the words of the model; or why it is none.

use super::names;
use dsl::library::Library;
use engine::import::{BadRow, EntityRow, EventRow, Finding, Given, Judge};
use engine::ingest::Word;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use model::event::names as ours;
use model::{CustomerId, Type, clean_text, content_id};
use serde_json::{Map, Value as Json};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Bytes of one item.
pub(crate) const ITEM: usize = 32 * 1024;
/// Letters of an id.
const ID: usize = 200;
/// A clock that is wrong by less is left alone.
const SKEW: SignedDuration = SignedDuration::from_secs(60);
/// What the id of somebody without a name begins with.
pub(crate) const ANONYMOUS: &str = "anonymous:";

/// What reading needs to know.
pub(crate) struct Reader<'l> {
    pub library: &'l Library,
    pub judge: Judge<'l>,
    pub received: Timestamp,
    /// By the sender's clock, for items that do not say it themselves.
    pub sent_at: Option<Timestamp>,
    /// Only visits of people without a name: the key stands in a page that everybody can read.
    pub visits_only: bool,
    /// Whether an item may be longer than one may be: the whole body is.
    pub is_long: bool,
}

/// Bytes of JSON, without making it.
fn size(json: &Json) -> usize {
    struct Counted(usize);
    impl std::io::Write for Counted {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut counted = Counted(0);
    match serde_json::to_writer(&mut counted, json) {
        Ok(()) => counted.0,
        // Never so: whatever was read can be written, and counting does not fail.
        Err(_) => usize::MAX,
    }
}

/// An item that may be taken.
pub(crate) enum Item {
    Word(Box<Word>),
    Fact(EventRow),
}

/// An item that is not taken.
#[derive(Debug)]
pub(crate) struct Refused {
    pub why: Box<Finding>,
    /// Within the item, as RFC 6901 writes it.
    pub pointer: String,
    /// What else is wrong with it.
    pub also: Vec<(String, Finding)>,
}

impl Refused {
    fn at(pointer: impl Into<String>, key: &'static str, args: &[(&'static str, &str)]) -> Self {
        Self::by(pointer, Finding::new(key, args))
    }

    fn by(pointer: impl Into<String>, why: Finding) -> Self {
        Self { why: Box::new(why), pointer: pointer.into(), also: Vec::new() }
    }
}

impl From<BadRow> for Refused {
    fn from(bad: BadRow) -> Self {
        let also = bad.also.into_iter().map(|bad| (bad.column.unwrap_or_default(), *bad.why)).collect();
        Self { why: bad.why, pointer: bad.column.unwrap_or_default(), also }
    }
}

/// The id that a client gave an item, and about whom it is, as far as that can be read: for what is not taken.
pub(crate) fn told_of(item: &Json) -> (Option<String>, Option<String>) {
    let id =
        |name: &str| item.get(name).and_then(Json::as_str).map(|id| id.chars().take(ID).collect::<String>());
    (id("messageId"), id("userId").or_else(|| id("anonymousId").map(|id| format!("{ANONYMOUS}{id}"))))
}

impl Reader<'_> {
    /// Reads an item. `line` comes back with what the database knows better. `remarks`: what of it is left out.
    pub fn read(
        &self,
        line: u64,
        kind: &str,
        item: &Json,
        remarks: &mut Vec<(String, Finding)>,
    ) -> Result<Item, Refused> {
        let Json::Object(members) = item else { return Err(Refused::at("", "ingest-no-object", &[])) };
        if self.is_long && size(item) > ITEM {
            return Err(Refused::at("", "ingest-too-long", &[("most", "32 KB")]));
        }
        if let Some(pointer) = crate::body::nul(item) {
            return Err(Refused::at(pointer, "problem-nul", &[]));
        }
        let user = id(members, "userId")?;
        let anonymous = id(members, "anonymousId")?.map(|id| format!("{ANONYMOUS}{id}"));
        if user.as_deref().is_some_and(|id| id.starts_with(ANONYMOUS)) {
            return Err(Refused::at("/userId", "ingest-id", &[("what", "userId")]));
        }
        if self.visits_only && (user.is_some() || !matches!(kind, "track" | "page" | "screen")) {
            return Err(Refused::at("/userId", "ingest-visits-only", &[]));
        }
        let (given_at, at) = self.at(members)?;
        match kind {
            "identify" => self.identify(line, members, user, anonymous, at, remarks),
            "alias" => self.alias(line, members, user, at),
            "group" => self.group(line, members, user.or(anonymous), at, remarks),
            "track" | "page" | "screen" => {
                let Some(who) = user.or(anonymous) else { return Err(nobody()) };
                self.fact(line, kind, members, &who, at, given_at)
            }
            other => Err(Refused::at("/type", "ingest-type", &[("type", other)])),
        }
    }

    fn identify(
        &self,
        line: u64,
        members: &Map<String, Json>,
        user: Option<String>,
        anonymous: Option<String>,
        at: Timestamp,
        remarks: &mut Vec<(String, Finding)>,
    ) -> Result<Item, Refused> {
        let joins = user.as_ref().and(anonymous.as_ref()).map(CustomerId::new);
        let Some(who) = user.or(anonymous) else { return Err(nobody()) };
        let none = Map::new();
        let context = members.get("context").and_then(|context| context.get("traits"));
        let traits = members.get("traits").or(context);
        let traits = match traits {
            None | Some(Json::Null) => &none,
            Some(Json::Object(traits)) => traits,
            Some(_) => return Err(Refused::at("/traits", "ingest-no-object", &[])),
        };
        let named = names::traits(&self.judge, traits);
        for name in &named.unknown {
            let finding = Finding::new("ingest-trait-unknown", &[("trait", name)]);
            let known = self.judge.attributes();
            let finding = finding.meant(name, known.iter().map(String::as_str));
            remarks.push((format!("/traits/{name}"), finding));
        }
        let given: Vec<Given<'_>> = named
            .values
            .iter()
            .map(|(name, place, value)| Given { name: name.clone(), place: place.clone(), value })
            .collect();
        let row = self.judge.customer(line, &who, &given)?;
        let message = message(members, "identify", &who, at);
        Ok(Item::Word(Box::new(Word { message, row, entity: None, joins })))
    }

    fn alias(
        &self,
        line: u64,
        members: &Map<String, Json>,
        user: Option<String>,
        at: Timestamp,
    ) -> Result<Item, Refused> {
        let Some(user) = user else { return Err(nobody()) };
        let Some(previous) = id(members, "previousId")? else {
            return Err(Refused::at("/previousId", "ingest-nobody", &[]));
        };
        // Two customers who have names are not made one by a client: that cannot be taken back.
        let other = previous.strip_prefix(ANONYMOUS).unwrap_or(&previous);
        let joins = Some(CustomerId::from(format!("{ANONYMOUS}{other}")));
        let row = self.judge.customer(line, &user, &[])?;
        let message = message(members, "alias", &user, at);
        Ok(Item::Word(Box::new(Word { message, row, entity: None, joins })))
    }

    fn group(
        &self,
        line: u64,
        members: &Map<String, Json>,
        who: Option<String>,
        at: Timestamp,
        remarks: &mut Vec<(String, Finding)>,
    ) -> Result<Item, Refused> {
        let Some(who) = who else { return Err(nobody()) };
        let Some(group) = id(members, "groupId")? else {
            return Err(Refused::at("/groupId", "ingest-id", &[("what", "groupId")]));
        };
        let value = Json::from(group.as_str());
        let company = Given { name: "company".to_owned(), place: "/groupId".to_owned(), value: &value };
        let row = self.judge.customer(line, &who, &[company])?;
        let none = Map::new();
        let traits = members.get("traits").and_then(Json::as_object).unwrap_or(&none);
        let kind = match self.library.model.customer.get("company").map(|known| &known.ty) {
            Some(Type::Reference(kind)) => self.library.model.entities.get_key_value(kind),
            Some(_) | None => None,
        };
        let entity: Option<EntityRow> = match kind {
            Some((kind, declared)) if declared.shared => {
                let (mut given, mut lost) = (Vec::new(), Vec::new());
                for (name, value) in traits {
                    let own = names::fitting(name, declared.attributes.keys()).filter(|own| own != "id");
                    match own {
                        Some(name) => given.push(Given { place: format!("/traits/{name}"), name, value }),
                        None => lost.push(name),
                    }
                }
                remarks.extend(lost.into_iter().map(|name| {
                    let args = [("trait", name.as_str())];
                    (format!("/traits/{name}"), Finding::new("ingest-trait-unknown", &args))
                }));
                Some(self.judge.entity(line, (kind, &group), None, &given)?)
            }
            Some(_) | None => None,
        };
        let message = message(members, "group", &who, at);
        Ok(Item::Word(Box::new(Word { message, row, entity, joins: None })))
    }

    fn fact(
        &self,
        line: u64,
        kind: &str,
        members: &Map<String, Json>,
        who: &str,
        at: Timestamp,
        given_at: bool,
    ) -> Result<Item, Refused> {
        let none = Map::new();
        let properties = match members.get("properties") {
            None | Some(Json::Null) => &none,
            Some(Json::Object(properties)) => properties,
            Some(_) => return Err(Refused::at("/properties", "ingest-no-object", &[])),
        };
        let events = &self.library.model.events;
        // What a page tells of itself stands beside its properties.
        let mut beside: Vec<(&str, &Json)> = Vec::new();
        let name = match kind {
            "track" => {
                let said = members.get("event").and_then(Json::as_str).map(str::trim).unwrap_or_default();
                if said.is_empty() {
                    return Err(Refused::at("/event", "import-blank", &[]));
                }
                let Some(name) = names::fitting(said, events.keys()) else {
                    let unknown = Finding::new("import-event-unknown", &[("event", said)]);
                    let outside =
                        events.iter().filter(|(_, kind)| !kind.built_in).map(|(name, _)| name.as_str());
                    return Err(Refused::by("/event", unknown.meant(said, outside)));
                };
                if events.get(&name).is_some_and(|kind| kind.built_in) {
                    return Err(Refused::at("/event", "ingest-our-event", &[("event", &name)]));
                }
                name
            }
            page => {
                let page_info = members.get("context").and_then(|context| context.get("page"));
                let of_page = page_info.and_then(Json::as_object).into_iter().flatten();
                beside.extend(of_page.map(|(name, value)| (name.as_str(), value)));
                beside.extend(
                    members
                        .get("name")
                        .filter(|name| name.is_string() && beside.iter().all(|(known, _)| *known != "name"))
                        .map(|name| ("name", name)),
                );
                beside.retain(|(name, _)| !properties.contains_key(*name));
                if page == "page" { ours::PAGE_VIEWED.to_owned() } else { ours::SCREEN_VIEWED.to_owned() }
            }
        };
        let said =
            || properties.iter().map(|(name, value)| (name.as_str(), value)).chain(beside.iter().copied());
        let undeclared = BTreeMap::new();
        let declared = events.get(&name).map_or(&undeclared, |kind| &kind.fields);
        let field = |said: &str| names::fitting(said, declared.keys()).or_else(|| clean_text(said).ok());
        let named = said().filter_map(|(said, value)| match declared.contains_key(said) {
            true => Some((Cow::Borrowed(said), value)),
            false => Some((Cow::Owned(field(said)?), value)),
        });
        let mut row = match self.judge.plain_event((&name, who), at, named) {
            Some(row) => row,
            None => {
                let fields: Vec<(String, String, Json)> = said()
                    .filter_map(|(said, value)| {
                        let place = format!("/properties/{}", said.replace('~', "~0").replace('/', "~1"));
                        let field = field(said)?;
                        let value = names::flat(value.clone(), declared.get(&field));
                        Some((field, place, value))
                    })
                    .collect();
                let given = fields
                    .iter()
                    .map(|(name, place, value)| Given { name: name.clone(), place: place.clone(), value })
                    .collect();
                match events.contains_key(&name) {
                    true => self.judge.event(line, (&name, who), at, given)?,
                    // The pages of a project whose model does not ask for them yet: it may tomorrow.
                    false => self.judge.undeclared(&name, who, at, given),
                }
            }
        };
        let content = || {
            let said = serde_json::to_string(members).unwrap_or_default();
            // Told at another time it is another fact, unless it says itself when it was.
            let received = if given_at { String::new() } else { self.received.to_string() };
            content_id("ev_", &[kind, &said, &received, &line.to_string()])
        };
        row.id = Some(match text(members, "messageId") {
            Some(id) if id.chars().count() <= ID && clean_text(id).is_ok() => id.to_owned(),
            Some(_) | None => content(),
        });
        Ok(Item::Fact(row))
    }

    /// When it was, by our clock; whether the client said so. Nothing is in the future.
    fn at(&self, members: &Map<String, Json>) -> Result<(bool, Timestamp), Refused> {
        let read = |name: &'static str| match members.get(name) {
            None | Some(Json::Null) => Ok(None),
            Some(said) => {
                let at = said.as_str().and_then(|text| {
                    text.trim()
                        .parse()
                        .ok()
                        .or_else(|| model::zone::parse_instant(text.trim(), &TimeZone::UTC))
                });
                let shown = said.to_string();
                at.map(Some)
                    .ok_or_else(|| Refused::at(format!("/{name}"), "cli-not-a-time", &[("text", &shown)]))
            }
        };
        let said = match read("timestamp")? {
            Some(said) => Some(said),
            None => read("originalTimestamp")?,
        };
        let Some(said) = said else { return Ok((false, self.received)) };
        let sent = read("sentAt")?.or(self.sent_at);
        let skew = sent.map_or(SignedDuration::ZERO, |sent| self.received.duration_since(sent));
        let at = if skew.abs() > SKEW { said.checked_add(skew).unwrap_or(said) } else { said };
        Ok((true, at.min(self.received)))
    }
}

fn nobody() -> Refused {
    Refused::at("/userId", "ingest-nobody", &[])
}

fn text<'m>(members: &'m Map<String, Json>, name: &str) -> Option<&'m str> {
    members.get(name).and_then(Json::as_str).filter(|text| !text.is_empty())
}

/// An id: a text or a whole number; `null` and the empty text are none.
fn id(members: &Map<String, Json>, name: &'static str) -> Result<Option<String>, Refused> {
    let wrong = || Refused::at(format!("/{name}"), "ingest-id", &[("what", name)]);
    match members.get(name) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::Number(number)) if number.is_i64() || number.is_u64() => Ok(Some(number.to_string())),
        Some(Json::String(text)) => match clean_text(text.trim()) {
            Ok(text) if text.is_empty() => Ok(None),
            Ok(text) if text.chars().count() <= ID && !text.chars().any(char::is_control) => Ok(Some(text)),
            Ok(_) | Err(_) => Err(wrong()),
        },
        Some(_) => Err(wrong()),
    }
}

/// The id of a word about somebody: the client's own, else by content and time.
fn message(members: &Map<String, Json>, kind: &str, who: &str, at: Timestamp) -> String {
    match text(members, "messageId") {
        Some(id) if id.chars().count() <= ID => id.to_owned(),
        Some(_) | None => {
            let said = serde_json::to_string(members).unwrap_or_default();
            content_id("wd_", &[kind, who, &said, &at.to_string()])
        }
    }
}
