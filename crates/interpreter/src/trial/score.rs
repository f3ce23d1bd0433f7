//! Tests of scoring files: the score, the band and the grade at instants after the clock, and what the bands
//! do meanwhile.

use super::recorder::{Recorder, facts};
use super::scene::Scene;
use super::{Problem, Verdict, judge};
use crate::calendar::add::add;
use crate::render::Renderer;
use crate::score;
use crate::simulate::Simulation;
use crate::turn::zone_of;
use crate::world::{Trial, Workflows, World};
use dsl::library::{ExpectedScore, Library, ScoreTest, Scoring};
use dsl::workflow::Workflow;
use model::{Decimal, zone};
use std::sync::Arc;

/// Runs one test of a scoring file. `acting`: the workflows of its bands.
pub fn run_score(
    library: &Library,
    renderer: &Renderer,
    acting: &[Arc<Workflow>],
    scoring: &Scoring,
    test: &ScoreTest,
) -> Verdict {
    let given = &test.given;
    let zone = zone::zone(&given.zone).unwrap_or_else(zone::utc);
    let workflows = Workflows::of(acting.iter().cloned());
    let world = World {
        library,
        workflows: &workflows,
        zone: &zone,
        renderer: Some(renderer),
        trial: Some(Trial { pick: &given.pick, enters: true }),
    };
    let scene = Scene { library, workflows: Vec::new(), scenario: false, test: given, zone: &zone };
    let mut recorder = Recorder { renderer, seen: Vec::new(), problems: Vec::new(), sends: Vec::new() };
    let people = scene.people();
    let customers = scene.customers();
    let first = customers.first().map(|snapshot| snapshot.customer.id.clone());
    let mut simulation = Simulation::new(world, people.clone(), customers, scene.coming(), given.clock);
    simulation.plan(&[], &mut recorder);
    let mut lines: Vec<&ExpectedScore> = test.expect.iter().collect();
    let at = |line: &ExpectedScore| add(given.clock, &line.after, &zone, &library.calendar);
    lines.sort_by_key(|line| at(line));
    let mut problems = Vec::new();
    for line in lines {
        let at = at(line);
        simulation.run(at + jiff::SignedDuration::from_millis(1), &mut recorder);
        let id = line.customer.as_ref().map(|name| scene.id(name)).or_else(|| first.clone());
        let Some(snapshot) = id.and_then(|id| simulation.customer(&id)) else { continue };
        let customer_zone = zone_of(&world, snapshot);
        let facts = facts(&world, &people, snapshot, &customer_zone, at);
        let mut compare = |is: Option<String>, expected: Option<String>| {
            if let Some(expected) = expected.filter(|expected| is.as_ref() != Some(expected)) {
                problems.push(Problem::Score { span: line.span, is: is.unwrap_or_default(), expected });
            }
        };
        if let Some(expected) = line.score {
            let is = score::value(&facts, scoring).map(|value| rounded(value, expected));
            compare(is.map(|is| is.to_string()), Some(expected.to_string()));
        }
        compare(score::band_now(&facts, scoring), line.band.clone());
        compare(score::grade_now(&facts, scoring), line.grade.clone());
    }
    // What the bands do may go on behind the last instant that the test speaks of.
    simulation.run(scene.last_instant() + jiff::SignedDuration::from_millis(1), &mut recorder);
    let mut verdict = judge::judge(given, &scene, recorder);
    verdict.problems.splice(0..0, problems);
    verdict
}

/// A score to as many places as were expected.
fn rounded(value: Decimal, expected: Decimal) -> Decimal {
    let places = expected.to_string().split_once('.').map_or(0, |(_, places)| places.len());
    let unit = 10_i64.pow(6_u32.saturating_sub(u32::try_from(places).unwrap_or(6)));
    let half = if value.micros() < 0 { -unit / 2 } else { unit / 2 };
    Decimal::from_micros((value.micros() + half) / unit * unit)
}
