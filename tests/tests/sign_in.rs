//! Signing in with a password: who gets in, what the cookie may do, and what somebody who means harm gets.

use serde_json::json;
use tests::binary::nurture;
use tests::browser::Browser;
use tests::house::House;
use tests::http::Answer;

const MODEL: (&str, &str) =
    ("workflows/model.yaml", "model: shop\ncustomer:\n  city: { type: text, optional: true }\n");
const TEAMS: (&str, &str) =
    ("workflows/teams.yaml", "teams:\n  inside: { lead: sun.li, members: [li.na] }\n");
const COOKIE: &str = "nurture";

fn house() -> House {
    House::of(&[MODEL, TEAMS], None)
}

fn is_in(browser: &Browser<'_>) -> bool {
    browser.get("/api/v1/session").status == 200
}

fn cookie_of(answer: &Answer, name: &str) -> String {
    let begins = format!("{name}=");
    let mut set =
        answer.headers.iter().filter(|(known, value)| known == "set-cookie" && value.starts_with(&begins));
    set.next().unwrap_or_else(|| panic!("{name}: {answer:?}")).1.clone()
}

fn in_and_out(house: &House) {
    let password = house.user("Wang.Wei", &["--role", "manager", "--rep", "sun.li"]);
    assert_eq!(password.len(), 23, "{password}");
    let browser = Browser::new(house);
    let away = browser.get("/");
    assert_eq!((away.status, away.header("location")), (303, "./sign-in"));
    assert_eq!(browser.get("/api/v1/session").json()["code"], "key_unknown");
    let done = browser.sign_in(" wang.wei ", &password);
    assert_eq!((done.status, done.header("location")), (303, "./"), "{done:?}");
    let home = browser.get("/");
    for word in ["You are signed in", "wang.wei", "Sales manager", "sun.li", "the customers of your teams"] {
        assert!(home.body.contains(word), "{word}: {}", home.body);
    }
    assert_eq!(browser.get("/sign-in").header("location"), "./");
    let session = browser.session();
    assert_eq!((&session["user"], &session["role"]), (&json!("wang.wei"), &json!("manager")));
    assert_eq!(session["may"]["customers:read"], json!(["li.na", "sun.li"]));
    assert_eq!(browser.get("/api/v1/key").status, 401, "there is no key");
    assert!(house.fine(&["user", "list"]).contains("last signed in"));

    let token = browser.token("/");
    let out = browser.post("/sign-out", &[("token", &token)], &[]);
    assert_eq!((out.status, out.header("location")), (303, "./sign-in"));
    assert_eq!(browser.cookie(COOKIE), None);
    assert_eq!(browser.get("/").status, 303);

    // What the page can do, the person can: the password that was shown is not the one that stays.
    browser.sign_in("wang.wei", &password);
    let token = browser.token("/");
    let change = |old: &str, new: &str| {
        browser.post("/password", &[("token", &token), ("old", old), ("new", new)], &[])
    };
    assert_eq!(change("not the password", "a long new password").status, 403);
    assert_eq!(change(&password, "too short").status, 422);
    let elsewhere = Browser::new(house);
    elsewhere.sign_in("wang.wei", &password);
    let changed = change(&password, "a long new password");
    assert_eq!((changed.status, changed.header("location")), (303, "./?saved"), "{changed:?}");
    assert!(browser.get("/?saved").body.contains("is changed"));
    assert!(is_in(&browser) && !is_in(&elsewhere), "everywhere else they are out");
    assert_eq!(Browser::new(house).sign_in("wang.wei", &password).status, 403);
    assert_eq!(Browser::new(house).sign_in("wang.wei", "a long new password").status, 303);

    let acts = house.fine(&["audit", "list"]);
    assert!(
        acts.contains("user wang.wei") && acts.contains("sign in") && acts.contains("user password"),
        "{acts}"
    );
    let secret = browser.cookie(COOKIE).unwrap();
    for text in [acts, house.log(), house.fine(&["user", "list", "--json"])] {
        for never in [password.as_str(), "a long new password", "argon2", &secret] {
            assert!(!text.contains(never), "{never}: {text}");
        }
    }
    house.fine(&["audit", "verify"]);
}

#[test]
fn a_colleague_signs_in_with_a_password_and_out_again() {
    in_and_out(&house());
}

