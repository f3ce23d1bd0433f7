//! The command line as a contract: exit codes, what goes to which stream, both languages.

use std::fs;
use std::io::Read as _;
use std::process::Stdio;
use tempfile::TempDir;
use tests::binary::{command, nurture, ran};

/// A new project with one more workflow file.
fn project(more: &str) -> TempDir {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let made = nurture(dir.path(), &["init", "."]);
    assert_eq!(made.code, 0, "{}", made.err);
    if !more.is_empty() {
        fs::write(dir.path().join("workflows/more.yaml"), more).expect("the project can be written");
    }
    dir
}

/// Line 5 names an attribute that does not exist.
const MISSPELT: &str = "workflow: more\ntrigger:\n  event: order.paid\nconsent: none\naudience: customer.ctiy == \"上海\"\nsteps:\n  - tag: seen\n";

#[test]
fn check_is_fine_with_a_new_project_and_finds_a_misspelt_attribute() {
    let dir = project("");
    let fine = nurture(dir.path(), &["check"]);
    assert_eq!((fine.code, fine.out.as_str()), (0, "7 files checked, nothing wrong\n"), "{}", fine.err);

    let dir = project(MISSPELT);
    let wrong = nurture(dir.path(), &["check"]);
    assert_eq!(wrong.code, 1);
    assert!(wrong.out.contains("error[E0204]: unknown attribute `customer.ctiy`"), "{}", wrong.out);
    assert!(wrong.out.contains("workflows/more.yaml:5:11"), "{}", wrong.out);
    assert!(wrong.out.ends_with("1 error, 0 warnings\n"), "{}", wrong.out);
    let chinese = nurture(dir.path(), &["check", "--lang", "zh"]);
    assert!(
        chinese.out.contains("错误[E0204]") && chinese.out.ends_with("1 个错误，0 个警告\n"),
        "{}",
        chinese.out
    );
}

#[test]
fn a_path_limits_what_is_reported_and_a_missing_one_is_refused() {
    let dir = project(MISSPELT);
    let limited = nurture(dir.path(), &["check", "workflows/birthday.yaml"]);
    assert_eq!(limited.code, 0, "{}", limited.out);
    assert!(limited.out.contains("1 more error in other files"), "{}", limited.out);
    let below = nurture(&dir.path().join("workflows"), &["check", "more.yaml"]);
    assert_eq!(below.code, 1, "{}{}", below.out, below.err);
    let missing = nurture(dir.path(), &["check", "workflows/none.yaml"]);
    assert_eq!((missing.code, missing.out.as_str()), (3, ""));
    assert_eq!(missing.err, "error: there is no `workflows/none.yaml`\n");
    let elsewhere = tempfile::tempdir().unwrap();
    assert_eq!(nurture(elsewhere.path(), &["check"]).code, 3);
}

#[test]
fn check_speaks_to_programs() {
    let dir = project(MISSPELT);
    for arguments in [["check", "--json"].as_slice(), &["check", "--format", "json"]] {
        let json = nurture(dir.path(), arguments);
        let found: serde_json::Value = serde_json::from_str(&json.out).unwrap();
        assert_eq!(json.code, 1);
        assert_eq!((&found[0]["code"], &found[0]["line"]), (&"E0204".into(), &5.into()));
    }
    let github = nurture(dir.path(), &["check", "--format", "github"]);
    assert!(github.out.starts_with("::error file=workflows/more.yaml,line=5,col=11,"), "{}", github.out);
}

