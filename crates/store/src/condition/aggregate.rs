//! Aggregates as subselects over the customer's events and entities.

use super::postgres::Kind;
use super::{Bind, Dialect, Row, Writer, Written};
use dsl::condition::{Aggregate, AggregateKind, Operand, Over, Within, instants};
use jiff::Timestamp;
use model::Length;

impl Writer<'_> {
    pub(super) fn aggregate(&mut self, of: &Aggregate) -> Written {
        match &of.window {
            None | Some(Within::Last(_)) => {}
            Some(Within::SinceEntry) => return self.refuse(&Operand::Aggregate(Box::new(of.clone()))),
        }
        let field = of.field.as_deref();
        match of.kind {
            AggregateKind::Count => {
                self.put("((SELECT COUNT(*)");
                self.rows(of, None)?;
                self.put(") * 1000000)");
            }
            // In two parts, since SQLite's SUM fails where it does not fit; what does not fit is unknown.
            AggregateKind::Sum if self.context.dialect == Dialect::Postgres => {
                self.put(
                    "(SELECT CASE WHEN summed.total BETWEEN -9223372036854775808 AND 9223372036854775807 \
                     THEN CAST(summed.total AS BIGINT) END FROM (SELECT COALESCE(SUM(CAST(",
                );
                self.field_of(of, field)?;
                self.put(" AS NUMERIC)), 0) AS total");
                self.rows(of, None)?;
                self.put(") AS summed)");
            }
            AggregateKind::Sum => {
                self.put(
                    "(SELECT CASE WHEN typeof(total) = 'integer' THEN total END FROM (SELECT \
                     COALESCE(SUM(each / 1000000) * 1000000 + SUM(each % 1000000), 0) AS total FROM (SELECT ",
                );
                self.field_of(of, field)?;
                self.put(" AS each");
                self.rows(of, None)?;
                self.put(")))");
            }
            AggregateKind::Min | AggregateKind::Max => {
                self.put(if of.kind == AggregateKind::Min { "(SELECT MIN(" } else { "(SELECT MAX(" });
                self.field_of(of, field)?;
                self.put(")");
                self.rows(of, None)?;
                self.put(")");
            }
            AggregateKind::First | AggregateKind::Last => {
                self.put("(SELECT ");
                self.field_of(of, field)?;
                // Of those that have the field.
                self.rows(of, field)?;
                let last = of.kind == AggregateKind::Last;
                self.put(match (&of.of, last) {
                    (Over::Events(_), false) => " ORDER BY event.at, event.received_at, event.id LIMIT 1)",
                    (Over::Events(_), true) => {
                        " ORDER BY event.at DESC, event.received_at DESC, event.id DESC LIMIT 1)"
                    }
                    (Over::Entities(_), _) => " ORDER BY ",
                });
                if let Over::Entities(kind) = &of.of {
                    self.entity_attribute(kind, "entity", "created_at")?;
                    self.put(if last {
                        " DESC NULLS LAST, entity.id DESC LIMIT 1)"
                    } else {
                        " NULLS FIRST, entity.id LIMIT 1)"
                    });
                }
            }
        }
        Ok(())
    }

    fn field_of(&mut self, of: &Aggregate, field: Option<&str>) -> Written {
        match (&of.of, field) {
            (Over::Events(_), Some(field)) => self.event_field(field, &of.ty),
            (Over::Events(_), None) => {
                self.put("event.at");
                Ok(())
            }
            (Over::Entities(kind), Some(field)) => self.entity_attribute(kind, "entity", field),
            (Over::Entities(_), None) => {
                self.put("entity.id");
                Ok(())
            }
        }
    }

    /// The rows: ` FROM … WHERE …`. `with`: only those that have this field.
    fn rows(&mut self, of: &Aggregate, with: Option<&str>) -> Written {
        let since = match &of.window {
            Some(Within::Last(length)) => Some(self.start_of(length)),
            Some(Within::SinceEntry) | None => None,
        };
        let now = Bind::Integer(self.context.now.as_millisecond());
        match &of.of {
            Over::Events(name) => {
                self.put(
                    " FROM event WHERE event.slot = customer.slot AND event.customer = customer.id \
                     AND event.state IN ('applied', 'done') \
                     AND event.name = ",
                );
                self.bind_text(name);
                if let Some(since) = since {
                    self.put(" AND event.at > ");
                    self.bind(since);
                }
                self.put(" AND event.at <= ");
                self.bind(now);
                if !of.machines {
                    self.put(" AND ");
                    self.json("event.properties", "human", Kind::Integer)?;
                    self.put(" IS DISTINCT FROM 0");
                }
            }
            Over::Entities(kind) => {
                self.put(
                    " FROM entity WHERE entity.slot = customer.slot AND entity.customer = customer.id \
                     AND entity.kind = ",
                );
                self.bind_text(kind);
                if let Some(since) = since {
                    for (sign, bind) in [(" > ", since), (" <= ", now)] {
                        self.put(" AND ");
                        self.entity_attribute(kind, "entity", "created_at")?;
                        self.put(sign);
                        self.bind(bind);
                    }
                }
            }
        }
        if let Some(field) = with {
            self.put(" AND ");
            self.field_of(of, Some(field))?;
            self.put(" IS NOT NULL");
        }
        let Some(filter) = &of.filter else { return Ok(()) };
        self.put(" AND (");
        match &of.of {
            Over::Events(_) => {
                let outside = std::mem::replace(&mut self.in_event, true);
                let written = self.test(filter);
                self.in_event = outside;
                written?;
            }
            Over::Entities(kind) => {
                self.entities.push(Row { kind: kind.to_string(), alias: "entity".to_owned() });
                let written = self.test(filter);
                self.entities.pop();
                written?;
            }
        }
        self.put(")");
        Ok(())
    }

    /// When `last D` begins; what is later lies in it.
    fn start_of(&self, length: &Length) -> Bind {
        let context = &self.context;
        let start = instants::shift_instant(context.now, length, true, context.project_zone);
        Bind::Integer(start.unwrap_or(Timestamp::MIN).as_millisecond())
    }
}
