//! Where colleagues sign in, and the page that says who they are. Whatever changes something is a POST that shows that
//! it comes from here ([`crate::session`]).

use super::Reader;
use super::page::{Page, escaped, fields};
use crate::Served;
use crate::body;
use crate::problem::Problem;
use crate::roles::{Action, Extent, Role};
use crate::session::{self, Cookie};
use axum::extract::{Request, State};
use axum::http::header::{LOCATION, RETRY_AFTER};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use engine::users::{self, named};
use engine::{EngineError, passwords};
use model::words::pages::Locale;
use std::fmt::Write as _;
use store::user::User;

/// Bytes of a form.
const MOST: usize = 16 * 1024;
const HOME: &str = "./";
const SIGN_IN: &str = "./sign-in";
/// What stands behind `?` where a password was changed.
const SAVED: &str = "saved";

/// What HTML is to know of the field for the password that somebody has.
const PRESENT: &str = "type=\"password\" autocomplete=\"current-password\"";

/// What is wrong, as the page says it.
#[derive(Clone, Copy, Debug)]
enum Amiss {
    /// Nobody with this name and this password.
    Wrong,
    /// Nothing shows that the form is ours.
    NotOurs,
    /// So many seconds too early.
    Wait(u64),
    /// Too many passwords are looked at.
    Later,
    /// The present password is another.
    Old,
    /// The new password is too short or too long.
    Length,
}

