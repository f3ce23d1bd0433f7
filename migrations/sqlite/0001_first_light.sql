-- The tables of nurture. Times are unix milliseconds (UTC); numbers inside JSON are integer micro-units
-- (model/value.rs, the stored encoding). `slot` = stable hash of the customer id modulo 4,096 stands first
-- in the primary key of every hot table, so that the same statements run on a distributed PostgreSQL.

-- A person we may talk to. Attributes that are columns here are not in the JSON.
CREATE TABLE customer (
  slot        INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 4095),
  id          TEXT NOT NULL,
  stage       TEXT,
  owner       TEXT,
  zone        TEXT,
  email       TEXT,
  phone       TEXT,
  created_at  INTEGER NOT NULL,
  attributes  TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(attributes)),
  computed_at TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(computed_at)),  -- order of the event behind first/last
  PRIMARY KEY (slot, id)
) WITHOUT ROWID;
CREATE INDEX customer_owner ON customer (owner) WHERE owner IS NOT NULL;

-- Look-up of a customer by another key. Its slot = hash(kind, value). A merged customer leaves a tombstone.
CREATE TABLE customer_key (
  slot     INTEGER NOT NULL,
  kind     TEXT NOT NULL CHECK (kind IN ('email', 'phone', 'external_id')),
  value    TEXT NOT NULL,
  customer TEXT NOT NULL,
  PRIMARY KEY (slot, kind, value)
) WITHOUT ROWID;

-- Deals, contracts, orders, carts, companies: what the model declares under `entities`. The slot is the
-- customer's; shared entities have slot hash(kind, id) and no customer.
CREATE TABLE entity (
  slot       INTEGER NOT NULL,
  kind       TEXT NOT NULL,
  id         TEXT NOT NULL,
  customer   TEXT,
  stage      TEXT,
  owner      TEXT,
  attributes TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(attributes)),
  PRIMARY KEY (slot, kind, id)
) WITHOUT ROWID;
CREATE INDEX entity_customer ON entity (slot, customer, kind) WHERE customer IS NOT NULL;
CREATE INDEX entity_id ON entity (kind, id);

-- Facts, append-only. `state`: new = to apply and route, applied = to route, done, held = waits for a
-- virtual clock to reach it.
CREATE TABLE event (
  slot        INTEGER NOT NULL,
  customer    TEXT NOT NULL,
  source      TEXT NOT NULL,
  id          TEXT NOT NULL,
  name        TEXT NOT NULL,
  entity_kind TEXT,
  entity_id   TEXT,
  at          INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  properties  TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(properties)),
  chain       INTEGER NOT NULL DEFAULT 0,
  state       TEXT NOT NULL CHECK (state IN ('new', 'applied', 'done', 'held')),
  PRIMARY KEY (slot, customer, source, id),
  CHECK ((entity_kind IS NULL) = (entity_id IS NULL))
) WITHOUT ROWID;
CREATE INDEX event_due ON event (at, slot, customer) WHERE state IN ('new', 'applied');
CREATE INDEX event_held ON event (at) WHERE state = 'held';
CREATE INDEX event_name ON event (slot, customer, name, at);

-- What people allowed; append-only, the latest by `at` counts.
CREATE TABLE consent (
  slot     INTEGER NOT NULL,
  customer TEXT NOT NULL,
  topic    TEXT NOT NULL,
  medium   TEXT NOT NULL DEFAULT '' CHECK (medium IN ('', 'email', 'sms', 'message')),  -- '' = every one
  at       INTEGER NOT NULL,
  granted  INTEGER NOT NULL CHECK (granted IN (0, 1)),
  source   TEXT NOT NULL,
  basis    TEXT,
  PRIMARY KEY (slot, customer, topic, medium, at, granted)
) WITHOUT ROWID;

-- Who must not be written to.
CREATE TABLE suppression (
  slot     INTEGER NOT NULL,
  customer TEXT NOT NULL,
  medium   TEXT NOT NULL DEFAULT '' CHECK (medium IN ('', 'email', 'sms', 'message')),
  topic    TEXT NOT NULL DEFAULT '',
  reason   TEXT NOT NULL,
  at       INTEGER NOT NULL,
  until    INTEGER,
  PRIMARY KEY (slot, customer, medium, topic, reason, at)
) WITHOUT ROWID;

