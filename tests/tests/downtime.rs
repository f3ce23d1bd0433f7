//! Off for five minutes, for a day, for nine days: what goes late, what goes not at all, and what fires once.

use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use tests::driven::Driven;
use tests::shop::{Shop, counts};
use tests::sink::Sink;

/// So many customers.
const CUSTOMERS: usize = 12;

/// A marketing mail waits for a day at most, a service mail for two; one says ten days; data is never too late.
const WORKFLOWS: [(&str, &str, &str); 4] = [
    ("offer", "consent: offers\n", "  - wait: 2 minutes\n  - email: hello\n  - tag: offered\n"),
    ("bill", "consent: service\n", "  - wait: 2 minutes\n  - email: hello\n  - tag: billed\n"),
    (
        "card",
        "consent: offers\n",
        "  - wait: 2 minutes\n  - email: hello\n    max_lateness: 10 days\n  - tag: carded\n",
    ),
    ("note", "consent: none\n", "  - wait: 2 minutes\n  - tag: noted\n"),
];

/// What became of a day in which nothing was late, of the time off, and what came after.
async fn off_for(minutes: i64) -> BTreeMap<String, i64> {
    let sink = Sink::start();
    let shop = Shop::marketing(sink.port());
    for (name, consent, steps) in WORKFLOWS {
        let text = format!("workflow: {name}\ntrigger: {{ event: off }}\n{consent}steps:\n{steps}");
        shop.write(&format!("workflows/{name}.yaml"), &text);
    }
    shop.write(
        "workflows/model.yaml",
        "model: shop\ncustomer:\n  city: { type: text, optional: true }\nevents:\n  go: {}\n  off: {}\n",
    );
    // Its time of the day is now, so that it fires next in a day, an hour before the time off ends.
    let now = Timestamp::now();
    let daily = now.to_zoned(jiff::tz::TimeZone::UTC).strftime("%H:%M").to_string();
    shop.write(
        "workflows/daily.yaml",
        &format!("workflow: daily\ntrigger: {{ schedule: {{ every: day, at: \"{daily}\" }} }}\nconsent: none\nsteps:\n  - tag: fired\n"),
    );
    shop.fine(&["publish"]);
    shop.customers(0..CUSTOMERS);
    let driven = Driven::over(shop.path()).await;
    let rows: String = (0..CUSTOMERS).map(|number| format!("o{number},off,c{number},{now}\n")).collect();
    shop.write("off.csv", &format!("id,event,customer,at\n{rows}"));
    shop.fine(&["import", "events", "off.csv"]);
    let begin = now + SignedDuration::from_hours(1);
    driven.clock.set(begin);
    driven.work().await;
    let count =
        "SELECT workflow || ' ' || did || ' ' || outcome || ' ' || coalesce(reason, ''), count(*) FROM trace
                 GROUP BY 1 ORDER BY 1";
    let told = async |from: &BTreeMap<String, i64>| -> BTreeMap<String, i64> {
        let mut conn = driven.engine.store().read().await.unwrap();
        let all: BTreeMap<String, i64> = counts(&mut conn, count).await.into_iter().collect();
        let of = |(name, count): (String, i64)| {
            let more = count - from.get(&name).copied().unwrap_or(0);
            (more > 0).then(|| (name.trim_end().to_owned(), more))
        };
        all.into_iter().filter_map(of).collect()
    };
    let before = {
        let mut conn = driven.engine.store().read().await.unwrap();
        counts(&mut conn, count).await.into_iter().collect::<BTreeMap<_, _>>()
    };
    let sent = sink.count();
    // Nothing runs; then everything is due at once.
    driven.clock.set(begin + SignedDuration::from_mins(minutes));
    driven.work().await;
    let mut told = told(&before).await;
    told.retain(|name, _| !name.contains(" wait ") && !name.contains(" exit "));
    told.insert("mails".to_owned(), i64::try_from(sink.count() - sent).unwrap());
    told
}

fn expected(rows: &[(&str, i64)]) -> BTreeMap<String, i64> {
    rows.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

const ALL: i64 = CUSTOMERS as i64;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_five_minutes_everything_goes() {
    assert_eq!(
        off_for(5).await,
        expected(&[
            ("bill email done", ALL),
            ("bill tag done", ALL),
            ("card email done", ALL),
            ("card tag done", ALL),
            ("mails", 3 * ALL),
            ("note tag done", ALL),
            ("offer email done", ALL),
            ("offer tag done", ALL),
        ])
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_day_everything_goes_and_the_schedule_fires_once() {
    assert_eq!(
        off_for(24 * 60).await,
        expected(&[
            ("bill email done", ALL),
            ("bill tag done", ALL),
            ("card email done", ALL),
            ("card tag done", ALL),
            ("daily enroll entered", ALL),
            ("daily tag done", ALL),
            ("mails", 3 * ALL),
            ("note tag done", ALL),
            ("offer email done", ALL),
            ("offer tag done", ALL),
        ])
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_nine_days_what_is_too_late_is_left_out_and_the_schedule_fires_once() {
    assert_eq!(
        off_for(9 * 24 * 60).await,
        expected(&[
            ("bill email skipped late", ALL),
            ("bill tag done", ALL),
            ("card email done", ALL),
            ("card tag done", ALL),
            ("daily enroll entered", ALL),
            ("daily tag done", ALL),
            ("mails", ALL),
            ("note tag done", ALL),
            ("offer email skipped late", ALL),
            ("offer tag done", ALL),
        ])
    );
}
