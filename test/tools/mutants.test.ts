import { readFileSync } from 'node:fs';
import { MUTANTS } from '../../tools/mutants/all';
import { mutated } from '../../tools/mutants/mutant';
import { inRoot } from '../../tools/support/paths';

/** `make mutants` runs seldom. What it replaces in the source has to be there all the same. */
test.each(MUTANTS)('the mutant applies: $breaks', (mutant) => {
  mutated(readFileSync(inRoot(mutant.file), 'utf8'), mutant);
});
