import type { Database } from 'better-sqlite3'
import { contentHash } from '../../../core/content-hash.ts'
import { JsonPacker } from '../packed-json.ts'

const specsAndPointsById = `
DROP VIEW front;
DROP VIEW design;
DROP VIEW exploration;
DROP VIEW policy;

CREATE TABLE numbered_spec (
  id INTEGER PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE CHECK (length(hash) = 64),
  kind TEXT NOT NULL CHECK (kind IN ('model', 'chip', 'training', 'space', 'mapping')),
  json TEXT NOT NULL CHECK (json_valid(json))
) STRICT;
INSERT INTO numbered_spec (hash, kind, json) SELECT hash, kind, json FROM spec ORDER BY rowid;
DROP TABLE spec;
ALTER TABLE numbered_spec RENAME TO spec;

CREATE TABLE evaluation_shape (
  id INTEGER PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE CHECK (length(hash) = 64),
  json TEXT NOT NULL CHECK (json_valid(json))
) STRICT;

CREATE TABLE evaluation (
  point_id INTEGER PRIMARY KEY REFERENCES point (id) ON DELETE CASCADE,
  shape_id INTEGER NOT NULL REFERENCES evaluation_shape (id),
  numbers BLOB NOT NULL CHECK (length(numbers) % 8 = 0)
) STRICT;

CREATE TABLE numbered_point (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  ordinal INTEGER NOT NULL,
  parent_id INTEGER REFERENCES point (id) ON DELETE SET NULL,
  source TEXT NOT NULL,
  label TEXT NOT NULL,
  chip_id INTEGER NOT NULL REFERENCES spec (id),
  mapping_id INTEGER NOT NULL REFERENCES spec (id),
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
  UNIQUE (run_id, ordinal),
  UNIQUE (run_id, mapping_id, chip_id, source)
) STRICT;
INSERT INTO numbered_point
SELECT point.id, run_id, ordinal, parent_id, source, label, chip.id, mapping.id, iteration_time_s, tokens_per_s, mfu, power_low_W,
  power_high_W, energy_low_J, energy_high_J, peak_memory_B, area_mm2, cost_usd, feasible, on_front
FROM point JOIN spec AS chip ON chip.hash = chip_hash JOIN spec AS mapping ON mapping.hash = mapping_hash
ORDER BY point.id;
`

// Numbers of points are never given twice, also not those of points that are gone.
const numberedAlone = `
DELETE FROM sqlite_sequence WHERE name = 'numbered_point';
UPDATE sqlite_sequence SET name = 'numbered_point' WHERE name = 'point';
DROP TABLE point;
ALTER TABLE numbered_point RENAME TO point;
`

const indexesAndViews = `
CREATE INDEX point_on_own_chip ON point (run_id, ordinal) WHERE source NOT IN ('architecture', 'what-if');
CREATE INDEX point_of_front ON point (run_id, ordinal) WHERE on_front = 1;
CREATE INDEX point_by_parent ON point (parent_id) WHERE parent_id IS NOT NULL;

CREATE VIEW design AS
SELECT point.id AS point, run_id AS run, parent_id AS parent_point, source, label, feasible, on_front, iteration_time_s,
  tokens_per_s, mfu * 100 AS mfu_percent, power_low_W / 1e3 AS power_low_kW, power_high_W / 1e3 AS power_high_kW,
  energy_low_J, energy_high_J, peak_memory_B / 1e9 AS peak_memory_GB, area_mm2, cost_usd,
  json_extract(chip.json, '$.name') AS chip
FROM point JOIN spec AS chip ON chip.id = chip_id;

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

const CHUNK = 500

/** Takes the evaluations of the points apart, some at a time. */
function packEvaluations(database: Database): void {
  const some = database.prepare<[number, number], { id: number; evaluation: string }>(
    'SELECT id, evaluation FROM point WHERE id > ? ORDER BY id LIMIT ?'
  )
  const insertShape = database.prepare('INSERT INTO evaluation_shape (hash, json) VALUES (?, ?)')
  const insert = database.prepare('INSERT INTO evaluation (point_id, shape_id, numbers) VALUES (?, ?, ?)')
  const packer = new JsonPacker()
  const shapes = new Map<string, number | bigint>()
  for (let rows = some.all(0, CHUNK); rows.length > 0; rows = some.all(rows.at(-1)!.id, CHUNK))
    for (const { id, evaluation } of rows) {
      const { shape, numbers } = packer.pack(JSON.parse(evaluation) as object)
      const shapeId = shapes.get(shape) ?? insertShape.run(contentHash(shape), shape).lastInsertRowid
      shapes.set(shape, shapeId)
      insert.run(id, shapeId, Buffer.from(numbers.buffer))
    }
}

/**
 * Points refer to specs by number, and their evaluations lie beside them: text once for all that differ in numbers alone, the numbers as
 * IEEE 754 doubles, little endian, in the order of the zeros in that text. So a list of points reads no evaluation, and a point takes a
 * quarter of the space.
 */
export function packedEvaluations(database: Database): void {
  database.exec(specsAndPointsById)
  packEvaluations(database)
  database.exec(numberedAlone)
  database.exec(indexesAndViews)
}
