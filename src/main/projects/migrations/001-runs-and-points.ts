/** Runs, their kept points and the content-addressed specs both refer to; views with units for other SQLite tools. */
export const runsAndPoints = `
CREATE TABLE spec (
  hash TEXT PRIMARY KEY CHECK (length(hash) = 64),
  kind TEXT NOT NULL CHECK (kind IN ('model', 'chip', 'training', 'space', 'mapping')),
  json TEXT NOT NULL CHECK (json_valid(json))
) STRICT;

CREATE TABLE run (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at TEXT NOT NULL,
  finished_at TEXT,
  status TEXT NOT NULL CHECK (status IN ('running', 'interrupted', 'finished', 'failed')),
  command TEXT NOT NULL,
  seed INTEGER NOT NULL,
  objective TEXT NOT NULL,
  policies TEXT NOT NULL CHECK (json_valid(policies)),
  inputs_hash TEXT NOT NULL,
  model_hash TEXT NOT NULL REFERENCES spec (hash),
  chip_hash TEXT NOT NULL REFERENCES spec (hash),
  training_hash TEXT NOT NULL REFERENCES spec (hash),
  space_hash TEXT NOT NULL REFERENCES spec (hash),
  versions TEXT NOT NULL CHECK (json_valid(versions)),
  process_id INTEGER NOT NULL,
  host TEXT NOT NULL,
  checkpoint TEXT CHECK (json_valid(checkpoint)),
  certificate TEXT CHECK (json_valid(certificate)),
  statistics TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(statistics)),
  failure TEXT
) STRICT;
CREATE INDEX run_by_inputs ON run (inputs_hash);

CREATE TABLE point (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  ordinal INTEGER NOT NULL,
  key TEXT NOT NULL,
  source TEXT NOT NULL,
  label TEXT NOT NULL,
  chip_hash TEXT NOT NULL REFERENCES spec (hash),
  mapping_hash TEXT NOT NULL REFERENCES spec (hash),
  iteration_time_s REAL NOT NULL,
  tokens_per_s REAL NOT NULL,
  mfu REAL NOT NULL,
  power_low_W REAL NOT NULL,
  power_high_W REAL NOT NULL,
  energy_low_J REAL NOT NULL,
  energy_high_J REAL NOT NULL,
  peak_memory_B REAL NOT NULL,
  area_mm2 REAL,
  cost_usd REAL,
  feasible INTEGER NOT NULL CHECK (feasible IN (0, 1)),
  on_front INTEGER NOT NULL DEFAULT 0 CHECK (on_front IN (0, 1)),
  evaluation TEXT NOT NULL CHECK (json_valid(evaluation)),
  UNIQUE (run_id, key),
  UNIQUE (run_id, ordinal)
) STRICT;

CREATE TABLE policy_failure (
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  policy TEXT NOT NULL,
  reason TEXT NOT NULL,
  evaluation TEXT CHECK (json_valid(evaluation)),
  mapping_hash TEXT REFERENCES spec (hash),
  PRIMARY KEY (run_id, policy)
) STRICT;

CREATE VIEW design AS
SELECT point.id AS point, run_id AS run, source, label, feasible, on_front, iteration_time_s, tokens_per_s,
  mfu * 100 AS mfu_percent, power_low_W / 1e3 AS power_low_kW, power_high_W / 1e3 AS power_high_kW,
  energy_low_J, energy_high_J, peak_memory_B / 1e9 AS peak_memory_GB, area_mm2, cost_usd,
  json_extract(chip.json, '$.name') AS chip
FROM point JOIN spec AS chip ON chip.hash = chip_hash;

CREATE VIEW front AS SELECT * FROM design WHERE on_front = 1;

CREATE VIEW exploration AS
SELECT run.id AS run, created_at, finished_at, status, json_extract(model.json, '$.name') AS model,
  json_extract(chip.json, '$.name') AS chip, json_extract(training.json, '$.globalBatch') AS global_batch_sequences,
  json_extract(training.json, '$.sequenceLength') AS sequence_length_tokens, objective, seed, command,
  (SELECT count(*) FROM point WHERE run_id = run.id) AS points,
  (SELECT max(tokens_per_s) FROM point WHERE run_id = run.id AND feasible = 1) AS best_tokens_per_s
FROM run
JOIN spec AS model ON model.hash = model_hash
JOIN spec AS chip ON chip.hash = run.chip_hash
JOIN spec AS training ON training.hash = training_hash;

CREATE VIEW policy AS
SELECT run_id AS run, substr(source, 8) AS policy, 1 AS fits, id AS point, iteration_time_s, tokens_per_s, NULL AS reason
FROM point WHERE source LIKE 'policy:%'
UNION ALL
SELECT run_id, policy, 0, NULL, NULL, NULL, reason FROM policy_failure;
`
