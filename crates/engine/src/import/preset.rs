//! Exports of other tools: which of their columns is what, and above all who must not be written to. Whoever opted
//! out there is opted out here, in the same row that makes the customer.

use std::collections::BTreeMap;
use std::sync::Arc;

use dsl::library::{Model, Origin};
use model::Type;

use super::mapping::{Field, Mapped, Said};
use super::read::{Cell, Row};
use super::record::What;
use super::say::Finding;

/// A tool whose exports are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// Contacts, and the list of those who must not be contacted.
    Mautic,
    /// Contacts.
    Hubspot,
    /// An audience: its files of subscribed, unsubscribed and cleaned members.
    Mailchimp,
    /// Customers.
    Shopify,
}

/// Columns of an export (in lower case) and the attribute that each is. Of several with a value the first counts.
type Columns = &'static [(&'static str, &'static str)];

const MAUTIC: Columns = &[
    ("id", "external_id"),
    ("contact id", "external_id"),
    ("email", "email"),
    ("mobile", "phone"),
    ("phone", "phone"),
    ("company", "company"),
    ("primary company", "company"),
    ("preferred_locale", "language"),
    ("preferred locale", "language"),
    ("timezone", "zone"),
    ("country", "country"),
    ("city", "city"),
    ("position", "title"),
    ("points", "points"),
    ("tags", "tags"),
    ("date_added", "created_at"),
    ("date added", "created_at"),
    ("date_identified", "created_at"),
];
const HUBSPOT: Columns = &[
    ("record id", "external_id"),
    ("record id - contact", "external_id"),
    ("contact id", "external_id"),
    ("email", "email"),
    ("mobile phone number", "phone"),
    ("phone number", "phone"),
    ("company name", "company"),
    ("associated company", "company"),
    ("preferred language", "language"),
    ("time zone", "zone"),
    ("country/region", "country"),
    ("city", "city"),
    ("job title", "title"),
    ("industry", "sector"),
    ("date of birth", "birthday"),
    ("create date", "created_at"),
];
const MAILCHIMP: Columns = &[
    ("euid", "external_id"),
    ("leid", "external_id"),
    ("email address", "external_id"),
    ("email address", "email"),
    ("phone number", "phone"),
    ("phone", "phone"),
    ("company", "company"),
    ("birthday", "birthday"),
    ("language", "language"),
    ("timezone", "zone"),
    ("cc", "country"),
    ("tags", "tags"),
    ("optin_time", "created_at"),
    ("confirm_time", "created_at"),
];
const SHOPIFY: Columns = &[
    ("customer id", "external_id"),
    ("email", "email"),
    ("phone", "phone"),
    ("default address phone", "phone"),
    ("default address company", "company"),
    ("company", "company"),
    ("default address country code", "country"),
    ("country code", "country"),
    ("default address city", "city"),
    ("city", "city"),
    ("tags", "tags"),
];

/// The consent that these tools ask for.
const TOPIC: &str = "consent.marketing";

impl Preset {
    /// Every name people may write, and what it means.
    pub const NAMES: [(&'static str, Self); 4] = [
        ("mautic", Self::Mautic),
        ("hubspot", Self::Hubspot),
        ("mailchimp", Self::Mailchimp),
        ("shopify", Self::Shopify),
    ];

    /// The name people write.
    pub fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(_, preset)| *preset == self).map_or("", |(name, _)| name)
    }

    fn columns(self) -> Columns {
        match self {
            Self::Mautic => MAUTIC,
            Self::Hubspot => HUBSPOT,
            Self::Mailchimp => MAILCHIMP,
            Self::Shopify => SHOPIFY,
        }
    }
}

/// A preset over the columns of a file.
#[derive(Clone, Debug)]
pub(super) struct ByPreset {
    preset: Preset,
    /// Attribute, and the columns that may hold it, the first first.
    attributes: Vec<(Arc<str>, Vec<Arc<str>>)>,
    /// Columns by their names in lower case.
    columns: BTreeMap<String, Arc<str>>,
    what: What,
}

