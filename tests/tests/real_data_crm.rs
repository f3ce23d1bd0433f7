//! The deals of a CRM, by the program itself: which rows are bad and why, and that each deal that becomes
//! serious is given to a rep of its own region, in turn. Without the real data: on a small sample of ours.

use jiff::civil::{Date, Weekday};
use jiff::{Timestamp, ToSpan};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Instant;
use tests::real::{self, Project, Row, csv, of, that, value_of};

const FROM: &str = "2016-10-01";
const TO: &str = "2018-01-01";
/// Where all deals would take minutes, those of one account in so many; `NURTURE_EVERY=1` takes all.
const ACCOUNTS: usize = 4;

fn crm() -> PathBuf {
    tests::root().join("tests/real_data/crm")
}

/// The folder with the three files, and whether they are the real ones.
fn find() -> (PathBuf, bool) {
    match real::data() {
        Some(folder) => (folder.join("crm"), true),
        None => (crm().join("sample"), false),
    }
}

/// A deal as the file has it.
struct Deal {
    id: String,
    line: u64,
    account: String,
    region: String,
    /// Whose it is by the file.
    agent: String,
    engaged: Option<Date>,
}

fn deals(folder: &Path) -> Vec<Deal> {
    let teams = real::text(&folder.join("sales_teams.csv"));
    let regions: BTreeMap<&str, &str> =
        csv(&teams).iter().map(|row| (row.cell("sales_agent"), row.cell("regional_office"))).collect();
    let text = real::text(&folder.join("sales_pipeline.csv"));
    let rows = csv(&text);
    let deal = |(row, line): (&Row<'_>, u64)| Deal {
        id: row.cell("opportunity_id").to_owned(),
        line,
        account: row.cell("account").to_owned(),
        region: (*regions.get(row.cell("sales_agent")).expect("every agent has an office")).to_owned(),
        agent: row.cell("sales_agent").to_owned(),
        engaged: Some(row.cell("engage_date"))
            .filter(|date| !date.is_empty())
            .map(|date| Date::strptime("%d-%m-%y", date).expect("a date")),
    };
    rows.iter().zip(2..).map(deal).collect()
}

/// A project with the accounts and the reps of a folder in it; the number of accounts.
fn people(folder: &Path) -> (Project, u64) {
    let project = Project::of(&crm());
    let accounts =
        project.import("customers", &folder.join("accounts.csv"), &crm().join("maps/accounts.map.yaml"));
    assert_eq!((accounts.code, accounts.count("bad_count")), (0, 0), "{}", accounts.report);
    assert_eq!(accounts.count("new"), accounts.count("read"));
    let reps = project.import("reps", &folder.join("sales_teams.csv"), &real::map("crm_reps.map.yaml"));
    assert_eq!((reps.code, reps.count("new"), reps.count("bad_count")), (0, 35, 0), "{}", reps.report);
    (project, accounts.count("new"))
}

#[test]
fn rows_without_an_account_are_bad_each_with_its_line_and_the_others_load() {
    let (folder, is_real) = find();
    let deals = deals(&folder);
    let (project, accounts) = people(&folder);
    let bad: Vec<Json> = deals
        .iter()
        .filter(|deal| deal.account.is_empty())
        .map(|deal| {
            json!({ "line": deal.line, "column": "account", "why": "nothing stands here, and this column is required" })
        })
        .collect();
    let (whole, good) = (deals.len() as u64, (deals.len() - bad.len()) as u64);
    if is_real {
        assert_eq!((accounts, whole, bad.len()), (85, 8_800, 1_425));
    }
    assert!(!bad.is_empty());
    let bad = Json::from(bad);
    for (new, same) in [(good, 0), (0, good)] {
        let done =
            project.import("deal", &folder.join("sales_pipeline.csv"), &real::map("crm_deals.map.yaml"));
        assert_eq!(done.code, 1, "rows were bad");
        assert_eq!(done.report["bad"], bad);
        let counts = ["read", "new", "same", "changed", "created", "repeated"].map(|name| done.count(name));
        assert_eq!(counts, [whole, new, same, 0, 0, 0]);
    }
    eprintln!("{whole} deals, {} of them without an account: bad rows; {good} load", whole - good);
}

/// The pipeline with the rows of every n-th account only.
fn part(text: &str, folder: &Path, every: usize) -> String {
    let accounts = real::text(&folder.join("accounts.csv"));
    let taken: BTreeSet<&str> = csv(&accounts).iter().step_by(every).map(|row| row.cell("account")).collect();
    let rows = csv(text);
    let rows = text.lines().skip(1).zip(&rows).filter(|(_, row)| taken.contains(row.cell("account")));
    text.lines().take(1).chain(rows.map(|(line, _)| line)).map(|line| format!("{line}\n")).collect()
}