#[test]
fn check_mends_what_has_one_answer_and_says_what_is_left() {
    let broken = "workflow: more\r\n# 备注\r\ntriger: manual\r\nconsent: none\r\nsteps:\r\n  - wiat：3 days\r\n  - tag: seen\r\n  - email: nowhere\r\n";
    let dir = project(broken);
    let path = dir.path().join("workflows/more.yaml");
    let fixed = nurture(dir.path(), &["check", "--fix"]);
    assert_eq!(fixed.code, 1, "{}{}", fixed.out, fixed.err);
    let mended = broken.replace("triger", "trigger").replace("wiat：3", "wait: 3");
    assert_eq!(fs::read_to_string(&path).unwrap(), mended);
    assert!(fixed.out.contains("-  - wiat：3 days\n+  - wait: 3 days\n"), "{}", fixed.out);
    assert!(fixed.out.contains("\n1 file mended\n"), "{}", fixed.out);
    assert!(fixed.out.contains("error[E0237]"), "{}", fixed.out);

    let again = nurture(dir.path(), &["check", "--fix", "--json"]);
    let left: serde_json::Value = serde_json::from_str(&again.out).unwrap();
    assert_eq!((again.code, left[0]["code"].as_str()), (1, Some("E0237")), "{}", again.out);
    assert_eq!(fs::read_to_string(&path).unwrap(), mended);
    let others: Vec<_> = fs::read_dir(dir.path().join("workflows")).unwrap().collect();
    assert!(others.iter().all(|entry| !entry.as_ref().unwrap().path().ends_with("more.yaml.mended")));
}

#[test]
fn a_failed_test_is_exit_one_and_shows_what_came_instead() {
    let more = "workflow: more\ntrigger:\n  event: order.paid\nconsent: none\nsteps:\n  - tag: seen\ntests:\n  - name: tagged later\n    clock: 2026-03-02 09:00 Asia/Shanghai\n    customer: { name: 李娜 }\n    entry: { event: order.paid, amount: 1, order_id: A, items: 1 }\n    expect:\n      - { after: 1 hour, tag: seen }\n";
    let dir = project(more);
    let failed = nurture(dir.path(), &["test"]);
    assert_eq!(failed.code, 1, "{}{}", failed.out, failed.err);
    assert!(failed.out.contains("✗ tagged later  workflows/more.yaml:8"), "{}", failed.out);
    assert!(
        failed
            .out
            .contains("expected, and did not come: { after: 1 hour, tag: seen }  (workflows/more.yaml:13)"),
        "{}",
        failed.out
    );
    assert!(
        failed.out.contains("time  2026-03-02 10:00  2026-03-02 09:00  (1 hour too early)"),
        "{}",
        failed.out
    );
    assert!(failed.out.ends_with("1 of 3 tests failed\n"), "{}", failed.out);
    let only = nurture(dir.path(), &["test", "workflows/birthday.yaml", "--json"]);
    let page: serde_json::Value = serde_json::from_str(&only.out).unwrap();
    assert_eq!((only.code, &page["passed"], &page["failed"]), (0, &2.into(), &0.into()));
}

#[test]
fn explain_knows_every_code_and_asks_about_others() {
    let dir = tempfile::tempdir().unwrap();
    let page = nurture(dir.path(), &["explain", "e0204"]);
    assert_eq!(page.code, 0);
    assert!(page.out.starts_with("# E0204"), "{}", page.out);
    assert!(nurture(dir.path(), &["explain", "E0204", "--lang", "zh"]).out.starts_with("E0204："));
    fs::write(dir.path().join("nurture.toml"), "language = \"zh-CN\"\n").unwrap();
    assert!(nurture(dir.path(), &["explain", "E0204"]).out.starts_with("E0204："), "the project's language");
    fs::remove_file(dir.path().join("nurture.toml")).unwrap();
    let unknown = nurture(dir.path(), &["explain", "E02044"]);
    assert_eq!(unknown.code, 4);
    assert_eq!(unknown.err, "error: there is no code `E02044`: did you mean `E0204`?\n");
}

#[test]
fn graph_draws_a_file_or_an_id() {
    let dir = project("");
    let by_file = nurture(dir.path(), &["graph", "workflows/birthday.yaml", "--format", "text"]);
    let by_id = nurture(dir.path(), &["graph", "birthday"]);
    assert_eq!(by_file.code, 0, "{}", by_file.err);
    assert!(by_file.out.contains("email birthday/card"), "{}", by_file.out);
    assert_eq!(by_file.out, by_id.out);
    assert_eq!(
        nurture(dir.path(), &["graph", "birthdya"]).err,
        "error: there is no workflow `birthdya`: did you mean `birthday`?\n"
    );
    assert_eq!(nurture(dir.path(), &["graph", "birthdya"]).code, 4);
    assert_eq!(nurture(dir.path(), &["graph", "workflows/model.yaml"]).code, 4);
    assert_eq!(nurture(dir.path(), &["graph", "workflows/none.yaml"]).code, 3);
}