impl ByPreset {
    /// Looks at the columns of a file. Also gives the columns that are not taken.
    ///
    /// Errors: the file is no such export, or the preset knows nothing of such rows.
    pub fn new(
        preset: Preset,
        what: &What,
        model: &Model,
        columns: &[Arc<str>],
    ) -> Result<(Self, Vec<String>), Finding> {
        let by_name: BTreeMap<String, Arc<str>> =
            columns.iter().map(|column| (column.trim().to_lowercase(), column.clone())).collect();
        let name = preset.as_str();
        let lists = *what == What::Suppressions && preset == Preset::Mautic;
        if *what != What::Customers && !lists {
            return Err(Finding::new("import-preset-what", &[("preset", name), ("what", what.as_str())]));
        }
        if lists {
            let missing = ["lead_id", "reason"].into_iter().find(|column| !by_name.contains_key(*column));
            if let Some(missing) = missing {
                return Err(Finding::new("import-preset-column", &[("preset", name), ("column", missing)]));
            }
            let this = Self { preset, attributes: Vec::new(), columns: by_name, what: what.clone() };
            return Ok((this, Vec::new()));
        }
        let mut attributes: Vec<(Arc<str>, Vec<Arc<str>>)> = Vec::new();
        let mut taken = vec!["first name", "last name", "firstname", "lastname"];
        for (column, attribute) in preset.columns() {
            let Some(found) = by_name.get(*column).filter(|_| takes(model, attribute)) else { continue };
            taken.push(column);
            match attributes.iter_mut().find(|(known, _)| **known == **attribute) {
                Some((_, several)) => several.push(found.clone()),
                None => attributes.push((Arc::from(*attribute), vec![found.clone()])),
            }
        }
        // What bears the name of an attribute is meant as one.
        for (lower, column) in &by_name {
            let own = model.customer.get(lower).is_some_and(|known| matches!(known.origin, Origin::Given));
            if own && !taken.contains(&&**lower) && !attributes.iter().any(|(known, _)| **known == **lower) {
                taken.push(lower);
                attributes.push((Arc::from(lower.as_str()), vec![column.clone()]));
            }
        }
        if !attributes.iter().any(|(attribute, _)| &**attribute == "external_id") {
            let wanted = preset.columns().first().map_or("", |(column, _)| column);
            return Err(Finding::new("import-preset-column", &[("preset", name), ("column", wanted)]));
        }
        let left = by_name.iter().filter(|(lower, _)| !taken.contains(&&***lower) && !tells_consent(lower));
        let left = left.map(|(_, column)| column.to_string()).collect();
        Ok((Self { preset, attributes, columns: by_name, what: what.clone() }, left))
    }

    /// The fields of a row.
    pub fn fields(&self, row: &Row) -> Mapped {
        let mut mapped = Mapped { cautious: true, ..Mapped::of(row.line) };
        if self.what == What::Suppressions {
            self.forbidden(row, &mut mapped);
            return mapped;
        }
        for (attribute, columns) in &self.attributes {
            let filled = columns.iter().find(|column| row.get(column).is_some_and(|cell| !cell.is_blank()));
            let Some(column) = filled.or(columns.first()) else { continue };
            let Some(cell) = row.get(column) else { continue };
            mapped.fields.push(Field {
                name: attribute.clone(),
                said: Said::Cell(cell.clone()),
                column: column.clone(),
            });
        }
        let first = self.text(row, &["first name", "firstname"]);
        let last = self.text(row, &["last name", "lastname"]);
        let name = full_name(&first, &last);
        if !name.is_empty() {
            put(&mut mapped, "name", &name);
        }
        self.consent(row, &mut mapped);
        mapped
    }

