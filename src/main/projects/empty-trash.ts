import type { Database } from 'better-sqlite3'
import type { TrashContents } from '../../contract/projects-contract.ts'

export function trashContents(database: Database): TrashContents {
  const count = (sql: string): number => Number(database.prepare(sql).pluck().get())
  return {
    runs: count('SELECT count(*) FROM run WHERE trashed_at IS NOT NULL'),
    points: count('SELECT count(*) FROM point JOIN run ON run.id = run_id WHERE trashed_at IS NOT NULL'),
    documents: count('SELECT count(*) FROM document WHERE trashed_at IS NOT NULL'),
    versions: count(
      'SELECT count(DISTINCT version_id) FROM version_document JOIN document ON document.id = document_id WHERE trashed_at IS NOT NULL'
    )
  }
}

/** Deletes what lies in the trash, and what nothing else refers to any more. Call within a transaction. */
export function deleteTrash(database: Database): void {
  database.exec(`
    DELETE FROM run WHERE trashed_at IS NOT NULL;
    DELETE FROM document WHERE trashed_at IS NOT NULL;
    DELETE FROM version_content WHERE hash NOT IN (SELECT content_hash FROM version_document);
    DELETE FROM evaluation_shape WHERE id NOT IN (SELECT shape_id FROM evaluation);
    DELETE FROM spec WHERE id NOT IN (SELECT chip_id FROM point UNION SELECT mapping_id FROM point)
      AND hash NOT IN (
        SELECT model_hash FROM run UNION SELECT chip_hash FROM run UNION SELECT training_hash FROM run
        UNION SELECT space_hash FROM run UNION SELECT mapping_hash FROM policy_failure WHERE mapping_hash IS NOT NULL);
  `)
}
