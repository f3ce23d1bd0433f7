//! The one way to speak to a database: a statement, its binds, and rows that read alike whichever it is.

use crate::connection::{Connection, Link};
use crate::dialect::batch::Batch;
use crate::dialect::rows::Given;
use crate::dialect::{self, Statement};
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{
    Arguments, AssertSqlSafe, Either, Error, Executor, Row as _, SqlSafeStr, SqlStr, TypeInfo, ValueRef,
};
use std::borrow::Cow;
use std::marker::PhantomData;

/// A value on its way into a statement.
#[derive(Clone, Debug, PartialEq)]
pub enum Bound<'q> {
    /// A number; an instant in unix milliseconds; 0 or 1.
    Integer(Option<i64>),
    /// A text, a batch as JSON.
    Text(Option<Cow<'q, str>>),
    /// Rows, as a statement's first bind. SQLite takes them in pieces: each row stands for itself, and reads nothing
    /// that another one of them writes.
    Batch(Cow<'q, Batch>),
}

impl Bound<'_> {
    fn into_owned(self) -> Bound<'static> {
        match self {
            Self::Integer(number) => Bound::Integer(number),
            Self::Text(text) => Bound::Text(text.map(|text| Cow::Owned(text.into_owned()))),
            Self::Batch(batch) => Bound::Batch(Cow::Owned(batch.into_owned())),
        }
    }
}

impl From<Batch> for Bound<'_> {
    fn from(batch: Batch) -> Self {
        Self::Batch(Cow::Owned(batch))
    }
}

impl<'q> From<&'q Batch> for Bound<'q> {
    fn from(batch: &'q Batch) -> Self {
        Self::Batch(Cow::Borrowed(batch))
    }
}

impl From<i64> for Bound<'_> {
    fn from(number: i64) -> Self {
        Self::Integer(Some(number))
    }
}

impl From<Option<i64>> for Bound<'_> {
    fn from(number: Option<i64>) -> Self {
        Self::Integer(number)
    }
}

impl From<bool> for Bound<'_> {
    fn from(yes: bool) -> Self {
        Self::Integer(Some(i64::from(yes)))
    }
}

impl<'q> From<&'q str> for Bound<'q> {
    fn from(text: &'q str) -> Self {
        Self::Text(Some(Cow::Borrowed(text)))
    }
}

impl<'q> From<&'q String> for Bound<'q> {
    fn from(text: &'q String) -> Self {
        Self::Text(Some(Cow::Borrowed(text)))
    }
}

impl From<String> for Bound<'_> {
    fn from(text: String) -> Self {
        Self::Text(Some(Cow::Owned(text)))
    }
}

impl<'q> From<Option<&'q str>> for Bound<'q> {
    fn from(text: Option<&'q str>) -> Self {
        Self::Text(text.map(Cow::Borrowed))
    }
}

impl From<Option<String>> for Bound<'_> {
    fn from(text: Option<String>) -> Self {
        Self::Text(text.map(Cow::Owned))
    }
}

/// A statement with its binds.
#[derive(Clone, Debug)]
pub struct Query<'q> {
    statement: Statement,
    binds: Vec<Bound<'q>>,
}

/// What a statement changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed(u64);

impl Changed {
    /// How many rows.
    pub fn rows_affected(self) -> u64 {
        self.0
    }
}

/// A statement.
pub fn query<'q>(statement: impl Into<Statement>) -> Query<'q> {
    Query { statement: statement.into(), binds: Vec::new() }
}

/// A statement whose rows are tuples.
pub fn query_as<'q, T: FromRow>(statement: impl Into<Statement>) -> QueryAs<'q, T> {
    QueryAs { query: query(statement), of: PhantomData }
}

/// A statement whose rows are single values.
pub fn query_scalar<'q, T>(statement: impl Into<Statement>) -> QueryScalar<'q, T>
where
    for<'r> T: Read<'r>,
{
    QueryScalar { query: query(statement), of: PhantomData }
}

/// What a statement found that was asked ahead.
#[derive(Debug)]
pub(crate) struct Answer {
    statement: &'static str,
    binds: Vec<Bound<'static>>,
    rows: Vec<Row>,
}