    /// What the row says about being written to. Nothing is taken for consent but a word that says so.
    fn consent(&self, row: &Row, mapped: &mut Mapped) {
        let yes = |names: &[&str]| is_yes(&self.text(row, names));
        match self.preset {
            Preset::Mailchimp => {
                let (left, cleaned) = (self.text(row, &["unsub_time"]), self.text(row, &["clean_time"]));
                if !left.is_empty() {
                    put(mapped, TOPIC, "withdrawn");
                    put(mapped, "consent_at", &left);
                } else if !cleaned.is_empty() {
                    mapped.suppressed = Some(("hard_bounce", Some(cleaned)));
                } else {
                    let since = self.text(row, &["confirm_time", "optin_time"]);
                    // The file of subscribed members: without a time nobody can show that they ever said so.
                    if !since.is_empty()
                        && !self.columns.contains_key("unsub_time")
                        && !self.columns.contains_key("clean_time")
                    {
                        put(mapped, TOPIC, "granted");
                        put(mapped, "consent_at", &since);
                    }
                }
            }
            Preset::Hubspot => {
                let opted_out = self.columns.iter().any(|(lower, column)| {
                    (lower.starts_with("opted out of email") || lower == "unsubscribed from all email")
                        && row.get(column).is_some_and(|cell| is_yes(&cell.text()))
                });
                if opted_out {
                    put(mapped, TOPIC, "withdrawn");
                }
                let bounced = self.text(row, &["email hard bounce reason", "hard bounce reason"]);
                if !bounced.is_empty() || yes(&["invalid email address", "email address quarantined"]) {
                    mapped.suppressed = Some(("hard_bounce", None));
                }
            }
            Preset::Shopify => {
                let word = self.text(row, &["accepts email marketing", "accepts marketing"]);
                if is_yes(&word) {
                    put(mapped, TOPIC, "granted");
                } else if !word.is_empty() {
                    put(mapped, TOPIC, "withdrawn");
                }
            }
            Preset::Mautic => {
                if yes(&["dnc", "do not contact", "donotcontact", "donotemail", "unsubscribed"]) {
                    put(mapped, TOPIC, "withdrawn");
                }
                if yes(&["bounced"]) {
                    mapped.suppressed = Some(("hard_bounce", None));
                }
            }
        }
        if mapped.fields.iter().any(|field| &*field.name == TOPIC) {
            put(mapped, "consent_source", self.preset.as_str());
        }
    }

    /// A row of Mautic's list of those who must not be contacted.
    fn forbidden(&self, row: &Row, mapped: &mut Mapped) {
        let reason = match &*self.text(row, &["reason"]) {
            "1" | "unsubscribed" => "unsubscribed",
            "2" | "bounced" => "hard_bounce",
            // Whatever else it says, somebody put them there.
            _ => "manual",
        };
        put(mapped, "customer", &self.text(row, &["lead_id"]));
        put(mapped, "reason", reason);
        put(mapped, "at", &self.text(row, &["date_added"]));
        let channel = self.text(row, &["channel"]);
        if matches!(&*channel, "email" | "sms") {
            put(mapped, "channel", &channel);
        }
    }

    /// The first of these columns that says something.
    fn text(&self, row: &Row, names: &[&str]) -> String {
        let cells = names.iter().filter_map(|name| row.get(self.columns.get(*name)?));
        cells.map(|cell| cell.text().into_owned()).find(|text| !text.is_empty()).unwrap_or_default()
    }
}

/// Whether the model has a place for what an export tells.
fn takes(model: &Model, attribute: &str) -> bool {
    attribute == "external_id"
        || model.customer.get(attribute).is_some_and(|known| {
            matches!(known.origin, Origin::Given) && !matches!(known.ty, Type::Reference(_))
        })
}

/// Columns that are about being written to, and about nothing else.
fn tells_consent(lower: &str) -> bool {
    const COLUMNS: &[&str] = &[
        "unsub_time",
        "clean_time",
        "confirm_time",
        "optin_time",
        "unsubscribed from all email",
        "email hard bounce reason",
        "hard bounce reason",
        "invalid email address",
        "email address quarantined",
        "accepts email marketing",
        "accepts marketing",
        "dnc",
        "do not contact",
        "donotcontact",
        "donotemail",
        "unsubscribed",
        "bounced",
    ];
    COLUMNS.contains(&lower) || lower.starts_with("opted out of email")
}

fn is_yes(text: &str) -> bool {
    matches!(&*text.trim().to_lowercase(), "yes" | "true" | "1" | "y" | "on" | "subscribed" | "是")
}

/// A name as it is said: the family name first where it is Chinese.
fn full_name(first: &str, last: &str) -> String {
    let chinese = |text: &str| text.chars().any(|letter| matches!(letter, '\u{4e00}'..='\u{9fff}'));
    if chinese(first) || chinese(last) {
        format!("{last}{first}")
    } else {
        format!("{first} {last}").trim().to_owned()
    }
}

fn put(mapped: &mut Mapped, name: &str, text: &str) {
    let name: Arc<str> = Arc::from(name);
    mapped.fields.push(Field {
        name: name.clone(),
        said: Said::Cell(Cell::Text(text.to_owned())),
        column: name,
    });
}
