//! Commits between two named points, at which a test may end the process.

use crash::Point;
use store::{StoreError, Transaction};

/// Keeps what a transaction did.
pub(crate) async fn commit_between(
    transaction: Transaction,
    before: Point,
    after: Point,
) -> Result<(), StoreError> {
    crash::point(before).await;
    store::commit(transaction).await?;
    crash::point(after).await;
    Ok(())
}
