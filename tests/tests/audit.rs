//! The audit is only ever added to, and whoever gets around that is found.

use store::audit::{self, Head, Verified};
use store::{Store, sql};
use tests::house::House;

const MODEL: (&str, &str) =
    ("workflows/model.yaml", "model: shop\ncustomer:\n  city: { type: text, optional: true }\n");

async fn run(store: &Store, statement: &'static str) -> Result<(), String> {
    let mut transaction = store.begin().await.unwrap();
    sql::query(statement).execute(&mut transaction).await.map_err(|error| error.to_string())?;
    store::commit(transaction).await.map_err(|error| error.to_string())
}

async fn verified(store: &Store, held: Option<&Head>) -> Verified {
    audit::verify(&mut store.read().await.unwrap(), held).await.unwrap()
}

async fn a_change_is_refused_or_found(house: House, unguard: &[&'static str]) {
    assert!(house.fine(&["audit", "list"]).contains("Nobody"));
    for name in ["one", "two", "three"] {
        house.fine(&["key", "create", name, "--role", "viewer", "--by", "wang.wei"]);
    }
    let listed = house.fine(&["audit", "list"]);
    assert_eq!(listed.matches("wang.wei").count(), 3, "{listed}");
    let store = house.store().await;
    let Verified::Whole { acts: 3, head } = verified(&store, None).await else { panic!("not whole") };
    for statement in
        ["UPDATE audit SET who = 'nobody' WHERE number = 2", "DELETE FROM audit WHERE number = 3"]
    {
        let refused = run(&store, statement).await.unwrap_err();
        assert!(refused.contains("only ever added to"), "{refused}");
    }
    assert_eq!(verified(&store, Some(&head)).await, Verified::Whole { acts: 3, head: head.clone() });
    for statement in unguard {
        run(&store, statement).await.unwrap();
    }
    run(&store, "DELETE FROM audit WHERE number = 3").await.unwrap();
    assert!(matches!(verified(&store, None).await, Verified::Whole { acts: 2, .. }), "the rest is a chain");
    let said =
        tests::binary::nurture(house.path(), &["audit", "verify", "--head", &format!("3:{}", head.hash)]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.out.contains("act 3"), "{said:?}");
    run(&store, "UPDATE audit SET who = 'nobody' WHERE number = 1").await.unwrap();
    assert_eq!(verified(&store, None).await, Verified::Broken { at: 1 });
    run(&store, "DELETE FROM audit WHERE number = 1").await.unwrap();
    assert_eq!(verified(&store, None).await, Verified::Broken { at: 2 });
    assert_eq!(tests::binary::nurture(house.path(), &["audit", "verify"]).code, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_somebody_did_stays_as_it_was() {
    let unguard = ["DROP TRIGGER audit_never_changes", "DROP TRIGGER audit_never_goes"];
    a_change_is_refused_or_found(House::at_rest(&[MODEL], None), &unguard).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_somebody_did_stays_as_it_was_on_postgresql() {
    let unguard = ["ALTER TABLE audit DISABLE TRIGGER ALL"];
    a_change_is_refused_or_found(House::at_rest(&[MODEL], Some(&cluster::database())), &unguard).await;
}

const DESK: &[(&str, &str)] = &[
    (
        "workflows/model.yaml",
        "model: shop\ncustomer:\n  city: { type: text, optional: true }\nevents:\n  go: {}\n",
    ),
    ("workflows/teams.yaml", "teams:\n  inside: { members: [anna] }\n"),
    (
        "workflows/call.yaml",
        "workflow: call\ntrigger: { event: go }\nconsent: none\nsteps:\n  - assign: inside\n  - task: Call them\n    to: owner\n  - wait: 30 days\n",
    ),
    ("workflows/hand.yaml", "workflow: hand\ntrigger: manual\nconsent: none\nsteps:\n  - wait: 30 days\n"),
    ("people.csv", "external_id\nc1\nc2\n"),
    ("reps.csv", "external_id,name\nanna,Anna\n"),
];

/// Verbs that change people or settings, and the act that each leaves; `TASK` is the one that is open. An empty act:
/// none.
const ACTS: &[(&[&str], &str)] = &[
    (&["publish"], "publish"),
    (&["publish"], ""),
    (&["import", "customers", "people.csv", "--dry-run"], ""),
    (&["import", "customers", "people.csv"], "import"),
    (&["import", "reps", "reps.csv"], "import"),
    (&["reps", "--away", "anna"], "away"),
    (&["reps", "--back", "anna"], "back"),
    (&["import", "events", "go.csv", "--start"], "import"),
    (&["run", "--until-idle"], ""),
    (&["tasks", "--done", "TASK"], "task done"),
    (&["lead", "contact", "c1", "--rep", "anna"], "lead contact"),
    (&["pause", "call"], "pause"),
    (&["pause", "call"], ""),
    (&["resume", "call"], "resume"),
    (&["pause", "--all"], "pause"),
    (&["resume"], "resume"),
    (&["exit", "c1", "--workflow", "call", "--reason", "asked"], "exit"),
    (&["merge", "c1", "c2"], "merge"),
    (&["key", "create", "shop", "--role", "viewer", "--by", "wang.wei"], "key create"),
    (&["key", "rotate"], "rotate"),
    (&["user", "add", "li.na", "--role", "rep", "--rep", "anna"], "user add"),
    (&["user", "list"], ""),
    (&["user", "role", "li.na", "viewer", "--by", "wang.wei"], "user role"),
    (&["user", "password", "li.na"], "user password"),
    (&["user", "remove", "li.na"], "user remove"),
    (&["privacy", "export", "c1"], ""),
    (&["privacy", "erase", "c1"], ""),
    (&["privacy", "erase", "c1", "--yes"], "erase"),
    (&["retire", "hand"], "retire"),
];
/// Verbs whose acts are tried where what they need is at hand: a version that waits for a yes, a channel that was
/// closed, a message of unknown fate, a walk to repair, a backup, another database.
const ELSEWHERE: [&str; 6] = ["approve", "channels", "sends", "doctor", "restore", "move"];
/// Verbs that change neither people nor settings: they look, or write files, or only make place.
const OTHERS: [&str; 27] = [
    "init",
    "add",
    "check",
    "test",
    "explain",
    "export",
    "form",
    "graph",
    "simulate",
    "plan",
    "why",
    "score",
    "backtest",
    "people",
    "report",
    "preview",
    "demo",
    "audit",
    "events",
    "migrate",
    "backup",
    "schema",
    "lsp",
    "config",
    "bench",
    "completions",
    "man",
];

fn verbs(house: &House) -> Vec<String> {
    let help = house.fine(&["--help", "--lang", "en"]);
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let named = listed.take_while(|line| !line.is_empty());
    let verb = |line: &str| line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')).map(str::to_owned);
    let first = |line: String| line.split(' ').next().unwrap_or_default().to_owned();
    named.filter_map(verb).map(first).filter(|verb| verb != "help").collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_verb_that_changes_people_or_settings_leaves_an_act() {
    let house = House::at_rest(DESK, None);
    let now = jiff::Timestamp::now();
    house.write("go.csv", &format!("id,event,customer,at\ng1,go,c1,{now}\n"));
    let known = |verb: &String| {
        let verb = verb.as_str();
        ACTS.iter().any(|(words, _)| words[0] == verb) || ELSEWHERE.contains(&verb) || OTHERS.contains(&verb)
    };
    let new: Vec<String> = verbs(&house).into_iter().filter(|verb| !known(verb)).collect();
    assert_eq!(
        new,
        Vec::<String>::new(),
        "does it change people or settings? Then it leaves an act, tried here"
    );
    // The database is made.
    house.fine(&["audit", "list"]);
    let mut before = 0;
    for (words, act) in ACTS {
        let store = house.store().await;
        let open: Vec<String> = tests::shop::counts(
            &mut store.read().await.unwrap(),
            "SELECT id, 1 FROM task WHERE done_at IS NULL",
        )
        .await
        .into_iter()
        .map(|(id, _)| id)
        .collect();
        let words: Vec<&str> = words
            .iter()
            .map(|word| if *word == "TASK" { open.first().expect("an open task").as_str() } else { *word })
            .collect();
        drop(store);
        house.fine(&words);
        let store = house.store().await;
        let last = audit::recent(&mut store.read().await.unwrap(), None, 1).await.unwrap().pop();
        let (number, did) = last.map_or((0, String::new()), |act| (act.number, act.did));
        match *act {
            "" => assert_eq!(number, before, "{words:?} leaves no act, and did: {did}"),
            act => assert_eq!((number, did.as_str()), (before + 1, act), "{words:?}"),
        }
        before = number;
    }
}
