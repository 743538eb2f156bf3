import { hash } from 'node:crypto';

/** What is kept of a secret that the program made: of a session, a link, a token, a device. A slow hash would only cost time, for nobody guesses so many bits. */
export function hashOfSecret(secret: string): string {
  return hash('sha256', secret, 'base64url');
}
