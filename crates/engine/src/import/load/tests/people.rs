//! Customers, reps, consents and suppressions.

use super::*;

#[tokio::test]
async fn customers_are_new_then_the_same_then_changed() {
    let mut held = Memory::default();
    let first = b"external_id,name,level,revenue,consent.marketing,consent_at,email,created_at,tags\n\
        c1,Zoe,gold,1100.04,granted,2025-04-02T10:00:00Z,a@example.com,2025-01-01,\"vip,wms\"\n\
        c2,Bo,,,withdrawn,2025-04-02,b@example.com,,\n\
        c3,Cy,,,,,,,\n";
    let report = bring(&mut held, "customers", ("a.csv", first), None, same).await.unwrap();
    assert_eq!((counts(&report), report.mailable), ((3, 0, 0, 0, 0), Some(1)));
    assert_eq!(held.customer("c1").created_at(), Some("2025-01-01T00:00:00Z".parse().unwrap()));
    assert_eq!(held.customer("c2").created_at(), Some(now()));
    assert_eq!(held.customer("c2").get("level"), None);
    assert_eq!(held.customer("c1").get("tags"), Some(&Value::List(vec!["vip".into(), "wms".into()])));
    let (writes, events) = (held.writes, held.held.events.len());

    let again = bring(&mut held, "customers", ("a.csv", first), None, same).await.unwrap();
    assert_eq!((counts(&again), again.mailable), ((0, 0, 3, 0, 0), Some(1)));
    assert_eq!((held.writes, held.held.events.len()), (writes, events));

    // A blank optional cell leaves what is known; a later created_at too.
    let later =
        b"external_id,name,level,created_at,stage,tags\nc1,,basic,2025-02-01,lead,\"vip,new\"\nc3,Cy,,,,\n";
    let changed = bring(&mut held, "customers", ("b.csv", later), None, same).await.unwrap();
    assert_eq!(counts(&changed), (0, 1, 1, 0, 0));
    assert_eq!(held.customer("c1").text("name"), Some("Zoe"));
    assert_eq!(held.customer("c1").text("level"), Some("basic"));
    assert_eq!(held.customer("c1").created_at(), Some("2025-01-01T00:00:00Z".parse().unwrap()));
    let mut events = held.events("c1");
    events.sort();
    assert_eq!(
        events,
        [
            format!("{NOW} customer.changed level gold>basic fresh"),
            format!("{NOW} customer.changed stage ->lead fresh"),
            format!("{NOW} customer.tag_changed ->- fresh"),
            format!("{NOW} customer.tag_changed ->- fresh"),
        ]
    );
}

#[tokio::test]
async fn a_bad_row_is_left_out_whole_and_the_rest_is_loaded() {
    let mut held = Memory::default();
    let file = b"external_id,segment,revenue,level,email,zone,born\n\
        ,a,1,gold,,,\n\
        c2,a,many,gold,,,\n\
        c3,a,,glod,,,\n\
        c4,a,,,not an address,,\n\
        c5,a,,,,Asia/Shangai,\n\
        c6,a,,,,,2025-02-30\n\
        c7,,,,,,\n\
        c8,a,,gold,c8@example.com,Asia/Shanghai,03-12\n";
    let report = bring(&mut held, "customers", ("a.csv", file), None, same).await.unwrap();
    assert_eq!(counts(&report), (1, 0, 0, 0, 7));
    assert_eq!(
        bad(&report),
        [
            "line 2, column `external_id`: nothing stands here, and this column is required",
            "line 3, column `revenue`: `many` is not a number",
            "line 4, column `level`: `glod` is not one of: basic, gold – did you mean `gold`?",
            "line 5, column `email`: this is not an e-mail address",
            "line 6, column `zone`: `Asia/Shangai` is not a time zone, such as `Asia/Shanghai`",
            "line 7, column `born`: the calendar has no day `2025-02-30`",
            "line 8, column `segment`: nothing stands here, and this column is required",
        ]
    );
    assert_eq!(held.held.customers.len(), 1);
    assert_eq!(report.bad[0].say(Language::Zh), "第 2 行，`external_id` 列：此处为空，而这一列必填");
    assert_eq!((report.bad[1].value.as_deref(), report.bad[3].value.as_deref()), (Some("many"), None));
}