/// The id may be quoted, spaced and remarked upon; the file has a mistake in line 4.
#[test]
fn graph_of_a_workflow_with_mistakes_says_them_by_file_or_by_id() {
    let head = "# 优惠\n'workflow' :  \"offer\"   # for spring\ntrigger: manual\nstpes:\n  - tag: seen\n";
    let dir = project(head);
    for named in ["offer", "workflows/more.yaml"] {
        let wrong = nurture(dir.path(), &["graph", named]);
        assert_eq!(wrong.code, 1, "{named}: {}{}", wrong.out, wrong.err);
        assert!(wrong.out.contains("workflows/more.yaml:4:1"), "{named}: {}", wrong.out);
        assert!(!wrong.out.contains("birthday"), "{named}: {}", wrong.out);
        let json = nurture(dir.path(), &["--json", "graph", named]);
        let found: serde_json::Value = serde_json::from_str(&json.out).unwrap();
        assert_eq!((json.code, &found[0]["line"]), (1, &4.into()), "{named}: {}", json.out);
    }
    fs::write(dir.path().join("workflows/more.yaml"), head.replace("stpes", "steps")).unwrap();
    assert_eq!(nurture(dir.path(), &["graph", "offer"]).code, 0);
}

#[test]
fn graph_is_drawn_for_programs_too() {
    let dir = project("");
    for (format, begins) in [("text", "birthday"), ("svg", "<svg "), ("mermaid", "flowchart TD\n")] {
        let json = nurture(dir.path(), &["--json", "graph", "birthday", "--format", format]);
        let drawn: serde_json::Value = serde_json::from_str(&json.out).unwrap();
        assert_eq!(
            (json.code, &drawn["workflow"], &drawn["format"]),
            (0, &"birthday".into(), &format.into())
        );
        assert!(drawn["drawing"].as_str().unwrap().starts_with(begins), "{}", json.out);
    }
}

#[test]
fn an_answer_to_no_offer_moves_nothing_and_says_so() {
    let dir = project("");
    let imported = nurture(dir.path(), &["import", "customers", "workflows/samples/customers.csv"]);
    assert_eq!(imported.code, 0, "{}{}", imported.out, imported.err);
    let (no_offer, nothing) = (
        "error: no offer of c01 is open to li.na: there is nothing to answer\n",
        "nothing of c01 waits for li.na: nothing has changed\n",
    );
    // That they have spoken is a fact, also where nothing follows from it.
    for (verb, code, out, err) in
        [("accept", 4, "", no_offer), ("refuse", 4, "", no_offer), ("contact", 0, nothing, "")]
    {
        let told = nurture(dir.path(), &["lead", verb, "c01", "--rep", "li.na"]);
        assert_eq!((told.code, told.out.as_str(), told.err.as_str()), (code, out, err));
        let json = nurture(dir.path(), &["lead", verb, "c01", "--rep", "li.na", "--json"]);
        assert_eq!((json.code, json.out.trim()), (code, "[]"), "{}", json.err);
    }
    assert_eq!(nurture(dir.path(), &["lead", "accept", "c99", "--rep", "li.na"]).code, 4);
}

