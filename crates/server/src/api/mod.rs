//! `/api/v1`: what programs ask and change. Every path stands in [`ENDPOINTS`] with what it takes to use it, and is
//! reached through [`allow`]: what is not in the list nobody reaches.

mod allow;
mod customers;
mod describe;
mod desk;
mod facts;
mod key;
mod once;
mod operations;
mod page;
mod simulate;
mod told;
mod workflows;

use crate::Served;
use crate::roles::Action;
use allow::may;
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post, put};

pub(crate) fn routes(served: &Served) -> Router<Served> {
    let on = |action, method| may(served, action, method);
    Router::new()
        .route("/openapi.json", get(describe::show))
        .route("/key", get(key::show))
        .route("/session", get(key::session))
        .route("/customers", on(Action::CustomersRead, get(customers::list)))
        .route(
            "/customers/{id}",
            on(Action::CustomersRead, get(customers::show))
                .merge(on(Action::CustomersWrite, put(customers::write))),
        )
        .route(
            "/customers/{id}/consent",
            on(Action::CustomersRead, get(customers::consent))
                .merge(on(Action::ConsentWrite, post(customers::say_consent))),
        )
        .route("/customers/{id}/events", on(Action::EventsRead, get(facts::of_customer)))
        .route("/customers/{id}/sends", on(Action::SendsRead, get(facts::sends)))
        .route("/customers/{id}/tasks", on(Action::TasksRead, get(facts::tasks)))
        .route("/customers/{id}/why", on(Action::CustomersRead, get(facts::why)))
        .route("/events", on(Action::EventsWrite, post(told::tell)))
        .route("/events/rejected", on(Action::RejectedRead, get(told::rejected)))
        .route("/segments", on(Action::SegmentsRead, get(workflows::segments)))
        .route("/segments/{name}/customers", on(Action::SegmentsRead, get(workflows::segment)))
        .route("/workflows", on(Action::WorkflowsRead, get(workflows::list)))
        .route("/workflows/{id}", on(Action::WorkflowsRead, get(workflows::show)))
        .route("/workflows/{id}/versions", on(Action::WorkflowsRead, get(workflows::versions)))
        .route("/workflows/{id}/people", on(Action::WorkflowsRead, get(workflows::people)))
        .route("/workflows/{id}/report", on(Action::ReportsRead, get(workflows::report)))
        .route("/workflows/{id}/pause", on(Action::WorkflowsWrite, post(operations::pause)))
        .route("/workflows/{id}/resume", on(Action::WorkflowsWrite, post(operations::resume)))
        .route("/workflows/{id}/enroll", on(Action::WalksWrite, post(operations::enroll)))
        .route("/workflows/{id}/exit", on(Action::WalksWrite, post(operations::exit)))
        .route("/simulate", on(Action::Simulate, post(simulate::run)))
        .route("/sends", on(Action::SendsRead, get(facts::all_sends)))
        .route("/tasks", on(Action::TasksRead, get(desk::tasks)))
        .route("/tasks/{id}/done", on(Action::TasksWrite, post(desk::finish)))
        .route("/reps", on(Action::RepsRead, get(desk::reps)))
        .route("/reps/{id}/away", on(Action::RepsWrite, post(desk::away)))
        .route("/audit", on(Action::AuditRead, get(key::audit)))
        .layer(from_fn_with_state(served.clone(), once::once))
}

/// One thing that can be asked.
pub(crate) struct Endpoint {
    /// `GET`, `POST`, `PUT`.
    pub method: &'static str,
    /// Below `/api/v1`.
    pub path: &'static str,
    /// What it takes; `None`: any key or session (or none, for the description).
    pub action: Option<Action>,
    /// What it does.
    pub what: &'static str,
    /// What it may be asked with.
    pub query: &'static [&'static str],
    /// The name of its body's form.
    pub body: Option<&'static str>,
}

const fn read(
    path: &'static str,
    action: Action,
    what: &'static str,
    query: &'static [&'static str],
) -> Endpoint {
    Endpoint { method: "GET", path, action: Some(action), what, query, body: None }
}

