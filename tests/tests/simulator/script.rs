//! What happens to a project by chance: facts in files, and what people do at the command line.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::fmt::Write as _;
use tests::dice::Dice;

/// Monday morning in Shanghai.
pub const BEGIN: &str = "2026-03-02T00:55:00Z";

const ZONES: [&str; 4] = ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "UTC"];

/// Something that somebody does.
#[derive(Clone, Debug)]
pub enum Act {
    /// Imports events: rows of JSON, each of which may come again and in any order.
    Events(Vec<String>),
    /// Imports customers: a table.
    Customers(String),
    /// Holds a workflow.
    Pause(String),
    /// Lets it go on.
    Resume(String),
    /// Ends it; with `true` everybody leaves.
    Retire(String, bool),
    /// Lets a customer go.
    Exit(String, String),
    /// Makes two customers one.
    Merge(String, String),
    /// Publishes the files as they were changed.
    Publish,
}

/// When, and what.
pub type Deed = (Timestamp, Act);

/// A life of the project.
#[derive(Clone, Debug)]
pub struct Script {
    /// The table of customers that is imported before the begin.
    pub customers: String,
    /// What happens, in order.
    pub deeds: Vec<Deed>,
    /// When the last of it is over and only time passes.
    pub end: Timestamp,
}

impl Script {
    /// Draws one for these workflows.
    /// `large`: more people, more deeds, and more days.
    pub fn draw(dice: &mut Dice, workflows: &[String], large: bool) -> Self {
        let begin: Timestamp = BEGIN.parse().unwrap();
        let people = if large { dice.between(3, 5) } else { dice.between(2, 3) };
        let mut customers =
            "external_id,email,zone,tier,joined,created_at,consent.offers,consent_at,consent_source\n"
                .to_owned();
        for number in 0..people {
            let consents = if dice.chance(85) { "granted" } else { "" };
            let _ = writeln!(
                customers,
                "c{number},c{number}@example.com,{},{},2026-03-{:02},2026-02-0{}T00:00:00Z,{consents},2026-01-01T00:00:00Z,form",
                dice.one(&ZONES),
                dice.one(&["basic", "silver"]),
                dice.between(1, 9),
                dice.between(1, 9),
            );
        }
        let mut now = begin;
        let mut deeds = Vec::new();
        let mut merged = false;
        let (deeds_at_most, hours) = if large { (6, 24) } else { (4, 12) };
        for number in 0..dice.between(2, deeds_at_most) {
            now += SignedDuration::from_mins(dice.between(10, hours * 60) as i64);
            let workflow = || dice_name(workflows, number);
            let act = match dice.between(0, 12) {
                0 => Act::Pause(workflow()),
                1 => Act::Resume(workflow()),
                2 => Act::Retire(workflow(), dice.chance(50)),
                3 => Act::Exit(format!("c{}", dice.between(0, people - 1)), workflow()),
                4 if !merged => {
                    merged = true;
                    Act::Merge("c0".to_owned(), "c1".to_owned())
                }
                5 => Act::Publish,
                6 => Act::Customers(format!(
                    "external_id,tier,consent.offers,consent_at,consent_source\nc{},{},{},{now},form\n",
                    dice.between(0, people - 1),
                    dice.one(&["gold", "basic", "silver"]),
                    dice.one(&["", "withdrawn"]),
                )),
                _ => Act::Events(events(dice, people, number, now)),
            };
            deeds.push((now, act));
        }
        Self { customers, deeds, end: now + SignedDuration::from_hours(if large { 24 * 4 } else { 32 }) }
    }
}

fn dice_name(of: &[String], number: u64) -> String {
    of[number as usize % of.len()].clone()
}

/// Facts of the last hours, and of the next.
fn events(dice: &mut Dice, people: u64, batch: u64, now: Timestamp) -> Vec<String> {
    let mut rows = Vec::new();
    for number in 0..dice.between(2, 7) {
        let at = now + SignedDuration::from_secs(dice.between(0, 5 * 3600) as i64 - 4 * 3600);
        let (name, properties) = match dice.between(0, 5) {
            0..=2 => (
                "order.paid",
                json!({ "amount": dice.between(20, 250), "order_id": format!("o{batch}-{number}") }),
            ),
            3 | 4 => ("site.visited", json!({})),
            _ => (
                "cart.updated",
                json!({ "cart_id": format!("k{}", dice.between(1, 2)), "amount": dice.between(10, 90) }),
            ),
        };
        let customer = format!("c{}", dice.between(0, people - 1));
        rows.push(
            json!({ "id": format!("e{batch}-{number}"), "event": name, "customer": customer, "at": at, "properties": properties })
                .to_string(),
        );
    }
    rows
}
