//! `publish --move` that is killed: between its batches, and when all stand in the new version and nobody has noted
//! that it is over. It ends by a run, or by saying the same once more. On both databases.

use super::{Task, died, process};
use crash::Point;
use engine::publish::{self, Policy, Wish};
use engine::{Delivery, Engine, Speakers, VirtualClock};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::path::Path;
use std::sync::Arc;
use store::Store;
use store::send::Worker;
use tests::lived::lives;
use tests::real::{MAILING, Project};

tests::on_both! {
    a_move_that_is_killed_ends_and_nobody_is_lost_left_behind_or_taken_twice,
}

/// Two whole batches: the last of them does not know that it is the last.
const PEOPLE: usize = 1_000;
const BATCH: u64 = 500;

const MODEL: &str = "model: shop\ncustomer:\n  points: { type: number }\nevents:\n  go: {}\n";
const AGAIN: &str = "---\nsubject: Again\npreheader: A word\n---\nHello again.\n";
const HEAD: &str = "workflow: greets\ntrigger: { event: go }\nconsent: offers\n";

/// What `publish --move` does, after its looks at the files.
pub(super) async fn publish(folder: &Path, store: Store, now: Timestamp) {
    let settings = dsl::project::Settings { zone: "UTC".to_owned(), language: "en".to_owned() };
    let files = tests::project_files(folder, "workflows");
    let wish = Wish { move_people: true, ..Wish::default() };
    publish::publish(&store, &files, &settings, &Policy::All, wish, now).await.unwrap();
    let worker = Worker { name: "publish".to_owned(), epoch: 0 };
    let nothing = Box::new(|_: &str| None);
    let speakers = Speakers::new(Delivery::File, folder.join("outbox"), TimeZone::UTC, nothing);
    let clock = Arc::new(VirtualClock::new(now));
    let engine = Engine::new(store, clock, settings, worker, speakers, true).await.unwrap();
    engine.plan_published().await.unwrap();
    engine.move_people().await.unwrap();
}

struct Moved {
    project: Project,
    database: Option<String>,
}

impl Moved {
    /// Says `publish --move` at an instant, and is killed when it comes to a point for the n-th time.
    fn killed(&self, at: &str, point: Point, times: u64) {
        let task = Task {
            folder: self.project.path().display().to_string(),
            ends_at: Some((point.name().to_owned(), times)),
            moves: Some(at.parse().unwrap()),
            database: self.database.clone(),
            ..Task::default()
        };
        let log = self.project.path().join("work.log");
        let ended = process(&task, &log).wait().unwrap();
        let said = || std::fs::read_to_string(&log).unwrap_or_default();
        assert!(died(ended), "it did not come to `{}` {times} times: {ended}; {}", point.name(), said());
    }

    /// How many stand at each step of an older version.
    fn behind(&self) -> Vec<(String, u64)> {
        let plan = self.project.read(&["plan", "--json"]);
        let rows = plan["workflows"][0]["moves"]["to"].as_array().cloned().unwrap_or_default();
        rows.iter()
            .map(|row| (row["from"].as_str().unwrap().to_owned(), row["people"].as_u64().unwrap()))
            .collect()
    }
}

/// Everybody waits at `poor` or at `rich`, by turns.
fn project(database: &str) -> Moved {
    let old = format!(
        "{HEAD}steps:
  - email: hello
  - if: customer.points > 0
    then: [{{ wait: 10 days, id: rich }}]
    else: [{{ wait: 10 days, id: poor }}]
  - email: again
"
    );
    let files = [
        ("workflows/model.yaml", MODEL),
        ("workflows/templates/again.md.hbs", AGAIN),
        ("workflows/greets.yaml", &old),
    ];
    let project = Project::with(&[MAILING.as_slice(), &files].concat()).on(database);
    let mut people =
        "external_id,email,points,created_at,consent.offers,consent_at,consent_source\n".to_owned();
    let mut facts = "customer,event,at\n".to_owned();
    for number in 0..PEOPLE {
        let points = number % 2;
        people += &format!(
            "p{number},p{number}@example.com,{points},2026-01-01T00:00:00Z,granted,2026-01-01T00:00:00Z,test\n"
        );
        facts += &format!("p{number},go,2026-03-02T10:00:00Z\n");
    }
    project.write("people.csv", &people);
    project.write("facts.csv", &facts);
    project.fine(&["import", "customers", "people.csv"]);
    project.fine(&["import", "events", "facts.csv"]);
    let database = database.split('"').nth(1).map(str::to_owned);
    Moved { project, database }
}

fn a_move_that_is_killed_ends_and_nobody_is_lost_left_behind_or_taken_twice(database: &str) {
    let moved = project(database);
    let project = &moved.project;
    let mut lived = lives(project, "2026-03-01", "2026-03-04");
    assert_eq!(moved.behind(), []);

    // Both steps become one; a message in front has been sent, another is new.
    let second = format!(
        "{HEAD}moved: {{ poor: rest, rich: rest }}\nsteps:\n  - email: hello\n  - wait: 12 days\n    id: rest\n  - tag: rested\n  - email: again\n"
    );
    project.write("workflows/greets.yaml", &second);
    let (now, half) = ("2026-03-04T00:00:00Z", BATCH / 2);
    moved.killed(now, Point::PublishKept, 1);
    moved.killed(now, Point::MoveMade, 1);
    let all = ["poor", "rich"].map(|step| (step.to_owned(), PEOPLE as u64 / 2));
    assert_eq!(moved.behind(), all, "what did not commit is as it was");
    moved.killed(now, Point::MoveKept, 1);
    let left: u64 = moved.behind().iter().map(|(_, people)| people).sum();
    assert_eq!(left, PEOPLE as u64 - BATCH, "one batch stands in the new version");
    assert!(moved.behind().iter().all(|(_, people)| *people > half / 2), "of either step");
    // Whoever works next ends it.
    lived.extend(lives(project, "2026-03-04", "2026-03-06"));
    assert_eq!(moved.behind(), []);
    let count = |lived: &[String], what: &str| lived.iter().filter(|line| line.contains(what)).count();
    assert_eq!(count(&lived, "greets move"), PEOPLE, "nobody is taken twice");

    // All are taken along, and it is not noted: the same said once more finds nobody, and is over.
    project.write("workflows/greets.yaml", &second.replace("12 days", "9 days").replace("rested", "rest"));
    moved.killed("2026-03-06T00:00:00Z", Point::MoveKept, 2);
    assert_eq!(moved.behind(), []);
    let said = project.read(&["publish", "--move", "--json"]);
    assert_eq!(said["workflows"][0]["moved"]["to"], serde_json::json!([]), "{said}");

    lived.extend(lives(project, "2026-03-06", "2026-03-20"));
    let each = [
        "greets enroll go entered",
        "greets email hello done",
        "greets tag rest done",
        "greets email again done",
        "greets exit end exited end",
    ];
    for line in each {
        let who: std::collections::BTreeSet<&str> = lived
            .iter()
            .filter(|lived| lived.contains(line))
            .filter_map(|lived| lived.split(' ').nth(1))
            .collect();
        assert_eq!((who.len(), count(&lived, line)), (PEOPLE, PEOPLE), "{line}");
    }
    assert_eq!(count(&lived, "greets move"), 2 * PEOPLE);
    let instants = |what: &str| -> std::collections::BTreeSet<String> {
        lived.iter().filter(|line| line.contains(what)).map(|line| line[..11].to_owned()).collect()
    };
    assert_eq!(instants("again done").into_iter().collect::<Vec<_>>(), ["03-11T10:00"]);
    assert_eq!(project.letters(), 2 * PEOPLE);
}