impl Amiss {
    fn status(self) -> StatusCode {
        match self {
            Self::Wrong | Self::NotOurs | Self::Old => StatusCode::FORBIDDEN,
            Self::Wait(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Later => StatusCode::SERVICE_UNAVAILABLE,
            Self::Length => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    fn say(self, locale: Locale) -> String {
        let (least, most) = lengths();
        match self {
            Self::Wrong => locale.say("sign-in-wrong", &[]),
            Self::NotOurs => locale.say("sign-in-again", &[]),
            Self::Wait(seconds) => locale.say("sign-in-wait", &[("seconds", &seconds.to_string())]),
            Self::Later => locale.say("sign-in-later", &[]),
            Self::Old => locale.say("account-password-wrong", &[]),
            Self::Length => locale.say("account-password-length", &[("least", &least), ("most", &most)]),
        }
    }
}

impl From<Problem> for Amiss {
    fn from(problem: Problem) -> Self {
        Self::Wait(problem.seconds().unwrap_or(1))
    }
}

fn lengths() -> (String, String) {
    (passwords::LETTERS.start().to_string(), passwords::LETTERS.end().to_string())
}

/// What was typed into a form; of two of one name the first.
struct Typed(Vec<(String, String)>);

impl Typed {
    async fn of(request: Request) -> Result<Self, Problem> {
        Ok(Self(fields(&body::whole(request, MOST).await?)))
    }

    fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

/// Somebody who is signed in, and the secret of their session.
struct In {
    user: User,
    secret: String,
}

async fn signed_in(served: &Served, reader: &Reader) -> Result<Option<In>, Problem> {
    let Some(secret) = session::secret(served, &reader.headers) else { return Ok(None) };
    let found = users::signed_in(served.engine.store(), secret, served.clock.now()).await?;
    if found.is_none() {
        served.rates.by_address(reader.address)?;
    }
    Ok(found.map(|session| In { user: session.user, secret: secret.to_owned() }))
}

/// `GET /`: who is signed in; who is not is sent to sign in.
pub(super) async fn home(
    State(served): State<Served>,
    reader: Reader,
    request: Request,
) -> Result<Response, Problem> {
    let Some(user) = signed_in(&served, &reader).await? else { return Ok(to(SIGN_IN, &[])) };
    let locale = reader.asked.locale(None, &served);
    let is_saved = request.uri().query() == Some(SAVED);
    Ok(of_user(&served, locale, &user, None, is_saved))
}

/// `GET /sign-in`: the form.
pub(super) async fn ask(State(served): State<Served>, reader: Reader) -> Result<Response, Problem> {
    if signed_in(&served, &reader).await?.is_some() {
        return Ok(to(HOME, &[]));
    }
    of_form(&served, &reader, reader.asked.locale(None, &served), "", None)
}

/// `POST /sign-in`
pub(super) async fn enter(
    State(served): State<Served>,
    reader: Reader,
    request: Request,
) -> Result<Response, Problem> {
    let typed = Typed::of(request).await?;
    let locale = reader.asked.or_chosen(Some(typed.get("lang"))).locale(None, &served);
    match entered(&served, &reader, &typed).await? {
        Ok(secret) => {
            let cookies = [Cookie::Session.set(&served, &secret), Cookie::SigningIn.end(&served)];
            Ok(to(HOME, &cookies))
        }
        Err(amiss) => of_form(&served, &reader, locale, typed.get("name"), Some(amiss)),
    }
}

/// The secret of a new session; or what is amiss, which is the same whether there is such a user or not.
async fn entered(served: &Served, reader: &Reader, typed: &Typed) -> Result<Result<String, Amiss>, Problem> {
    let headers = &reader.headers;
    let is_ours = Cookie::SigningIn
        .of(served, headers)
        .is_some_and(|secret| session::is_ours(served, headers, secret, typed.get("token")));
    if !is_ours {
        return Ok(Err(Amiss::NotOurs));
    }
    let name = named(typed.get("name")).unwrap_or_default();
    if let Err(problem) = served.rates.sign_in(reader.address, &name) {
        return Ok(Err(problem.into()));
    }
    let (store, now) = (served.engine.store(), served.clock.now());
    let before = session::secret(served, headers);
    let password = typed.get("password").to_owned();
    match users::sign_in(store, &served.passwords, &name, password, before, now).await {
        Ok(Some(secret)) => Ok(Ok(secret)),
        Ok(None) => {
            tracing::info!(address = %reader.address, "a sign-in was refused");
            Ok(Err(Amiss::Wrong))
        }
        Err(EngineError::TooManyPasswords) => Ok(Err(Amiss::Later)),
        Err(error) => Err(error.into()),
    }
}

/// `POST /sign-out`
pub(super) async fn leave(
    State(served): State<Served>,
    reader: Reader,
    request: Request,
) -> Result<Response, Problem> {
    let typed = Typed::of(request).await?;
    let Some(user) = signed_in(&served, &reader).await? else { return Ok(to(SIGN_IN, &[])) };
    if !session::is_ours(&served, &reader.headers, &user.secret, typed.get("token")) {
        let locale = reader.asked.locale(None, &served);
        return Ok(of_user(&served, locale, &user, Some(Amiss::NotOurs), false));
    }
    users::sign_out(served.engine.store(), &user.secret).await?;
    Ok(to(SIGN_IN, &[Cookie::Session.end(&served)]))
}

/// `POST /password`: another one, by whoever knows the present one.
pub(super) async fn change(
    State(served): State<Served>,
    reader: Reader,
    request: Request,
) -> Result<Response, Problem> {
    let typed = Typed::of(request).await?;
    let Some(user) = signed_in(&served, &reader).await? else { return Ok(to(SIGN_IN, &[])) };
    let locale = reader.asked.or_chosen(Some(typed.get("lang"))).locale(None, &served);
    match changed(&served, &reader, &user, &typed).await? {
        Ok(secret) => Ok(to(&[HOME, "?", SAVED].concat(), &[Cookie::Session.set(&served, &secret)])),
        Err(amiss) => Ok(of_user(&served, locale, &user, Some(amiss), false)),
    }
}

async fn changed(
    served: &Served,
    reader: &Reader,
    user: &In,
    typed: &Typed,
) -> Result<Result<String, Amiss>, Problem> {
    if !session::is_ours(served, &reader.headers, &user.secret, typed.get("token")) {
        return Ok(Err(Amiss::NotOurs));
    }
    let new = typed.get("new").to_owned();
    if !passwords::is_long_enough(&new) {
        return Ok(Err(Amiss::Length));
    }
    // Whoever found a screen open guesses no faster than at the door.
    let name = &user.user.name;
    if let Err(problem) = served.rates.sign_in(reader.address, name) {
        return Ok(Err(problem.into()));
    }
    let (store, now) = (served.engine.store(), served.clock.now());
    let old = typed.get("old").to_owned();
    match users::change_password(store, &served.passwords, name, old, new, now).await {
        Ok(secret) => Ok(secret.ok_or(Amiss::Old)),
        Err(EngineError::TooManyPasswords) => Ok(Err(Amiss::Later)),
        Err(error) => Err(error.into()),
    }
}

/// Sends a browser on, relative to where it is, so that a proxy may put a path before ours.
fn to(place: &str, cookies: &[(HeaderName, HeaderValue)]) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    if let Ok(place) = HeaderValue::from_str(place) {
        headers.insert(LOCATION, place);
    }
    for (name, value) in cookies {
        headers.append(name, value.clone());
    }
    response
}

fn alert(locale: Locale, amiss: Option<Amiss>) -> String {
    amiss.map_or_else(String::new, |amiss| {
        format!("<p class=\"amiss\" role=\"alert\">{}</p>", escaped(&amiss.say(locale)))
    })
}

/// A field to type into. `rest`: what else HTML is to know of it.
fn field(html: &mut String, name: &str, label: &str, rest: &str, hint: Option<&str>) {
    let label = escaped(label);
    let (by, hint) = match hint {
        None => (String::new(), String::new()),
        Some(hint) => (
            format!(" aria-describedby=\"{name}-hint\""),
            format!("<span class=\"hint\" id=\"{name}-hint\">{}</span>", escaped(hint)),
        ),
    };
    let _ = write!(
        html,
        "<p><label for=\"{name}\">{label}</label><input id=\"{name}\" name=\"{name}\" required {rest}{by}>{hint}</p>"
    );
}

fn hidden(html: &mut String, locale: Locale, token: &str) {
    let _ = write!(
        html,
        "<input type=\"hidden\" name=\"lang\" value=\"{}\"><input type=\"hidden\" name=\"token\" value=\"{token}\">",
        locale.tag()
    );
}

/// The page to sign in. `name`: what was typed before.
fn of_form(
    served: &Served,
    reader: &Reader,
    locale: Locale,
    name: &str,
    amiss: Option<Amiss>,
) -> Result<Response, Problem> {
    let say = |key: &str| locale.say(key, &[]);
    // The same page in two tabs has one cookie; what is no secret of ours is not taken over.
    let known =
        Cookie::SigningIn.of(served, &reader.headers).filter(|secret| engine::keys::is_secret(secret));
    let secret = match known {
        Some(secret) => secret.to_owned(),
        None => engine::keys::secret()?,
    };
    let mut form = alert(locale, amiss);
    form.push_str("<form method=\"post\" action=\"sign-in\">");
    hidden(&mut form, locale, &session::token(&secret));
    let typed = escaped(name);
    // Who has typed a name goes on with the password.
    let (at_name, at_password) = if name.is_empty() { (" autofocus", "") } else { ("", " autofocus") };
    field(
        &mut form,
        "name",
        &say("sign-in-name"),
        &format!(
            "value=\"{typed}\" autocomplete=\"username\" autocapitalize=\"none\" spellcheck=\"false\" maxlength=\"64\"{at_name}"
        ),
        None,
    );
    field(&mut form, "password", &say("sign-in-password"), &format!("{PRESENT}{at_password}"), None);
    let _ = write!(form, "<p><button>{}</button></p></form>", escaped(&say("sign-in-send")));
    let page = Page::new(locale, say("sign-in-title")).outermost();
    let page = page.with(amiss.map_or(StatusCode::OK, Amiss::status));
    let page = page.html("<section>").heading().html(&form).html("</section>");
    let mut response = page.says("soft", &say("sign-in-help")).answer(served, true);
    let (cookie, value) = Cookie::SigningIn.set(served, &secret);
    response.headers_mut().append(cookie, value);
    Ok(waiting(response, amiss))
}

fn waiting(mut response: Response, amiss: Option<Amiss>) -> Response {
    if let Some(Amiss::Wait(seconds)) = amiss {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// The page of somebody who is signed in.
fn of_user(served: &Served, locale: Locale, user: &In, amiss: Option<Amiss>, is_saved: bool) -> Response {
    let say = |key: &str| locale.say(key, &[]);
    let token = session::token(&user.secret);
    let role: Option<Role> = user.user.role.parse().ok();
    let sees = match role.and_then(|role| role.may(Action::CustomersRead)) {
        Some(Extent::Own) => "account-sees-own",
        Some(Extent::Team) => "account-sees-team",
        Some(Extent::All) | None => "account-sees-all",
    };
    let mut lines = vec![
        (say("account-user"), user.user.name.clone()),
        (say("account-role"), say(&format!("account-role-{}", user.user.role))),
        (say("account-sees"), say(sees)),
    ];
    lines.extend(user.user.rep.as_ref().map(|rep| (say("account-rep"), rep.to_string())));
    let mut who = String::from("<dl>");
    for (name, value) in &lines {
        let _ = write!(who, "<dt>{}</dt><dd>{}</dd>", escaped(name), escaped(value));
    }
    who.push_str("</dl><form method=\"post\" action=\"sign-out\">");
    hidden(&mut who, locale, &token);
    let _ = write!(who, "<button class=\"plain two\">{}</button></form>", escaped(&say("account-leave")));

    let mut form = alert(locale, amiss);
    form.push_str("<form method=\"post\" action=\"password\">");
    hidden(&mut form, locale, &token);
    // Programs that keep passwords want to know whose it is.
    let _ = write!(
        form,
        "<input type=\"text\" name=\"name\" value=\"{}\" autocomplete=\"username\" hidden>",
        escaped(&user.user.name)
    );
    field(&mut form, "old", &say("account-password-old"), PRESENT, None);
    let (least, most) = lengths();
    let rest =
        format!("type=\"password\" autocomplete=\"new-password\" minlength=\"{least}\" maxlength=\"{most}\"");
    let hint = locale.say("account-password-hint", &[("least", &least)]);
    field(&mut form, "new", &say("account-password-new"), &rest, Some(&hint));
    let _ = write!(
        form,
        "<p><button class=\"two\">{}</button></p></form>",
        escaped(&say("account-password-save"))
    );
    let mut page = Page::new(locale, say("account-title")).outermost();
    page = page.with(amiss.map_or(StatusCode::OK, Amiss::status));
    if is_saved {
        page = page
            .html("<p class=\"note\" role=\"status\">")
            .html(&escaped(&say("account-password-saved")))
            .html("</p>");
    }
    page = page.html("<section>").heading().html(&who).html("</section><section>");
    page = page.html(&format!("<h2>{}</h2>", escaped(&say("account-password-title"))));
    // A page that answers a form has no address of its own, at which it could be in another language.
    let response = page.html(&form).html("</section>").answer(served, amiss.is_none());
    waiting(response, amiss)
}
