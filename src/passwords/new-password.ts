import { type Typed, typedFields } from '../forms/form.ts';
import { passwordProblem } from './password.ts';

/** What the fields of a new password hold; they are never shown again. */
export function typedPassword(body: unknown): { password: string; repeated: string } {
  const typed: Typed = typedFields(body, ['password', 'repeated']);
  return { password: String(typed.password), repeated: String(typed.repeated) };
}

/** One message per field, none when the password will do. */
export async function newPasswordErrors(
  typed: { password: string; repeated: string },
  personal: string[],
  shortest?: number,
): Promise<Record<string, string>> {
  const password = await passwordProblem(typed.password, personal, shortest);
  if (password) return { password };
  return typed.password === typed.repeated ? {} : { repeated: 'The two are not the same.' };
}
