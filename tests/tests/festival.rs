//! A festival without fatigue, by the program itself: two hundred members hear of new goods now and then, and
//! of the festival in between. What the live engine sends, holds and drops on a clock is what was simulated.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use tests::dice::Dice;
use tests::real::{Project, of, that};

tests::on_both! {
    simulated_counts_are_live_counts,
}

const MEMBERS: u64 = 200;
/// From the first new goods until after the festival's gift.
const DAYS: (&str, &str) = ("2026-09-01", "2026-09-28");

/// Members in two zones with and without points and consent.
fn members() -> String {
    let mut rows =
        "external_id,email,points,zone,consent.marketing,consent_at,consent_source,created_at\n".to_owned();
    for number in 0..MEMBERS {
        let zone = if number % 9 == 0 { "Europe/Berlin" } else { "Asia/Shanghai" };
        let (points, consent) = (number % 4 * 100, if number % 11 == 0 { "withdrawn" } else { "granted" });
        let _ = writeln!(
            rows,
            "m{number:03},m{number}@example.com,{points},{zone},{consent},2026-01-01T00:00:00Z,till,2026-01-01T00:00:00Z"
        );
    }
    rows
}

/// New goods at any hour of the weeks around the gift.
fn goods(dice: &mut Dice) -> String {
    let mut rows = "id,event,customer,at,properties.line\n".to_owned();
    for number in 0..MEMBERS {
        for line in 0..dice.between(0, 6) {
            let (day, hour, minute) = (dice.between(2, 22), dice.between(0, 23), dice.between(0, 59));
            let at = format!("2026-09-{day:02}T{hour:02}:{minute:02}:00+08:00");
            let _ = writeln!(rows, "g{number}-{line},goods.arrived,m{number:03},{at},l{line}");
        }
    }
    rows
}

/// How many lines there are of each kind: workflow, what was done, how it went and why.
fn counts(trace: &[serde_json::Value]) -> BTreeMap<[String; 4], usize> {
    let mut counts = BTreeMap::new();
    for line in trace {
        let kind = ["workflow", "did", "outcome", "reason"].map(|name| of(line, name).to_owned());
        *counts.entry(kind).or_default() += 1;
    }
    counts
}

fn simulated_counts_are_live_counts(database: &str) {
    let (mut dice, seed) = Dice::from_environment("NURTURE_SEED");
    eprintln!("NURTURE_SEED={seed}");
    let project = Project::scenario("14-festival").on(database);
    let customers = project.write("members.csv", &members());
    let events = project.write("goods.csv", &goods(&mut dice));
    for (kind, file) in [("customers", &customers), ("events", &events)] {
        project.fine(&["import", kind, &file.display().to_string()]);
    }
    let (from, to) = DAYS;
    let lived = project.lived(from, to);
    let counted = counts(&lived);

    let gifts = that(&lived, "email", "done").filter(|line| of(line, "workflow") == "mid_autumn").count();
    // Whoever has points and agreed to marketing gets one: the last place of the week is kept for it.
    let expected = (0..MEMBERS).filter(|number| number % 4 > 0 && number % 11 > 0).count();
    assert_eq!((gifts, expected), (136, 136), "{counted:?}");
}
