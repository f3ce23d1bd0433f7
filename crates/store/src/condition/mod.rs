//! A typed condition as SQL: a `WHERE` over a million customers that agrees with the evaluator on each. A positive atom stands bare, so that an index can serve it; a negated
//! one as `(atom) IS NOT TRUE`, so that NULL obeys the two-valued rule. Values are binds; identifiers come
//! from the model and are checked. What the database cannot know is refused by name. What the two databases say
//! differently stands in `sqlite` and `postgres`.

mod aggregate;
mod column;
mod compare;
mod operand;
mod postgres;
mod sqlite;

use crate::connection::Connection;
use crate::dialect::Statement;
use crate::sql::{self, FromRow, QueryAs};
use dsl::condition::{Condition, Operand, Test, print};
use dsl::library::{Library, Rank};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::{Medium, Value, WorkflowId};
use postgres::Kind;
use serde_json::Value as Json;

/// How far segments and `cases:` may lead to each other; the checker refuses circles.
const MOST_DEPTH: u8 = 16;

/// For which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

impl Dialect {
    /// That of a connection.
    pub fn of(conn: &Connection) -> Self {
        if conn.is_postgres() { Self::Postgres } else { Self::Sqlite }
    }
}

/// What a rendering needs to know. The row of the customer has the alias `customer`.
#[derive(Clone, Copy)]
pub struct SqlContext<'a> {
    /// Model, segments, tables.
    pub library: &'a Library,
    /// The instant of the question.
    pub now: Timestamp,
    /// The project's zone: months back from `now`, and the day of customers without a zone.
    pub project_zone: &'a TimeZone,
    /// The zones that customers have, by the text that stands in `customer.zone`. An invalid one is left out.
    pub zones: &'a [(String, TimeZone)],
    /// The zones of the countries that customers have, by the text of their attribute `country`: for those
    /// without a valid zone of their own.
    pub countries: &'a [(String, TimeZone)],
    /// The database that is asked.
    pub dialect: Dialect,
    /// The kind of the entity whose row stands beside the customer's, under the alias `subject`.
    pub subject: Option<&'a str>,
}

/// A piece of SQL with its `?` binds, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SqlFragment {
    /// To be put in brackets behind `WHERE` or `AND`.
    pub sql: String,
    /// What its `?` stand for.
    pub binds: Vec<Bind>,
}

impl SqlFragment {
    /// The whole as a statement with its binds.
    pub(crate) fn query<T: FromRow>(self) -> QueryAs<'static, T> {
        let query = sql::query_as(Statement::Written(self.sql));
        self.binds.into_iter().fold(query, |query, bind| match bind {
            Bind::Text(text) => query.bind(text),
            Bind::Integer(number) => query.bind(number),
        })
    }
}

/// A bound value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bind {
    /// A text; dates as `2026-03-02`.
    Text(String),
    /// A number in micro-units, an instant in unix milliseconds, 0 or 1.
    Integer(i64),
}

/// A condition asks for something that the database cannot know: ask the evaluator instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{what}` cannot be asked of the database")]
pub struct NotInSql {
    /// The part that cannot, as the author writes it.
    pub what: String,
}

/// Renders a test as a `WHERE` clause over the tables of the schema.
pub fn where_clause(test: &Test, context: &SqlContext<'_>) -> Result<SqlFragment, NotInSql> {
    let mut writer = Writer::new(*context);
    writer.test(test)?;
    Ok(writer.out)
}