#[test]
fn a_simulation_is_written_as_one_page_and_hostile_names_are_text() {
    let dir = project("");
    let head = "external_id,name,email,birthday,consent.marketing,consent_at,consent_source,created_at\n";
    let hostile = "\"<script>alert('x')</script>\"";
    let row = format!(
        "evil,{hostile},evil@example.com,1990-03-12,granted,2025-04-02T10:15:00+08:00,{hostile},2025-04-02T10:15:00+08:00\n"
    );
    fs::write(dir.path().join("evil.csv"), format!("{head}{row}")).unwrap();
    let imported = nurture(dir.path(), &["import", "customers", "evil.csv"]);
    assert_eq!(imported.code, 0, "{}{}", imported.out, imported.err);
    let time = ["--from", "2026-03-01", "--to", "2026-04-01", "--html", "trial.html"];
    for (language, says) in [("en", "entered"), ("zh", "进入")] {
        let arguments =
            [["simulate", "--workflow", "birthday", "--lang", language].as_slice(), &time].concat();
        let told = nurture(dir.path(), &arguments);
        assert_eq!(told.code, 0, "{}", told.err);
        assert!(told.out.contains("trial.html"), "{}", told.out);
        let page = fs::read_to_string(dir.path().join("trial.html")).unwrap();
        assert!(page.contains(&format!("lang=\"{language}\"")) && page.contains(says), "{page}");
        assert!(page.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"), "{page}");
        assert_eq!(page.matches("<script").count(), 1);
    }
    let both = nurture(dir.path(), &[["--json", "simulate"].as_slice(), &time].concat());
    assert_eq!(both.code, 2, "{}", both.out);
    let nowhere = [&["simulate"], &time[..5], &["missing/trial.html"]].concat();
    assert_eq!(nurture(dir.path(), &nowhere).code, 3);
}

#[test]
fn a_workflow_is_planned_and_published_by_its_name() {
    let dir = project("");
    let planned = nurture(dir.path(), &["plan", "birthday"]);
    assert_eq!(planned.code, 0, "{}{}", planned.out, planned.err);
    assert!(planned.out.starts_with("birthday  "), "{}", planned.out);
    assert_eq!(nurture(dir.path(), &["plan", "birthday", "--move"]).code, 0);
    assert_eq!(nurture(dir.path(), &["publish", "birthday"]).code, 0);
    for verb in ["plan", "publish", "check", "test"] {
        let unknown = nurture(dir.path(), &[verb, "brithday"]);
        assert_eq!((unknown.code, unknown.out.as_str()), (4, ""));
        assert!(unknown.err.contains("did you mean `birthday`?"), "{}", unknown.err);
        assert_eq!(nurture(dir.path(), &[verb, "workflows/brithday.yaml"]).code, 3);
    }
    let no_plan = nurture(dir.path(), &["publish", "--plan", "nope.json"]);
    assert_eq!(no_plan.code, 3);
    assert!(no_plan.err.contains("nope.json` cannot be read"), "{}", no_plan.err);
}

#[test]
fn who_is_told_of_an_error_is_not_told_that_there_are_no_tests() {
    let dir = project(MISSPELT);
    let wrong = nurture(dir.path(), &["test", "more"]);
    assert_eq!(wrong.code, 1);
    assert!(wrong.out.ends_with("\nNot tested: the errors above come first.\n"), "{}", wrong.out);
    assert!(!wrong.out.contains("No tests"), "{}", wrong.out);
}

#[test]
fn a_broken_file_is_said_to_stay_live_only_where_something_of_it_is() {
    let dir = project("");
    let broken = |text: &str| fs::write(dir.path().join("workflows/more.yaml"), text).unwrap();
    broken(MISSPELT);
    let run = || nurture(dir.path(), &["run", "--until-idle"]).err;
    assert!(run().contains("workflows/more.yaml has errors and stays out"));
    broken(&MISSPELT.replace("ctiy", "city"));
    assert!(run().contains("published more"));
    broken(MISSPELT);
    assert!(run().contains("what was published of it stays live"));
    assert_eq!(nurture(dir.path(), &["retire", "more"]).code, 0);
    let said = run();
    assert!(said.contains("workflows/more.yaml has errors and stays out"), "{said}");
}

#[test]
fn by_half_a_model_nothing_is_imported() {
    let dir = project("");
    let model = dir.path().join("workflows/model.yaml");
    let text = fs::read_to_string(&model).unwrap();
    fs::write(&model, text.replace("customer:\n", "customer:\n  shoe: { type: txet }\n")).unwrap();
    fs::write(dir.path().join("people.csv"), "external_id\nc1\n").unwrap();
    let refused = nurture(dir.path(), &["import", "customers", "people.csv"]);
    assert_eq!((refused.code, refused.out.as_str()), (1, ""));
    assert!(refused.err.contains("workflows/model.yaml:") && refused.err.contains("txet"), "{}", refused.err);
    // A mistake in a workflow is its own.
    fs::write(&model, text).unwrap();
    fs::write(dir.path().join("workflows/more.yaml"), MISSPELT).unwrap();
    assert_eq!(nurture(dir.path(), &["import", "customers", "people.csv"]).code, 0);
}

#[test]
fn settings_say_where_they_came_from() {
    let dir = project("");
    let mut shown = command(dir.path(), &["config", "show", "--json", "--database", "sqlite://other.db"]);
    let shown = ran(shown.env("NURTURE_ZONE", "Europe/Berlin").output().unwrap());
    let page: serde_json::Value = serde_json::from_str(&shown.out).unwrap();
    let of = |name: &str| (page["settings"][name]["value"].clone(), page["settings"][name]["origin"].clone());
    assert_eq!(of("database"), ("sqlite://other.db".into(), "flag".into()));
    assert_eq!(of("zone"), ("Europe/Berlin".into(), "environment".into()));
    assert_eq!(of("language"), ("en".into(), "file".into()));
    assert_eq!(of("listen"), ("127.0.0.1:8080".into(), "default".into()));

    fs::write(dir.path().join("nurture.toml"), "\ndelivry = \"live\"\n").unwrap();
    let wrong = nurture(dir.path(), &["config", "show"]);
    assert_eq!(wrong.code, 3);
    assert_eq!(wrong.err, "error: nurture.toml:2: there is no setting `delivry`: did you mean `delivery`?\n");
}

#[test]
fn init_refuses_a_folder_that_has_something_in_it() {
    let dir = project("");
    assert_eq!(nurture(dir.path(), &["init", "."]).code, 5);
    let chinese = nurture(dir.path(), &["init", "店铺", "--lang", "zh"]);
    assert_eq!(chinese.code, 0, "{}", chinese.err);
    let settings = fs::read_to_string(dir.path().join("店铺/nurture.toml")).unwrap();
    assert!(settings.contains("\nlanguage = \"zh-CN\""), "{settings}");
}

#[test]
fn wrong_use_is_exit_two_and_help_is_none() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(nurture(dir.path(), &["frobnicate"]).code, 2);
    assert_eq!(nurture(dir.path(), &["simulate", "--from", "2026-01-01"]).code, 2);
    assert_eq!(nurture(dir.path(), &["simulate", "--from", "soon", "--to", "2026-01-01"]).code, 2);
    let help = nurture(dir.path(), &["simulate", "--help"]);
    assert_eq!(help.code, 0);
    assert!(help.out.contains("nurture simulate --workflow birthday"), "{}", help.out);
    for (arguments, code) in
        [(["simulate", "--help", "--lang", "zh"].as_slice(), 0), (&["--lang=zh", "help", "simulate"], 0)]
    {
        let help = nurture(dir.path(), arguments);
        assert_eq!((help.code, help.err.as_str()), (code, ""));
        assert!(help.out.starts_with("用历史数据或未来的日子试跑流程"), "{}", help.out);
        assert!(help.out.contains("用法：nurture simulate"), "{}", help.out);
    }
    for (name, value) in [("LANG", "zh_CN.UTF-8"), ("NURTURE_LANG", "zh")] {
        let wrong = ran(command(dir.path(), &["frobnicate"]).env(name, value).output().unwrap());
        assert_eq!((wrong.code, wrong.out.as_str()), (2, ""));
        assert!(wrong.err.starts_with("错误：没有 `frobnicate` 这个命令"), "{}", wrong.err);
    }
    assert!(nurture(dir.path(), &["completions", "zsh"]).out.contains("#compdef nurture"));
    let pages = nurture(dir.path(), &["man", "--out", "pages"]);
    assert_eq!(pages.code, 0, "{}", pages.err);
    assert!(fs::read_to_string(dir.path().join("pages/nurture-why.1")).unwrap().contains("CUSTOMER"));
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let dir = tempfile::tempdir().unwrap();
    let mut child =
        command(dir.path(), &["man"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!((child.wait().unwrap().code(), said.as_str()), (Some(0), ""));
}
