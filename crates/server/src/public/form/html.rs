//! A form as HTML, for our page and for anybody's: labels for each field, what is wrong beside it, and no script.

use crate::public::page::escaped;
use dsl::library::{Form as Declared, FormField, Library};
use engine::forms::{AGREE, Amiss, Filled, most_letters};
use model::Type;
use model::words::pages::Locale;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A field that only programs see; no attribute has a name like it.
pub(super) const TRAP: &str = "contact:website";
/// Says in which language the form is.
pub(super) const LANGUAGE: &str = "lang:";

/// Looks of a form in somebody's page: so much that it can be used, and what programs fill in is out of sight.
const STYLE: &str = "<style>
.nurture-form{max-width:32em;font:inherit;line-height:1.5}
.nurture-form p{margin:0 0 1em}
.nurture-form label{display:block;margin:0 0 .25em}
.nurture-form .box label{display:flex;gap:.6em;align-items:flex-start}
.nurture-form .box input{flex:none;width:1.25em;height:1.25em;margin:.15em 0 0}
.nurture-form input[type=text],.nurture-form input[type=email],.nurture-form input[type=tel],.nurture-form input[type=date],.nurture-form select,.nurture-form textarea{box-sizing:border-box;width:100%;min-height:2.75em;padding:.5em .7em;font:inherit}
.nurture-form .hint{display:block;font-size:.875em;opacity:.75}
.nurture-form button{min-height:2.75em;padding:.5em 1.5em;font:inherit;cursor:pointer}
.nurture-form .trap{position:absolute;left:-10000px;width:1px;height:1px;overflow:hidden}
</style>
";

/// A form that is to be shown.
pub(super) struct Form<'f> {
    /// What it asks.
    pub form: &'f Declared,
    /// The words of the model for it.
    pub library: &'f Library,
    /// The language of our own words in it.
    pub locale: Locale,
    /// Where it is sent; empty: to the address of its page.
    pub action: &'f str,
    /// What was filled in before.
    pub filled: &'f Filled,
    /// What of it is wrong.
    pub wrong: &'f BTreeMap<String, Amiss>,
}

/// The address of a form, below the one at which the server is reached. Of a name in another script a browser makes the
/// same.
pub fn page(public_url: &str, name: &str) -> String {
    let name: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
    format!("{}/f/{name}", public_url.trim_end_matches('/'))
}

/// The form for somebody's page, with a style of its own. `action`: the whole address of `/f/NAME`.
pub fn standalone(form: &Declared, library: &Library, locale: Locale, action: &str) -> String {
    let (filled, wrong) = (Filled::default(), BTreeMap::new());
    let html = Form { form, library, locale, action, filled: &filled, wrong: &wrong };
    format!("{STYLE}{}\n", html.inner().replace("><", ">\n<"))
}

