-- The tables of nurture. Times are unix milliseconds (UTC); numbers inside JSON are integer micro-units
-- (model/value.rs, the stored encoding). `slot` = stable hash of the customer id modulo 4,096 stands first
-- in the primary key of every hot table, so that the same statements run on a distributed PostgreSQL.

-- A person we may talk to. Attributes that are columns here are not in the JSON.
CREATE TABLE customer (
  slot        bigint NOT NULL CHECK (slot BETWEEN 0 AND 4095),
  id          text COLLATE "C" NOT NULL,
  stage       text COLLATE "C",
  owner       text COLLATE "C",
  zone        text COLLATE "C",
  email       text COLLATE "C",
  phone       text COLLATE "C",
  created_at  bigint NOT NULL,
  attributes  jsonb NOT NULL DEFAULT '{}',
  computed_at jsonb NOT NULL DEFAULT '{}',  -- order of the event behind first/last
  PRIMARY KEY (slot, id)
);
CREATE INDEX customer_owner ON customer (owner) WHERE owner IS NOT NULL;

-- Look-up of a customer by another key. Its slot = hash(kind, value). A merged customer leaves a tombstone.
CREATE TABLE customer_key (
  slot     bigint NOT NULL,
  kind     text COLLATE "C" NOT NULL CHECK (kind IN ('email', 'phone', 'external_id')),
  value    text COLLATE "C" NOT NULL,
  customer text COLLATE "C" NOT NULL,
  PRIMARY KEY (slot, kind, value)
);

-- Deals, contracts, orders, carts, companies: what the model declares under `entities`. The slot is the
-- customer's; shared entities have slot hash(kind, id) and no customer.
CREATE TABLE entity (
  slot       bigint NOT NULL,
  kind       text COLLATE "C" NOT NULL,
  id         text COLLATE "C" NOT NULL,
  customer   text COLLATE "C",
  stage      text COLLATE "C",
  owner      text COLLATE "C",
  attributes jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (slot, kind, id)
);
CREATE INDEX entity_customer ON entity (slot, customer, kind) WHERE customer IS NOT NULL;
CREATE INDEX entity_id ON entity (kind, id);

-- Facts, append-only. `state`: new = to apply and route, applied = to route, done, held = waits for a
-- virtual clock to reach it.
CREATE TABLE event (
  slot        bigint NOT NULL,
  customer    text COLLATE "C" NOT NULL,
  source      text COLLATE "C" NOT NULL,
  id          text COLLATE "C" NOT NULL,
  name        text COLLATE "C" NOT NULL,
  entity_kind text COLLATE "C",
  entity_id   text COLLATE "C",
  at          bigint NOT NULL,
  received_at bigint NOT NULL,
  properties  jsonb NOT NULL DEFAULT '{}',
  chain       bigint NOT NULL DEFAULT 0,
  state       text COLLATE "C" NOT NULL CHECK (state IN ('new', 'applied', 'done', 'held')),
  PRIMARY KEY (slot, customer, source, id),
  CHECK ((entity_kind IS NULL) = (entity_id IS NULL))
);
CREATE INDEX event_due ON event (at, slot, customer) WHERE state IN ('new', 'applied');
CREATE INDEX event_held ON event (at) WHERE state = 'held';
CREATE INDEX event_name ON event (slot, customer, name, at);

-- What people allowed; append-only, the latest by `at` counts.
CREATE TABLE consent (
  slot     bigint NOT NULL,
  customer text COLLATE "C" NOT NULL,
  topic    text COLLATE "C" NOT NULL,
  medium   text COLLATE "C" NOT NULL DEFAULT '' CHECK (medium IN ('', 'email', 'sms', 'message')),  -- '' = every one
  at       bigint NOT NULL,
  granted  bigint NOT NULL CHECK (granted IN (0, 1)),
  source   text COLLATE "C" NOT NULL,
  basis    text COLLATE "C",
  PRIMARY KEY (slot, customer, topic, medium, at, granted)
);

