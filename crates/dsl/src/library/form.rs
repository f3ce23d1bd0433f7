//! `forms:` what a page asks people for, and what they consent to by sending it.

use model::Type;

/// A form.
#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    /// Its name in files and in its address: `/f/NAME`.
    pub name: String,
    /// The heading that people read.
    pub title: String,
    /// What stands below the heading; `None`: nothing.
    pub text: Option<String>,
    /// What is asked, in the author's order; one at least is an address that must be given.
    pub fields: Vec<FormField>,
    /// What people may consent to, in the author's order.
    pub consents: Vec<FormConsent>,
    /// A consent counts once it was confirmed by the link of a mail.
    pub double_opt_in: bool,
    /// The event that a form which was sent becomes.
    pub event: String,
    /// The words on the button; `None`: ours.
    pub button: Option<String>,
    /// What is said once it was sent; `None`: ours.
    pub thanks: Option<String>,
    /// Where the browser goes then, in place of a page of ours; `None`: it stays.
    pub redirect: Option<String>,
    /// The tag of the language in which it is written (`zh-CN`, `zh-TW`, `en`); `None`: the reader's.
    pub language: Option<String>,
}

/// One thing that is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct FormField {
    /// The name of an attribute of the customer, or of a field of the event.
    pub name: String,
    /// What people read; `None`: the model's word for it, or ours.
    pub label: Option<String>,
    /// A word of help below it; `None`: none.
    pub hint: Option<String>,
    /// What may be answered.
    pub ty: Type,
    /// It must be answered.
    pub required: bool,
    /// Several lines may be written.
    pub long: bool,
    /// The answer becomes known of the customer; else only the event holds it.
    pub of_customer: bool,
}

/// A box that people may tick.
#[derive(Clone, Debug, PartialEq)]
pub struct FormConsent {
    /// To what they consent.
    pub topic: String,
    /// The exact words beside the box, whose hash the record of consent keeps.
    pub wording: String,
    /// Without it the form cannot be sent.
    pub required: bool,
}

impl Form {
    /// The field of this name.
    pub fn field(&self, name: &str) -> Option<&FormField> {
        self.fields.iter().find(|field| field.name == name)
    }
}
