/**
 * What a person edits, with undo; named versions of it; settings of the project; a trash; points derived from others. Views with units for
 * other SQLite tools: `design` tells of a point's parent now, and there is one of the models and one of the chips.
 */
export const documents = `
CREATE TABLE document (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind IN ('model', 'chip', 'defects', 'search', 'exploration', 'report')),
  name TEXT NOT NULL,
  content TEXT NOT NULL CHECK (json_valid(content)),
  revision INTEGER NOT NULL DEFAULT 0,
  last_key TEXT,
  created_at TEXT NOT NULL,
  changed_at TEXT NOT NULL,
  trashed_at TEXT
) STRICT;

CREATE TABLE edit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  document_id INTEGER NOT NULL REFERENCES document (id) ON DELETE CASCADE,
  made_at TEXT NOT NULL,
  label TEXT NOT NULL,
  merge_key TEXT,
  last_key TEXT NOT NULL,
  undone INTEGER NOT NULL DEFAULT 0 CHECK (undone IN (0, 1)),
  patch TEXT NOT NULL CHECK (json_valid(patch)),
  inverse TEXT NOT NULL CHECK (json_valid(inverse))
) STRICT;
CREATE INDEX edit_by_document ON edit (document_id, id);

CREATE TABLE version (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  made_at TEXT NOT NULL
) STRICT;

CREATE TABLE version_content (
  hash TEXT PRIMARY KEY CHECK (length(hash) = 64),
  content TEXT NOT NULL CHECK (json_valid(content))
) STRICT;

CREATE TABLE version_document (
  version_id INTEGER NOT NULL REFERENCES version (id) ON DELETE CASCADE,
  document_id INTEGER NOT NULL REFERENCES document (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  content_hash TEXT NOT NULL REFERENCES version_content (hash),
  PRIMARY KEY (version_id, document_id)
) STRICT;

CREATE TABLE setting (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL CHECK (json_valid(value))
) STRICT;

ALTER TABLE run ADD COLUMN trashed_at TEXT;
ALTER TABLE point ADD COLUMN parent_id INTEGER REFERENCES point (id) ON DELETE SET NULL;
CREATE INDEX point_on_own_chip ON point (run_id, ordinal) WHERE source NOT IN ('architecture', 'what-if');
CREATE INDEX point_of_front ON point (run_id, ordinal) WHERE on_front = 1;
CREATE INDEX point_by_parent ON point (parent_id) WHERE parent_id IS NOT NULL;

DROP VIEW front;
DROP VIEW design;
CREATE VIEW design AS
SELECT point.id AS point, run_id AS run, parent_id AS parent_point, source, label, feasible, on_front, iteration_time_s,
  tokens_per_s, mfu * 100 AS mfu_percent, power_low_W / 1e3 AS power_low_kW, power_high_W / 1e3 AS power_high_kW,
  energy_low_J, energy_high_J, peak_memory_B / 1e9 AS peak_memory_GB, area_mm2, cost_usd,
  json_extract(chip.json, '$.name') AS chip
FROM point JOIN spec AS chip ON chip.hash = chip_hash;

CREATE VIEW front AS SELECT * FROM design WHERE on_front = 1;

CREATE VIEW model AS
SELECT id AS document, name, json_extract(content, '$.layers') AS layers, json_extract(content, '$.hidden') AS hidden,
  json_extract(content, '$.heads') AS heads, json_extract(content, '$.vocabulary') AS vocabulary_tokens,
  json_extract(content, '$.maxPositions') AS longest_sequence_tokens, changed_at
FROM document WHERE kind = 'model' AND trashed_at IS NULL;

CREATE VIEW chip AS
SELECT id AS document, name, json_extract(content, '$.kind') AS kind, json_extract(content, '$.grid.rows') AS die_rows,
  json_extract(content, '$.grid.columns') AS die_columns, json_extract(content, '$.die.width_mm') AS die_width_mm,
  json_extract(content, '$.die.height_mm') AS die_height_mm,
  json_extract(content, '$.power.cap_W') / 1e3 AS power_cap_kW, changed_at
FROM document WHERE kind = 'chip' AND trashed_at IS NULL;
`
