//! Mails that came back, from the pipe of a mail server: `POST /v1/bounces` with the whole mail as its body; and what
//! mail services tell by their webhooks: `POST /v1/bounces/sendgrid|mailgun|postmark|ses`.

use super::Reader;
use crate::Served;
use crate::access::Caller;
use crate::body;
use crate::problem::{Code, Problem};
use crate::roles::Action;
use axum::Json;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::notices::{self, Refused};
use engine::returned::Came;
use engine::sns::Heard;
use serde_json::{Value, json};
use subtle::ConstantTimeEq as _;

/// Takes one mail in. What it said is the answer; a mail of nobody's is dropped, and that is no mistake of the pipe.
pub(super) async fn take(
    State(served): State<Served>,
    caller: Caller,
    request: Request,
) -> Result<Json<Value>, Problem> {
    caller.may(Action::BouncesWrite)?;
    let mail = body::whole(request, body::MOST).await?;
    let came = served.engine.returned(&mail).await?;
    Ok(Json(json!({ "said": came.as_str() })))
}

/// Bytes of what a service tells at once.
const NOTICES: usize = 1024 * 1024;

/// What SendGrid, Mailgun, Postmark or Amazon SES tell. Who does not prove that they are the one hears no more than that.
pub(super) async fn told(
    State(served): State<Served>,
    Path(service): Path<String>,
    reader: Reader,
    request: Request,
) -> Result<Response, Problem> {
    let Some(secret) = secret_of(&service).and_then(|name| served.engine.secret(name)) else {
        return reader.lost(&served, || Problem::new(Code::NoSuchPath).into_response());
    };
    let head = |name: &str| reader.headers.get(name).and_then(|said| said.to_str().ok()).unwrap_or_default();
    let now = served.clock.now().as_second();
    let refused = || Problem::new(Code::KeyUnknown).into_response();
    // A password is looked at before the body is.
    if service == "postmark" && !is_basic(head("authorization"), &secret) {
        return reader.lost(&served, refused);
    }
    let signature = head("x-twilio-email-event-webhook-signature").to_owned();
    let timestamp = head("x-twilio-email-event-webhook-timestamp").to_owned();
    let body = body::whole(request, NOTICES).await?;
    let read = match service.as_str() {
        "sendgrid" => notices::sendgrid(&secret, &timestamp, &signature, &body, now),
        "mailgun" => notices::mailgun(&secret, &body, now),
        "ses" => served.engine.heard_of_sns(&secret, &body).await.map(|heard| match heard {
            Heard::Told(notices) => notices,
            Heard::Confirmed => Vec::new(),
        }),
        _ => notices::postmark(&body),
    };
    let told = match read {
        Ok(told) => told,
        Err(Refused::Signature) => return reader.lost(&served, refused),
        Err(Refused::Form) => return Err(Problem::new(Code::NotJson)),
        Err(Refused::Unreached) => return Err(Problem::new(Code::Unavailable).retry_after(30)),
    };
    let mut taken = 0;
    for notice in told {
        if served.engine.notice(&notice).await? != Came::Nothing {
            taken += 1;
        }
    }
    Ok(Json(json!({ "taken": taken })).into_response())
}

/// The secret by which a service is known.
fn secret_of(service: &str) -> Option<&'static str> {
    match service {
        "sendgrid" => Some("SENDGRID_WEBHOOK_KEY"),
        "mailgun" => Some("MAILGUN_WEBHOOK_KEY"),
        "postmark" => Some("POSTMARK_WEBHOOK"),
        // Not secret, and all the same what tells ours from others: the topics' names.
        "ses" => Some("SES_TOPIC"),
        _ => None,
    }
}

/// Whether `Authorization: Basic` says `user:password`.
fn is_basic(said: &str, expected: &str) -> bool {
    let Some((scheme, rest)) = said.split_once(' ') else { return false };
    let Ok(plain) = STANDARD.decode(rest.trim()) else { return false };
    scheme.eq_ignore_ascii_case("basic") && bool::from(plain.as_slice().ct_eq(expected.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_the_whole_of_it() {
        let basic = |text: &str| format!("Basic {}", STANDARD.encode(text));
        assert!(is_basic(&basic("hook:s3cret"), "hook:s3cret"));
        for wrong in
            [basic("hook:s3cre"), basic("hook:s3cret2"), basic(""), "Bearer x".to_owned(), String::new()]
        {
            assert!(!is_basic(&wrong, "hook:s3cret"), "{wrong}");
        }
    }
}