#[test]
fn each_deal_that_becomes_serious_goes_to_a_rep_of_its_region_in_turn() {
    let (folder, is_real) = find();
    let (project, _) = people(&folder);
    let every = if is_real && real::every() > 1 { ACCOUNTS } else { 1 };
    let pipeline = part(&real::text(&folder.join("sales_pipeline.csv")), &folder, every);
    let file = project.write("sales_pipeline.csv", &pipeline);
    // What a row's agent is looked up in lies beside it.
    project.write("sales_teams.csv", &real::text(&folder.join("sales_teams.csv")));
    let done = project.import("deal", &file, &real::map("crm_deals.map.yaml"));
    assert_eq!((done.code, done.count("bad_count")), (0, 0), "{}", done.report);

    let began = Instant::now();
    let (trace, summary) = project.lived_and_summed(FROM, TO);
    let took = began.elapsed();

    let engaged: BTreeMap<String, Deal> = deals(project.path())
        .into_iter()
        .filter(|deal| !deal.account.is_empty() && deal.engaged.is_some())
        .map(|deal| (deal.id.clone(), deal))
        .collect();
    if is_real && every == 1 {
        assert_eq!(engaged.len(), 7_212);
    }
    for name in ["enrolled", "assignments", "tasks"] {
        assert_eq!(summary[name], engaged.len(), "{name}: {summary}");
    }
    let walks = walks(&trace);
    assert_eq!(
        walks.keys().map(|id| (*id).to_owned()).collect::<Vec<_>>(),
        engaged.keys().cloned().collect::<Vec<_>>()
    );
    let reps = real::text(&folder.join("sales_teams.csv"));
    let offices: BTreeMap<&str, &str> =
        csv(&reps).iter().map(|row| (row.cell("sales_agent"), row.cell("regional_office"))).collect();
    let mut given: BTreeMap<&str, usize> = offices.keys().map(|rep| (*rep, 0)).collect();
    let mut moved = 0;
    for (id, walk) in &walks {
        let rep = judge(&engaged[*id], walk, &offices);
        moved += usize::from(rep != engaged[*id].agent);
        *given.get_mut(rep).expect("the rep is in the file") += 1;
    }
    // An introduction for each customer, and a word to each agent whose deal goes to a colleague.
    assert_eq!(summary["sent"], engaged.len(), "{summary}");
    assert_eq!(project.letters(), engaged.len() + moved);
    for office in offices.values().collect::<BTreeSet<_>>() {
        let counts = || given.iter().filter(|(rep, _)| offices[*rep] == *office).map(|(_, count)| *count);
        let (least, most) = (counts().min().unwrap_or(0), counts().max().unwrap_or(0));
        assert!(most > 0 && most - least <= 1, "{office}: from {least} to {most}");
        eprintln!(
            "{office}: {} deals to {} reps, {least} to {most} each",
            counts().sum::<usize>(),
            counts().count()
        );
    }
    eprintln!("{} deals given, simulated and lived alike in {:.1} s", engaged.len(), took.as_secs_f64());
    let (rep, account) = first_assignment(&trace);
    let why = project.nurture(&["why", account]);
    assert!(why.out.contains(&format!("now belongs to {rep} (each in turn)")), "{}{}", why.out, why.err);
}

/// The lines of each walk by its deal.
fn walks(trace: &[Json]) -> BTreeMap<&str, Vec<&Json>> {
    let deals: BTreeMap<&str, &str> = that(trace, "enroll", "entered")
        .map(|line| (of(line, "enrollment"), value_of(line, "key")))
        .collect();
    let mut walks: BTreeMap<&str, Vec<&Json>> = BTreeMap::new();
    for line in trace {
        walks
            .entry(deals.get(of(line, "enrollment")).copied().expect("every line belongs to a walk"))
            .or_default()
            .push(line);
    }
    walks
}

/// A walk does what its deal asks for, at the instant at which it became serious. Returns the rep.
fn judge<'l>(deal: &Deal, walk: &[&'l Json], offices: &BTreeMap<&str, &str>) -> &'l str {
    let verbs: Vec<&str> = walk.iter().map(|line| of(line, "did")).collect();
    assert_eq!(verbs, ["enroll", "choose", "assign", "email", "task", "exit"], "{}", deal.id);
    let [enroll, _, assign, _, task, _]: [&Json; 6] = walk.try_into().expect("six lines, as was just seen");
    let engaged = deal.engaged.expect("only such deals walk");
    assert_eq!(of(enroll, "customer"), deal.account);
    for line in walk {
        assert_eq!(of(line, "at"), format!("{engaged}T00:00:00+00:00"), "{line}");
        assert!(matches!(of(line, "outcome"), "entered" | "done" | "exited"), "{line}");
    }
    let rep = value_of(assign, "rep");
    assert_eq!(of(assign, "what"), deal.region.to_lowercase());
    assert_eq!(offices.get(rep), Some(&deal.region.as_str()), "{}: {rep}", deal.id);
    assert_eq!(value_of(task, "rep"), rep);
    if let Some(due) = due(engaged) {
        let said: Timestamp = value_of(task, "due").parse().expect("an instant");
        assert_eq!(said, due, "{}: two working days after {engaged}", deal.id);
    }
    rep
}

/// Two working days on at the same hour, for days of the week that are worked themselves.
fn due(engaged: Date) -> Option<Timestamp> {
    let days = match engaged.weekday() {
        Weekday::Monday | Weekday::Tuesday | Weekday::Wednesday => 2,
        Weekday::Thursday | Weekday::Friday => 4,
        Weekday::Saturday | Weekday::Sunday => return None,
    };
    let due = (engaged + days.days()).to_zoned(jiff::tz::TimeZone::UTC).expect("a day of this century");
    Some(due.timestamp())
}

fn first_assignment(trace: &[Json]) -> (&str, &str) {
    let line = that(trace, "assign", "done").next().expect("somebody is assigned");
    (value_of(line, "rep"), of(line, "customer"))
}