/// The customers whose group in a rank is no longer what is stored under `attribute`, with the new one.
pub fn rank_values(rank: &Rank, attribute: &str, context: &SqlContext<'_>) -> Result<SqlFragment, NotInSql> {
    let mut writer = Writer::new(*context);
    writer.put("WITH among AS MATERIALIZED (SELECT customer.slot AS slot, customer.id AS id, ");
    writer.operand(&rank.by)?;
    writer.put(" AS value FROM customer WHERE customer.created_at <= ");
    writer.bind(Bind::Integer(context.now.as_millisecond()));
    if let Some(among) = &rank.among {
        writer.put(" AND (");
        writer.test(&among.test)?;
        writer.put(")");
    }
    writer.put("), ranked AS (SELECT slot, id, 1 + ");
    writer.bind(Bind::Integer(i64::from(rank.groups)));
    writer.put(
        " * (rank() OVER (ORDER BY value) - 1) / count(*) OVER () AS place FROM among WHERE value IS NOT NULL) \
         SELECT customer.id, ranked.place FROM customer LEFT JOIN ranked \
         ON ranked.slot = customer.slot AND ranked.id = customer.id \
         WHERE coalesce(ranked.place * 1000000, -1) <> coalesce(",
    );
    writer.json("customer.attributes", attribute, Kind::Integer)?;
    writer.put(", -1) ORDER BY customer.id");
    Ok(writer.out)
}

type Written = Result<(), NotInSql>;

/// Which row a name inside stands for.
#[derive(Clone)]
struct Row {
    kind: String,
    alias: String,
}

struct Writer<'a> {
    context: SqlContext<'a>,
    out: SqlFragment,
    depth: u8,
    /// Inside a `where` over events: the row `event` is the candidate.
    in_event: bool,
    /// The entities in sight, the innermost last.
    entities: Vec<Row>,
    /// How many rows behind references were given an alias.
    referred: usize,
}

impl<'a> Writer<'a> {
    fn new(context: SqlContext<'a>) -> Self {
        let subject = context.subject.map(|kind| Row { kind: kind.to_owned(), alias: "subject".to_owned() });
        Self {
            context,
            out: SqlFragment::default(),
            depth: 0,
            in_event: false,
            entities: subject.into_iter().collect(),
            referred: 0,
        }
    }

    fn put(&mut self, sql: &str) {
        self.out.sql.push_str(sql);
    }

    fn bind(&mut self, bind: Bind) {
        self.put(match (self.context.dialect, &bind) {
            (Dialect::Sqlite, _) => "?",
            // The type is said, for a prepared statement is known by its text alone.
            (Dialect::Postgres, Bind::Text(_)) => "CAST(? AS TEXT)",
            (Dialect::Postgres, Bind::Integer(_)) => "CAST(? AS BIGINT)",
        });
        self.out.binds.push(bind);
    }

    fn bind_text(&mut self, text: &str) {
        self.bind(Bind::Text(text.to_owned()));
    }

    /// A value in the stored encoding; `None`: NULL.
    fn bind_value(&mut self, value: Option<&Value>) {
        match value.map(Value::to_stored) {
            None | Some(Json::Null) => self.put("NULL"),
            Some(Json::String(text)) => self.bind(Bind::Text(text)),
            Some(Json::Bool(yes)) => self.bind(Bind::Integer(i64::from(yes))),
            Some(Json::Number(number)) => self.bind(Bind::Integer(number.as_i64().unwrap_or_default())),
            Some(list @ (Json::Array(_) | Json::Object(_))) => self.bind(Bind::Text(list.to_string())),
        }
    }

    fn refuse<T>(&self, operand: &Operand) -> Result<T, NotInSql> {
        Err(NotInSql { what: print::operand(operand) })
    }

    /// Runs one level deeper in what asks for something else.
    fn deeper(&mut self, what: &str, write: impl FnOnce(&mut Self) -> Written) -> Written {
        if self.depth >= MOST_DEPTH {
            return Err(NotInSql { what: what.to_owned() });
        }
        self.depth += 1;
        let in_event = std::mem::replace(&mut self.in_event, false);
        let written = write(self);
        self.in_event = in_event;
        self.depth -= 1;
        written
    }