-- Walks. wake_at of a ready one is the instant since when it is ready.
CREATE TABLE enrollment (
  slot       INTEGER NOT NULL,
  id         TEXT NOT NULL,
  customer   TEXT NOT NULL,
  workflow   TEXT NOT NULL,
  version    TEXT NOT NULL,
  key        TEXT NOT NULL DEFAULT '',
  state      TEXT NOT NULL CHECK (state IN ('ready', 'waiting', 'ended')),
  step       TEXT,
  arrived_at INTEGER,
  wake_at    INTEGER,
  entered_at INTEGER NOT NULL,
  ended_at   INTEGER,
  reason     TEXT,
  goal_until INTEGER,
  walk       TEXT NOT NULL CHECK (json_valid(walk)),
  rev        INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (slot, id),
  CHECK (state = 'ended' OR (wake_at IS NOT NULL AND step IS NOT NULL AND arrived_at IS NOT NULL)),
  CHECK ((state = 'ended') = (ended_at IS NOT NULL)),
  CHECK (state <> 'ended' OR (wake_at IS NULL AND step IS NULL))
) WITHOUT ROWID;
CREATE UNIQUE INDEX enrollment_active ON enrollment (slot, customer, workflow, key) WHERE state <> 'ended';
CREATE INDEX enrollment_due ON enrollment (wake_at, slot) WHERE state <> 'ended';
CREATE INDEX enrollment_goal ON enrollment (slot, customer, goal_until) WHERE state = 'ended' AND goal_until IS NOT NULL;
CREATE INDEX enrollment_place ON enrollment (workflow, state, step);

-- When a customer last entered a workflow under a key. Outlives enrollments and versions.
CREATE TABLE entry (
  slot       INTEGER NOT NULL,
  customer   TEXT NOT NULL,
  workflow   TEXT NOT NULL,
  key        TEXT NOT NULL DEFAULT '',
  entered_at INTEGER NOT NULL,
  PRIMARY KEY (slot, customer, workflow, key)
) WITHOUT ROWID;

-- Arms of splits, drawn once for ever.
CREATE TABLE draw (
  slot     INTEGER NOT NULL,
  customer TEXT NOT NULL,
  workflow TEXT NOT NULL,
  split    TEXT NOT NULL,
  arm      TEXT NOT NULL,
  PRIMARY KEY (slot, customer, workflow, split)
) WITHOUT ROWID;

-- Time triggers: the next instant at which the answer can change, per customer, workflow and subject.
CREATE TABLE timer (
  slot     INTEGER NOT NULL,
  customer TEXT NOT NULL,
  workflow TEXT NOT NULL,
  subject  TEXT NOT NULL DEFAULT '',
  fire_at  INTEGER NOT NULL,
  basis    TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (slot, customer, workflow, subject)
) WITHOUT ROWID;
CREATE INDEX timer_due ON timer (fire_at, slot);

-- Every decision with its reason; the number orders the lines of one customer's walk.
CREATE TABLE trace (
  slot       INTEGER NOT NULL,
  customer   TEXT NOT NULL,
  at         INTEGER NOT NULL,
  number     INTEGER NOT NULL,
  offset     INTEGER NOT NULL,
  workflow   TEXT NOT NULL,
  version    TEXT NOT NULL,
  enrollment TEXT,
  step       TEXT,
  did        TEXT NOT NULL,
  what       TEXT NOT NULL,
  outcome    TEXT NOT NULL CHECK (outcome IN ('done', 'skipped', 'deferred', 'waits', 'entered', 'exited', 'refused')),
  until      INTEGER,
  reason     TEXT,
  line       TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(line)),  -- the line's `values`
  PRIMARY KEY (slot, customer, at, number)
) WITHOUT ROWID;
CREATE INDEX trace_workflow ON trace (workflow, at);