impl Form<'_> {
    fn say(&self, key: &str) -> String {
        escaped(&self.locale.say(key, &[]))
    }

    fn id(&self, name: &str) -> String {
        escaped(&format!("{}-{name}", self.form.name))
    }

    /// What is wrong with a field, and that it is so for programs that read the page aloud.
    fn amiss(&self, name: &str, ty: &Type) -> Option<String> {
        Some(self.say(match (self.wrong.get(name)?, ty) {
            (Amiss::Missing, _) => "form-amiss-missing",
            (Amiss::TooLong, _) => "form-amiss-too-long",
            (Amiss::NotTicked, _) => "form-amiss-box",
            (Amiss::NotOfItsType, Type::Email) => "form-amiss-email",
            (Amiss::NotOfItsType, Type::Phone) => "form-amiss-phone",
            (Amiss::NotOfItsType, Type::Number | Type::Money) => "form-amiss-number",
            (Amiss::NotOfItsType, Type::Date | Type::Birthday) => "form-amiss-date",
            (Amiss::NotOfItsType, Type::OneOf(_)) => "form-amiss-choice",
            (
                Amiss::NotOfItsType,
                Type::Text | Type::YesNo | Type::Time | Type::Duration | Type::List | Type::Reference(_),
            ) => "form-amiss-other",
        }))
    }

    /// The form itself.
    pub(super) fn inner(&self) -> String {
        let form = self.form;
        let action = match self.action {
            "" => String::new(),
            action => format!(" action=\"{}\"", escaped(action)),
        };
        let mut html = String::new();
        if let Some(text) = &form.text {
            let _ = write!(html, "<p>{}</p>", escaped(text));
        }
        if !self.wrong.is_empty() {
            let _ = write!(html, "<p class=\"amiss\" role=\"alert\">{}</p>", self.say("form-amiss-title"));
        }
        let _ = write!(
            html,
            "<form class=\"nurture-form\" method=\"post\"{action} accept-charset=\"utf-8\" lang=\"{}\">\
             <input type=\"hidden\" name=\"{LANGUAGE}\" value=\"{0}\">",
            self.locale.tag()
        );
        for field in &form.fields {
            self.field(field, &mut html);
        }
        for each in &form.consents {
            let id = self.id(&format!("agree-{}", each.topic));
            let name = format!("{AGREE}{}", each.topic);
            let amiss = self.amiss(&name, &Type::YesNo);
            let checked = if self.filled.ticked.contains(&each.topic) { " checked" } else { "" };
            let rest = format!("{checked}{}", self.state(&id, each.required, None, amiss.as_deref()));
            self.tick(&mut html, &id, &name, &rest, &escaped(&each.wording), amiss.as_deref());
        }
        let trap = self.id("trap");
        let _ = write!(
            html,
            "<p class=\"trap\" aria-hidden=\"true\"><label for=\"{trap}\">{}</label><input id=\"{trap}\" \
             type=\"text\" name=\"{TRAP}\" tabindex=\"-1\" autocomplete=\"off\"></p>",
            self.say("form-trap")
        );
        let button = form.button.as_deref().map_or_else(|| self.say("form-send"), escaped);
        let _ = write!(html, "<p><button type=\"submit\">{button}</button></p></form>");
        html
    }

    /// Attributes that say what must be, and what describes the field.
    fn state(&self, id: &str, required: bool, hint: Option<&str>, amiss: Option<&str>) -> String {
        let mut out = String::new();
        if required {
            out.push_str(" required");
        }
        let hint = hint.map(|_| format!("{id}-hint"));
        let amiss = amiss.map(|_| format!("{id}-amiss"));
        if amiss.is_some() {
            out.push_str(" aria-invalid=\"true\"");
        }
        let by: Vec<String> = hint.into_iter().chain(amiss).collect();
        if !by.is_empty() {
            let _ = write!(out, " aria-describedby=\"{}\"", by.join(" "));
        }
        out
    }

    fn tick(&self, html: &mut String, id: &str, name: &str, rest: &str, label: &str, amiss: Option<&str>) {
        let _ = write!(
            html,
            "<p class=\"box\"><label for=\"{id}\"><input id=\"{id}\" type=\"checkbox\" name=\"{}\" \
             value=\"on\"{rest}><span>{label}</span></label>",
            escaped(name)
        );
        self.told(html, id, None, amiss);
        html.push_str("</p>");
    }

    fn told(&self, html: &mut String, id: &str, hint: Option<&str>, amiss: Option<&str>) {
        if let Some(hint) = hint {
            let _ = write!(html, "<span class=\"hint\" id=\"{id}-hint\">{hint}</span>");
        }
        if let Some(amiss) = amiss {
            let _ = write!(html, "<span class=\"amiss\" id=\"{id}-amiss\">{amiss}</span>");
        }
    }

    fn field(&self, field: &FormField, html: &mut String) {
        let (name, id) = (escaped(&field.name), self.id(&field.name));
        let label = escaped(&self.label(field));
        let ours = (field.ty == Type::Birthday).then(|| self.say("form-birthday-hint"));
        let hint = field.hint.as_deref().map(escaped).or(ours);
        let amiss = self.amiss(&field.name, &field.ty);
        let (hint, amiss) = (hint.as_deref(), amiss.as_deref());
        let state = self.state(&id, field.required, hint, amiss);
        let before = self.filled.answers.get(&field.name);
        if field.ty == Type::YesNo {
            let checked = if before == Some(&Json::Bool(true)) { " checked" } else { "" };
            self.tick(html, &id, &field.name, &format!("{checked}{state}"), &label, amiss);
            return;
        }
        let said = match before {
            Some(Json::String(text)) => text.clone(),
            Some(Json::Number(number)) => number.to_string(),
            Some(Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_)) | None => String::new(),
        };
        let mark = match field.required {
            true => format!(" <small>{}</small>", self.say("form-required")),
            false => String::new(),
        };
        let _ = write!(html, "<p><label for=\"{id}\">{label}{mark}</label>");
        let most = most_letters(field);
        let complete = completes(&field.name);
        let said = escaped(&said);
        if let Type::OneOf(words) = &field.ty {
            let _ = write!(html, "<select id=\"{id}\" name=\"{name}\"{state}>");
            let _ = write!(html, "<option value=\"\">{}</option>", self.say("form-choose"));
            for word in words {
                let word = escaped(word);
                let chosen = if word == said { " selected" } else { "" };
                let _ = write!(html, "<option{chosen}>{word}</option>");
            }
            html.push_str("</select>");
        } else if field.long {
            let _ = write!(
                html,
                "<textarea id=\"{id}\" name=\"{name}\" rows=\"5\" maxlength=\"{most}\"{state}>{said}</textarea>"
            );
        } else {
            let (kind, more) = input(&field.ty);
            let most = if field.ty == Type::Date { String::new() } else { format!(" maxlength=\"{most}\"") };
            let _ = write!(
                html,
                "<input id=\"{id}\" type=\"{kind}\" name=\"{name}\" value=\"{said}\"\
                 {most}{more}{complete}{state}>"
            );
        }
        self.told(html, &id, hint, amiss);
        html.push_str("</p>");
    }

    /// What people read beside a field: the form's word, the model's, ours, its name.
    fn label(&self, field: &FormField) -> String {
        let titled = || self.library.model.customer.get(&field.name)?.title.clone();
        let ours = || match field.name.as_str() {
            known @ ("email" | "phone" | "name" | "company" | "language" | "country") => {
                Some(self.locale.say(&format!("form-{known}"), &[]))
            }
            _ => None,
        };
        field.label.clone().or_else(titled).or_else(ours).unwrap_or_else(|| field.name.clone())
    }
}

/// The kind of an input, and how a phone shows its keys.
fn input(ty: &Type) -> (&'static str, &'static str) {
    match ty {
        Type::Email => ("email", ""),
        Type::Phone => ("tel", ""),
        Type::Date => ("date", ""),
        Type::Number | Type::Money => ("text", " inputmode=\"decimal\""),
        Type::Text
        | Type::YesNo
        | Type::Time
        | Type::Duration
        | Type::List
        | Type::Birthday
        | Type::OneOf(_)
        | Type::Reference(_) => ("text", ""),
    }
}

/// What a browser that knows its reader may fill in.
fn completes(name: &str) -> &'static str {
    match name {
        "email" => " autocomplete=\"email\"",
        "phone" => " autocomplete=\"tel\"",
        "name" => " autocomplete=\"name\"",
        "company" => " autocomplete=\"organization\"",
        "country" => " autocomplete=\"country-name\"",
        "birthday" => " autocomplete=\"bday\"",
        _ => "",
    }
}
