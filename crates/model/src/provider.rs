//! What is looked for in a provider's answer, and the way through its JSON.

use serde_json::Value as Json;

/// Something that an answer may say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Match {
    /// HTTP statuses, both ends included.
    pub status: Vec<(u16, u16)>,
    /// Ways into the JSON (`Response.Error.Code`, `list.0.code`), each with the texts of which one may stand there.
    pub json: Vec<(String, Vec<String>)>,
}

impl Match {
    /// Any of these statuses.
    pub fn of_status(status: impl IntoIterator<Item = (u16, u16)>) -> Self {
        Self { status: status.into_iter().collect(), json: Vec::new() }
    }

    /// One of these at the end of that way.
    pub fn of_json<'t>(way: &str, texts: impl IntoIterator<Item = &'t str>) -> Self {
        Self::default().or_json(way, texts)
    }

    /// The same and one of these at the end of that way.
    #[must_use]
    pub fn or_json<'t>(mut self, way: &str, texts: impl IntoIterator<Item = &'t str>) -> Self {
        self.json.push((way.to_owned(), texts.into_iter().map(str::to_owned).collect()));
        self
    }

    /// Whether an answer says all of it: one of the statuses, where any is named, and what is named of the JSON.
    /// What names nothing is said by no answer. `body`: its JSON; null where it has none.
    pub fn all(&self, status: u16, body: &Json) -> bool {
        let named = !self.status.is_empty() || !self.json.is_empty();
        named
            && (self.status.is_empty() || self.is_status(status))
            && self.json.iter().all(|one| says(body, one))
    }

    /// Whether an answer says any of it.
    pub fn any(&self, status: u16, body: &Json) -> bool {
        self.is_status(status) || self.json.iter().any(|one| says(body, one))
    }

    fn is_status(&self, status: u16) -> bool {
        self.status.iter().any(|(from, to)| (*from..=*to).contains(&status))
    }
}

fn says(body: &Json, (way, texts): &(String, Vec<String>)) -> bool {
    at(body, way).and_then(plain).is_some_and(|found| texts.contains(&found))
}

/// What stands at the end of a way: names of fields and numbers of items from 0, with dots between. `None`:
/// nothing.
pub fn at<'j>(body: &'j Json, way: &str) -> Option<&'j Json> {
    way.split('.').try_fold(body, |here, part| match here {
        Json::Object(fields) => fields.get(part),
        Json::Array(items) => items.get(part.parse::<usize>().ok()?),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => None,
    })
}

/// A plain value as one writes it: `OK`, `0`, `true`. `None`: it is no plain value.
pub fn plain(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(yes) => Some(yes.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_success_says_all_and_a_reason_to_wait_says_any() {
        let body = json!({ "Code": "OK", "list": [{ "code": 0 }] });
        let of = |way: &str, text: &str| Match::of_json(way, [text]);
        assert!(of("Code", "OK").all(500, &body) && of("list.0.code", "0").all(200, &body));
        assert!(!of("Code", "ok").all(200, &body) && !of("list.1.code", "0").all(200, &body));
        let both = Match { status: vec![(200, 299)], ..of("Code", "OK") };
        assert!(both.all(204, &body) && !both.all(300, &body) && !both.all(200, &Json::Null));
        assert!(both.any(300, &body) && both.any(200, &Json::Null) && !both.any(300, &Json::Null));
        assert!(!Match::default().all(200, &body) && !Match::default().any(200, &body), "nothing is named");
    }
}
