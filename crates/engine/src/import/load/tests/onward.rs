//! What a re-run of the same file passes over, and what it looks at again.

use super::*;

/// Events of c0 … c9 in turn, those of c9 from line 10 on: more than two batches.
fn facts(count: usize) -> String {
    let line = |n: usize| {
        let customer = format!("c{}", n % 10);
        format!(
            "{{\"event\":\"order.paid\",\"customer\":\"{customer}\",\"at\":\"2026-01-01\",\"properties\":{{\"amount\":{n},\"items\":1}}}}\n"
        )
    };
    (0..count).map(line).collect()
}

fn people(count: usize) -> String {
    let row = |n: usize| format!("c{n},a,Name {n},{}\n", if n % 100 == 7 { "many" } else { "1" });
    "external_id,segment,name,revenue\n".to_owned() + &(0..count).map(row).collect::<String>()
}

async fn events(held: &mut Memory, text: &str) -> ImportReport {
    bring(held, "events", ("e.jsonl", text.as_bytes()), None, same).await.unwrap()
}

#[tokio::test]
async fn facts_of_a_file_are_looked_at_once_and_a_file_that_grew_brings_the_new_ones() {
    let mut held = Memory::with(&["c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9"]);
    let file = facts(4_500);
    let first = events(&mut held, &file).await;
    assert_eq!((counts(&first), first.skipped), ((4_500, 0, 0, 0, 0), 0));
    let writes = held.writes;
    let again = events(&mut held, &file).await;
    assert_eq!((counts(&again), again.skipped, held.writes), ((0, 0, 4_500, 0, 0), 4_500, writes));
    let grown = events(&mut held, &facts(4_503)).await;
    assert_eq!((counts(&grown), grown.skipped), ((3, 0, 4_500, 0, 0), 4_500));
    // Where anything before has changed, every row is looked at; and so it is for whoever only tries.
    let other = facts(4_503).replacen("\"amount\":4000", "\"amount\":3999.5", 1);
    let changed = events(&mut held, &other).await;
    assert_eq!((counts(&changed), changed.skipped), ((1, 0, 4_502, 0, 0), 0));
    let dry = |settings: &mut Settings| settings.dry_run = true;
    let tried = bring(&mut held, "events", ("e.jsonl", other.as_bytes()), None, dry).await.unwrap();
    assert_eq!((counts(&tried), tried.skipped), ((0, 0, 4_503, 0, 0), 0));
    // Read in another way, it is another import.
    let start = |settings: &mut Settings| settings.start = true;
    let started = bring(&mut held, "events", ("e.jsonl", other.as_bytes()), None, start).await.unwrap();
    assert_eq!(started.skipped, 0);
}

#[tokio::test]
async fn facts_that_were_refused_are_tried_again() {
    let mut held = Memory::with(&["c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8"]);
    let file = facts(2_500) + "{\"event\":\"order.paid\"}\n";
    let first = events(&mut held, &file).await;
    assert_eq!(counts(&first), (2_250, 0, 0, 0, 251));
    let again = events(&mut held, &file).await;
    assert_eq!((counts(&again), again.skipped), ((0, 0, 2_250, 0, 251), 2_250));
    assert_eq!(bad(&again), bad(&first));
    bring(&mut held, "customers", ("c.csv", b"external_id,segment\nc9,a\n"), None, same).await.unwrap();
    let then = events(&mut held, &file).await;
    assert_eq!((counts(&then), then.skipped), ((250, 0, 2_250, 0, 1), 2_250));
    let last = events(&mut held, &file).await;
    assert_eq!((counts(&last), last.skipped), ((0, 0, 2_500, 0, 1), 2_500));
}

#[tokio::test]
async fn an_interrupted_import_of_customers_goes_on_and_a_whole_one_is_looked_at_again() {
    let file = people(5_000);
    let bring_it =
        async |held: &mut Memory| bring(held, "customers", ("c.csv", file.as_bytes()), None, same).await;
    let mut whole = Memory::default();
    let undisturbed = bring_it(&mut whole).await.unwrap();
    assert_eq!(counts(&undisturbed), (4_950, 0, 0, 0, 50));

    let mut held = Memory { ends_at: Some(3), ..Memory::default() };
    bring_it(&mut held).await.unwrap_err();
    let there = held.held.customers.len() as u64;
    let on = bring_it(&mut held).await.unwrap();
    assert_eq!((counts(&on), on.skipped), ((4_950 - there, 0, there, 0, 50), there));
    assert_eq!((bad(&on), on.mailable), (bad(&undisturbed), undisturbed.mailable));
    assert_eq!(held.held.customers, whole.held.customers);
    // It has come to its end: whoever imports it again wants its values again.
    let mut moved = held.held.customers[&CustomerId::new("c3")].clone();
    moved.customer.attributes.insert("name".to_owned(), Value::from("Another"));
    held.held.customers.insert(CustomerId::new("c3"), moved);
    let again = bring_it(&mut held).await.unwrap();
    assert_eq!((counts(&again), again.skipped), ((0, 1, 4_949, 0, 50), 0));
    assert_eq!(held.customer("c3").text("name"), Some("Name 3"));
}

#[tokio::test]
async fn what_another_file_may_have_changed_since_is_looked_at_again() {
    let file = people(5_000);
    let mut held = Memory { ends_at: Some(3), ..Memory::default() };
    bring(&mut held, "customers", ("c.csv", file.as_bytes()), None, same).await.unwrap_err();
    let other = b"external_id,segment,name\nc1,a,Other\n";
    bring(&mut held, "customers", ("d.csv", other), None, same).await.unwrap();
    let on = bring(&mut held, "customers", ("c.csv", file.as_bytes()), None, same).await.unwrap();
    assert_eq!((on.changed, on.skipped), (1, 0));
    // And so is what was interrupted long ago.
    let mut held = Memory { ends_at: Some(3), ..Memory::default() };
    bring(&mut held, "customers", ("c.csv", file.as_bytes()), None, same).await.unwrap_err();
    let later = |settings: &mut Settings| settings.now = "2026-03-09T09:00:00Z".parse().unwrap();
    let on = bring(&mut held, "customers", ("c.csv", file.as_bytes()), None, later).await.unwrap();
    assert_eq!(on.skipped, 0);
}
