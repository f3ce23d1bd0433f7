//! One process works a file, and knows when it no longer does.

use crate::given::*;
use store::{Store, StoreError, lease};

on_both! {
    a_second_process_is_told_who_holds_the_file_and_until_when,
    a_lease_that_is_over_cannot_be_renewed,
}

async fn a_second_process_is_told_who_holds_the_file_and_until_when(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    let first = lease::acquire(&mut tx, "w1", minute(0), minute(1)).await.expect("taken");
    let refused = lease::acquire(&mut tx, "w2", minute(0), minute(1)).await.expect_err("held");
    assert!(
        matches!(&refused, StoreError::Held { by, until } if by == "w1" && *until == minute(1)),
        "{refused}"
    );
    lease::renew(&mut tx, &first, minute(0), minute(5)).await.expect("renewed");
    assert!(lease::acquire(&mut tx, "w2", minute(4), minute(9)).await.is_err());
    let second = lease::acquire(&mut tx, "w2", minute(5), minute(9)).await.expect("it was over");
    assert!(second.epoch > first.epoch);
    let lost = lease::renew(&mut tx, &first, minute(5), minute(9)).await.expect_err("lost");
    assert!(matches!(lost, StoreError::LeaseLost { .. }) && !lost.retry());
    lease::release(&mut tx, &first).await.expect("nothing to release");
    assert!(lease::acquire(&mut tx, "w3", minute(6), minute(9)).await.is_err(), "the second still holds it");
    lease::release(&mut tx, &second).await.expect("released");
    let third = lease::acquire(&mut tx, "w3", minute(6), minute(9)).await.expect("free");
    assert!(third.epoch > second.epoch, "an epoch never comes again");
    assert_eq!(lease::holder(&mut tx).await.expect("holder"), Some((third, minute(9))));
}

async fn a_lease_that_is_over_cannot_be_renewed(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    let first = lease::acquire(&mut tx, "w1", minute(0), minute(1)).await.expect("taken");
    let lost = lease::renew(&mut tx, &first, minute(1), minute(5)).await.expect_err("over");
    assert!(matches!(lost, StoreError::LeaseLost { .. }));
}
