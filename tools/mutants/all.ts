import { INVARIANT_MUTANTS } from './invariants';
import { JOB_MUTANTS } from './job';
import type { Mutant } from './mutant';
import { OPERATIONS_MUTANTS } from './operations';

export const MUTANTS: readonly Mutant[] = [...JOB_MUTANTS, ...OPERATIONS_MUTANTS, ...INVARIANT_MUTANTS];
