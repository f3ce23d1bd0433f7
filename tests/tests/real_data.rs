//! Win-back over the purchases of CDNOW, by the program itself: what it imports, whom it would have written
//! to, that the live engine does what was simulated, and why. Without the real data: on the project's sample.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Instant;
use tests::purchases::{self, Purchases, Quiet, Then, amount, quiet_periods};
use tests::real::{self, Project, lines, of, that};

/// A list of purchases and the days it is looked at.
struct Cdnow {
    file: PathBuf,
    from: Date,
    to: Date,
}

impl Cdnow {
    fn find() -> Self {
        match real::data() {
            Some(folder) => {
                Self { file: folder.join("cdnow.txt"), from: date(2021, 1, 1), to: date(2022, 7, 1) }
            }
            None => Self {
                file: tests::root().join("workflows/samples/cdnow_sample.txt"),
                from: date(2026, 1, 1),
                to: date(2026, 7, 1),
            },
        }
    }

    fn is_real(&self) -> bool {
        self.file.ends_with("cdnow.txt")
    }
}

/// A project with these purchases in it, and what the two imports reported: (new, the same, repeated, bad).
fn import(project: &Project, file: &std::path::Path) -> [(u64, u64, u64, u64); 2] {
    [("customers", "cdnow_customers.map.yaml"), ("events", "cdnow_orders.map.yaml")].map(|(kind, map)| {
        let done = project.import(kind, file, &real::map(map));
        assert_eq!((done.code, done.count("changed")), (0, 0), "{}", done.report);
        (done.count("new"), done.count("same"), done.count("repeated"), done.count("bad_count"))
    })
}

/// (customer, instant as the trace has it)
fn entry(quiet: &Quiet) -> (String, String) {
    (quiet.customer.clone(), format!("{}T00:00:00+00:00", quiet.on))
}

fn entries<'l>(lines: impl Iterator<Item = &'l serde_json::Value>) -> BTreeSet<(String, String)> {
    lines.map(|line| (of(line, "customer").to_owned(), of(line, "at").to_owned())).collect()
}

/// Every entry and every refusal of the trace is one of our own count, and the other way round. Returns how
/// many entered.
fn compare(trace: &[serde_json::Value], purchases: &Purchases, from: Date, to: Date) -> usize {
    let counted = quiet_periods(purchases, from, to);
    let with = |then: Then| counted.iter().filter(move |quiet| quiet.then == then).map(entry).collect();
    let entered: BTreeSet<_> = with(Then::Enters);
    assert_eq!(entries(that(trace, "enroll", "entered")), entered);
    for (then, reason) in [(Then::TooSoon, "reentry"), (Then::TooLittle, "audience")] {
        let refused = that(trace, "enroll", "refused").filter(|line| of(line, "reason") == reason);
        assert_eq!(entries(refused), with(then), "refused because of {reason}");
    }
    assert_eq!(that(trace, "enroll", "refused").count() + entered.len(), counted.len());
    entered.len()
}

#[test]
fn those_who_would_have_entered_are_those_of_a_count_by_hand() {
    let cdnow = Cdnow::find();
    let purchases = purchases::read(&real::text(&cdnow.file));
    let bought = purchases.values().flat_map(BTreeMap::values).map(|day| day.orders).sum::<u64>();
    let customers = purchases.len() as u64;
    if cdnow.is_real() {
        assert_eq!((customers, bought), (23_544, 69_659));
    }
    let project = Project::shop();
    let repeated = bought - customers;
    assert_eq!(import(&project, &cdnow.file), [(customers, 0, repeated, 0), (bought, 0, 0, 0)]);
    assert_eq!(import(&project, &cdnow.file), [(0, customers, repeated, 0), (0, bought, 0, 0)]);

    let (from, to) = (cdnow.from.to_string(), cdnow.to.to_string());
    let began = Instant::now();
    let told =
        project.nurture(&["simulate", "--workflow", "winback", "--from", &from, "--to", &to, "--json"]);
    let took = began.elapsed();
    assert_eq!(told.code, 0, "{}", told.err);
    let trace = lines(&told.out);
    let entered = compare(&trace, &purchases, cdnow.from, cdnow.to);
    assert!(entered > 0, "somebody is written to");
    if cdnow.is_real() {
        assert_eq!(entered, 7_386);
    }
    eprintln!(
        "{customers} customers, {bought} purchases: {entered} enter the win-back, as counted by hand; \
         {} lines simulated in {:.1} s",
        trace.len(),
        took.as_secs_f64()
    );
    assert_eq!(project.letters(), 0, "a simulation sends nothing");
    let why = project
        .nurture(&["why", &trace.first().map(|line| of(line, "customer").to_owned()).unwrap_or_default()]);
    assert!(
        why.out.contains("Nothing was ever decided about this customer."),
        "a simulation writes nothing: {}",
        why.out
    );
}

/// The lines of every n-th customer.
fn part(text: &str, every: usize) -> String {
    let whole = purchases::read(text);
    let taken: BTreeSet<&String> = whole.keys().step_by(every).collect();
    let of_taken =
        |line: &&str| line.split_whitespace().next().is_some_and(|id| taken.contains(&id.to_owned()));
    text.lines().filter(of_taken).map(|line| format!("{line}\n")).collect()
}

