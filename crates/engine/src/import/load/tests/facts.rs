//! Events and entities, with and without maps.

use super::*;

const ORDERS: &str = "
map: events
read: { delimiter: whitespace, header: false, columns: [id, date, items, amount], encoding: utf-8 }
set:
  event: order.paid
  customer: \"{id}\"
  at: { from: \"{date}\", date: YYYYMMDD, zone: UTC }
  properties.items: \"{items}\"
  properties.amount: \"{amount}\"
";

#[tokio::test]
async fn equal_purchases_all_count_and_a_second_import_adds_none() {
    let mut held = Memory::with(&["00001", "00002"]);
    let file = b" 00001 20260103  1   11.77\r\n 00002 20260105  2   29.40\r\n 00002 20260105  2   29.40\r\n\
         00002 20260105  2   29.41\r\n 00009 20260105  2   29.41\r\n 00002 20260105  2   29.40\r\n";
    let report = bring(&mut held, "events", ("cdnow.txt", file), Some(ORDERS), same).await.unwrap();
    assert_eq!((counts(&report), report.events), ((5, 0, 0, 0, 1), 5));
    assert_eq!(
        bad(&report),
        [
            "line 5, column `customer`: there is no customer `00009`: import customers first, or say `--create-customers`"
        ]
    );
    assert_eq!(held.events("00002").len(), 4);
    assert_eq!(held.events("00001"), ["2026-01-03T00:00:00Z order.paid 11.77 ->-"]);
    assert_eq!(report.earliest.map(|at| at.to_string()).as_deref(), Some("2026-01-03T00:00:00Z"));
    let again = bring(&mut held, "events", ("cdnow.txt", file), Some(ORDERS), same).await.unwrap();
    assert_eq!(counts(&again), (0, 0, 5, 0, 1));

    let create = |settings: &mut Settings| settings.create_customers = true;
    let made = bring(&mut held, "events", ("cdnow.txt", file), Some(ORDERS), create).await.unwrap();
    assert_eq!((counts(&made), made.created), ((1, 0, 5, 0, 0), 1));
    assert_eq!(held.customer("00009").created_at(), Some("2026-01-05T00:00:00Z".parse().unwrap()));
}

#[tokio::test]
async fn events_of_json_lines_are_typed_and_old_ones_start_nothing() {
    let mut held = Memory::with(&["c1"]);
    let file = concat!(
        r#"{"id": "e1", "event": "order.paid", "customer": "c1", "at": "2026-03-01T08:59:59Z", "properties": {"amount": 11.77, "color": "red"}}"#,
        "\n",
        r#"{"id": "e2", "event": "order.paid", "customer": "c1", "at": "2026-03-01T09:00:00Z", "properties": {"amount": 1e2}}"#,
        "\n",
        r#"{"id": "e3", "event": "order.payed", "customer": "c1", "at": "2026-03-01T09:00:00Z"}"#,
        "\n",
        r#"{"id": "e4", "event": "order.paid", "customer": "c1", "properties": {"amount": "x"}}"#,
        "\n",
        r#"{"id": "e5", "event": "order.paid", "customer": "c1", "at": "2026-03-01T09:00:00Z", "properties": {"amount": "x"}}"#,
        "\n",
    );
    let report = bring(&mut held, "events", ("e.jsonl", file.as_bytes()), None, same).await.unwrap();
    assert_eq!(
        bad(&report),
        [
            "line 3, column `event`: the model has no event `order.payed` – did you mean `order.paid`?",
            "line 4, column `at`: nothing stands here, and this column is required",
            "line 5, column `properties.amount`: `x` is not a number",
        ]
    );
    assert_eq!(
        held.events("c1"),
        ["2026-03-01T08:59:59Z order.paid 11.77 ->-", "2026-03-01T09:00:00Z order.paid 100 ->- fresh"]
    );
    let key = (CustomerId::new("c1"), "import".to_owned(), EventId::new("e1"));
    assert_eq!(held.held.events[&key].0.properties.get("color"), Some(&Value::from("red")));
    assert_eq!(report.bad[1].also.len(), 1, "{:?}", report.bad[1]);
    assert_eq!(
        remarks(&report),
        [
            "`color` of `order.paid` is no field of the model and was kept as it is (once): declare it there, or \
             leave it out with `--extra drop`",
            "`order.paid` came without its field `items` (2 times): conditions take it as unknown",
        ]
    );

    let mut held = Memory::with(&["c1"]);
    let start = |settings: &mut Settings| settings.start = true;
    bring(&mut held, "events", ("e.jsonl", file.as_bytes()), None, start).await.unwrap();
    assert!(held.events("c1").iter().all(|event| event.ends_with("fresh")));
    // The same facts as a table.
    let table = b"id,event,customer,at,properties.amount\ne1,order.paid,c1,2026-03-01T08:59:59Z,11.77\n";
    let again = bring(&mut held, "events", ("e.csv", table), None, same).await.unwrap();
    assert_eq!(counts(&again), (0, 0, 1, 0, 0));
}

const DEALS: &str = r#"
map: deal
read: { delimiter: ",", header: true, encoding: utf-8 }
set:
  external_id: "{opportunity_id}"
  customer: "{account}"
  owner: "{sales_agent}"
  product: "{product}"
  amount: "{close_value}"
  created_at: { from: "{engage_date}", date: DD-MM-YY, zone: UTC }
look_up: { region: { file: sales_teams.csv, by: sales_agent, take: regional_office } }
replace: { product: { GTXPro: GTX Pro } }
moves:
  - { stage: Prospecting, at: "{engage_date}" }
  - { stage: Engaging, at: "{engage_date}" }
  - { stage: "{deal_stage}", at: "{close_date}" }
"#;

const PIPELINE: &str = "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n\
    D1,Moses Frase,GTXPro,Cancity,Won,20-10-16,01-03-17,1054\n\
    D2,Nobody,GTX Basic,Cancity,Engaging,25-10-16,,\n\
    D3,Moses Frase,MG Special,Cancity,Prospecting,,,\n\
    D4,Moses Frase,MG Special,,Engaging,25-10-16,,\n\
    D5,Moses Frase,MG Special,Cancity,Wonn,25-10-16,07-03-17,50\n\
    D6,Moses Frase,MG Special,Cancity,Won,25-10-16,07-03-16,50\n\
    D7,Moses Frase,MG Special,Cancity,Won,2016-10-25,07-03-17,50\n\
    D8,Moses Frase,MG Special,Isdom,Lost,25-10-16,07-03-17,0\n";

#[tokio::test]
async fn deals_bring_their_moves_in_order() {
    let mut held = Memory::with(&["Cancity"]);
    let file = ("deals.csv", PIPELINE.as_bytes());
    let report = bring(&mut held, "deal", file, Some(DEALS), same).await.unwrap();
    assert_eq!((counts(&report), report.not_looked_up, report.events), ((3, 0, 0, 0, 5), 1, 5));
    let said = bad(&report);
    let starts = [
        "line 5, column `account`: nothing stands here",
        "line 6, column `deal_stage`: `Wonn` is not one of: Prospecting, Engaging, Won, Lost – did you mean `Won`?",
        "line 7, column `close_date`: the move to `Won` lies before the move above it",
        "line 8, column `engage_date`: `2016-10-25` is not a date of the form `DD-MM-YY`",
        "line 9, column `customer`: there is no customer `Isdom`",
    ];
    for (said, start) in said.iter().zip(starts) {
        assert!(said.starts_with(start), "{said}\n{start}");
    }
    assert_eq!(
        held.events("Cancity"),
        [
            "2016-10-20T00:00:00Z deal.stage_changed ->Prospecting",
            "2016-10-20T00:00:00Z deal.stage_changed Prospecting>Engaging",
            "2016-10-25T00:00:00Z deal.stage_changed ->Prospecting",
            "2016-10-25T00:00:00Z deal.stage_changed Prospecting>Engaging",
            "2017-03-01T00:00:00Z deal.stage_changed Engaging>Won",
        ]
    );
    let deal = |held: &Memory, id: &str| held.held.entities[&("deal".to_owned(), EntityId::new(id))].clone();
    let first = deal(&held, "D1");
    let text = |entity: &Entity, name: &str| entity.get(name).map_or("-".to_owned(), Value::to_string);
    let all = ["product", "region", "amount", "owner", "stage", "stage_since", "created_at"];
    assert_eq!(
        all.map(|name| text(&first, name)),
        ["GTX Pro", "Central", "1054", "Moses Frase", "Won", "2017-03-01T00:00:00Z", "2016-10-20T00:00:00Z"]
    );
    assert_eq!(text(&deal(&held, "D3"), "stage"), "-");
    assert_eq!(text(&deal(&held, "D2"), "region"), "-");

    let again = bring(&mut held, "deal", file, Some(DEALS), same).await.unwrap();
    assert_eq!((counts(&again), again.events), ((0, 0, 3, 0, 5), 0));
    // The deal goes on: one more move, nothing twice.
    let on = PIPELINE.replace("Engaging,25-10-16,,", "Lost,25-10-16,30-10-16,");
    let on = bring(&mut held, "deal", ("deals.csv", on.as_bytes()), Some(DEALS), same).await.unwrap();
    assert_eq!((counts(&on), on.events), ((0, 1, 2, 0, 5), 1));
    assert_eq!(text(&deal(&held, "D2"), "stage"), "Lost");
}

#[tokio::test]
async fn entities_need_a_customer_unless_they_are_shared() {
    let mut held = Memory::with(&["c1"]);
    let file = b"external_id,customer,ends_on,stage\nK1,c1,2026-05-01,active\nK2,c1,,active\nK3,c1,2026-05-01,actve\n";
    let report = bring(&mut held, "contract", ("c.csv", file), None, same).await.unwrap();
    assert_eq!(
        bad(&report),
        [
            "line 3, column `ends_on`: nothing stands here, and this column is required",
            "line 4, column `stage`: `actve` is not one of: active, ended – did you mean `active`?",
        ]
    );
    let over = b"external_id,customer,stage\nK1,c1,ended\n";
    let changed = bring(&mut held, "contract", ("c.csv", over), None, same).await.unwrap();
    assert_eq!(counts(&changed), (0, 1, 0, 0, 0));
    assert_eq!(held.events("c1"), [format!("{NOW} contract.stage_changed active>ended fresh")]);
    let shared = b"external_id,employees\nacme,20\n";
    let report = bring(&mut held, "company", ("c.csv", shared), None, same).await.unwrap();
    assert_eq!(counts(&report), (1, 0, 0, 0, 0));
    let error = refused(bring(&mut held, "deal", ("d.csv", b"external_id\nD1\n"), None, same).await);
    assert!(error.contains("the column `customer` is missing"), "{error}");
}

#[tokio::test]
async fn a_map_that_does_not_fit_is_refused_with_its_places() {
    let file = ("deals.csv", PIPELINE.as_bytes());
    for (from, to, said) in [
        (
            "{account}",
            "{acount}",
            "maps/m.yaml:6:3: the file has no column `acount` – did you mean `account`?",
        ),
        ("  amount:", "  amuont:", "maps/m.yaml:9:3: `amuont` is not a name of deal in the model"),
        ("stage: Engaging", "stage: Engagin", "maps/m.yaml:15:5: `Engagin` is not one of"),
        ("map: deal", "map: contract", "this map is for `contract`"),
        ("sales_teams.csv", "../teams.csv", "must be a plain name"),
        ("sales_teams.csv", "teams.csv", "neither beside the imported file"),
        ("regional_office", "office", "`sales_teams.csv` has no column `office`"),
    ] {
        let mut held = Memory::with(&["Cancity"]);
        let error = refused(bring(&mut held, "deal", file, Some(&DEALS.replace(from, to)), same).await);
        assert!(error.contains(said), "{said}\n{error}");
        assert_eq!(held.writes, 0);
    }
}

#[tokio::test]
async fn an_extra_column_that_is_a_field_of_the_event_is_of_its_type() {
    let mut held = Memory::with(&["c1"]);
    let file = b"id,event,customer,at,amount,items,shop\n\
        e1,order.paid,c1,2026-03-01,11.77,2,north\ne2,order.paid,c1,2026-03-01,dear,2,north\n";
    let refused = refused(bring(&mut held, "events", ("e.csv", file), None, same).await);
    assert!(refused.contains("did you mean `properties.amount`?"), "{refused}");
    let keep = |settings: &mut Settings| settings.extra = Extra::Keep;
    let report = bring(&mut held, "events", ("e.csv", file), None, keep).await.unwrap();
    assert_eq!(bad(&report), ["line 3, column `amount`: `dear` is not a number"]);
    let (event, _) = held.held.events.values().next().unwrap();
    let amount = event.properties.get("amount").and_then(Value::as_number).map(|amount| amount.to_string());
    assert_eq!(amount.as_deref(), Some("11.77"));
    assert_eq!(event.properties.get("shop"), Some(&Value::from("north")));
}