#[tokio::test]
async fn columns_that_do_not_fit_refuse_the_import_before_it_writes() {
    for (file, said) in [
        (
            "external_id,ctiy\nc1,x\n",
            "`ctiy` is not a name of customers in the model; say `--extra keep` or `--extra drop` to load the rest – did you mean `city`?",
        ),
        ("external_id,spend\nc1,5\n", "`spend` is computed by the engine and cannot be imported"),
        ("external_id,rank\nc1,big\n", "`rank` is computed"),
        ("external_id,consent.marketting\nc1,granted\n", "did you mean `consent.marketing`?"),
        ("name\nZoe\n", "the column `external_id` is missing"),
    ] {
        let mut held = Memory::default();
        let error = refused(bring(&mut held, "customers", ("a.csv", file.as_bytes()), None, same).await);
        assert!(error.contains(said), "{said}: {error}");
        assert_eq!(held.writes, 0);
    }
    let json = "{\"external_id\": \"c1\"}\n{\"external_id\": \"c2\", \"ctiy\": 1}\n";
    let mut held = Memory::default();
    let error = refused(bring(&mut held, "customers", ("a.jsonl", json.as_bytes()), None, same).await);
    assert!(error.contains("`ctiy`") && held.writes == 0, "{error}");

    let extra = |extra| move |settings: &mut Settings| settings.extra = extra;
    let file = ("a.csv", &b"external_id,ctiy\nc1,x\n"[..]);
    bring(&mut held, "customers", file, None, extra(Extra::Drop)).await.unwrap();
    assert_eq!(held.customer("c1").get("ctiy"), None);
    bring(&mut held, "customers", file, None, extra(Extra::Keep)).await.unwrap();
    assert_eq!(held.customer("c1").text("ctiy"), Some("x"));
    let computed = ("a.csv", &b"external_id,spend\nc1,5\n"[..]);
    assert!(
        refused(bring(&mut held, "customers", computed, None, extra(Extra::Drop)).await).contains("computed")
    );
    let error = refused(bring(&mut held, "costumers", file, None, same).await);
    assert!(error.contains("did you mean `customers`?"), "{error}");
}

#[tokio::test]
async fn of_equal_ids_the_later_row_wins_and_a_second_import_changes_nothing() {
    let mut held = Memory::default();
    let mut file = "external_id,city\nc1,Rome\nc2,Oslo\n".to_owned();
    for n in 10..5_000 {
        file.push_str(&format!("x{n},Lund\n"));
    }
    file.push_str("c1,Bern\nc2,\n");
    let report = bring(&mut held, "customers", ("a.csv", file.as_bytes()), None, same).await.unwrap();
    assert_eq!(counts(&report), (4_992, 0, 0, 2, 0));
    assert_eq!(held.customer("c1").text("city"), Some("Bern"));
    assert_eq!(held.customer("c2").text("city"), None);
    let again = bring(&mut held, "customers", ("a.csv", file.as_bytes()), None, same).await.unwrap();
    assert_eq!(counts(&again), (0, 0, 4_992, 2, 0));
    assert_eq!(held.held.events.len(), 0);
}

#[tokio::test]
async fn an_address_of_another_customer_loads_and_both_are_flagged() {
    let mut held = Memory::default();
    let file = b"external_id,email\nc1,one@example.com\nc2,one@Example.com\n";
    for dry_run in [true, false, false] {
        let change = move |settings: &mut Settings| settings.dry_run = dry_run;
        let report = bring(&mut held, "customers", ("a.csv", file), None, change).await.unwrap();
        assert_eq!(report.bad_count, 0);
        let (first, second) = (CustomerId::new("c1"), CustomerId::new("c2"));
        assert_eq!(
            report.duplicates,
            [crate::import::say::Duplicate { email: "one@example.com".into(), first, second }]
        );
    }
}

#[tokio::test]
async fn a_dry_run_reports_the_same_and_writes_nothing() {
    let mut held = Memory::default();
    let file = b"external_id,email,consent.marketing\nc1,one@example.com,granted\n,x@example.com,\n";
    let pretend = |settings: &mut Settings| settings.dry_run = true;
    let dry = bring(&mut held, "customers", ("a.csv", file), None, pretend).await.unwrap();
    assert!(held.held.customers.is_empty());
    let real = bring(&mut held, "customers", ("a.csv", file), None, same).await.unwrap();
    assert_eq!(dry, real);
    assert_eq!((counts(&real), real.mailable), ((1, 0, 0, 0, 1), Some(1)));
}