/// Runs statements that read, for few rows, in one round to the thread of SQLite instead of one each: a round costs
/// more than what it finds. The answers wait on the connection until the same is asked; what nobody asks for is gone
/// with the next such call. PostgreSQL is asked one after the other, as before.
pub(crate) async fn ahead(conn: &mut Connection, queries: Vec<Query<'_>>) -> Result<(), Error> {
    conn.ahead.clear();
    let Link::Sqlite(held) = &mut conn.link else { return Ok(()) };
    let texts: Vec<&'static str> = queries
        .iter()
        .filter_map(|query| match &query.statement {
            Statement::Same(text) => Some(*text),
            Statement::Each(_) | Statement::Written(_) => None,
        })
        .collect();
    if texts.len() < queries.len() {
        return Ok(());
    }
    let together = dialect::together::of(texts.clone());
    let mut binds = Vec::new();
    for (query, places) in queries.iter().zip(&together.places) {
        binds.extend(places.iter().filter_map(|place| query.binds.get(*place).cloned()));
    }
    let mut answers = Vec::with_capacity(queries.len());
    {
        let arguments: SqliteArguments = bound(binds)?;
        let mut found = held.raw().fetch_many(sqlx::query_with(together.text, arguments));
        let mut rows = Vec::new();
        while let Some(step) = found.try_next().await? {
            match step {
                Either::Left(_) => answers.push(std::mem::take(&mut rows)),
                Either::Right(row) => rows.push(Row::Sqlite(row)),
            }
        }
    }
    conn.ahead = queries
        .into_iter()
        .zip(texts)
        .zip(answers)
        .map(|((query, statement), rows)| {
            let binds = query.binds.into_iter().map(Bound::into_owned).collect();
            Answer { statement, binds, rows }
        })
        .collect();
    Ok(())
}

fn sqlite_text(statement: Statement) -> SqlStr {
    match statement {
        Statement::Same(text) => text.into_sql_str(),
        Statement::Each(both) => both.sqlite.into_sql_str(),
        Statement::Written(text) => AssertSqlSafe(text).into_sql_str(),
    }
}

fn postgres_text(statement: Statement) -> SqlStr {
    match statement {
        Statement::Same(text) => dialect::postgres(text).into_sql_str(),
        Statement::Each(both) => dialect::postgres(both.postgres).into_sql_str(),
        Statement::Written(text) => AssertSqlSafe(dialect::render(&text)).into_sql_str(),
    }
}

