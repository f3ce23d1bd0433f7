//! How clients name things, and how the model does: `Order Paid` is `order.paid`, `firstName` is `first_name`, and
//! what they nest is laid flat.

use engine::import::Judge;
use model::Type;
use serde_json::{Map, Value as Json};

/// The declared name that a client means: itself, or the one that has the same letters and digits.
pub(super) fn fitting<'k>(name: &str, known: impl Iterator<Item = &'k String> + Clone) -> Option<String> {
    if known.clone().any(|known| known == name) {
        return Some(name.to_owned());
    }
    let bare = bare(name);
    if bare.is_empty() {
        return None;
    }
    let mut same = known.filter(|known| self::bare(known) == bare);
    let first = same.next()?;
    // Of two that look alike neither is meant.
    same.next().is_none().then(|| first.clone())
}

fn bare(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The traits of a customer in the words of the model.
pub(super) struct Traits {
    /// Name, place in the item, value.
    pub values: Vec<(String, String, Json)>,
    /// What the model does not have.
    pub unknown: Vec<String>,
}

/// Lays traits flat and names them as the model does. A name that comes in parts is put together.
pub(super) fn traits(judge: &Judge<'_>, traits: &Map<String, Json>) -> Traits {
    let mut found = Traits { values: Vec::new(), unknown: Vec::new() };
    let known = judge.attributes();
    let fits = |name: &str| fitting(name, known.iter());
    for (name, value) in traits {
        let place = format!("/traits/{}", name.replace('~', "~0").replace('/', "~1"));
        match (fits(name), value) {
            (_, Json::Null) => {}
            (Some(own), Json::Object(inner)) => {
                // A company has a name or an id; that is what an attribute can hold.
                let said = ["id", "name"].into_iter().find_map(|part| inner.get(part));
                match said.filter(|said| !said.is_object() && !said.is_array()) {
                    Some(said) => found.values.push((own, place, said.clone())),
                    None => found.unknown.push(name.clone()),
                }
            }
            (Some(own), value) => found.values.push((own, place, value.clone())),
            (None, Json::Object(inner)) => {
                for (part, value) in inner {
                    let own = fits(&format!("{name}_{part}")).or_else(|| fits(part));
                    match own.filter(|_| !value.is_object()) {
                        Some(own) => found.values.push((own, format!("{place}/{part}"), value.clone())),
                        None => found.unknown.push(format!("{name}.{part}")),
                    }
                }
            }
            (None, _) => found.unknown.push(name.clone()),
        }
    }
    let part = |name: &str| traits.get(name).and_then(Json::as_str).map(str::trim).unwrap_or_default();
    let (first, last) = (part("firstName"), part("lastName"));
    let has_name = found.values.iter().any(|(name, _, _)| name == "name");
    if !has_name && judge.takes("name") && !(first.is_empty() && last.is_empty()) {
        let chinese = [first, last].iter().all(|part| part.chars().all(|letter| letter > '\u{2e7f}'));
        let whole = if chinese { format!("{last}{first}") } else { format!("{first} {last}") };
        found.values.push(("name".to_owned(), "/traits".to_owned(), Json::from(whole.trim())));
        found.unknown.retain(|name| name != "firstName" && name != "lastName");
    }
    found
}

/// A property as a field can hold it: of a list of things their names.
pub(super) fn flat(value: Json, ty: Option<&Type>) -> Json {
    match (value, ty) {
        (Json::Array(items), Some(Type::List)) => {
            let named = |item: Json| match item {
                Json::Object(members) => ["name", "title", "sku", "product_id", "id"]
                    .into_iter()
                    .find_map(|name| members.get(name).cloned())
                    .unwrap_or(Json::Null),
                other @ (Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_)) => {
                    other
                }
            };
            let named = items.into_iter().map(named).filter(|item| !item.is_null());
            Json::Array(
                named
                    .map(|item| if item.is_number() { Json::from(item.to_string()) } else { item })
                    .collect(),
            )
        }
        (value, _) => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_fits_where_its_letters_do() {
        let known = ["order.paid", "cart_updated", "a.b", "ab", "城市"].map(str::to_owned);
        let of = |name: &str| fitting(name, known.iter());
        assert_eq!(of("Order Paid").as_deref(), Some("order.paid"));
        assert_eq!(of("cartUpdated").as_deref(), Some("cart_updated"));
        assert_eq!(of("AB"), None, "either could be meant");
        assert_eq!(of("ab").as_deref(), Some("ab"));
        assert_eq!(of("城市").as_deref(), Some("城市"));
        assert_eq!(of("--"), None);
        assert_eq!(of("Order Completed"), None);
    }

    #[test]
    fn of_a_list_of_things_their_names_stay() {
        let items = serde_json::json!([{ "sku": "A-1", "price": 3 }, "B", { "price": 4 }, 7]);
        assert_eq!(flat(items.clone(), Some(&Type::List)), serde_json::json!(["A-1", "B", "7"]));
        assert_eq!(flat(items.clone(), None), items);
    }
}