#[tokio::test]
async fn consent_without_a_date_is_recorded_once() {
    let mut held = Memory::default();
    let file = b"external_id,email,consent.marketing\nc1,one@example.com,granted\n";
    bring(&mut held, "customers", ("a.csv", file), None, same).await.unwrap();
    let later = |settings: &mut Settings| settings.now = "2026-03-09T09:00:00Z".parse().unwrap();
    let again = bring(&mut held, "customers", ("a.csv", file), None, later).await.unwrap();
    assert_eq!(counts(&again), (0, 0, 1, 0, 0));
    // Consent for everybody, less those whose row says another word.
    let file = b"external_id,email,consent.marketing\nc1,one@example.com,withdrawn\nc2,two@example.com,\n";
    let all = |settings: &mut Settings| {
        let at = "2026-01-01T00:00:00Z".parse().unwrap();
        settings.consent =
            Some(ConsentForAll { topic: "marketing".into(), basis: "signed on paper".into(), at });
    };
    let report = bring(&mut held, "customers", ("b.csv", file), None, all).await.unwrap();
    assert_eq!(report.mailable, Some(1));
    assert!(held.events("c1").iter().any(|event| event.contains("consent.withdrawn marketing")));
    let known = &held.held.customers[&CustomerId::new("c2")];
    assert!(known.consents.allow("marketing", model::Medium::Email));
}

#[tokio::test]
async fn gb18030_and_other_delimiters_come_from_the_map_or_the_command_line() {
    let (bytes, _, _) = encoding_rs::GB18030.encode("编号;城市\nc1;杭州\n");
    let map = "map: customers\nread: { delimiter: \";\", encoding: gb18030 }\nset: { external_id: \"{编号}\", city: \"{城市}\" }\n";
    let mut held = Memory::default();
    bring(&mut held, "customers", ("a.csv", &bytes), Some(map), same).await.unwrap();
    assert_eq!(held.customer("c1").text("city"), Some("杭州"));
    let (bytes, _, _) = encoding_rs::GB18030.encode("external_id,city\nc2,苏州\n");
    let said = |settings: &mut Settings| settings.read.encoding = Some(Encoding::Gb18030);
    bring(&mut held, "customers", ("a.csv", &bytes), None, said).await.unwrap();
    assert_eq!(held.customer("c2").text("city"), Some("苏州"));
}

#[tokio::test]
async fn reps_consents_and_suppressions_are_idempotent_too() {
    let mut held = Memory::with(&["c1", "c2"]);
    let reps = b"external_id,name,email,zone,away,territory\nli.na,Li,li@example.com,Asia/Shanghai,no,\xE5\x8D\x8E\n";
    let consents = b"customer,topic,channel,granted,at,source,basis\n\
        c1,marketing,email,granted,2026-01-01,form,consent\nc1,marketing,,withdrawn,2026-02-01,page,\n\
        c2,marketing,pigeon,yes,2026-01-01,form,\nc9,marketing,,yes,2026-01-01,,\nc2,offers,,yes,2026-01-01,,\n";
    let stops = b"customer,email,channel,topic,reason,at,until\nc1,,email,,complaint,2026-01-05,\nc2,,,,,,\n,x@example.com,,,,,\n";
    for round in 0..2 {
        let report = bring(&mut held, "reps", ("r.csv", reps), None, same).await.unwrap();
        assert_eq!((report.new, report.same), (1 - round, round));
        let report = bring(&mut held, "consents", ("c.csv", consents), None, same).await.unwrap();
        assert_eq!((report.new, report.same, report.bad_count), (2 - 2 * round, 2 * round, 3));
        let report = bring(&mut held, "suppressions", ("s.csv", stops), None, same).await.unwrap();
        assert_eq!((report.new, report.same, report.bad_count), (2 - 2 * round, 2 * round, 1));
    }
    assert_eq!(held.held.reps[&RepId::new("li.na")].zone.as_deref(), Some("Asia/Shanghai"));
    let known = &held.held.customers[&CustomerId::new("c1")];
    assert!(!known.consents.allow("marketing", model::Medium::Email));
    let reasons: Vec<&Suppression> = known.suppressions.iter().collect();
    assert_eq!((reasons.len(), reasons[0].reason.as_str()), (1, "complaint"));
    // Old as it is, a withdrawal has to stop what is on its way.
    assert_eq!(held.events("c1"), ["2026-02-01T00:00:00Z consent.withdrawn marketing ->-"]);
}

