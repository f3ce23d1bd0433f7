//! One form of `forms:`.

use super::desk::Desk;
use crate::diagnostic::Code;
use crate::library::{Form, FormConsent, FormField, Origin};
use crate::source::Span;
use crate::yaml::{Entry, Node};
use model::Type;
use model::event::names;

/// What only we and colleagues write of a customer.
const OURS: [&str; 6] = ["external_id", "owner", "stage", "tags", "created_at", "zone"];
/// Letters of a label, a hint, or words beside a box.
const MOST: usize = 2_000;

/// Reads a form; what cannot be read is reported and left out.
pub(super) fn form(entry: &Entry, desk: &mut Desk<'_>) -> Option<Form> {
    let mut fields = desk.fields(&entry.value, "thing-form")?;
    let title = text(desk.take(&mut fields, "title"), desk);
    let below = text(desk.take(&mut fields, "text"), desk);
    let event = desk.take(&mut fields, "event").map(|node| (desk.event(node), node.span));
    let event = match event {
        None => Some(names::FORM_SUBMITTED.to_owned()),
        Some((Some(name), span)) => own_event(name, span, desk),
        Some((None, _)) => None,
    };
    let asked = desk.need(&mut fields, "fields").map(|node| {
        let entries = desk.entries(node);
        let has_email = entries.iter().any(|entry| entry.key == "email");
        let read = entries.iter().map(|entry| field(entry, event.as_deref(), has_email, desk));
        (read.collect::<Vec<_>>(), node.span)
    });
    let double_opt_in = desk.take(&mut fields, "double_opt_in").and_then(|node| desk.yes_no(node));
    let double_opt_in = double_opt_in.unwrap_or(true);
    let consent = desk.take(&mut fields, "consent");
    let consents: Option<Vec<FormConsent>> = consent.map_or(Some(Vec::new()), |node| {
        let read: Vec<_> = desk.entries(node).iter().map(|entry| consent_of(entry, desk)).collect();
        read.into_iter().collect()
    });
    let button = text(desk.take(&mut fields, "button"), desk);
    let thanks = text(desk.take(&mut fields, "thanks"), desk);
    let redirect = desk.take(&mut fields, "redirect").map(|node| address(node, desk));
    let tags = [("zh-CN", "zh-CN"), ("zh-TW", "zh-TW"), ("en", "en")];
    let language = desk.take(&mut fields, "language").and_then(|node| desk.word(node, "language", &tags));
    desk.close(fields);
    let (asked, span) = asked?;
    // A field that cannot be read may be the address: what hangs on it is not said.
    let asked: Vec<FormField> = asked.into_iter().collect::<Option<_>>()?;
    let reached = reached(&asked, entry.key_span, desk)?;
    if double_opt_in
        && let Some(node) = consent
        && reached != "email"
    {
        let place = node.entries().and_then(<[_]>::first).map_or(span, |first| first.key_span);
        desk.report.error(Code::E0682, place).message("E0682-mail").help("E0682-help-mail");
        return None;
    }
    Some(Form {
        name: entry.key.clone(),
        title: title.unwrap_or_else(|| entry.key.clone()),
        text: below,
        fields: asked,
        consents: consents?,
        double_opt_in,
        event: event?,
        button,
        thanks,
        redirect: match redirect {
            None => None,
            Some(address) => Some(address?),
        },
        language: language.map(str::to_owned),
    })
}

/// A text that says something; `None`: it says nothing, which is reported, or it is not there.
fn text(node: Option<&Node>, desk: &mut Desk<'_>) -> Option<String> {
    let node = node.filter(|node| desk.says_something(node))?;
    desk.text(node).map(|text| text.chars().take(MOST).collect())
}

/// An event that somebody outside may tell.
fn own_event(name: String, span: Span, desk: &mut Desk<'_>) -> Option<String> {
    if desk.library.model.events.get(&name).is_some_and(|kind| kind.built_in) {
        let ours = desk.report.error(Code::E0680, span).message("E0680-event");
        ours.arg("name", &name).help("E0680-help-event");
        return None;
    }
    Some(name)
}

fn field(entry: &Entry, event: Option<&str>, has_email: bool, desk: &mut Desk<'_>) -> Option<FormField> {
    let kind = kind_of(entry, event, desk);
    // An address is asked so that it is given; of two, the mail's.
    let usual = match entry.key.as_str() {
        "email" => true,
        "phone" => !has_email,
        _ => false,
    };
    let mut read = FormField {
        name: entry.key.clone(),
        label: None,
        hint: None,
        ty: Type::Text,
        required: usual,
        long: false,
        of_customer: true,
    };
    if entry.value.entries().is_some() {
        let mut fields = desk.fields(&entry.value, "thing-form-field")?;
        read.label = text(desk.take(&mut fields, "label"), desk);
        read.hint = text(desk.take(&mut fields, "hint"), desk);
        let required = desk.take(&mut fields, "required").and_then(|node| desk.yes_no(node));
        read.required = required.unwrap_or(usual);
        let long = desk.take(&mut fields, "long");
        read.long = long.and_then(|node| desk.yes_no(node)).unwrap_or(false);
        if let (true, Some(node), Some((ty, _))) = (read.long, long, &kind)
            && *ty != Type::Text
        {
            let wrong = desk.report.error(Code::E0680, node.span).message("E0680-long");
            wrong.arg("name", &entry.key).arg_type("type", ty).help("E0680-help-long");
        }
        desk.close(fields);
    } else {
        read.label = text(Some(&entry.value), desk);
    }
    (read.ty, read.of_customer) = kind?;
    Some(read)
}

