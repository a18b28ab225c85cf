/** What an exploration tells beside its points and its certificate. */
export const findings = `
ALTER TABLE run ADD COLUMN findings TEXT CHECK (json_valid(findings));
`
