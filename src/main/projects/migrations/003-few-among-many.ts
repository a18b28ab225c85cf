/** The few points of a run that every view asks for, found without reading the many wafers around them. */
export const fewAmongMany = `
CREATE INDEX point_on_own_chip ON point (run_id, ordinal) WHERE source NOT IN ('architecture', 'what-if');
CREATE INDEX point_on_front ON point (run_id, ordinal) WHERE on_front = 1;
`