/// What a field may hold, and whether it becomes known of the customer.
fn kind_of(entry: &Entry, event: Option<&str>, desk: &mut Desk<'_>) -> Option<(Type, bool)> {
    let library = desk.library;
    let name = entry.key.as_str();
    let of_event = event.and_then(|event| library.model.events.get(event)?.fields.get(name));
    let refused = |sentence: &'static str, desk: &mut Desk<'_>| {
        let wrong = desk.report.error(Code::E0680, entry.key_span).message(sentence);
        wrong.arg("name", name).help("E0680-help");
        None
    };
    let (ty, of_customer) = match (library.model.customer.get(name), of_event) {
        (Some(_), None) if OURS.contains(&name) => return refused("E0680-ours", desk),
        (Some(attribute), None) if attribute.html => return refused("E0680-html", desk),
        (Some(attribute), of_event) => match (&attribute.origin, of_event) {
            (Origin::Given, _) if !OURS.contains(&name) && !attribute.html => (&attribute.ty, true),
            (_, Some(ty)) => (ty, false),
            (Origin::Given | Origin::From(_) | Origin::Cases(_) | Origin::Rank(_), None) => {
                return refused("E0680-computed", desk);
            }
        },
        (None, Some(ty)) => (ty, false),
        (None, None) => {
            let given = library.model.customer.iter().filter(|(name, attribute)| {
                matches!(attribute.origin, Origin::Given) && !OURS.contains(&name.as_str())
            });
            let fields = event.and_then(|event| library.model.events.get(event));
            let fields = fields.into_iter().flat_map(|kind| kind.fields.keys());
            let known: Vec<String> = given.map(|(name, _)| name).chain(fields).cloned().collect();
            desk.unknown_attribute(name, entry.key_span, known);
            return None;
        }
    };
    match ty {
        Type::Time | Type::Duration | Type::List => {
            let wrong = desk.report.error(Code::E0680, entry.key_span).message("E0680-type");
            wrong.arg("name", name).arg_type("type", ty).help("E0680-help-type");
            None
        }
        // Of an entity nobody outside knows the id; a company's name is a text where the model has no companies.
        Type::Reference(_) => refused("E0680-reference", desk),
        Type::Text
        | Type::Number
        | Type::YesNo
        | Type::Date
        | Type::Email
        | Type::Phone
        | Type::Money
        | Type::Birthday
        | Type::OneOf(_) => Some((ty.clone(), of_customer)),
    }
}

fn consent_of(entry: &Entry, desk: &mut Desk<'_>) -> Option<FormConsent> {
    let library = desk.library;
    let topic = library.topics.get(&entry.key);
    match topic {
        None => {
            let known = library.topics.keys().map(String::as_str);
            desk.unknown(Code::E0236, &entry.key, entry.key_span, known);
        }
        Some(topic) if !topic.marketing => {
            let none = desk.report.error(Code::E0682, entry.key_span).arg("name", &entry.key);
            none.help("E0682-help");
        }
        Some(_) => {}
    }
    let known = topic.is_some_and(|topic| topic.marketing);
    let (mut wording, mut required) = (None, false);
    if entry.value.entries().is_some() {
        let mut fields = desk.fields(&entry.value, "thing-form-consent")?;
        wording = text(desk.need(&mut fields, "wording"), desk);
        let must = desk.take(&mut fields, "required").and_then(|node| desk.yes_no(node));
        required = must.unwrap_or(false);
        desk.close(fields);
    } else if entry.value.is_null() {
        let none = desk.report.error(Code::E0682, entry.key_span).message("E0682-wording");
        none.arg("name", &entry.key).help("E0682-help-wording");
    } else {
        wording = text(Some(&entry.value), desk);
    }
    wording.filter(|_| known).map(|wording| FormConsent { topic: entry.key.clone(), wording, required })
}

/// By what somebody who sends it is reached for sure: `email` or `phone`. Nobody is known without.
fn reached(fields: &[FormField], form: Span, desk: &mut Desk<'_>) -> Option<&'static str> {
    let mut asked = ["email", "phone"]
        .into_iter()
        .filter(|name| fields.iter().any(|field| field.name == *name && field.of_customer && field.required));
    let found = asked.next();
    if found.is_none() {
        let offered = fields.iter().any(|field| matches!(field.name.as_str(), "email" | "phone"));
        let nobody = desk.report.error(Code::E0681, form);
        nobody.message(if offered { "E0681-optional" } else { "E0681" }).help("E0681-help");
    }
    found
}

/// An address to which a browser may be sent.
fn address(node: &Node, desk: &mut Desk<'_>) -> Option<String> {
    let text = desk.spanned(node)?;
    let rest = ["https://", "http://"].into_iter().find_map(|scheme| text.value.strip_prefix(scheme));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    let is_clean = text.value.chars().all(|letter| letter.is_ascii_graphic());
    if is_clean && !host.is_empty() && !host.contains('@') && text.value.len() <= MOST {
        return Some(text.value);
    }
    let wrong = desk.report.error(Code::E0683, text.span).arg("text", &text.value);
    wrong.help("E0683-help");
    None
}
