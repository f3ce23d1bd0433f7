//! Who asks, what for, and whose customers they reach: looked at before a handler runs.

use crate::Served;
use crate::access::{Caller, Reach};
use crate::problem::{Code, Problem};
use crate::roles::Action;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use model::CustomerId;
use std::collections::BTreeSet;
use store::Connection;
use store::listing::{self, Owners};

/// A method that takes this action.
pub(super) fn may(served: &Served, action: Action, method: MethodRouter<Served>) -> MethodRouter<Served> {
    method.layer(from_fn_with_state((served.clone(), action), allow))
}

async fn allow(State((served, action)): State<(Served, Action)>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let allowed = async {
        let caller = Caller::from_request_parts(&mut parts, &served).await?;
        let reach = caller.may(action)?;
        let personal = caller.may(Action::PersonalRead).is_ok();
        Ok::<_, Problem>(Allowed { caller, reach, personal })
    };
    match allowed.await {
        Ok(allowed) => {
            parts.extensions.insert(allowed);
            next.run(Request::from_parts(parts, body)).await
        }
        Err(problem) => problem.into_response(),
    }
}

/// Somebody who may do what they ask for.
#[derive(Clone, Debug)]
pub(super) struct Allowed {
    pub caller: Caller,
    /// Whose customers.
    pub reach: Reach,
    /// Whether they see what is personal.
    pub personal: bool,
}

impl FromRequestParts<Served> for Allowed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Served) -> Result<Self, Problem> {
        // A path that was not looked at is not reached.
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Problem::new(Code::KeyUnknown))
    }
}

impl Allowed {
    /// Whose customers, for statements.
    pub fn owners(&self) -> Owners<'_> {
        match &self.reach {
            Reach::All => Owners::All,
            Reach::Of(reps) => Owners::Of(reps),
        }
    }

    /// Whether a rep is one of those whose customers are reached.
    pub fn is_of(&self, rep: &model::RepId) -> bool {
        match &self.reach {
            Reach::All => true,
            Reach::Of(reps) => reps.contains(rep),
        }
    }

    /// The customer of an id. Errors: there is none, or none that this caller may know of; both sound the same.
    pub async fn customer(&self, conn: &mut Connection, id: &str) -> Result<CustomerId, Problem> {
        let id = CustomerId::new(id);
        let ids = std::slice::from_ref(&id);
        match listing::seen(conn, self.owners(), ids).await?.contains(&id) {
            true => Ok(id),
            false => Err(no_customer(&id)),
        }
    }

    /// Which of these customers this caller may know of.
    pub async fn seen(
        &self,
        conn: &mut Connection,
        ids: &[CustomerId],
    ) -> Result<BTreeSet<CustomerId>, Problem> {
        Ok(listing::seen(conn, self.owners(), ids).await?)
    }
}

pub(super) fn no_customer(id: &CustomerId) -> Problem {
    Problem::new(Code::NotFound).says("api-no-customer").with("customer", id.as_str())
}

pub(super) fn no_workflow(id: &str) -> Problem {
    Problem::new(Code::NotFound).says("api-no-workflow").with("workflow", id)
}