#[test]
fn a_colleague_signs_in_and_out_on_postgresql() {
    in_and_out(&House::of(&[MODEL, TEAMS], Some(&cluster::database())));
}

#[test]
fn the_page_is_in_the_readers_language_and_loads_nothing_from_elsewhere() {
    let house = house();
    let browser = Browser::new(&house);
    for (wish, title) in
        [("zh-CN,zh;q=0.9", "登录"), ("zh-Hant-TW", "登入"), ("en-GB", "Sign in"), ("fr", "Sign in")]
    {
        let page = browser.ask("GET", "/sign-in", &[("Accept-Language", wish)], b"");
        assert!(page.body.contains(&format!("<title>{title}</title>")), "{wish}: {}", page.body);
        let policy = page.header("content-security-policy");
        assert!(policy.contains("default-src 'self'") && policy.contains("form-action 'self'"), "{policy}");
        assert!(!policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!(
            (page.header("cache-control"), page.header("x-content-type-options")),
            ("no-store", "nosniff")
        );
        for never in ["<script", "style=", "onclick", "http://", "https://", "//"] {
            assert!(!page.body.contains(never), "{never}: {}", page.body);
        }
        assert!(
            page.body.contains("href=\"page.css") && page.body.contains("autocomplete=\"current-password\"")
        );
    }
    assert!(browser.get("/sign-in?lang=zh-TW").body.contains("使用者名稱"));
    let style = browser.get("/page.css?c=5b4be0");
    assert_eq!((style.status, style.header("content-type")), (200, "text/css; charset=utf-8"));
}

#[test]
fn a_browser_is_shown_a_page_whatever_goes_wrong_and_a_program_a_problem() {
    let house = house();
    let browser = Browser::new(&house);
    let ask = |path: &str, accept: &str, wish: &str| {
        browser.ask("GET", path, &[("Accept", accept), ("Accept-Language", wish)], b"")
    };
    let pages = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8";
    for (wish, title) in
        [("zh-CN", "没有这个页面"), ("zh-TW", "沒有這個頁面"), ("en", "There is no page here")]
    {
        let page = ask("/no/such/page", pages, wish);
        assert_eq!((page.status, page.header("content-type")), (404, "text/html; charset=utf-8"));
        assert!(page.body.contains(&format!("<title>{title}</title>")), "{}", page.body);
        assert!(page.body.contains("href=\"../../page.css"), "{}", page.body);
        assert!(page.header("content-security-policy").contains("default-src 'self'"));
    }
    for (path, accept) in
        [("/no/such/page", "*/*"), ("/api/v1/nothing", pages), ("/v1/nothing/at/all", pages)]
    {
        let problem = ask(path, accept, "en");
        assert_eq!(
            (problem.status, problem.header("content-type")),
            (404, "application/problem+json"),
            "{path}"
        );
    }
    let once_more = |number: u32| (number < 1_000).then(|| ask("/f/none", pages, "zh-CN"));
    let late = (0..).map_while(once_more).find(|answer| answer.status == 429).expect("a limit");
    assert!(late.body.contains("请稍等片刻") && !late.header("retry-after").is_empty(), "{late:?}");
}

#[test]
fn whoever_typed_a_wrong_password_goes_on_with_the_password() {
    let house = house();
    let browser = Browser::new(&house);
    let field = |page: &Answer, name: &str| {
        let at = page.body.find(&format!("<input id=\"{name}\"")).expect("a field");
        page.body[at..].split('>').next().unwrap_or_default().to_owned()
    };
    let first = browser.get("/sign-in");
    assert!(field(&first, "name").contains("autofocus") && !field(&first, "password").contains("autofocus"));
    let again = browser.sign_in("li.na", "not the password");
    assert!(
        field(&again, "name").contains("value=\"li.na\"") && !field(&again, "name").contains("autofocus")
    );
    assert!(field(&again, "password").contains("autofocus"));
}

#[test]
fn a_cookie_is_hidden_from_scripts_and_behind_https_of_this_host_alone() {
    let house = house();
    let password = house.user("li.na", &["--role", "viewer"]);
    let set = cookie_of(&Browser::new(&house).sign_in("li.na", &password), COOKIE);
    let flags = |set: &str| set.split("; ").skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(flags(&set), ["Path=/", "HttpOnly", "SameSite=Lax", "Max-Age=604800"]);

    let mut house = house;
    house.stop();
    let settings = std::fs::read_to_string(house.path().join("nurture.toml")).unwrap();
    house.write("nurture.toml", &format!("{settings}public_url = \"https://mkt.example.cn\"\n"));
    house.start();
    let browser = Browser::new(&house);
    let answer = browser.sign_in("li.na", &password);
    let set = cookie_of(&answer, "__Host-nurture");
    assert_eq!(flags(&set), ["Path=/", "HttpOnly", "SameSite=Lax", "Secure", "Max-Age=604800"]);
    assert!(is_in(&browser));
    // Another host of the domain can set a cookie without the prefix: it is none of ours.
    let other = Browser::new(&house);
    other.plant("nurture", &browser.cookie("__Host-nurture").unwrap());
    assert!(!is_in(&other));
}

#[test]
fn a_session_is_never_one_that_somebody_else_has_chosen() {
    let house = house();
    let password = house.user("li.na", &["--role", "viewer"]);
    let chosen = "00".repeat(24);
    let browser = Browser::new(&house);
    browser.plant(COOKIE, &chosen);
    browser.plant("nurture-signing-in", "evil\"><b>");
    assert!(!is_in(&browser));
    assert_eq!(browser.get("/api/v1/session").json()["code"], "signed_out");
    let page = browser.get("/sign-in");
    assert!(!page.body.contains("evil") && !page.body.contains(&chosen));
    assert_eq!(browser.sign_in("li.na", &password).status, 303);
    let first = browser.cookie(COOKIE).unwrap();
    assert_ne!(first, chosen);
    // Whoever signs in again has another, and the one before opens nothing.
    let page = Browser::new(&house);
    let token = page.token("/sign-in");
    page.plant(COOKIE, &first);
    page.post("/sign-in", &[("token", &token), ("name", "li.na"), ("password", &password)], &[]);
    assert!(is_in(&page) && page.cookie(COOKIE).unwrap() != first);
    assert!(!is_in(&browser));
    // What is kept is not what opens.
    let kept = Browser::new(&house);
    kept.plant(COOKIE, &engine::keys::hash(&page.cookie(COOKIE).unwrap()));
    assert!(!is_in(&kept));
}

#[test]
fn nobody_is_signed_in_by_a_page_that_is_not_ours() {
    let house = house();
    let password = house.user("li.na", &["--role", "viewer"]);
    let browser = Browser::new(&house);
    let token = browser.token("/sign-in");
    let another = Browser::new(&house).token("/sign-in");
    let tried = |token: &str, headers: &[(&str, &str)]| {
        browser.post("/sign-in", &[("token", token), ("name", "li.na"), ("password", &password)], headers)
    };
    for wrong in ["", &another, "x"] {
        let refused = tried(wrong, &[]);
        assert_eq!(refused.status, 403, "{wrong}");
        assert!(refused.body.contains("Please try again"), "{}", refused.body);
    }
    let foreign = [
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
        ("Origin", "https://evil.example"),
    ];
    for head in foreign {
        assert_eq!(tried(&token, &[head]).status, 403, "{head:?}");
    }
    assert_eq!(browser.cookie(COOKIE), None);
    let alone = Browser::new(&house);
    let fields = [("token", token.as_str()), ("name", "li.na"), ("password", &password)];
    assert_eq!(alone.post("/sign-in", &fields, &[]).status, 403, "a token without its cookie");
    // Our pages send no referrer, so browsers say `null`.
    assert_eq!(tried(&token, &[("Sec-Fetch-Site", "same-origin"), ("Origin", "null")]).status, 303);
}

#[test]
fn what_somebody_elses_page_sends_with_our_cookie_changes_nothing() {
    let house = house();
    let password = house.user("wang.wei", &["--role", "admin"]);
    let browser = Browser::new(&house);
    browser.sign_in("wang.wei", &password);
    let token = browser.session()["token"].as_str().unwrap().to_owned();
    let body = json!({ "attributes": { "city": "Oslo" } }).to_string();
    let put = |headers: &[(&str, &str)]| {
        let mut all = headers.to_vec();
        all.push(("Content-Type", "application/json"));
        browser.ask("PUT", "/api/v1/customers/c1", &all, body.as_bytes())
    };
    let another = engine::keys::hash("another");
    let ours = ("X-CSRF-Token", token.as_str());
    for headers in [
        vec![],
        vec![("X-CSRF-Token", another.as_str())],
        vec![("X-CSRF-Token", ""), ("Sec-Fetch-Site", "same-origin")],
        vec![ours, ("Sec-Fetch-Site", "cross-site")],
        vec![ours, ("Sec-Fetch-Site", "same-site")],
        vec![ours, ("Origin", "https://evil.example")],
    ] {
        let refused = put(&headers);
        assert_eq!((refused.status, &refused.json()["code"]), (403, &json!("not_from_here")), "{headers:?}");
    }
    assert_eq!(browser.get("/api/v1/customers/c1").status, 404, "nobody was made");
    // A POST that is to be done once is looked at as any other.
    let once = [("Idempotency-Key", "a"), ("Content-Type", "application/json")];
    let events = json!({ "events": [] }).to_string();
    assert_eq!(browser.ask("POST", "/api/v1/events", &once, events.as_bytes()).status, 403);
    let here = format!("http://{}", house.address);
    assert_eq!(put(&[ours, ("Origin", &here)]).status, 200);
    assert_eq!(put(&[ours, ("Sec-Fetch-Site", "same-origin"), ("Origin", &here)]).status, 200);
    // The forms of the pages.
    assert_eq!(browser.post("/sign-out", &[], &[]).status, 403);
    let fields = [("token", another.as_str()), ("old", &password), ("new", "a long new password")];
    assert_eq!(browser.post("/password", &fields, &[]).status, 403);
    let page = browser.token("/");
    assert_eq!(
        browser.post("/sign-out", &[("token", &page)], &[("Sec-Fetch-Site", "cross-site")]).status,
        403
    );
    assert!(is_in(&browser) && Browser::new(&house).sign_in("wang.wei", &password).status == 303);
    // What clients of other origins may call knows no cookies.
    let track = json!({ "userId": "c1", "event": "x" }).to_string();
    assert_eq!(browser.ask("POST", "/v1/track", &[ours], track.as_bytes()).status, 401);
    let acts = browser.get("/api/v1/audit").json();
    assert!(acts.to_string().contains("user wang.wei"), "{acts}");
}

#[test]
fn whoever_guesses_is_kept_waiting_and_others_are_not() {
    let house = house();
    let password = house.user("li.na", &["--role", "viewer"]);
    let other = house.user("wang.wei", &["--role", "viewer"]);
    let from = |address: &str, name: &str, password: &str| {
        let browser = Browser::new(&house);
        let token = browser.token("/sign-in");
        let fields = [("token", token.as_str()), ("name", name), ("password", password)];
        browser.post("/sign-in", &fields, &[("X-Forwarded-For", address)])
    };
    // Ten tries as one user, wherever they come from and however the name is typed; whether there is such a user or not.
    for name in ["li.na", "nobody"] {
        for number in 0..10 {
            let name = if number % 2 == 0 { name.to_uppercase() } else { name.to_owned() };
            assert_eq!(from(&format!("203.0.113.{number}"), &name, "a wrong password").status, 403, "{name}");
        }
        let waits = from("203.0.113.99", name, &password);
        assert_eq!(waits.status, 429, "{name}");
        assert!(waits.header("retry-after").parse::<u64>().unwrap() >= 1, "{waits:?}");
        assert!(waits.body.contains("Too many tries"));
    }
    assert_eq!(from("203.0.113.99", "wang.wei", &other).status, 303, "somebody else");
    // Thirty tries from one address, as whomever; then one each ten seconds.
    let tries = (0..100).map(|number| from("198.51.100.7", &format!("u{number}"), "a wrong password").status);
    let waits = tries.take_while(|status| *status == 403).count();
    assert!((30..100).contains(&waits), "{waits}");
    assert_eq!(from("198.51.100.8", "wang.wei", &other).status, 303);
}

#[test]
fn nobody_learns_which_users_there_are() {
    let house = house();
    house.user("li.na", &["--role", "viewer"]);
    let browser = Browser::new(&house);
    let token = browser.token("/sign-in");
    let answers = ["li.na", "no.na"].map(|name| {
        let fields = [("token", token.as_str()), ("name", name), ("password", "a wrong password")];
        let answer = browser.post("/sign-in", &fields, &[]);
        let headers: Vec<(String, String)> =
            answer.headers.iter().filter(|(name, _)| name != "date").cloned().collect();
        (answer.status, headers, answer.body.replace(name, "NAME"))
    });
    assert_eq!(answers[0], answers[1]);
    assert!(!house.log().contains("no.na"), "what somebody types may be a password");
}

#[test]
fn a_session_ends_with_the_right_to_it() {
    let house = house();
    let enter = || {
        let (given, browser) = (house.fine(&["user", "password", "li.na"]), Browser::new(&house));
        assert_eq!(browser.sign_in("li.na", given.trim()).status, 303);
        browser
    };
    house.user("li.na", &["--role", "viewer"]);
    let browser = enter();
    assert!(is_in(&browser));
    for words in [
        &["user", "role", "li.na", "rep", "--rep", "li.na"][..],
        &["user", "password", "li.na"],
        &["user", "remove", "li.na"],
    ] {
        let browser = enter();
        house.fine(words);
        assert!(!is_in(&browser), "{words:?}");
    }
    assert!(!is_in(&browser));
    // Nor does a name that somebody else has later bring an old session back.
    house.user("li.na", &["--role", "admin"]);
    assert!(!is_in(&browser));
}

#[test]
fn nobody_is_signed_in_after_a_restore() {
    let mut house = house();
    let key = house.signed_in("wang.wei", &["--role", "admin"]);
    assert_eq!(house.get("/api/v1/session", &key).unwrap().status, 200);
    house.fine(&["backup", "copy.db"]);
    house.stop();
    house.fine(&["restore", "copy.db", "--replace"]);
    house.start();
    assert_eq!(house.get("/api/v1/session", &key).unwrap().status, 401);
    let again = house.fine(&["user", "password", "wang.wei"]);
    assert_eq!(Browser::new(&house).sign_in("wang.wei", again.trim()).status, 303);
}

#[test]
fn what_is_typed_is_no_markup() {
    let house = house();
    for text in [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "'; DROP TABLE session; --",
        "{{name}}",
    ] {
        let page = Browser::new(&house).sign_in(text, text);
        assert_eq!(page.status, 403, "{text}");
        assert!(!page.body.contains("<script") && !page.body.contains("<img"), "{}", page.body);
    }
    assert!(!house.log().contains("panicked"));
}

#[test]
fn a_user_is_made_for_something_that_there_is() {
    let house = House::at_rest(&[MODEL, TEAMS], None);
    let refused = |arguments: &[&str], code: i32, word: &str| {
        let ran = nurture(house.path(), arguments);
        assert_eq!(ran.code, code, "{arguments:?} {}", ran.err);
        assert!(ran.err.contains(word), "{}", ran.err);
    };
    assert!(house.fine(&["user", "list"]).contains("nurture user add"));
    refused(&["user", "add", "li.na"], 2, "--role");
    refused(&["user", "add", "li.na", "--role", "king"], 2, "viewer");
    refused(&["user", "add", "li na", "--role", "admin"], 2, "li na");
    refused(&["user", "add", "li.na", "--role", "rep"], 2, "--rep");
    refused(&["user", "add", "li.na", "--role", "rep", "--rep", "nobody"], 4, "nobody");
    refused(&["user", "add", "li.na", "--role", "admin", "--password-stdin"], 2, "12");
    house.user("li.na", &["--role", "rep", "--rep", "li.na"]);
    refused(&["user", "add", "LI.NA", "--role", "admin"], 5, "user role");
    refused(&["user", "role", "li.na", "manager"], 2, "--rep");
    for words in [
        &["user", "role", "nobody", "admin"][..],
        &["user", "password", "nobody"],
        &["user", "remove", "nobody"],
    ] {
        refused(words, 4, "nobody");
    }
    house.fine(&["user", "role", "li.na", "viewer"]);
    let listed: serde_json::Value = serde_json::from_str(&house.fine(&["user", "list", "--json"])).unwrap();
    assert_eq!((&listed[0]["name"], &listed[0]["role"]), (&json!("li.na"), &json!("viewer")));
    let made: serde_json::Value =
        serde_json::from_str(&house.fine(&["user", "password", "li.na", "--json"])).unwrap();
    assert_eq!(made["password"].as_str().unwrap().len(), 23);
    house.fine(&["user", "remove", "li.na"]);
}
