//! The helpers that a merge tag may call: what they take and give. The interpreter's `render/helpers.rs`
//! does what they do.

use model::Type;
use std::ops::RangeInclusive;

/// A helper, or a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Helper {
    /// `{{default customer.name "friend"}}`
    Default,
    /// `{{date contract.ends_on}}`, `{{date contract.ends_on "month_day"}}`
    Date,
    /// `{{money contract.amount}}`
    Money,
    /// `{{upper customer.tier}}`
    Upper,
    /// `{{first_name customer.name}}`
    FirstName,
    /// `{{plural customer.orders "order" "orders"}}`
    Plural,
    /// `{{count items}}`
    Count,
    /// `{{salutation}}`
    Salutation,
    /// `(eq customer.tier "gold")`
    Eq,
    /// `{{#if customer.name}} … {{else}} … {{/if}}`
    If,
    /// `{{#unless customer.name}} … {{/unless}}`
    Unless,
    /// `{{#each customer.tags}}{{this}}{{/each}}`
    Each,
    /// `{{#with customer.company}}{{name}}{{/with}}`
    With,
}

/// Every helper, in the order of the reference.
pub const ALL: [Helper; 13] = [
    Helper::Default,
    Helper::Date,
    Helper::Money,
    Helper::Upper,
    Helper::FirstName,
    Helper::Plural,
    Helper::Count,
    Helper::Salutation,
    Helper::Eq,
    Helper::If,
    Helper::Unless,
    Helper::Each,
    Helper::With,
];

/// How `date` may write: `long` is the default.
pub const DATE_STYLES: [&str; 7] = ["long", "short", "iso", "month_day", "weekday", "time", "datetime"];

impl Helper {
    /// The helper of this name.
    pub fn named(name: &str) -> Option<Self> {
        ALL.into_iter().find(|helper| helper.name() == name)
    }

    /// The word in a tag.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Date => "date",
            Self::Money => "money",
            Self::Upper => "upper",
            Self::FirstName => "first_name",
            Self::Plural => "plural",
            Self::Count => "count",
            Self::Salutation => "salutation",
            Self::Eq => "eq",
            Self::If => "if",
            Self::Unless => "unless",
            Self::Each => "each",
            Self::With => "with",
        }
    }

    /// How it is written, for errors and the reference.
    pub const fn usage(self) -> &'static str {
        match self {
            Self::Default => "{{default customer.name \"friend\"}}",
            Self::Date => "{{date contract.ends_on \"month_day\"}}",
            Self::Money => "{{money contract.amount}}",
            Self::Upper => "{{upper customer.tier}}",
            Self::FirstName => "{{first_name customer.name}}",
            Self::Plural => "{{plural customer.orders \"order\" \"orders\"}}",
            Self::Count => "{{count customer.tags}}",
            Self::Salutation => "{{salutation}}",
            Self::Eq => "{{#if (eq customer.tier \"gold\")}}",
            Self::If => "{{#if customer.name}}",
            Self::Unless => "{{#unless customer.name}}",
            Self::Each => "{{#each customer.tags}}",
            Self::With => "{{#with customer.company}}",
        }
    }

    /// Whether it is written `{{#…}}`.
    pub const fn is_block(self) -> bool {
        match self {
            Self::If | Self::Unless | Self::Each | Self::With => true,
            Self::Default
            | Self::Date
            | Self::Money
            | Self::Upper
            | Self::FirstName
            | Self::Plural
            | Self::Count
            | Self::Salutation
            | Self::Eq => false,
        }
    }

    /// How many values it takes.
    pub(super) const fn counts(self) -> RangeInclusive<usize> {
        match self {
            Self::Default | Self::Eq => 2..=2,
            Self::Date => 1..=2,
            Self::Plural => 3..=3,
            Self::Salutation => 0..=0,
            Self::Money
            | Self::Upper
            | Self::FirstName
            | Self::Count
            | Self::If
            | Self::Unless
            | Self::Each
            | Self::With => 1..=1,
        }
    }

    /// Whether its value at a place may be unknown.
    pub(super) const fn provides_for_missing(self, index: usize) -> bool {
        match self {
            Self::Default => index == 0,
            Self::Eq | Self::If | Self::Unless | Self::With => true,
            Self::Date
            | Self::Money
            | Self::Upper
            | Self::FirstName
            | Self::Plural
            | Self::Count
            | Self::Salutation
            | Self::Each => false,
        }
    }

    /// Whether its value at a place may be of a type.
    pub(super) fn takes(self, index: usize, ty: &Type) -> bool {
        match (self, index) {
            (Self::Date, 0) => matches!(ty, Type::Date | Type::Time | Type::Birthday),
            (Self::Money | Self::Plural, 0) => matches!(ty, Type::Number | Type::Money),
            (Self::Upper | Self::FirstName, 0) => {
                matches!(ty, Type::Text | Type::OneOf(_) | Type::Email | Type::Phone)
            }
            (Self::Count, _) => matches!(ty, Type::List),
            (Self::Default | Self::Eq, _) => !matches!(ty, Type::List),
            _ => true,
        }
    }

    /// The texts that its value at a place is one of.
    pub(super) const fn choices(self, index: usize) -> Option<&'static [&'static str]> {
        match (self, index) {
            (Self::Date, 1) => Some(&DATE_STYLES),
            _ => None,
        }
    }

    /// The type of what it gives; `None`: that of what it was given.
    pub(super) const fn gives(self) -> Option<Type> {
        match self {
            Self::Default | Self::If | Self::Unless | Self::Each | Self::With => None,
            Self::Date | Self::Money | Self::Upper | Self::FirstName | Self::Plural | Self::Salutation => {
                Some(Type::Text)
            }
            Self::Count => Some(Type::Number),
            Self::Eq => Some(Type::YesNo),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_helper_is_found_by_its_name_and_shown_in_its_usage() {
        for helper in ALL {
            assert_eq!(Helper::named(helper.name()), Some(helper));
            assert!(helper.usage().contains(helper.name()), "{helper:?}");
            assert_eq!(helper.usage().starts_with("{{#"), helper.is_block() || helper == Helper::Eq);
        }
        assert_eq!(Helper::named("lookup"), None);
    }
}
