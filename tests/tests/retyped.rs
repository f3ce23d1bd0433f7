//! A published attribute gets another type: what reads as the new one is turned, the rest is refused by number and
//! example, or dropped on demand; what a live version still uses cannot be taken away. With the real binary.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper that fails is a test that fails")]

use std::fs;
use std::path::Path;
use tests::binary::nurture;

tests::on_both! {
    values_that_read_as_the_new_type_are_turned_and_the_others_refuse_the_publish,
    values_that_do_not_fit_are_dropped_only_on_demand,
    what_a_live_version_uses_cannot_be_taken_away,
}

const PEOPLE: &str = "external_id,size,tier\na,12,gold\nb,seven,gold\nc,30,basic\n";

fn project(here: &Path, model: &str, database: &str) {
    let workflows = here.join("workflows");
    fs::create_dir_all(&workflows).unwrap();
    fs::write(here.join("nurture.toml"), ["zone = \"Asia/Shanghai\"\n", database].concat()).unwrap();
    fs::write(workflows.join("model.yaml"), model).unwrap();
}

fn model(attributes: &str) -> String {
    format!("model: shop\ncustomer:\n{attributes}events:\n  order.paid: {{ amount: number }}\n")
}

const TEXT: &str = "  size: { type: text, optional: true }\n  tier: { type: text, optional: true }\n";
const NUMBER: &str = "  size: { type: number, optional: true }\n  tier: { type: text, optional: true }\n";

fn values_that_read_as_the_new_type_are_turned_and_the_others_refuse_the_publish(database: &str) {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    project(here, &model(TEXT), database);
    fs::write(here.join("people.csv"), PEOPLE).unwrap();
    assert_eq!(nurture(here, &["publish"]).code, 0);
    assert_eq!(nurture(here, &["import", "customers", "people.csv"]).code, 0);

    fs::write(here.join("workflows/model.yaml"), model(NUMBER)).unwrap();
    let refused = nurture(here, &["publish", "--lang", "en"]);
    assert_eq!(refused.code, 1, "{}{}", refused.out, refused.err);
    let says =
        "`customer.size` was text and becomes number: 1 of 3 stored values do not read as one, such as seven";
    assert!(refused.err.contains(says), "{}", refused.err);
    assert!(refused.err.contains("--drop-misfits"), "{}", refused.err);
    // Nothing was published, and an engine that starts keeps to what was.
    let ran = nurture(here, &["run", "--until-idle", "--lang", "en"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("workflows/model.yaml"), "{}", ran.err);

    // Mended by an import: the values are turned.
    fs::write(here.join("mend.csv"), "external_id,size\nb,7\n").unwrap();
    fs::write(here.join("workflows/model.yaml"), model(TEXT)).unwrap();
    assert_eq!(nurture(here, &["import", "customers", "mend.csv"]).code, 0);
    let big = "workflow: big\ntrigger: { schedule: { every: day, at: 09:00 } }\n\
               audience: customer.size > 10\nconsent: none\nsteps:\n  - tag: big\n";
    fs::write(here.join("workflows/model.yaml"), model(NUMBER)).unwrap();
    fs::write(here.join("workflows/big.yaml"), big).unwrap();
    let published = nurture(here, &["publish", "--lang", "en"]);
    assert_eq!(published.code, 0, "{}{}", published.out, published.err);
    let ran = nurture(here, &["run", "--clock", "2030-01-01..2030-01-02", "--until-idle", "--lang", "en"]);
    assert!(ran.out.contains("\"enrolled\":2"), "{}{}", ran.out, ran.err);
    // An import that touches them keeps what was turned: recorded changes are turned as well.
    fs::write(here.join("again.csv"), "external_id,tier\nb,silver\n").unwrap();
    assert_eq!(nurture(here, &["import", "customers", "again.csv"]).code, 0);
    let same = nurture(here, &["import", "customers", "mend.csv", "--lang", "en"]);
    assert!(same.out.contains("1 the same"), "{}{}", same.out, same.err);
}

fn values_that_do_not_fit_are_dropped_only_on_demand(database: &str) {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    project(here, &model(TEXT), database);
    fs::write(here.join("people.csv"), PEOPLE).unwrap();
    assert_eq!(nurture(here, &["publish"]).code, 0);
    assert_eq!(nurture(here, &["import", "customers", "people.csv"]).code, 0);
    let one_of =
        "  size: { type: number, optional: true }\n  tier: { one_of: [gold, silver], optional: true }\n";
    fs::write(here.join("workflows/model.yaml"), model(one_of)).unwrap();
    let refused = nurture(here, &["publish", "--lang", "en"]);
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("`customer.tier`") && refused.err.contains("basic"), "{}", refused.err);
    let dropped = nurture(here, &["publish", "--drop-misfits"]);
    assert_eq!(dropped.code, 0, "{}{}", dropped.out, dropped.err);
    // What fitted is there still: the same rows change only what was dropped.
    fs::write(here.join("same.csv"), "external_id,size,tier\na,12,gold\nb,,gold\nc,30,\n").unwrap();
    let same = nurture(here, &["import", "customers", "same.csv", "--lang", "en"]);
    assert!(same.out.contains("3 the same"), "{}{}", same.out, same.err);
}

fn what_a_live_version_uses_cannot_be_taken_away(database: &str) {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    project(here, &model(TEXT), database);
    let workflow = |condition: &str| {
        format!(
            "workflow: paid\ntrigger: {{ event: order.paid }}\nconsent: none\nsteps:\n  - wait: 30 days\n  \
             - if: {condition}\n    then:\n      - tag: seen\n"
        )
    };
    fs::write(here.join("workflows/paid.yaml"), workflow("customer.tier == \"gold\"")).unwrap();
    fs::write(here.join("people.csv"), PEOPLE).unwrap();
    fs::write(
        here.join("orders.csv"),
        "customer,event,at,id,properties.amount\na,order.paid,2030-01-01 10:00,e1,5\n",
    )
    .unwrap();
    assert_eq!(nurture(here, &["import", "customers", "people.csv"]).code, 0);
    assert_eq!(nurture(here, &["import", "events", "orders.csv"]).code, 0);
    let ran = nurture(here, &["run", "--clock", "2030-01-01..2030-01-03", "--until-idle"]);
    assert!(ran.out.contains("\"enrolled\":1"), "{}{}", ran.out, ran.err);

    let without = "  size: { type: text, optional: true }\n";
    fs::write(here.join("workflows/model.yaml"), model(without)).unwrap();
    fs::write(here.join("workflows/paid.yaml"), workflow("customer.size == \"12\"")).unwrap();
    let refused = nurture(here, &["publish", "--lang", "en"]);
    assert_eq!(refused.code, 1, "{}{}", refused.out, refused.err);
    assert!(refused.err.contains("of `paid` is still live"), "{}", refused.err);
    assert!(refused.err.contains("unknown attribute `customer.tier`"), "{}", refused.err);
}