#[tokio::test]
async fn a_forgotten_customer_is_not_brought_back_by_a_file() {
    let mut held = Memory::default();
    let file = b"external_id,name,consent.marketing\nc1,Zoe,granted\nc2,Bo,granted\n";
    bring(&mut held, "customers", ("a.csv", file), None, same).await.unwrap();
    let known = held.held.customers.get_mut(&CustomerId::new("c1")).unwrap();
    known.customer.attributes.remove("name");
    let at = now();
    let reason = model::consent::FORGOTTEN.to_owned();
    known.suppressions.push(Suppression { medium: None, topic: None, reason, at, until: None });

    let again = bring(&mut held, "customers", ("a.csv", file), None, same).await.unwrap();
    assert_eq!(counts(&again), (0, 0, 1, 0, 1));
    assert!(bad(&again)[0].starts_with("line 2, column `customer`: customer `c1` was forgotten"));
    assert_eq!(held.customer("c1").text("name"), None);
    let words = b"customer,topic,state,at\nc1,marketing,granted,2026-01-01\n";
    let words = bring(&mut held, "consents", ("c.csv", words), None, same).await.unwrap();
    assert_eq!(counts(&words), (0, 0, 0, 0, 1));
}

#[tokio::test]
async fn the_scars_of_spreadsheets_are_mended_and_told_line_by_line() {
    let mut memory = Memory::default();
    let text = "external_id\tname\temail\tphone\tsegment\trevenue\tborn\n\
                '001\t王伟\tｗｅｉ＠example.com\t8613800138000\ta\t¥1,234.50\t32874\n\
                c2\t无\tli@example.com\t1.3800138001E+10\tb\tN/A\t2001年3月5日\n\
                c3\t=1+1\tz@example.com\t1.38E+10\tb\t12%\t-\n\
                1.38E+10\tx\ty@example.com\t\tb\t\t\n";
    let (bytes, _, _) = encoding_rs::GB18030.encode(text);
    let report = bring(&mut memory, "customers", ("a.csv", &bytes), None, same).await.unwrap();
    assert_eq!(counts(&report), (2, 0, 0, 0, 2), "{:#?} {:#?}", report.bad, report.mended);
    assert_eq!(
        report.read_as.clone().unwrap().say(Language::En),
        "Read as gb18030, with `tab` between cells."
    );
    let told: Vec<String> = report.mended.iter().map(|cell| cell.say(Language::En)).collect();
    assert_eq!(
        told,
        [
            "line 2, column `external_id`: the apostrophe before it is left out",
            "line 2, column `phone`: a Chinese number is read with its country, `+86`",
            "line 2, column `email`: written in an unusual way, and read all the same",
            "line 2, column `revenue`: `¥1,234.50` is read as `1234.5`",
            "line 2, column `born`: `32874` is read as `1990-01-01`",
            "line 3, column `name`: `…` is read as nothing known",
            "line 3, column `revenue`: `N/A` is read as nothing known",
            "line 3, column `phone`: written in an unusual way, and read all the same",
        ]
    );
    let lost = "a spreadsheet has shortened this number to `1.38E+10`, and its last digits are lost: give the column the format “text” there and save it again";
    assert_eq!(
        bad(&report),
        [format!("line 4, column `phone`: {lost}"), format!("line 5, column `external_id`: {lost}")]
    );
    assert_eq!(memory.customer("001").text("phone"), Some("+8613800138000"));
    assert_eq!(memory.customer("001").get("revenue").unwrap().to_string(), "1234.5");
    assert_eq!(memory.customer("c2").get("name"), None);
    assert_eq!(memory.customer("c2").text("phone"), Some("13800138001"));
    let again = bring(&mut memory, "customers", ("a.csv", &bytes), None, same).await.unwrap();
    assert_eq!(counts(&again), (0, 0, 2, 0, 2));
}

