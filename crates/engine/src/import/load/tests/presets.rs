//! Exports of other tools, by the headings that they really have: who opted out there is not mailed here.

use super::*;
use crate::import::Preset;
use model::Medium;

fn of(preset: Preset) -> impl FnOnce(&mut Settings) {
    move |settings| settings.preset = Some(preset)
}

/// Whom a marketing message may be mailed to, by id.
fn mailable(memory: &Memory) -> Vec<&str> {
    let may = |known: &&Known| super::super::super::batch::is_mailable(known, &["marketing"], now());
    memory.held.customers.values().filter(may).map(|known| known.customer.id.as_str()).collect()
}

async fn brought(memory: &mut Memory, preset: Preset, text: &str) -> ImportReport {
    bring(memory, "customers", ("export.csv", text.as_bytes()), None, of(preset)).await.unwrap()
}

// The model of these tests wants a segment of everybody.
const SEGMENT: &str = "segment";

#[tokio::test]
async fn mailchimp_says_by_the_file_who_left() {
    let subscribed = format!(
        "Email Address,First Name,Last Name,{SEGMENT},MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,LAST_CHANGED,LEID,EUID,NOTES,TAGS\n\
         ann@example.com,Ann,Lee,a,2,\"2019-03-20 10:00:00\",,\"2019-03-21 14:22:10\",192.0.2.1,,,,,America/New_York,US,NY,\"2024-01-01 00:00:00\",111,e1,,\"\"\"vip\"\"\"\n\
         bob@example.com,Bob,,a,2,,,,,,,,,,,,,112,e2,,\n\
         cid@example.com,Cid,,a,2,,,\"2019-03-21 14:22:10\",,,,,,,,,,113,e3,,\n"
    );
    let unsubscribed = format!(
        "Email Address,First Name,Last Name,{SEGMENT},MEMBER_RATING,OPTIN_TIME,CONFIRM_TIME,UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,UNSUB_REASON_OTHER,LEID,EUID,NOTES,TAGS\n\
         cid@example.com,Cid,,a,2,,\"2019-03-21 14:22:10\",\"2023-05-01 09:00:00\",June,9,NORMAL,,113,e3,,\n\
         dan@example.com,Dan,,a,2,,\"2019-03-21 14:22:10\",\"2023-05-01 09:00:00\",June,9,NORMAL,,114,e4,,\n"
    );
    let cleaned = format!(
        "Email Address,First Name,Last Name,{SEGMENT},MEMBER_RATING,OPTIN_TIME,CONFIRM_TIME,CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,CLEAN_CAMPAIGN_ID,LEID,EUID,NOTES,TAGS\n\
         ann@example.com,Ann,Lee,a,2,,\"2019-03-21 14:22:10\",\"2024-02-01 09:00:00\",July,10,111,e1,,\n"
    );
    // In whatever order the files come.
    for files in [[&subscribed, &unsubscribed, &cleaned], [&cleaned, &unsubscribed, &subscribed]] {
        let mut memory = Memory::default();
        for file in files {
            let report = brought(&mut memory, Preset::Mailchimp, file).await;
            assert_eq!(bad(&report), Vec::<String>::new());
        }
        // Bob never said so, Cid and Dan left, Ann's mailbox is gone.
        assert_eq!(mailable(&memory), Vec::<&str>::new());
        assert_eq!(memory.customer("e1").text("name"), Some("Ann Lee"));
        assert_eq!(memory.held.customers[&CustomerId::new("e1")].suppressions[0].reason, "hard_bounce");
        let again = brought(&mut memory, Preset::Mailchimp, &subscribed).await;
        assert_eq!(counts(&again), (0, 0, 3, 0, 0));
    }
    let mut memory = Memory::default();
    let report = brought(&mut memory, Preset::Mailchimp, &subscribed).await;
    assert_eq!(mailable(&memory), ["e1", "e3"]);
    assert!(report.left_out.contains(&"MEMBER_RATING".to_owned()), "{:?}", report.left_out);
    assert!(
        !report.left_out.iter().any(|column| column.contains("TIME") && column != "TIMEZONE"),
        "{:?}",
        report.left_out
    );
}

