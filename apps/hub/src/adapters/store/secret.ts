/** One-time and session secrets, which the store never sees. */
import { hash } from "node:crypto";

/** SHA-256 of a secret. No salt: secrets here are random and long, there is nothing to guess. */
export const hashOf = (secret: string): Buffer => hash("sha256", secret, "buffer");
