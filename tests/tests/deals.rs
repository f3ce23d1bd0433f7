//! The recipe for deals over the deals of a CRM, by the program itself: each deal that becomes serious, is won
//! or is lost brings what the recipe says, once; what the live engine does on a clock is what was simulated.

use std::collections::BTreeMap;
use tests::real::{Project, csv, map, of, text, that};

tests::on_both! {
    each_deal_of_the_crm_brings_what_its_stages_say,
}

/// What the accounts and deals of the CRM have beside the recipe's own model.
const MORE: [(&str, &str); 2] = [
    (
        "customer:\n",
        "  name: { type: text, optional: true }\n  sector: { type: text, optional: true }\n  founded: { type: number, optional: true }\n  revenue: { type: number, optional: true }\n  employees: { type: number, optional: true }\n  office_location: { type: text, optional: true }\n  parent_company: { type: text, optional: true }\n",
    ),
    (
        "  deal:\n",
        "    product: { type: text, optional: true }\n    region: { type: text, optional: true }\n",
    ),
];

fn each_deal_of_the_crm_brings_what_its_stages_say(database: &str) {
    let crm = tests::root().join("tests/real_data/crm");
    let project = Project::scenario("15-stage-change").on(database);
    let mut model = text(&project.path().join("workflows/model.yaml"));
    for (head, more) in MORE {
        assert_eq!(model.matches(head).count(), 1, "{model}");
        model = model.replace(head, &format!("{head}{more}"));
    }
    project.write("workflows/model.yaml", &model);
    project.import("customers", &crm.join("sample/accounts.csv"), &crm.join("maps/accounts.map.yaml"));
    project.import("reps", &crm.join("sample/sales_teams.csv"), &map("crm_reps.map.yaml"));
    project.import("deal", &crm.join("sample/sales_pipeline.csv"), &map("crm_deals.map.yaml"));

    let rows = text(&crm.join("sample/sales_pipeline.csv"));
    let mut expected: BTreeMap<&str, usize> = BTreeMap::new();
    for row in csv(&rows).iter().filter(|row| !row.cell("account").is_empty()) {
        if !row.cell("engage_date").is_empty() {
            *expected.entry("deal_engaging").or_default() += 1;
        }
        match row.cell("deal_stage") {
            "Won" => *expected.entry("deal_won").or_default() += 1,
            "Lost" => *expected.entry("deal_lost").or_default() += 1,
            _ => {}
        }
    }
    assert!(expected.values().sum::<usize>() > 30, "{expected:?}");

    let trace = project.lived("2016-10-01", "2018-01-01");
    let mut entered: BTreeMap<&str, usize> = BTreeMap::new();
    for line in that(&trace, "enroll", "entered") {
        *entered.entry(of(line, "workflow")).or_default() += 1;
    }
    assert_eq!(entered, expected);
    let done = |did: &str, workflow: &str| {
        that(&trace, did, "done").filter(|line| of(line, "workflow") == workflow).count()
    };
    let of_kind = |workflow: &str| expected.get(workflow).copied().unwrap_or_default();
    assert_eq!(done("task", "deal_engaging"), of_kind("deal_engaging"), "the owner's task");
    assert_eq!(done("email", "deal_engaging"), of_kind("deal_engaging"), "the introduction");
    assert_eq!(done("email", "deal_won"), of_kind("deal_won"), "the welcome");
    assert_eq!(done("task", "deal_lost"), of_kind("deal_lost"), "the reason");
    assert!(done("notify", "deal_engaging") > 0, "nobody moved for ten working days");
}