-- Who must not be written to.
CREATE TABLE suppression (
  slot     bigint NOT NULL,
  customer text COLLATE "C" NOT NULL,
  medium   text COLLATE "C" NOT NULL DEFAULT '' CHECK (medium IN ('', 'email', 'sms', 'message')),
  topic    text COLLATE "C" NOT NULL DEFAULT '',
  reason   text COLLATE "C" NOT NULL,
  at       bigint NOT NULL,
  until    bigint,
  PRIMARY KEY (slot, customer, medium, topic, reason, at)
);

-- Walks. wake_at of a ready one is the instant since when it is ready.
CREATE TABLE enrollment (
  slot       bigint NOT NULL,
  id         text COLLATE "C" NOT NULL,
  customer   text COLLATE "C" NOT NULL,
  workflow   text COLLATE "C" NOT NULL,
  version    text COLLATE "C" NOT NULL,
  key        text COLLATE "C" NOT NULL DEFAULT '',
  state      text COLLATE "C" NOT NULL CHECK (state IN ('ready', 'waiting', 'ended')),
  step       text COLLATE "C",
  arrived_at bigint,
  wake_at    bigint,
  entered_at bigint NOT NULL,
  ended_at   bigint,
  reason     text COLLATE "C",
  goal_until bigint,
  walk       jsonb NOT NULL,
  rev        bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (slot, id),
  CHECK (state = 'ended' OR (wake_at IS NOT NULL AND step IS NOT NULL AND arrived_at IS NOT NULL)),
  CHECK ((state = 'ended') = (ended_at IS NOT NULL)),
  CHECK (state <> 'ended' OR (wake_at IS NULL AND step IS NULL))
);
CREATE UNIQUE INDEX enrollment_active ON enrollment (slot, customer, workflow, key) WHERE state <> 'ended';
CREATE INDEX enrollment_due ON enrollment (wake_at, slot) WHERE state <> 'ended';
CREATE INDEX enrollment_goal ON enrollment (slot, customer, goal_until) WHERE state = 'ended' AND goal_until IS NOT NULL;
CREATE INDEX enrollment_place ON enrollment (workflow, state, step);

-- When a customer last entered a workflow under a key. Outlives enrollments and versions.
CREATE TABLE entry (
  slot       bigint NOT NULL,
  customer   text COLLATE "C" NOT NULL,
  workflow   text COLLATE "C" NOT NULL,
  key        text COLLATE "C" NOT NULL DEFAULT '',
  entered_at bigint NOT NULL,
  PRIMARY KEY (slot, customer, workflow, key)
);

-- Arms of splits, drawn once for ever.
CREATE TABLE draw (
  slot     bigint NOT NULL,
  customer text COLLATE "C" NOT NULL,
  workflow text COLLATE "C" NOT NULL,
  split    text COLLATE "C" NOT NULL,
  arm      text COLLATE "C" NOT NULL,
  PRIMARY KEY (slot, customer, workflow, split)
);

-- Time triggers: the next instant at which the answer can change, per customer, workflow and subject.
CREATE TABLE timer (
  slot     bigint NOT NULL,
  customer text COLLATE "C" NOT NULL,
  workflow text COLLATE "C" NOT NULL,
  subject  text COLLATE "C" NOT NULL DEFAULT '',
  fire_at  bigint NOT NULL,
  basis    text COLLATE "C" NOT NULL DEFAULT '',
  PRIMARY KEY (slot, customer, workflow, subject)
);
CREATE INDEX timer_due ON timer (fire_at, slot);

-- Every decision with its reason; the number orders the lines of one customer's walk.
CREATE TABLE trace (
  slot       bigint NOT NULL,
  customer   text COLLATE "C" NOT NULL,
  at         bigint NOT NULL,
  number     bigint NOT NULL,
  "offset"   bigint NOT NULL,
  workflow   text COLLATE "C" NOT NULL,
  version    text COLLATE "C" NOT NULL,
  enrollment text COLLATE "C",
  step       text COLLATE "C",
  did        text COLLATE "C" NOT NULL,
  what       text COLLATE "C" NOT NULL,
  outcome    text COLLATE "C" NOT NULL CHECK (outcome IN ('done', 'skipped', 'deferred', 'waits', 'entered', 'exited', 'refused')),
  until      bigint,
  reason     text COLLATE "C",
  line       jsonb NOT NULL DEFAULT '{}',  -- the line's `values`
  PRIMARY KEY (slot, customer, at, number)
);
CREATE INDEX trace_workflow ON trace (workflow, at);

