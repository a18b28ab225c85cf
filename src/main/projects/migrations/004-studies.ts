/** Studies by the hash of all that they depend on, and the cases of them that are done, each with the run that has its points. */
export const studies = `
CREATE TABLE study (
  hash TEXT PRIMARY KEY CHECK (length(hash) = 64),
  name TEXT NOT NULL,
  json TEXT NOT NULL CHECK (json_valid(json))
) STRICT;

CREATE TABLE study_case (
  study_hash TEXT NOT NULL REFERENCES study (hash) ON DELETE CASCADE,
  key TEXT NOT NULL,
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  result TEXT NOT NULL CHECK (json_valid(result)),
  PRIMARY KEY (study_hash, key)
) STRICT;
CREATE INDEX study_case_by_run ON study_case (run_id);
`
