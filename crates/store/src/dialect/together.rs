//! Several statements as one text, which SQLite runs one after the other.

use std::collections::HashMap;
use std::sync::{OnceLock, PoisonError, RwLock};

/// Statements put together.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Together {
    /// Their text. Its binds have no numbers: they come in their order.
    pub(crate) text: &'static str,
    /// Which of its own binds, from 0, each statement has in their order.
    pub(crate) places: Vec<Vec<usize>>,
}

/// These put together, once for all.
pub(crate) fn of(texts: Vec<&'static str>) -> &'static Together {
    type Known = RwLock<HashMap<Vec<&'static str>, &'static Together>>;
    static KNOWN: OnceLock<Known> = OnceLock::new();
    let known = KNOWN.get_or_init(Known::default);
    if let Some(found) = known.read().unwrap_or_else(PoisonError::into_inner).get(&texts) {
        return found;
    }
    let mut all = String::new();
    let mut places = Vec::with_capacity(texts.len());
    for text in &texts {
        places.push(add(text, &mut all));
        all.push_str(";\n");
    }
    let made: &'static Together =
        Box::leak(Box::new(Together { text: Box::leak(all.into_boxed_str()), places }));
    known.write().unwrap_or_else(PoisonError::into_inner).entry(texts).or_insert(made)
}

/// Adds a statement. Returns which binds it has in their order. No text of ours has `?` in quotes.
fn add(text: &str, all: &mut String) -> Vec<usize> {
    let mut places = Vec::new();
    let mut parts = text.split('?');
    all.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let digits = part.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(part.len());
        let (number, rest) = part.split_at(digits);
        places.push(number.parse::<usize>().unwrap_or(1).saturating_sub(1));
        all.push('?');
        all.push_str(rest);
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binds_keep_their_meaning() {
        let found = of(vec!["SELECT ?2, ?1, ?2", "SELECT 1", "SELECT ?11 + 1"]);
        assert_eq!(found.text, "SELECT ?, ?, ?;\nSELECT 1;\nSELECT ? + 1;\n");
        assert_eq!(found.places, [vec![1, 0, 1], vec![], vec![10]]);
        assert!(std::ptr::eq(found, of(vec!["SELECT ?2, ?1, ?2", "SELECT 1", "SELECT ?11 + 1"])));
    }
}
