//! Copies every table of one database into another: for a move, and for a backup of PostgreSQL. What was copied is
//! counted and summed on both sides, so that nobody has to believe it.

use crate::connection::Connection;
use crate::database::table_names;
use crate::dialect::{Both, Statement};
use crate::error::{StoreError, Tried, no_ids};
use crate::sql::{self, Row};
use futures_util::TryStreamExt;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Tables of the moment, not of the project: a lease is never carried over, and nobody stays signed in.
const OF_THE_MOMENT: [&str; 4] = ["session", "slot_lease", "worker", "write_count"];
/// Rows written by one statement, at most.
const ROWS: usize = 500;
/// Letters of one statement's rows, about.
const LETTERS: usize = 1 << 20;

// ?1 table
const COLUMNS: Both = Both {
    sqlite: "SELECT c.name, CASE WHEN c.type IN ('INTEGER', 'BIGINT') THEN 'integer'
               WHEN instr(t.sql, 'json_valid(' || c.name || ')') > 0 THEN 'json' ELSE 'text' END
             FROM pragma_table_info(?1) AS c CROSS JOIN sqlite_master AS t
             WHERE t.type = 'table' AND t.name = ?1 ORDER BY c.cid",
    postgres: "SELECT CAST(column_name AS text),
                 CASE udt_name WHEN 'int8' THEN 'integer' WHEN 'jsonb' THEN 'json' ELSE 'text' END
               FROM information_schema.columns
               WHERE table_schema = current_schema() AND table_name = ?1 ORDER BY ordinal_position",
};

/// What a table holds: two that hold the same rows, in whatever order, have the same sum in either database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// The table.
    pub table: String,
    /// Its rows.
    pub rows: u64,
    /// 32 hexadecimal digits: the hashes of its rows, added up.
    pub sum: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Integer,
    Text,
    Json,
}

struct Column {
    name: String,
    kind: Kind,
}

/// Tells of a table and how many of its rows are done.
pub type Progress<'p> = &'p (dyn Fn(&str, u64) + Send + Sync);

/// Counts and sums every table. Reads everything.
pub async fn tally(conn: &mut Connection, progress: Progress<'_>) -> Result<Vec<Tally>, StoreError> {
    let mut tallies = Vec::new();
    for table in tables() {
        let columns = columns(conn, &table).await?;
        if columns.is_empty() {
            // An older database has fewer tables.
            continue;
        }
        let mut sum = Sum::default();
        let tried = || table.clone();
        let mut rows = sql::query(select(&table, &columns)).fetch(&mut *conn);
        while let Some(row) = rows.try_next().await.tried("read a table", tried)? {
            sum.add(&read(&row, &columns).tried("read a row", tried)?);
            if sum.rows.is_multiple_of(10_000) {
                progress(&table, sum.rows);
            }
        }
        progress(&table, sum.rows);
        tallies.push(sum.of(table));
    }
    Ok(tallies)
}

/// The first table that holds anything; `None`: the database is empty.
pub async fn first_filled(conn: &mut Connection) -> Result<Option<String>, StoreError> {
    for table in tables() {
        let statement =
            ["SELECT count(*) FROM (SELECT 1 AS one FROM ", &table, " LIMIT 1) AS found"].concat();
        let rows: i64 = sql::query_scalar(Statement::Written(statement))
            .fetch_one(&mut *conn)
            .await
            .tried("look for rows", || table.clone())?;
        if rows > 0 {
            return Ok(Some(table));
        }
    }
    Ok(None)
}

/// Copies every table. `from` should be a steady view, `to` an empty database of the same migration, in a
/// transaction. Returns what was read; whether it arrived says [`tally`] of the other side.
///
/// Errors: [`StoreError::Corrupt`] where a table has other columns there.
pub async fn copy(
    from: &mut Connection,
    to: &mut Connection,
    progress: Progress<'_>,
) -> Result<Vec<Tally>, StoreError> {
    let mut tallies = Vec::new();
    for table in tables() {
        let columns = columns(from, &table).await?;
        let mut there: BTreeMap<String, Kind> =
            self::columns(to, &table).await?.into_iter().map(|column| (column.name, column.kind)).collect();
        let mut kinds = Vec::with_capacity(columns.len());
        for column in &columns {
            let kind = there.remove(&column.name).ok_or_else(|| other(&table, &column.name))?;
            kinds.push(Column { name: column.name.clone(), kind });
        }
        if let Some(name) = there.keys().next() {
            return Err(other(&table, name));
        }
        let insert = insert(&table, &kinds);
        let tried = || table.clone();
        let mut sum = Sum::default();
        let (mut waiting, mut letters) = (Vec::with_capacity(ROWS), 0);
        let mut rows = sql::query(select(&table, &columns)).fetch(&mut *from);
        while let Some(row) = rows.try_next().await.tried("read a table", tried)? {
            let values = read(&row, &columns).tried("read a row", tried)?;
            letters += sum.add(&values);
            waiting.push(values);
            if waiting.len() >= ROWS || letters >= LETTERS {
                write(to, &table, &insert, &mut waiting).await?;
                letters = 0;
                progress(&table, sum.rows);
            }
        }
        write(to, &table, &insert, &mut waiting).await?;
        progress(&table, sum.rows);
        tallies.push(sum.of(table));
    }
    Ok(tallies)
}

