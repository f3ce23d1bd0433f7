//! Tests of scoring files: the score and the band at instants after the clock.

use super::recorder::{Silent, facts};
use super::scene::{Scene, THE_CUSTOMER};
use super::{Problem, Verdict};
use crate::calendar::add::add;
use crate::score;
use crate::simulate::Simulation;
use crate::turn::zone_of;
use crate::world::{People, Workflows, World};
use dsl::library::{Library, ScoreTest, Scoring};
use model::{Decimal, zone};

/// Runs one test of a scoring file.
pub fn run_score(library: &Library, scoring: &Scoring, test: &ScoreTest) -> Verdict {
    let given = &test.given;
    let zone = zone::zone(&given.zone).unwrap_or_else(zone::utc);
    let workflows = Workflows::default();
    let world = World { library, workflows: &workflows, zone: &zone, trial: Some(&given.pick) };
    let scene = Scene { library, workflows: Vec::new(), scenario: false, test: given, zone: &zone };
    let mut silent = Silent;
    let mut simulation =
        Simulation::new(world, People::default(), scene.customers(), scene.coming(), given.clock);
    let mut problems = Vec::new();
    let people = People::default();
    let id = scene.id(THE_CUSTOMER);
    let mut band: Option<String> = None;
    for (after, expected_score, expected_band, span) in &test.expect {
        let at = add(given.clock, after, &zone, &library.calendar);
        simulation.run(at + jiff::SignedDuration::from_millis(1), &mut silent);
        let Some(snapshot) = simulation.customer(&id) else { continue };
        let customer_zone = zone_of(&world, snapshot);
        let facts = facts(&world, &people, snapshot, &customer_zone, at);
        let value = score::value(&facts, scoring);
        band = value.and_then(|value| score::band(scoring, value, band.as_deref()));
        if let Some(expected) = expected_score {
            let is = value.map(|value| rounded(value, *expected));
            if is != Some(*expected) {
                let is = is.map_or_else(|| "unknown".to_owned(), |is| is.to_string());
                problems.push(Problem::Score { span: *span, is, expected: expected.to_string() });
            }
        }
        if let Some(expected) = expected_band
            && band.as_ref() != Some(expected)
        {
            let is = band.clone().unwrap_or_default();
            problems.push(Problem::Score { span: *span, is, expected: expected.clone() });
        }
    }
    Verdict { name: given.name.clone(), span: given.span, problems, trace: Vec::new(), matched: Vec::new() }
}

/// A score to as many places as were expected.
fn rounded(value: Decimal, expected: Decimal) -> Decimal {
    let places = expected.to_string().split_once('.').map_or(0, |(_, places)| places.len());
    let unit = 10_i64.pow(6_u32.saturating_sub(u32::try_from(places).unwrap_or(6)));
    let half = if value.micros() < 0 { -unit / 2 } else { unit / 2 };
    Decimal::from_micros((value.micros() + half) / unit * unit)
}
