//! Where the attributes of customers, entities and events stand: the one place that knows columns from JSON.

use super::postgres::{self, Kind};
use super::{Dialect, NotInSql, Row, Writer, Written, sqlite};
use dsl::condition::{Operand, Path, Root, fallback};
use dsl::library::refer;
use model::{Type, Value};

/// The columns of `customer`; all other attributes stand in its JSON.
const CUSTOMER: [(&str, &str); 7] = [
    ("external_id", "id"),
    ("stage", "stage"),
    ("owner", "owner"),
    ("zone", "zone"),
    ("email", "email"),
    ("phone", "phone"),
    ("created_at", "created_at"),
];

/// The columns of `entity`.
const ENTITY: [&str; 4] = ["id", "customer", "stage", "owner"];

impl Writer<'_> {
    /// A name.
    pub(super) fn name(&mut self, path: &Path) -> Written {
        let operand = || Operand::Name(path.clone());
        let Some(hop) = &path.hop else { return self.field(path) };
        let library = self.context.library;
        let attribute = path.attribute(&library.model);
        let Some(Type::Reference(kind)) = attribute.map(|attribute| &attribute.ty) else {
            return self.refuse(&operand());
        };
        self.referred += 1;
        let mut alias = "referred".to_owned();
        alias.push_str(&self.referred.to_string());
        self.put("(SELECT ");
        if kind == refer::CUSTOMER {
            // Their slot is a hash of the id, which the database does not compute: an index by id serves it.
            self.attribute_of_customer(&alias, hop)?;
            self.put(" FROM customer AS ");
            self.put(&alias);
            self.put(" WHERE ");
            self.put(&alias);
            self.put(".id = ");
            self.field(path)?;
            self.put(" LIMIT 1)");
            return Ok(());
        }
        self.entity_attribute(kind, &alias, hop)?;
        self.put(" FROM entity AS ");
        self.put(&alias);
        self.put(" WHERE ");
        self.put(&alias);
        self.put(".kind = ");
        self.bind_text(kind);
        self.put(" AND ");
        self.put(&alias);
        self.put(".id = ");
        self.field(path)?;
        self.put(" LIMIT 1)");
        Ok(())
    }

    /// The field of a name, without its hop.
    fn field(&mut self, path: &Path) -> Written {
        match &path.root {
            Root::Customer => self.customer_attribute(&path.field),
            Root::Event if self.in_event => self.event_field(&path.field, &path.ty),
            Root::Entity(kind) => match self.entities.iter().rev().find(|row| row.kind == **kind) {
                Some(row) => {
                    let alias = row.alias.clone();
                    self.entity_attribute(kind, &alias, &path.field)
                }
                None => self.refuse(&Operand::Name(path.clone())),
            },
            Root::Event
            | Root::Entry
            | Root::Owner
            | Root::Vars
            | Root::Inputs
            | Root::Step(_)
            | Root::Answer(_) => self.refuse(&Operand::Name(path.clone())),
        }
    }

    pub(super) fn customer_attribute(&mut self, name: &str) -> Written {
        self.attribute_of_customer("customer", name)
    }

    /// An attribute of the customer in the row `alias`.
    fn attribute_of_customer(&mut self, alias: &str, name: &str) -> Written {
        let library = self.context.library;
        let attribute = library.model.customer.get(name);
        let kind = kind_of(attribute.map(|attribute| &attribute.ty));
        let fallback = attribute.and_then(|attribute| fallback::of_customer(name, attribute));
        self.attribute(fallback, |writer| {
            let mut place = alias.to_owned();
            place.push('.');
            match CUSTOMER.iter().find(|(attribute, _)| *attribute == name) {
                Some((_, column)) => {
                    place.push_str(column);
                    writer.put(&place);
                    Ok(())
                }
                None => {
                    place.push_str("attributes");
                    writer.json(&place, name, kind)
                }
            }
        })
    }

    /// An attribute of the entity in the row `alias`.
    pub(super) fn entity_attribute(&mut self, kind: &str, alias: &str, name: &str) -> Written {
        let library = self.context.library;
        let model = library.model.entities.get(kind);
        let attribute = model.and_then(|kind| kind.attributes.get(name));
        let stands = kind_of(attribute.map(|attribute| &attribute.ty));
        let fallback = match (model, attribute) {
            (Some(kind), Some(attribute)) => fallback::of_entity(kind, name, attribute),
            (Some(_) | None, _) => None,
        };
        self.entities.push(Row { kind: kind.to_owned(), alias: alias.to_owned() });
        let written = self.attribute(fallback, |writer| {
            let mut column = alias.to_owned();
            column.push('.');
            if ENTITY.contains(&name) {
                column.push_str(name);
                writer.put(&column);
                return Ok(());
            }
            column.push_str("attributes");
            writer.json(&column, name, stands)
        });
        self.entities.pop();
        written
    }

    /// A field of the row `event`; `at` is its instant, unless it has a field of that name.
    pub(super) fn event_field(&mut self, name: &str, ty: &Type) -> Written {
        let kind = kind_of(Some(ty));
        if name != "at" {
            return self.json("event.properties", name, kind);
        }
        self.put("COALESCE(");
        self.json("event.properties", name, Kind::Integer)?;
        self.put(", event.at)");
        Ok(())
    }

    /// What is stored, else what is true of those of whom nothing is.
    fn attribute(&mut self, fallback: Option<Value>, stored: impl FnOnce(&mut Self) -> Written) -> Written {
        let Some(fallback) = fallback else { return stored(self) };
        self.put("COALESCE(");
        stored(self)?;
        self.put(", ");
        self.bind_value(Some(&fallback));
        self.put(")");
        Ok(())
    }

    /// A value inside a JSON column. The name comes from the model; its letters are checked all the same.
    pub(super) fn json(&mut self, column: &str, name: &str, kind: Kind) -> Written {
        checked(name)?;
        let text = match self.context.dialect {
            Dialect::Sqlite => sqlite::json(column, name),
            Dialect::Postgres => postgres::json(column, name, kind),
        };
        self.put(&text);
        Ok(())
    }

    /// The items of a list inside a JSON column, as rows.
    pub(super) fn items_in(&mut self, column: &str, name: &str, alias: &str) -> Written {
        checked(name)?;
        let text = match self.context.dialect {
            Dialect::Sqlite => sqlite::items_in(column, name, alias),
            Dialect::Postgres => postgres::items_in(column, name, alias),
        };
        self.put(&text);
        Ok(())
    }
}

/// Only letters, digits and `_` are written out.
fn checked(name: &str) -> Written {
    if name.is_empty() || !name.chars().all(|letter| letter.is_alphanumeric() || letter == '_') {
        return Err(NotInSql { what: name.to_owned() });
    }
    Ok(())
}

/// How a value of a type stands in JSON; `None`: of a name that the model does not know.
fn kind_of(ty: Option<&Type>) -> Kind {
    match ty {
        Some(Type::Number | Type::Money | Type::YesNo | Type::Time) => Kind::Integer,
        Some(
            Type::Text
            | Type::Date
            | Type::Duration
            | Type::List
            | Type::Email
            | Type::Phone
            | Type::Birthday
            | Type::OneOf(_)
            | Type::Reference(_),
        )
        | None => Kind::Text,
    }
}