/// The tables of the project, parents before their children.
pub fn tables() -> Vec<String> {
    let mut names = table_names();
    names.retain(|name| !OF_THE_MOMENT.contains(&name.as_str()));
    // A workflow points at its version.
    names.sort_by_key(|name| name == "workflow");
    names
}

fn other(table: &str, column: &str) -> StoreError {
    let what = format!("the column `{column}` in one of the databases only: bring both up to date");
    StoreError::Corrupt { table: "of the copy", key: table.to_owned(), what }
}

async fn columns(conn: &mut Connection, table: &str) -> Result<Vec<Column>, StoreError> {
    let rows: Vec<(String, String)> = sql::query_as(COLUMNS)
        .bind(table)
        .fetch_all(conn)
        .await
        .tried("look for columns", || table.to_owned())?;
    let kind = |word: &str| match word {
        "integer" => Kind::Integer,
        "json" => Kind::Json,
        _ => Kind::Text,
    };
    Ok(rows.into_iter().map(|(name, word)| Column { kind: kind(&word), name }).collect())
}

/// Names that are words of SQL elsewhere stand in quotes, as all do.
fn list(columns: &[Column]) -> String {
    let quoted: Vec<String> = columns.iter().map(|column| ["\"", &column.name, "\""].concat()).collect();
    quoted.join(", ")
}

fn select(table: &str, columns: &[Column]) -> Statement {
    Statement::Written(["SELECT ", &list(columns), " FROM \"", table, "\""].concat())
}

fn insert(table: &str, columns: &[Column]) -> String {
    let value = |(place, column): (usize, &Column)| {
        let place = place.to_string();
        match column.kind {
            Kind::Integer => ["CAST(value->>", &place, " AS BIGINT)"].concat(),
            Kind::Text => ["value->>", &place].concat(),
            // A null of JSON is none of the table.
            Kind::Json => {
                ["CASE WHEN value->>", &place, " IS NULL THEN NULL ELSE value->", &place, " END"].concat()
            }
        }
    };
    let values: Vec<String> = columns.iter().enumerate().map(value).collect();
    let (names, values) = (list(columns), values.join(", "));
    ["INSERT INTO \"", table, "\" (", &names, ") SELECT ", &values, " FROM jsonb_each(?1) WHERE true"]
        .concat()
}

fn read(row: &Row, columns: &[Column]) -> Result<Vec<Json>, sqlx::Error> {
    let mut values = Vec::with_capacity(columns.len());
    for (place, column) in columns.iter().enumerate() {
        values.push(match column.kind {
            Kind::Integer => row.try_get::<Option<i64>>(place)?.map_or(Json::Null, Json::from),
            Kind::Text => row.try_get::<Option<&str>>(place)?.map_or(Json::Null, Json::from),
            Kind::Json => match row.try_get::<Option<&str>>(place)? {
                Some(text) => serde_json::from_str(text).map_err(|error| sqlx::Error::ColumnDecode {
                    index: column.name.clone(),
                    source: error.into(),
                })?,
                None => Json::Null,
            },
        });
    }
    Ok(values)
}

async fn write(
    to: &mut Connection,
    table: &str,
    insert: &str,
    rows: &mut Vec<Vec<Json>>,
) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let text = crate::stored::spread("copied", rows)?;
    rows.clear();
    sql::query(Statement::Written(insert.to_owned()))
        .bind(text)
        .execute(to)
        .await
        .tried("write a table", || table.to_owned())?;
    Ok(())
}

/// The sum of a table as it grows.
#[derive(Default)]
struct Sum {
    rows: u64,
    sum: u128,
}

impl Sum {
    /// Takes a row in; its letters.
    fn add(&mut self, values: &[Json]) -> usize {
        // The keys of objects are in the order of their names, whichever database told them.
        let text = Json::from(values.to_vec()).to_string();
        self.rows += 1;
        self.sum = self.sum.wrapping_add(xxhash_rust::xxh3::xxh3_128(text.as_bytes()));
        text.len()
    }

    fn of(self, table: String) -> Tally {
        Tally { table, rows: self.rows, sum: format!("{:032x}", self.sum) }
    }
}

/// How large a database is, in bytes.
pub async fn size(conn: &mut Connection) -> Result<i64, StoreError> {
    const SIZE: Both = Both {
        sqlite: "SELECT c.page_count * s.page_size FROM pragma_page_count() AS c CROSS JOIN pragma_page_size() AS s",
        postgres: "SELECT pg_database_size(current_database())",
    };
    sql::query_scalar(SIZE).fetch_one(conn).await.tried("measure the database", no_ids)
}
