//! What a form takes, and what it makes of it.

use super::*;
use dsl::library::FormConsent;
use model::{Consents, Customer, Type};

fn field(name: &str, ty: Type, required: bool) -> FormField {
    let of_customer = true;
    FormField { name: name.to_owned(), label: None, hint: None, ty, required, long: false, of_customer }
}

fn form(double_opt_in: bool) -> Form {
    Form {
        name: "news".to_owned(),
        title: "News".to_owned(),
        text: None,
        fields: vec![field("email", Type::Email, true), field("name", Type::Text, false)],
        consents: vec![FormConsent {
            topic: "marketing".to_owned(),
            wording: "Yes.".to_owned(),
            required: true,
        }],
        double_opt_in,
        event: "form.submitted".to_owned(),
        button: None,
        thanks: None,
        redirect: None,
        language: None,
    }
}

fn known(said: &[bool]) -> Snapshot {
    let at = |minute: usize| Timestamp::from_second(60 * i64::try_from(minute).unwrap()).unwrap();
    let word = |(minute, granted): (usize, &bool)| Consent {
        topic: "marketing".to_owned(),
        medium: Some(Medium::Email),
        granted: *granted,
        at: at(minute),
        source: String::new(),
        proof: Proof::default(),
    };
    let words: Vec<Consent> = said.iter().enumerate().map(word).collect();
    let mut snapshot = Snapshot::new(Customer::new(CustomerId::new("c1")));
    snapshot.consents = Consents::of(&words, |_| true);
    snapshot
}

#[test]
fn who_allows_it_is_not_asked_and_who_said_no_always_is() {
    let of = |double_opt_in: bool, medium: Medium, before: Option<&Snapshot>| {
        let ways = ways(&form(double_opt_in), &["marketing"], medium, before);
        (ways.granted.len(), ways.asked.len())
    };
    assert_eq!(of(true, Medium::Email, None), (0, 1));
    assert_eq!(of(false, Medium::Email, None), (1, 0));
    assert_eq!(of(true, Medium::Email, Some(&known(&[true]))), (0, 0));
    assert_eq!(of(false, Medium::Email, Some(&known(&[true, false]))), (0, 1));
    assert_eq!(of(false, Medium::Sms, Some(&known(&[]))), (1, 0));
}

#[test]
fn everything_that_is_missing_or_too_long_is_said_at_once() {
    let answers = |email: &str, name: &str| {
        BTreeMap::from([("email".to_owned(), json!(email)), ("name".to_owned(), json!(name))])
    };
    let filled = Filled { answers: answers("  ", &"x".repeat(SHORT + 1)), ..Filled::default() };
    let wrong = amiss(&form(true), &filled);
    let told: Vec<(&str, Amiss)> = wrong.iter().map(|(name, amiss)| (name.as_str(), *amiss)).collect();
    assert_eq!(
        told,
        [("agree:marketing", Amiss::NotTicked), ("email", Amiss::Missing), ("name", Amiss::TooLong)]
    );
    let ticked = BTreeSet::from(["marketing".to_owned()]);
    let filled =
        Filled { answers: answers("a@example.com", &"汉".repeat(SHORT)), ticked, ..Filled::default() };
    assert_eq!(amiss(&form(true), &filled), BTreeMap::new());
    let nested = BTreeMap::from([("email".to_owned(), json!(["a@example.com"]))]);
    let filled = Filled { answers: nested, ..filled };
    assert_eq!(amiss(&form(true), &filled).get("email"), Some(&Amiss::NotOfItsType));
}
