//! A workflow about an abandoned basket that goes on after the purchase.

use super::Linted;
use crate::diagnostic::{Code, Report};
use crate::reads;
use crate::trigger::{Subject, Trigger};
use crate::workflow::GoalReached;

/// Parts of the names of events and entities that are about a basket, and about a purchase.
const CART: [&str; 4] = ["cart", "basket", "checkout", "购物车"];
const PURCHASE: [&str; 8] = ["order", "purchase", "paid", "payment", "下单", "订单", "购买", "支付"];

/// Warns where nothing in the file looks at a purchase, though the model has an event for it.
pub(super) fn lint(linted: &Linted<'_>, report: &mut Report) {
    if !is_cart(linted) {
        return;
    }
    let model = &linted.library.model;
    let declared = |name: &&String| model.events.get(*name).is_some_and(|kind| !kind.built_in);
    let Some(purchase) = model.events.keys().filter(declared).find(|name| is_purchase(name)) else { return };
    let workflow = linted.workflow;
    let goal = workflow.goal.as_ref().and_then(|goal| match &goal.reached {
        GoalReached::Event { name, .. } => Some(name),
        GoalReached::When(_) => None,
    });
    let ends = goal.into_iter().chain(workflow.exit_when.iter().filter_map(|rule| rule.event.as_ref()));
    let looks = reads::of_workflow(workflow, linted.library);
    let conditions = reads::of_conditions(workflow, linted.library);
    let attributes = conditions.attributes.iter().any(|name| is_purchase(name));
    // The stage of the basket itself may say that it was bought.
    let stages =
        conditions.entity_attributes.iter().any(|(kind, name)| is_about_cart(kind) && name == "stage");
    if ends.chain(&looks).any(|name| is_purchase(name)) || attributes || stages {
        return;
    }
    report
        .warning(Code::W0710, linted.key("trigger"))
        .arg("event", purchase)
        .label("W0710-label")
        .help("W0710-help");
}

/// Whether a basket starts the workflow.
pub(super) fn is_cart(linted: &Linted<'_>) -> bool {
    let trigger = &linted.workflow.trigger;
    if let Trigger::Event { name, .. } = trigger {
        return is_about_cart(name) && !is_purchase(name);
    }
    let (Trigger::Stage { of, .. } | Trigger::Attribute { of, .. }) = trigger else { return false };
    matches!(of, Subject::Entity(kind) if is_about_cart(kind))
}

fn is_about_cart(name: &str) -> bool {
    let name = name.to_lowercase();
    CART.iter().any(|part| name.contains(part))
}

fn is_purchase(name: &str) -> bool {
    let name = name.to_lowercase();
    PURCHASE.iter().any(|part| name.contains(part))
}
