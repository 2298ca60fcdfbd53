import type { EventOf } from '../event.ts';
import type { Input } from '../input.ts';

/** How to reach somebody, as they say themselves. */
export interface Contact {
  /** `ada@shop.example`; no two accounts have one. */
  readonly id: string;
  /** `email`, `phone` … */
  readonly platform: string;
}

/** Whose a contact is. */
export interface ContactState extends Contact {
  readonly userId: string;
  /** Who wanted it as well: the row is refused. */
  readonly claimedBy?: string;
}

/** The contact in a request: a text, or an object with its id and platform. Absent: undefined. Problems are noted where they are. */
export function contactOf(input: Input): Contact | undefined {
  const raw = input.raw('contact');
  if (raw === undefined || raw === '') return undefined;
  if (typeof raw === 'string') return sound(input, 'contact', { id: raw, platform: platformOf(raw) });
  const given = input.object('contact');
  const id = given?.requiredText('id', 'contact: {"id": "ada@shop.example", "platform": "email"}') ?? '';
  return id === ''
    ? undefined
    : sound(input, 'contact.id', { id, platform: given?.text('platform') || platformOf(id) });
}

/** Whose a contact is after somebody registered with it. */
export function evolveContact(
  state: ContactState | undefined,
  { data: { userId, contact } }: Pick<EventOf<'UserRegistered'>, 'data'>,
): ContactState | undefined {
  if (contact === undefined) return state;
  if (state === undefined || state.userId === userId) return { ...contact, userId };
  return { ...state, claimedBy: userId };
}

/** Why the row cannot be, when it is another account's contact already. */
export function contactTaken({ id, claimedBy }: ContactState): string | undefined {
  return claimedBy === undefined ? undefined : `the contact ${id} belongs to another account`;
}

function sound(input: Input, field: string, contact: Contact): Contact {
  const { id, platform } = contact;
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (id.length > 255 || /[\u0000-\u0020\u007f]/.test(id)) {
    input.problem(field, 'is no contact', 'at most 255 characters, no space: ada@shop.example');
  }
  if (platform.length > 63) input.problem(field, 'has a platform of more than 63 characters');
  return contact;
}

function platformOf(id: string): string {
  return id.includes('@') ? 'email' : 'other';
}