fn bound<A: Arguments>(binds: Vec<Bound<'_>>) -> Result<A, Error>
where
    for<'t> Option<i64>: sqlx::Encode<'t, A::Database> + sqlx::Type<A::Database>,
    for<'t> Option<String>: sqlx::Encode<'t, A::Database> + sqlx::Type<A::Database>,
    for<'t> &'t str: sqlx::Encode<'t, A::Database> + sqlx::Type<A::Database>,
{
    let mut arguments = A::default();
    for bind in binds {
        let added: Result<(), BoxDynError> = match bind {
            Bound::Integer(number) => arguments.add(number),
            Bound::Text(None) => arguments.add(None::<String>),
            Bound::Text(Some(Cow::Borrowed(text))) => arguments.add(text),
            Bound::Text(Some(Cow::Owned(text))) => arguments.add(Some(text)),
            Bound::Batch(batch) => arguments.add(Some(batch.json())),
        };
        added.map_err(Error::Encode)?;
    }
    Ok(arguments)
}

impl<'q> Query<'q> {
    /// Binds the next value.
    #[must_use]
    pub fn bind(mut self, value: impl Into<Bound<'q>>) -> Self {
        self.binds.push(value.into());
        self
    }

    /// Its pieces for SQLite, where it is over a batch.
    fn pieces(&self) -> Result<Option<Vec<(&'static str, SqliteArguments)>>, Error> {
        let text = match &self.statement {
            Statement::Same(text) => *text,
            Statement::Each(both) => both.sqlite,
            Statement::Written(_) => return Ok(None),
        };
        let Some((Bound::Batch(batch), others)) = self.binds.split_first() else { return Ok(None) };
        let Some(spread) = dialect::rows::spread(text) else { return Ok(None) };
        let bound = |given| -> Result<SqliteArguments, BoxDynError> {
            let mut arguments = SqliteArguments::default();
            for value in given {
                match value {
                    Given::Null => arguments.add(None::<i64>)?,
                    Given::Integer(number) => arguments.add(number)?,
                    Given::Real(number) => arguments.add(number)?,
                    Given::Text(text) => arguments.add(text)?,
                    Given::Bind(place) => match others.get(place) {
                        Some(Bound::Integer(number)) => arguments.add(*number)?,
                        Some(Bound::Text(text)) => arguments.add(text.as_deref().map(str::to_owned))?,
                        Some(Bound::Batch(batch)) => arguments.add(batch.json())?,
                        None => arguments.add(None::<i64>)?,
                    },
                }
            }
            Ok(arguments)
        };
        let pieces = spread.pieces(batch).map(|(text, given)| Ok((text, bound(given)?)));
        pieces.collect::<Result<_, _>>().map(Some).map_err(Error::Encode)
    }

    /// The same with rows that are tuples.
    pub fn rows<T: FromRow>(self) -> QueryAs<'q, T> {
        QueryAs { query: self, of: PhantomData }
    }

    /// What it found when it was asked ahead.
    fn answered(&self, conn: &mut Connection) -> Option<Vec<Row>> {
        let Statement::Same(text) = &self.statement else { return None };
        let is_this = |answer: &Answer| answer.statement == *text && answer.binds == self.binds;
        let place = conn.ahead.iter().position(is_this)?;
        Some(conn.ahead.swap_remove(place).rows)
    }

    /// Runs it.
    pub async fn execute(self, conn: &mut Connection) -> Result<Changed, Error> {
        Ok(Changed(match &mut conn.link {
            Link::Sqlite(held) => {
                let Some(pieces) = self.pieces()? else {
                    let arguments: SqliteArguments = bound(self.binds)?;
                    let query = sqlx::query_with(sqlite_text(self.statement), arguments);
                    return Ok(Changed(query.execute(held.raw()).await?.rows_affected()));
                };
                let mut changed = 0;
                for (text, arguments) in pieces {
                    changed += sqlx::query_with(text, arguments).execute(held.raw()).await?.rows_affected();
                }
                changed
            }
            Link::Postgres(held) => {
                let arguments: PgArguments = bound(self.binds)?;
                let query = sqlx::query_with(postgres_text(self.statement), arguments);
                query.execute(held.raw()).await?.rows_affected()
            }
        }))
    }

    /// All its rows.
    pub async fn fetch_all(self, conn: &mut Connection) -> Result<Vec<Row>, Error> {
        if let Some(rows) = self.answered(conn) {
            return Ok(rows);
        }
        let Link::Sqlite(held) = &mut conn.link else { return self.fetch(conn).try_collect().await };
        let Some(pieces) = self.pieces()? else { return self.fetch(conn).try_collect().await };
        let mut rows = Vec::new();
        for (text, arguments) in pieces {
            let found = sqlx::query_with(text, arguments).fetch_all(held.raw()).await?;
            rows.extend(found.into_iter().map(Row::Sqlite));
        }
        Ok(rows)
    }

    /// Its first row; `None`: there is none.
    pub async fn fetch_optional(self, conn: &mut Connection) -> Result<Option<Row>, Error> {
        Ok(match &mut conn.link {
            Link::Sqlite(held) => {
                let arguments: SqliteArguments = bound(self.binds)?;
                let query = sqlx::query_with(sqlite_text(self.statement), arguments);
                query.fetch_optional(held.raw()).await?.map(Row::Sqlite)
            }
            Link::Postgres(held) => {
                let arguments: PgArguments = bound(self.binds)?;
                let query = sqlx::query_with(postgres_text(self.statement), arguments);
                query.fetch_optional(held.raw()).await?.map(Row::Postgres)
            }
        })
    }

    /// Its one row.
    pub async fn fetch_one(self, conn: &mut Connection) -> Result<Row, Error> {
        self.fetch_optional(conn).await?.ok_or(Error::RowNotFound)
    }

    /// Its rows, one after the other.
    pub fn fetch(self, conn: &mut Connection) -> BoxStream<'_, Result<Row, Error>> {
        let failed = |error| futures_util::stream::once(async move { Err(error) }).boxed();
        match &mut conn.link {
            Link::Sqlite(held) => match bound::<SqliteArguments>(self.binds) {
                Ok(arguments) => sqlx::query_with(sqlite_text(self.statement), arguments)
                    .fetch(held.raw())
                    .map_ok(Row::Sqlite)
                    .boxed(),
                Err(error) => failed(error),
            },
            Link::Postgres(held) => match bound::<PgArguments>(self.binds) {
                Ok(arguments) => sqlx::query_with(postgres_text(self.statement), arguments)
                    .fetch(held.raw())
                    .map_ok(Row::Postgres)
                    .boxed(),
                Err(error) => failed(error),
            },
        }
    }
}