-- Outbox and ledger. reliability.md draws the states; store/send.rs is the only code that moves them.
CREATE TABLE send (
  slot       INTEGER NOT NULL,
  id         TEXT NOT NULL,
  customer   TEXT NOT NULL,
  enrollment TEXT NOT NULL,
  workflow   TEXT NOT NULL,
  version    TEXT NOT NULL,
  step       TEXT NOT NULL,
  pass       TEXT NOT NULL DEFAULT '',
  medium     TEXT NOT NULL,
  topic      TEXT,
  marketing  INTEGER NOT NULL CHECK (marketing IN (0, 1)),
  on_unknown TEXT NOT NULL CHECK (on_unknown IN ('hold', 'resend')),
  outgoing   TEXT NOT NULL CHECK (json_valid(outgoing)),
  message_id TEXT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN
             ('due', 'claimed', 'handed', 'accepted', 'rejected', 'unknown', 'cancelled', 'skipped')),
  due_at     INTEGER NOT NULL,
  deadline   INTEGER NOT NULL,
  attempt    INTEGER NOT NULL DEFAULT 0,
  worker     TEXT,
  epoch      INTEGER,
  lease      INTEGER,
  reason     TEXT,
  reply      TEXT,
  template_hash TEXT,
  created_at INTEGER NOT NULL,
  number     INTEGER NOT NULL,  -- rises within an enrollment: a later message never overtakes an earlier one
  settled_at INTEGER,
  PRIMARY KEY (slot, id),
  UNIQUE (slot, enrollment, step, pass),
  CHECK (state NOT IN ('claimed', 'handed') OR (worker IS NOT NULL AND epoch IS NOT NULL AND lease IS NOT NULL)),
  CHECK (state NOT IN ('accepted', 'rejected', 'unknown', 'cancelled', 'skipped') OR settled_at IS NOT NULL)
) WITHOUT ROWID;
CREATE INDEX send_due ON send (due_at, slot) WHERE state = 'due';
CREATE INDEX send_in_flight ON send (state, lease) WHERE state IN ('claimed', 'handed');
CREATE INDEX send_open ON send (slot, customer) WHERE state IN ('due', 'claimed');
CREATE INDEX send_unknown ON send (settled_at) WHERE state = 'unknown';
CREATE INDEX send_customer ON send (slot, customer, created_at);

-- A rep was given a customer or an entity.
CREATE TABLE assignment (
  slot        INTEGER NOT NULL,
  customer    TEXT NOT NULL,
  at          INTEGER NOT NULL,
  number      INTEGER NOT NULL,
  entity_kind TEXT,
  entity_id   TEXT,
  team        TEXT,
  rep         TEXT NOT NULL,
  former      TEXT,
  enrollment  TEXT,
  step        TEXT,
  rule        TEXT NOT NULL,
  PRIMARY KEY (slot, customer, at, number)
) WITHOUT ROWID;
CREATE INDEX assignment_rep ON assignment (rep, at);

-- To-dos for reps.
CREATE TABLE task (
  slot       INTEGER NOT NULL,
  id         TEXT NOT NULL,
  customer   TEXT NOT NULL,
  rep        TEXT,
  role       TEXT,
  title      TEXT NOT NULL,
  body       TEXT,
  due        INTEGER,
  outcomes   TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(outcomes)),
  at         INTEGER NOT NULL,
  enrollment TEXT NOT NULL,
  workflow   TEXT NOT NULL,
  step       TEXT NOT NULL,
  done_at    INTEGER,
  outcome    TEXT,
  PRIMARY KEY (slot, id)
) WITHOUT ROWID;
CREATE INDEX task_rep ON task (rep, due) WHERE done_at IS NULL;

-- Passes per workflow, version, step and edge; a bucket per worker, readers sum.
CREATE TABLE counter (
  workflow TEXT NOT NULL,
  version  TEXT NOT NULL,
  step     TEXT NOT NULL,
  edge     TEXT NOT NULL,
  bucket   INTEGER NOT NULL DEFAULT 0,
  count    INTEGER NOT NULL,
  PRIMARY KEY (workflow, version, step, edge, bucket)
) WITHOUT ROWID;

-- The salespeople.
CREATE TABLE rep (
  id         TEXT PRIMARY KEY,
  name       TEXT NOT NULL DEFAULT '',
  email      TEXT,
  zone       TEXT,
  away       INTEGER NOT NULL DEFAULT 0,
  attributes TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(attributes))
) WITHOUT ROWID;

-- A team's pointer of the round robin and the like; the row is locked in the assigning transaction.
CREATE TABLE team (
  id    TEXT PRIMARY KEY,
  state TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(state))
) WITHOUT ROWID;

-- What was published: immutable. `text` is the file as it was.
CREATE TABLE workflow_version (
  workflow     TEXT NOT NULL,
  version      TEXT NOT NULL,
  number       INTEGER NOT NULL,
  text         TEXT NOT NULL,
  path         TEXT NOT NULL,
  published_at INTEGER NOT NULL,
  PRIMARY KEY (workflow, version)
) WITHOUT ROWID;

