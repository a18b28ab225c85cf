/** What blocks of reports last showed of runs that went to the trash, by the hash of what they name; a person's note on a run. */
export const lastShown = `
CREATE TABLE last_shown (
  hash TEXT PRIMARY KEY CHECK (length(hash) = 64),
  made_at TEXT NOT NULL,
  content TEXT NOT NULL CHECK (json_valid(content))
) STRICT;

ALTER TABLE run ADD COLUMN note TEXT NOT NULL DEFAULT '';
`