#[tokio::test]
async fn formulas_stay_texts() {
    let mut memory = Memory::default();
    let text = "external_id,name,segment\nc1,=1+1,\"=HYPERLINK(\"\"http://x\"\")\"\nc2,@x,+y\n";
    let report = bring(&mut memory, "customers", ("a.csv", text.as_bytes()), None, same).await.unwrap();
    assert_eq!((counts(&report), report.mended_count), ((2, 0, 0, 0, 0), 0));
    assert_eq!(memory.customer("c1").text("name"), Some("=1+1"));
    assert_eq!(memory.customer("c1").text("segment"), Some("=HYPERLINK(\"http://x\")"));
    assert_eq!(memory.customer("c2").text("segment"), Some("+y"));
}

#[tokio::test]
async fn every_mistake_of_a_row_is_named_at_once() {
    let mut held = Memory::default();
    let file = b"external_id,segment,revenue,level,email,consent.marketing\n,,many,glod,nobody,maybe\n";
    let report = bring(&mut held, "customers", ("a.csv", file), None, same).await.unwrap();
    assert_eq!((report.bad_count, report.bad.len()), (1, 1));
    let columns = |row: &BadRow| row.column.clone().unwrap_or_default();
    let also: Vec<String> = report.bad[0].also.iter().map(columns).collect();
    assert_eq!(columns(&report.bad[0]), "external_id");
    assert_eq!(also, ["segment", "revenue", "level", "email", "consent.marketing"]);
}

#[tokio::test]
async fn a_consent_by_yes_or_no_is_taken_and_told() {
    let mut held = Memory::default();
    let file =
        b"external_id,segment,consent.marketing,consent.service\nc1,a,yes,granted\nc2,a,0,\nc3,a,FALSE,withdrawn\n";
    let report = bring(&mut held, "customers", ("a.csv", file), None, same).await.unwrap();
    let mended: Vec<String> = report.mended.iter().map(|cell| cell.say(Language::En)).collect();
    assert_eq!(
        mended,
        [
            "line 2, column `consent.marketing`: `yes` is read as `granted`",
            "line 3, column `consent.marketing`: `0` is read as `withdrawn`",
            "line 4, column `consent.marketing`: `FALSE` is read as `withdrawn`",
        ]
    );
    let said = |id: &str| {
        held.held.customers[&CustomerId::new(id)].consents.allow("marketing", model::Medium::Email)
    };
    assert_eq!([said("c1"), said("c2"), said("c3")], [true, false, false]);
}

#[tokio::test]
async fn what_the_model_requires_and_no_column_says_is_told_for_who_is_new() {
    let mut held = Memory::with(&["c1"]);
    let file = b"external_id,name\nc1,Zoe\nc2,Bo\nc3,Cy\n";
    let report = bring(&mut held, "customers", ("a.csv", file), None, same).await.unwrap();
    assert_eq!(counts(&report), (2, 1, 0, 0, 0));
    assert_eq!(
        remarks(&report),
        [
            "new customers came without `segment`, which the model requires (2 times): import it as well, or write \
             `optional: true` or a `default` in the model"
        ]
    );
}

#[tokio::test]
async fn references_to_nobody_are_told_once_all_rows_are_in() {
    let file =
        b"external_id,segment,friend,works_at,owner\nc1,a,c2,acme,li.na\nc2,a,c9,acme,\nc3,a,c9,nowhere,\n";
    let mut held = Memory::default();
    held.held.reps.insert(RepId::new("wang.wei"), Rep::default());
    bring(&mut held, "company", ("c.csv", b"external_id\nacme\n"), None, same).await.unwrap();
    let told = [
        "`works_at` names `nowhere`, and there is no company of that id (once, first in line 4): import it as well",
        "`friend` names `c9`, and there is no customer of that id (2 times, first in line 3): import them as well",
        "`owner` names `li.na`, and there is no rep of that id (once, first in line 2): import them with `nurture import reps`",
    ];
    let dry = |settings: &mut Settings| settings.dry_run = true;
    let tried = bring(&mut held, "customers", ("a.csv", file), None, dry).await.unwrap();
    assert_eq!(remarks(&tried), told);
    let report = bring(&mut held, "customers", ("a.csv", file), None, same).await.unwrap();
    assert_eq!((counts(&report), remarks(&report)), ((3, 0, 0, 0, 0), told.map(str::to_owned).to_vec()));
}