-- Which version is live, and whether it is paused or retired.
CREATE TABLE workflow (
  id      TEXT PRIMARY KEY,
  version TEXT NOT NULL,
  state   TEXT NOT NULL CHECK (state IN ('live', 'paused', 'retired')),
  FOREIGN KEY (id, version) REFERENCES workflow_version (workflow, version)
) WITHOUT ROWID;

-- The library files (model, teams, senders …) as published: live for all versions.
CREATE TABLE library (
  path TEXT PRIMARY KEY,
  text TEXT NOT NULL,
  hash TEXT NOT NULL,
  published_at INTEGER NOT NULL
) WITHOUT ROWID;

-- Templates as published: the last text that passed `check`.
CREATE TABLE template (
  path TEXT PRIMARY KEY,
  text TEXT NOT NULL,
  hash TEXT NOT NULL,
  published_at INTEGER NOT NULL
) WITHOUT ROWID;

-- The next fire of each schedule trigger; fired by UPDATE … WHERE next_fire_at = old.
CREATE TABLE schedule (
  workflow     TEXT PRIMARY KEY,
  next_fire_at INTEGER
) WITHOUT ROWID;

-- Who works which slots. SQLite: one row 0..4095, held by the one process.
CREATE TABLE slot_lease (
  first_slot INTEGER PRIMARY KEY,
  last_slot  INTEGER NOT NULL,
  owner      TEXT NOT NULL,
  epoch      INTEGER NOT NULL,
  until      INTEGER NOT NULL
) WITHOUT ROWID;

-- What people and keys did; ids only.
CREATE TABLE audit (
  number INTEGER PRIMARY KEY,
  at     INTEGER NOT NULL,
  who    TEXT NOT NULL,
  did    TEXT NOT NULL,
  what   TEXT NOT NULL
);

-- One value each: `schema` (this program's number of the newest migration it knows), `clock` (where a
-- virtual clock stands), `lived` (the instant up to which the database has lived).
CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

-- What the planner should take for granted: a million customers, spread over the slots. Without it SQLite
-- believes that a slot holds ten rows, and reads whole slots where an index leads to one customer. Nothing of
-- ours runs ANALYZE later, which would learn from whatever small database it met.
ANALYZE;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('customer', 'customer', '1000000 245 1'),
  ('customer', 'customer_owner', '1000000 10000'),
  ('customer_key', 'customer_key', '2000000 489 245 1'),
  ('entity', 'entity', '1000000 245 245 1'),
  ('entity', 'entity_customer', '1000000 245 2 2'),
  ('entity', 'entity_id', '1000000 300000 1'),
  ('event', 'event', '20000000 4900 20 20 1'),
  ('event', 'event_due', '2000 2 1 1'),
  ('event', 'event_held', '100000 10'),
  ('event', 'event_name', '20000000 4900 20 5 1'),
  ('consent', 'consent', '2000000 489 2 1 1 1 1'),
  ('suppression', 'suppression', '50000 13 2 2 2 1'),
  ('enrollment', 'enrollment', '3000000 733 1'),
  ('enrollment', 'enrollment_active', '1000000 245 2 1 1'),
  ('enrollment', 'enrollment_due', '1000000 20 1'),
  ('enrollment', 'enrollment_goal', '1000000 245 2 1'),
  ('enrollment', 'enrollment_place', '3000000 300000 100000 30000'),
  ('entry', 'entry', '2000000 489 2 1 1'),
  ('draw', 'draw', '500000 123 2 1 1'),
  ('timer', 'timer', '2000000 489 2 1 1'),
  ('timer', 'timer_due', '2000000 20 1'),
  ('trace', 'trace', '30000000 7325 30 3 1'),
  ('trace', 'trace_workflow', '30000000 3000000 20'),
  ('send', 'send', '5000000 1221 1'),
  ('send', 'sqlite_autoindex_send_2', '5000000 1221 2 1 1'),
  ('send', 'send_due', '10000 5 1'),
  ('send', 'send_in_flight', '1000 500 20'),
  ('send', 'send_open', '10000 3 2'),
  ('send', 'send_unknown', '1000 1'),
  ('send', 'send_customer', '5000000 1221 5 2'),
  ('assignment', 'assignment', '1000000 245 2 1 1'),
  ('assignment', 'assignment_rep', '1000000 10000 1'),
  ('task', 'task', '500000 123 1'),
  ('task', 'task_rep', '50000 500 2');
