//! What everybody may open, without a key: as often as an address may ask. What a signed link of ours leads to may be
//! opened as often as it is, for mailboxes ask for many people from one address; who guesses links may not.

mod account;
mod choices;
pub(crate) mod form;
mod page;
mod returned;
mod track;

use crate::Served;
use crate::ingest::for_every_origin;
use crate::listen::Peer;
use crate::problem::Problem;
use crate::rates;
use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::middleware::from_fn;
use axum::response::Response;
use axum::routing::{get, post};
use engine::Engine;
use page::Asked;
pub(crate) use page::of_problem;
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// Between two writings of opens and clicks.
const EVERY: Duration = Duration::from_millis(500);

pub(crate) fn routes() -> Router<Served> {
    Router::new()
        .route("/f/{name}", get(form::show).post(form::take).options(form::preflight))
        .layer(from_fn(for_every_origin))
}

/// Where signed links lead.
pub(crate) fn signed() -> Router<Served> {
    Router::new()
        .route("/page.css", get(page::style))
        .route("/c/{token}", get(track::follow))
        .route("/o/{name}", get(track::picture))
        .route("/v1/bounces", post(returned::take))
        .route("/v1/bounces/{service}", post(returned::told))
        .route("/u/{token}", get(choices::show).post(choices::change))
        .route("/confirm/{token}", get(choices::ask).post(choices::confirm))
}

/// Where colleagues sign in, and what they see then.
pub(crate) fn account() -> Router<Served> {
    Router::new()
        .route("/", get(account::home))
        .route("/sign-in", get(account::ask).post(account::enter))
        .route("/sign-out", post(account::leave))
        .route("/password", post(account::change))
}

/// Writes opens and clicks, again and again, until it is ended.
pub(crate) async fn keep_touches(engine: Arc<Engine>) {
    loop {
        tokio::time::sleep(EVERY).await;
        if let Err(error) = engine.keep_touches(false).await {
            tracing::warn!(%error, "opens and clicks wait for the database");
        }
    }
}

/// Who opens a link.
struct Reader {
    /// In which language they read.
    asked: Asked,
    headers: HeaderMap,
    address: IpAddr,
}

impl FromRequestParts<Served> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Served) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<Peer>().copied();
        Ok(Self {
            asked: Asked::of(parts.uri.query(), &parts.headers),
            address: rates::address(peer, &parts.headers),
            headers: parts.headers.clone(),
        })
    }
}

impl Reader {
    /// The answer to a link that is not ours: so often as an address may ask.
    fn lost(&self, served: &Served, answer: impl FnOnce() -> Response) -> Result<Response, Problem> {
        served.rates.by_address(self.address)?;
        Ok(answer())
    }
}