/// A statement whose rows are read as they come.
#[derive(Clone, Debug)]
pub struct QueryAs<'q, T> {
    query: Query<'q>,
    of: PhantomData<fn() -> T>,
}

impl<'q, T> QueryAs<'q, T>
where
    T: FromRow,
{
    /// Binds the next value.
    #[must_use]
    pub fn bind(self, value: impl Into<Bound<'q>>) -> Self {
        Self { query: self.query.bind(value), ..self }
    }

    /// All its rows.
    pub async fn fetch_all(self, conn: &mut Connection) -> Result<Vec<T>, Error> {
        if let Some(rows) = self.query.answered(conn) {
            return rows.iter().map(T::from_row).collect();
        }
        let mut rows = self.query.fetch(conn);
        let mut all = Vec::new();
        while let Some(row) = rows.try_next().await? {
            all.push(T::from_row(&row)?);
        }
        Ok(all)
    }

    /// Its first row; `None`: there is none.
    pub async fn fetch_optional(self, conn: &mut Connection) -> Result<Option<T>, Error> {
        self.query.fetch_optional(conn).await?.map(|row| T::from_row(&row)).transpose()
    }

    /// Its one row.
    pub async fn fetch_one(self, conn: &mut Connection) -> Result<T, Error> {
        let row = self.query.fetch_one(conn).await?;
        T::from_row(&row)
    }
}

/// A statement whose rows are read as single values.
#[derive(Clone, Debug)]
pub struct QueryScalar<'q, T> {
    query: Query<'q>,
    of: PhantomData<fn() -> T>,
}

impl<'q, T> QueryScalar<'q, T>
where
    for<'r> T: Read<'r>,
{
    /// Binds the next value.
    #[must_use]
    pub fn bind(self, value: impl Into<Bound<'q>>) -> Self {
        Self { query: self.query.bind(value), ..self }
    }

    /// All its rows.
    pub async fn fetch_all(self, conn: &mut Connection) -> Result<Vec<T>, Error> {
        if let Some(Bound::Batch(_)) = self.query.binds.first() {
            let rows = self.query.fetch_all(conn).await?;
            return rows.iter().map(|row| T::read(row, 0)).collect();
        }
        let mut rows = self.query.fetch(conn);
        let mut all = Vec::new();
        while let Some(row) = rows.try_next().await? {
            all.push(T::read(&row, 0)?);
        }
        Ok(all)
    }

    /// Its first row; `None`: there is none.
    pub async fn fetch_optional(self, conn: &mut Connection) -> Result<Option<T>, Error> {
        self.query.fetch_optional(conn).await?.map(|row| T::read(&row, 0)).transpose()
    }

    /// Its one row.
    pub async fn fetch_one(self, conn: &mut Connection) -> Result<T, Error> {
        let row = self.query.fetch_one(conn).await?;
        T::read(&row, 0)
    }
}

/// A row of either database.
#[derive(Debug)]
pub enum Row {
    /// Of SQLite.
    Sqlite(SqliteRow),
    /// Of PostgreSQL.
    Postgres(PgRow),
}

impl Row {
    /// The value of a column, counted from 0.
    pub fn try_get<'r, T: Read<'r>>(&'r self, column: usize) -> Result<T, Error> {
        T::read(self, column)
    }