const fn change(
    method: &'static str,
    path: &'static str,
    action: Action,
    what: &'static str,
    body: &'static str,
) -> Endpoint {
    Endpoint { method, path, action: Some(action), what, query: &["dry_run"], body: Some(body) }
}

const PAGED: &[&str] = &["limit", "cursor"];

/// Every path.
#[rustfmt::skip]
pub(crate) const ENDPOINTS: [Endpoint; 31] = [
    Endpoint { method: "GET", path: "/key", action: None, what: "Say what the key that asks may do", query: &[], body: None },
    Endpoint { method: "GET", path: "/session", action: None, what: "Say who is signed in, what they may do, and the token that a change needs", query: &[], body: None },
    read("/customers", Action::CustomersRead, "List or search customers", &["q", "owner", "stage", "limit", "cursor"]),
    read("/customers/{id}", Action::CustomersRead, "Show a customer", &[]),
    change("PUT", "/customers/{id}", Action::CustomersWrite, "Make or change a customer: what is not said stays", "CustomerInput"),
    read("/customers/{id}/consent", Action::CustomersRead, "Show what a customer consented to, and who must not write to them", &[]),
    change("POST", "/customers/{id}/consent", Action::ConsentWrite, "Record a word of consent", "ConsentInput"),
    read("/customers/{id}/events", Action::EventsRead, "Show what a customer did, the latest first", PAGED),
    read("/customers/{id}/sends", Action::SendsRead, "Show a customer's messages, the latest first", PAGED),
    read("/customers/{id}/tasks", Action::TasksRead, "Show the tasks about a customer", &[]),
    read("/customers/{id}/why", Action::CustomersRead, "Show every decision about a customer with its reason: the latest, in the order of time; the cursor leads to those before", &["workflow", "limit", "cursor"]),
    change("POST", "/events", Action::EventsWrite, "Tell events", "EventsInput"),
    read("/events/rejected", Action::RejectedRead, "List what clients told and was not taken, the latest first", PAGED),
    read("/segments", Action::SegmentsRead, "List the segments with their sizes", &[]),
    read("/segments/{name}/customers", Action::SegmentsRead, "List who belongs to a segment now", PAGED),
    read("/workflows", Action::WorkflowsRead, "List the workflows", &[]),
    read("/workflows/{id}", Action::WorkflowsRead, "Show a workflow with the text of its live version", &[]),
    read("/workflows/{id}/versions", Action::WorkflowsRead, "List the versions of a workflow, the latest first", &[]),
    read("/workflows/{id}/people", Action::WorkflowsRead, "List who is where in a workflow", PAGED),
    read("/workflows/{id}/report", Action::ReportsRead, "Count what a workflow brought", &["from", "to"]),
    change("POST", "/workflows/{id}/pause", Action::WorkflowsWrite, "Hold a workflow", "Nothing"),
    change("POST", "/workflows/{id}/resume", Action::WorkflowsWrite, "Let a held workflow go on", "Nothing"),
    change("POST", "/workflows/{id}/enroll", Action::WalksWrite, "Let customers into a workflow that a person or a schedule starts", "EnrollInput"),
    change("POST", "/workflows/{id}/exit", Action::WalksWrite, "Let a customer go from a workflow", "ExitInput"),
    Endpoint { method: "POST", path: "/simulate", action: Some(Action::Simulate), what: "Try published workflows on history or the days to come; nothing is sent or written", query: &[], body: Some("SimulateInput") },
    read("/sends", Action::SendsRead, "List messages, those that were made last first", &["workflow", "customer", "state", "unknown", "limit", "cursor"]),
    read("/tasks", Action::TasksRead, "List open tasks, the most urgent first", &["rep", "limit"]),
    change("POST", "/tasks/{id}/done", Action::TasksWrite, "Finish a task", "DoneInput"),
    read("/reps", Action::RepsRead, "List the reps with what each has open", &[]),
    change("POST", "/reps/{id}/away", Action::RepsWrite, "Say that a rep is away, or back", "AwayInput"),
    read("/audit", Action::AuditRead, "List what people and keys did, the latest first", PAGED),
];
