import { readFileSync } from 'node:fs';
import { INVARIANT_MUTANTS } from '../../tools/mutants/invariants';
import { JOB_MUTANTS } from '../../tools/mutants/job';
import { mutated } from '../../tools/mutants/mutant';
import { OPERATIONS_MUTANTS } from '../../tools/mutants/operations';
import { inRoot } from '../../tools/support/paths';

/** `make mutants` runs seldom. What it replaces in the source has to be there all the same. */
test.each([...JOB_MUTANTS, ...OPERATIONS_MUTANTS, ...INVARIANT_MUTANTS])('the mutant applies: $breaks', (mutant) => {
  mutated(readFileSync(inRoot(mutant.file), 'utf8'), mutant);
});