#[tokio::test]
async fn hubspot_tells_who_opted_out_of_any_kind_of_mail() {
    let text = format!(
        "Record ID,First Name,Last Name,Email,Phone Number,Contact owner,{SEGMENT},Last Activity Date (GMT+8),Lead Status,Marketing contact status,Create Date (GMT+8),Associated Company,Unsubscribed from all email,Opted out of email: Marketing Information,Email hard bounce reason\n\
         101,娜,李,li@example.com,+86 138 0013 8000,Wei,a,2024-01-02 10:00,NEW,Marketing contact,2023-01-02 10:00,Acme,,,\n\
         102,Bo,Ek,bo@example.com,,,a,,,Marketing contact,,,true,,\n\
         103,Cy,Ek,cy@example.com,,,a,,,Marketing contact,,,,Yes,\n\
         104,Di,Ek,di@example.com,,,a,,,Marketing contact,,,,,Unknown user\n"
    );
    let mut memory = Memory::default();
    let consent = |settings: &mut Settings| {
        settings.preset = Some(Preset::Hubspot);
        settings.consent = Some(ConsentForAll {
            topic: "marketing".into(),
            basis: "sign-up form".into(),
            at: "2024-01-01T00:00:00Z".parse().unwrap(),
        });
    };
    // Being in the file is no consent.
    let report = brought(&mut memory, Preset::Hubspot, &text).await;
    assert_eq!((counts(&report), mailable(&memory)), ((4, 0, 0, 0, 0), vec![]));
    bring(&mut memory, "customers", ("export.csv", text.as_bytes()), None, consent).await.unwrap();
    assert_eq!(mailable(&memory), ["101"]);
    assert_eq!(memory.customer("101").text("name"), Some("李娜"));
}

#[tokio::test]
async fn shopify_never_lifts_what_was_withdrawn_here() {
    let text = format!(
        "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,Default Address Address1,Default Address Address2,Default Address City,Default Address Province Code,Default Address Country Code,Default Address Zip,Default Address Phone,Phone,Accepts SMS Marketing,Total Spent,Total Orders,Note,Tax Exempt,Tags,{SEGMENT}\n\
         '6001,Ann,Lee,ann@example.com,yes,,,,Berlin,,DE,10115,,+4930123456,no,12.50,2,,no,\"vip, b2b\",a\n\
         '6002,Bob,Ek,bob@example.com,no,,,,,,,,,,no,0.00,0,,no,,a\n\
         '6003,Cy,Ek,cy@example.com,,,,,,,,,,,no,0.00,0,,no,,a\n"
    );
    let mut memory = Memory::default();
    let report = brought(&mut memory, Preset::Shopify, &text).await;
    assert_eq!((counts(&report), mailable(&memory)), ((3, 0, 0, 0, 0), vec!["6001"]));
    assert_eq!(memory.customer("6001").text("city"), Some("Berlin"));
    assert_eq!(memory.customer("6001").get("tags").unwrap().as_list().unwrap(), ["vip", "b2b"]);
    // Ann leaves here; the old export comes again.
    let left = "customer,topic,granted,at\n6001,marketing,no,2026-03-03T00:00:00Z\n";
    bring(&mut memory, "consents", ("c.csv", left.as_bytes()), None, same).await.unwrap();
    let again = brought(&mut memory, Preset::Shopify, &text).await;
    assert_eq!((counts(&again), mailable(&memory)), ((0, 0, 3, 0, 0), vec![]));
}

#[tokio::test]
async fn mautic_has_a_list_of_those_who_must_not_be_contacted() {
    let contacts = format!(
        "id,points,title,firstname,lastname,company,position,email,mobile,phone,city,state,zipcode,country,preferred_locale,timezone,last_active,{SEGMENT}\n\
         7,12,Ms,Ann,Lee,Acme,CTO,ann@example.com,,,Berlin,,,Germany,en,Europe/Berlin,,a\n\
         8,0,,Bo,Ek,,,bo@example.com,,,,,,,,,,a\n"
    );
    let mut memory = Memory::default();
    let report = brought(&mut memory, Preset::Mautic, &contacts).await;
    assert_eq!((counts(&report), mailable(&memory)), ((2, 0, 0, 0, 0), vec![]));
    let list = "id,lead_id,date_added,reason,channel,channel_id,comments\n\
                1,7,2023-05-01 09:00:00,1,email,3,User unsubscribed.\n\
                2,8,2023-05-02 09:00:00,2,email,,\n\
                3,99,2023-05-02 09:00:00,3,email,,\n";
    let report = bring(&mut memory, "suppressions", ("dnc.csv", list.as_bytes()), None, of(Preset::Mautic))
        .await
        .unwrap();
    assert_eq!(counts(&report), (2, 0, 0, 0, 1));
    let words = &memory.held.customers[&CustomerId::new("7")].suppressions;
    assert_eq!((words[0].reason.as_str(), words[0].medium), ("unsubscribed", Some(Medium::Email)));
    assert_eq!(memory.held.customers[&CustomerId::new("8")].suppressions[0].reason, "hard_bounce");
}

#[tokio::test]
async fn what_is_no_such_export_is_refused() {
    let mut memory = Memory::default();
    let text = "name,town\nAnn,Berlin\n";
    for (preset, column) in
        [(Preset::Mautic, "id"), (Preset::Hubspot, "record id"), (Preset::Shopify, "customer id")]
    {
        let done = bring(&mut memory, "customers", ("a.csv", text.as_bytes()), None, of(preset)).await;
        let said = format!("this is no export of {}: it has no column `{column}`", preset.as_str());
        assert_eq!(refused(done), said);
    }
    let done = bring(&mut memory, "events", ("a.csv", text.as_bytes()), None, of(Preset::Shopify)).await;
    assert_eq!(refused(done), "the preset `shopify` knows nothing of events");
}
