//! Tests of a live project on both databases.

/// The line of `nurture.toml` that names a new database of PostgreSQL.
pub fn on_postgres() -> String {
    format!("database = \"{}\"\n", cluster::database())
}

/// Runs tests on both databases: `fn name(database: &str)`, where `database` is a line of `nurture.toml`.
#[macro_export]
macro_rules! on_both {
    ($($name:ident,)+) => {
        mod on_sqlite {
            $(#[test]
            fn $name() {
                super::$name("");
            })+
        }
        mod on_postgres {
            $(#[test]
            fn $name() {
                super::$name(&$crate::both::on_postgres());
            })+
        }
    };
}

/// Runs tests that wait on both databases: `async fn name(database: &str)`, where `database` is a line of
/// `nurture.toml`.
#[macro_export]
macro_rules! on_both_waiting {
    ($($name:ident,)+) => {
        mod waiting_on_sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                Box::pin(super::$name("")).await;
            })+
        }
        mod waiting_on_postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                Box::pin(super::$name(&$crate::both::on_postgres())).await;
            })+
        }
    };
}