-- Outbox and ledger. reliability.md draws the states; store/send.rs is the only code that moves them.
CREATE TABLE send (
  slot       bigint NOT NULL,
  id         text COLLATE "C" NOT NULL,
  customer   text COLLATE "C" NOT NULL,
  enrollment text COLLATE "C" NOT NULL,
  workflow   text COLLATE "C" NOT NULL,
  version    text COLLATE "C" NOT NULL,
  step       text COLLATE "C" NOT NULL,
  pass       text COLLATE "C" NOT NULL DEFAULT '',
  medium     text COLLATE "C" NOT NULL,
  topic      text COLLATE "C",
  marketing  bigint NOT NULL CHECK (marketing IN (0, 1)),
  on_unknown text COLLATE "C" NOT NULL CHECK (on_unknown IN ('hold', 'resend')),
  outgoing   jsonb NOT NULL,
  message_id text COLLATE "C" NOT NULL,
  state      text COLLATE "C" NOT NULL CHECK (state IN
             ('due', 'claimed', 'handed', 'accepted', 'rejected', 'unknown', 'cancelled', 'skipped')),
  due_at     bigint NOT NULL,
  deadline   bigint NOT NULL,
  attempt    bigint NOT NULL DEFAULT 0,
  worker     text COLLATE "C",
  epoch      bigint,
  lease      bigint,
  reason     text COLLATE "C",
  reply      text COLLATE "C",
  template_hash text COLLATE "C",
  created_at bigint NOT NULL,
  number     bigint NOT NULL,  -- rises within an enrollment: a later message never overtakes an earlier one
  settled_at bigint,
  PRIMARY KEY (slot, id),
  UNIQUE (slot, enrollment, step, pass),
  CHECK (state NOT IN ('claimed', 'handed') OR (worker IS NOT NULL AND epoch IS NOT NULL AND lease IS NOT NULL)),
  CHECK (state NOT IN ('accepted', 'rejected', 'unknown', 'cancelled', 'skipped') OR settled_at IS NOT NULL)
);
CREATE INDEX send_due ON send (due_at, slot) WHERE state = 'due';
CREATE INDEX send_in_flight ON send (state, lease) WHERE state IN ('claimed', 'handed');
CREATE INDEX send_open ON send (slot, customer) WHERE state IN ('due', 'claimed');
CREATE INDEX send_unknown ON send (settled_at) WHERE state = 'unknown';
CREATE INDEX send_customer ON send (slot, customer, created_at);

-- A rep was given a customer or an entity.
CREATE TABLE assignment (
  slot        bigint NOT NULL,
  customer    text COLLATE "C" NOT NULL,
  at          bigint NOT NULL,
  number      bigint NOT NULL,
  entity_kind text COLLATE "C",
  entity_id   text COLLATE "C",
  team        text COLLATE "C",
  rep         text COLLATE "C" NOT NULL,
  former      text COLLATE "C",
  enrollment  text COLLATE "C",
  step        text COLLATE "C",
  rule        text COLLATE "C" NOT NULL,
  PRIMARY KEY (slot, customer, at, number)
);
CREATE INDEX assignment_rep ON assignment (rep, at);