    fn text(&self, column: usize) -> Result<Option<&str>, Error> {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => {
                let value = row.try_get_raw(column)?;
                if value.is_null() {
                    return Ok(None);
                }
                if value.type_info().name() != "JSONB" {
                    return row.try_get(column);
                }
                let decode = |source: BoxDynError| Error::ColumnDecode { index: column.to_string(), source };
                let bytes = value.as_bytes().map_err(decode)?;
                // In the binary form the version of jsonb, 1, stands before its text.
                let text = bytes.strip_prefix(&[1]).unwrap_or(bytes);
                std::str::from_utf8(text).map(Some).map_err(|error| decode(error.into()))
            }
        }
    }

    fn integer(&self, column: usize) -> Result<Option<i64>, Error> {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => {
                let value = row.try_get_raw(column)?;
                if value.is_null() {
                    return Ok(None);
                }
                Ok(Some(match value.type_info().name() {
                    "BOOL" => i64::from(row.try_get::<bool, _>(column)?),
                    "INT4" => i64::from(row.try_get::<i32, _>(column)?),
                    _ => row.try_get(column)?,
                }))
            }
        }
    }
}

/// What a column can be read as.
pub trait Read<'r>: Sized {
    /// Reads it.
    fn read(row: &'r Row, column: usize) -> Result<Self, Error>;
}

fn known<T>(value: Option<T>, column: usize) -> Result<T, Error> {
    value.ok_or_else(|| Error::ColumnDecode {
        index: column.to_string(),
        source: sqlx::error::UnexpectedNullError.into(),
    })
}

impl<'r> Read<'r> for Option<&'r str> {
    fn read(row: &'r Row, column: usize) -> Result<Self, Error> {
        row.text(column)
    }
}

impl<'r> Read<'r> for &'r str {
    fn read(row: &'r Row, column: usize) -> Result<Self, Error> {
        known(row.text(column)?, column)
    }
}

impl Read<'_> for Option<String> {
    fn read(row: &Row, column: usize) -> Result<Self, Error> {
        Ok(row.text(column)?.map(str::to_owned))
    }
}

impl Read<'_> for String {
    fn read(row: &Row, column: usize) -> Result<Self, Error> {
        known(row.text(column)?, column).map(str::to_owned)
    }
}

impl Read<'_> for Option<i64> {
    fn read(row: &Row, column: usize) -> Result<Self, Error> {
        row.integer(column)
    }
}

impl Read<'_> for i64 {
    fn read(row: &Row, column: usize) -> Result<Self, Error> {
        known(row.integer(column)?, column)
    }
}

impl Read<'_> for Option<i32> {
    fn read(row: &Row, column: usize) -> Result<Self, Error> {
        let small = |number: i64| {
            i32::try_from(number)
                .map_err(|error| Error::ColumnDecode { index: column.to_string(), source: error.into() })
        };
        row.integer(column)?.map(small).transpose()
    }
}

impl Read<'_> for i32 {
    fn read(row: &Row, column: usize) -> Result<Self, Error> {
        known(Option::<i32>::read(row, column)?, column)
    }
}

impl Read<'_> for bool {
    fn read(row: &Row, column: usize) -> Result<Self, Error> {
        Ok(known(row.integer(column)?, column)? != 0)
    }
}

impl Read<'_> for f64 {
    fn read(row: &Row, column: usize) -> Result<Self, Error> {
        match row {
            Row::Sqlite(row) => row.try_get(column),
            Row::Postgres(row) => row.try_get(column),
        }
    }
}

/// What a row can be read as.
pub trait FromRow: Sized {
    /// Reads it.
    fn from_row(row: &Row) -> Result<Self, Error>;
}

macro_rules! tuples {
    ($($($name:ident $place:literal)+;)+) => {$(
        impl<$($name),+> FromRow for ($($name,)+)
        where
            $(for<'r> $name: Read<'r>,)+
        {
            fn from_row(row: &Row) -> Result<Self, Error> {
                Ok(($(row.try_get::<$name>($place)?,)+))
            }
        }
    )+};
}

tuples! {
    A 0;
    A 0 B 1;
    A 0 B 1 C 2;
    A 0 B 1 C 2 D 3;
    A 0 B 1 C 2 D 3 E 4;
    A 0 B 1 C 2 D 3 E 4 F 5;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10;
}
