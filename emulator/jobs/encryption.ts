import type { Assumptions } from '../store/assumptions';
import { choice, structure, text } from '../validation/shapes';

export interface Encryption {
  readonly Type: string;
  readonly KmsKeyArn?: string;
}

/** The encryption of an export to S3. */
export const encryption = structure({ Type: choice(['aws:kms', 'AES256']) }, { KmsKeyArn: text });

/** The rule that the model only describes. @returns problems as phrases */
export function encryptionProblems(given: Encryption | undefined, { kmsWithoutKey }: Assumptions): string[] {
  return given?.Type === 'aws:kms' && !given.KmsKeyArn && kmsWithoutKey === 'refused'
    ? ['Encryption.KmsKeyArn is required with the type aws:kms']
    : [];
}