    fn test(&mut self, test: &Test) -> Written {
        match test {
            Test::Always(true) => self.put("1 = 1"),
            Test::Always(false) => self.put("1 = 0"),
            Test::All(tests) => return self.joined(tests, " AND "),
            Test::Any(tests) => return self.joined(tests, " OR "),
            Test::Not(inner) => {
                self.put("(");
                self.test(inner)?;
                self.put(") IS NOT TRUE");
            }
            Test::Compare { left, op, right } => return self.compare(left, *op, right),
            Test::OneOf { value, among } => return self.one_of(value, among),
            Test::Between { value, low, high } => return self.between(value, low, high),
            Test::Shares { list, with } => return self.shares(list, with),
            Test::Has { list, any_of } => return self.has(list, any_of),
            Test::Contains { text, part } => {
                self.position(text, part)?;
                self.put(" > 0");
            }
            Test::StartsWith { text, part } => {
                self.position(text, part)?;
                self.put(" = 1");
            }
            Test::Known(operand) => return self.known(operand),
            Test::Holds(operand) => {
                self.operand(operand)?;
                self.put(" = 1");
            }
            Test::InSegment(name) => return self.in_segment(name),
            Test::EnrolledIn(workflow) => self.enrolled_in(workflow),
            Test::May(medium) => self.may(*medium),
        }
        Ok(())
    }

    /// Where a text stands in another, from 1; 0: nowhere.
    fn position(&mut self, text: &Operand, part: &Operand) -> Written {
        self.put(match self.context.dialect {
            Dialect::Sqlite => "instr(",
            Dialect::Postgres => "strpos(",
        });
        self.operand(text)?;
        self.put(", ");
        self.operand(part)?;
        self.put(")");
        Ok(())
    }

    /// 1 where a test holds, else 0.
    fn truth(&mut self, test: &Test) -> Written {
        self.put("(CASE WHEN ");
        self.test(test)?;
        self.put(" THEN 1 ELSE 0 END)");
        Ok(())
    }

    fn joined(&mut self, tests: &[Test], word: &str) -> Written {
        self.put("(");
        for (place, test) in tests.iter().enumerate() {
            if place > 0 {
                self.put(word);
            }
            self.test(test)?;
        }
        self.put(")");
        Ok(())
    }

    fn in_segment(&mut self, name: &str) -> Written {
        let library = self.context.library;
        let Some(Condition { test, .. }) = library.segments.get(name) else {
            // As the evaluator has it: nobody is in a segment that does not exist.
            self.put("1 = 0");
            return Ok(());
        };
        let entities = std::mem::take(&mut self.entities);
        let written = self.deeper(name, |writer| {
            writer.put("(");
            writer.test(test)?;
            writer.put(")");
            Ok(())
        });
        self.entities = entities;
        written
    }

    fn enrolled_in(&mut self, workflow: &WorkflowId) {
        self.put(
            "EXISTS (SELECT 1 FROM enrollment WHERE enrollment.slot = customer.slot \
             AND enrollment.customer = customer.id AND enrollment.state <> 'ended' AND enrollment.workflow = ",
        );
        self.bind_text(workflow.as_str());
        self.put(")");
    }

    /// An address, the latest word about marketing on this channel or on all of them (of two at one instant the
    /// withdrawal), and no suppression now.
    fn may(&mut self, medium: Medium) {
        self.put(match medium {
            Medium::Email => "(customer.email IS NOT NULL",
            Medium::Sms | Medium::Message => "(customer.phone IS NOT NULL",
        });
        self.put(
            " AND (SELECT consent.granted FROM consent WHERE consent.slot = customer.slot \
             AND consent.customer = customer.id AND consent.topic = 'marketing' AND consent.medium IN ('', ",
        );
        self.bind_text(medium.as_str());
        self.put(
            ") ORDER BY consent.at DESC, consent.granted LIMIT 1) = 1 \
             AND NOT EXISTS (SELECT 1 FROM suppression WHERE suppression.slot = customer.slot \
             AND suppression.customer = customer.id AND suppression.topic IN ('', 'marketing') \
             AND suppression.medium IN ('', ",
        );
        self.bind_text(medium.as_str());
        self.put(") AND suppression.at <= ");
        let now = self.context.now.as_millisecond();
        self.bind(Bind::Integer(now));
        self.put(" AND (suppression.until IS NULL OR suppression.until > ");
        self.bind(Bind::Integer(now));
        self.put(")))");
    }
}