-- To-dos for reps.
CREATE TABLE task (
  slot       bigint NOT NULL,
  id         text COLLATE "C" NOT NULL,
  customer   text COLLATE "C" NOT NULL,
  rep        text COLLATE "C",
  role       text COLLATE "C",
  title      text COLLATE "C" NOT NULL,
  body       text COLLATE "C",
  due        bigint,
  outcomes   jsonb NOT NULL DEFAULT '[]',
  at         bigint NOT NULL,
  enrollment text COLLATE "C" NOT NULL,
  workflow   text COLLATE "C" NOT NULL,
  step       text COLLATE "C" NOT NULL,
  done_at    bigint,
  outcome    text COLLATE "C",
  PRIMARY KEY (slot, id)
);
CREATE INDEX task_rep ON task (rep, due) WHERE done_at IS NULL;

-- Passes per workflow, version, step and edge; a bucket per worker, readers sum.
CREATE TABLE counter (
  workflow text COLLATE "C" NOT NULL,
  version  text COLLATE "C" NOT NULL,
  step     text COLLATE "C" NOT NULL,
  edge     text COLLATE "C" NOT NULL,
  bucket   bigint NOT NULL DEFAULT 0,
  count    bigint NOT NULL,
  PRIMARY KEY (workflow, version, step, edge, bucket)
);

-- The salespeople.
CREATE TABLE rep (
  id         text COLLATE "C" PRIMARY KEY,
  name       text COLLATE "C" NOT NULL DEFAULT '',
  email      text COLLATE "C",
  zone       text COLLATE "C",
  away       bigint NOT NULL DEFAULT 0,
  attributes jsonb NOT NULL DEFAULT '{}'
);

-- A team's pointer of the round robin and the like; the row is locked in the assigning transaction.
CREATE TABLE team (
  id    text COLLATE "C" PRIMARY KEY,
  state jsonb NOT NULL DEFAULT '{}'
);

-- What was published: immutable. `text` is the file as it was.
CREATE TABLE workflow_version (
  workflow     text COLLATE "C" NOT NULL,
  version      text COLLATE "C" NOT NULL,
  number       bigint NOT NULL,
  text         text COLLATE "C" NOT NULL,
  path         text COLLATE "C" NOT NULL,
  published_at bigint NOT NULL,
  PRIMARY KEY (workflow, version)
);

-- Which version is live, and whether it is paused or retired.
CREATE TABLE workflow (
  id      text COLLATE "C" PRIMARY KEY,
  version text COLLATE "C" NOT NULL,
  state   text COLLATE "C" NOT NULL CHECK (state IN ('live', 'paused', 'retired')),
  FOREIGN KEY (id, version) REFERENCES workflow_version (workflow, version)
);

-- The library files (model, teams, senders …) as published: live for all versions.
CREATE TABLE library (
  path text COLLATE "C" PRIMARY KEY,
  text text COLLATE "C" NOT NULL,
  hash text COLLATE "C" NOT NULL,
  published_at bigint NOT NULL
);

-- Templates as published: the last text that passed `check`.
CREATE TABLE template (
  path text COLLATE "C" PRIMARY KEY,
  text text COLLATE "C" NOT NULL,
  hash text COLLATE "C" NOT NULL,
  published_at bigint NOT NULL
);

-- The next fire of each schedule trigger; fired by UPDATE … WHERE next_fire_at = old.
CREATE TABLE schedule (
  workflow     text COLLATE "C" PRIMARY KEY,
  next_fire_at bigint
);

-- Who works which slots: rows by their first slot.
CREATE TABLE slot_lease (
  first_slot bigint PRIMARY KEY,
  last_slot  bigint NOT NULL,
  owner      text COLLATE "C" NOT NULL,
  epoch      bigint NOT NULL,
  until      bigint NOT NULL
);

-- What people and keys did; ids only.
CREATE TABLE audit (
  number bigint PRIMARY KEY,
  at     bigint NOT NULL,
  who    text COLLATE "C" NOT NULL,
  did    text COLLATE "C" NOT NULL,
  what   text COLLATE "C" NOT NULL
);

-- One value each: `schema` (this program's number of the newest migration it knows), `clock` (where a
-- virtual clock stands), `lived` (the instant up to which the database has lived).
CREATE TABLE meta (
  name  text COLLATE "C" PRIMARY KEY,
  value text COLLATE "C" NOT NULL
);
