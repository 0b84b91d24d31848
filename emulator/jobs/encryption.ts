import type { Assumptions } from '../faults/assumptions';
import { choice, structure, text } from '../validation/shapes';

export interface Encryption {
  Type: string;
  KmsKeyArn?: string;
}

/** Encryption of exports to S3: the shape, and the rule that the model only describes. */
export const encryption = structure({ Type: choice(['aws:kms', 'AES256']) }, { KmsKeyArn: text });

export function encryptionProblems(given: Encryption | undefined, { kmsWithoutKey }: Assumptions): string[] {
  return given?.Type === 'aws:kms' && !given.KmsKeyArn && kmsWithoutKey === 'refused'
    ? ['Encryption.KmsKeyArn is required with the type aws:kms']
    : [];
}