#[test]
fn the_live_engine_on_a_clock_does_what_was_simulated_and_says_why() {
    let cdnow = Cdnow::find();
    let every = if cdnow.is_real() { real::every() } else { 1 };
    let text = part(&real::text(&cdnow.file), every);
    let purchases = purchases::read(&text);
    let project = Project::shop();
    let file = project.write("purchases.txt", &text);
    import(&project, &file);
    let (from, to) = (cdnow.from.to_string(), cdnow.to.to_string());
    let began = Instant::now();
    let (mut trace, summary) = project.lived_and_summed(&from, &to);
    let took = began.elapsed();
    trace.retain(|line| of(line, "workflow") == "winback");
    let entered = compare(&trace, &purchases, cdnow.from, cdnow.to);
    let mails = that(&trace, "email", "done").count();
    assert!(entered > 0 && mails >= entered, "{entered} entered, {mails} mails");
    assert_eq!(summary["enrolled"], entered, "{summary}");
    assert_eq!((summary["sent"].as_u64(), project.letters()), (Some(mails as u64), mails), "{summary}");
    eprintln!(
        "one customer of {every}: {entered} entered, {mails} mails, {} lines, simulated and lived alike in {:.1} s",
        trace.len(),
        took.as_secs_f64()
    );
    why_a_mail_came(&project, &trace);
    why_none_came(&project, &quiet_periods(&purchases, cdnow.from, cdnow.to));
    who_is_not_there(&project);
    not_twice(&project, &from, &to);
}

/// Each of these sentences stands in the decisions about the customer, in both languages.
fn says(project: &Project, customer: &str, english: &[&str], chinese: &[&str]) {
    for (language, sentences) in [("en", english), ("zh", chinese)] {
        let why = project.nurture(&["why", customer, "--lang", language]);
        assert_eq!(why.code, 0, "{}", why.err);
        for sentence in sentences {
            assert!(why.out.contains(sentence), "`{sentence}` is missing in\n{}", why.out);
        }
    }
}

fn why_a_mail_came(project: &Project, trace: &[serde_json::Value]) {
    let mail = that(trace, "email", "done").next().expect("a mail");
    let customer = of(mail, "customer");
    says(
        project,
        customer,
        &[
            "→ entering",
            "nothing was heard for long enough",
            "quiet hours: it waits until 10:00",
            "✓ email",
            "winback/miss_you",
            "every check allowed it",
        ],
        &[
            "→ 进入",
            "沉默的时间够长了",
            "安静时段，等到 10:00",
            "✓ 邮件",
            "winback/miss_you",
            "各项检查都通过",
        ],
    );
    let by_address = project.nurture(&["why", &format!("c{customer}@example.com"), "--json"]);
    let mut page: serde_json::Value = serde_json::from_str(&by_address.out).expect("the decisions as JSON");
    // What permitted a mail is looked up when it is asked for.
    let decisions = page.get_mut("decisions").and_then(serde_json::Value::as_array_mut).expect("a list");
    let permitted = decisions.iter_mut().filter_map(|each| each.as_object_mut()?.remove("consent")).count();
    assert!(permitted > 0, "the consent behind the mail is told");
    let own: Vec<_> = trace.iter().filter(|line| of(line, "customer") == customer).cloned().collect();
    assert_eq!(
        page.get("decisions"),
        Some(&serde_json::Value::from(own)),
        "what was printed is what is kept"
    );
}

fn why_none_came(project: &Project, counted: &[Quiet]) {
    let refused: BTreeSet<&String> =
        counted.iter().filter(|quiet| quiet.then != Then::TooLittle).map(|quiet| &quiet.customer).collect();
    let quiet = counted
        .iter()
        .find(|quiet| !refused.contains(&quiet.customer))
        .expect("somebody has spent too little");
    let (orders, spend) = (quiet.orders, amount(quiet.cents));
    says(
        project,
        &quiet.customer,
        &[
            "✗ entering",
            &format!(
                "does not belong to the audience: customer.orders is {orders}, customer.spend is {spend}, customer.status is active"
            ),
        ],
        &[
            "✗ 进入",
            &format!(
                "不属于受众：customer.orders 是 {orders}，customer.spend 是 {spend}，customer.status 是 active"
            ),
        ],
    );
    let why = project.nurture(&["why", &quiet.customer]);
    assert!(!why.out.contains("winback/miss_you"), "{}", why.out);
    let day_before = (quiet.on - 1.day()).to_string();
    let before = project.nurture(&["why", &quiet.customer, "--at", &day_before]);
    assert!(!before.out.contains(&quiet.on.to_string()), "{}", before.out);
}

fn who_is_not_there(project: &Project) {
    for (language, sentence) in [("en", "There is no customer `nobody`"), ("zh", "nobody")] {
        let unknown = project.nurture(&["why", "nobody", "--lang", language]);
        assert_eq!((unknown.code, unknown.out.as_str()), (4, ""), "{}", unknown.err);
        assert!(unknown.err.contains(sentence), "{}", unknown.err);
    }
    assert_eq!(project.nurture(&["why", "nobody", "--workflow", "none"]).code, 4);
}

/// A database that has lived does not live the same days again.
fn not_twice(project: &Project, from: &str, to: &str) {
    let letters = project.letters();
    let again = project.nurture(&["run", "--clock", &format!("{from}..{to}"), "--json"]);
    assert_ne!(again.code, 0, "{}", again.out);
    assert_eq!(project.letters(), letters);
}
