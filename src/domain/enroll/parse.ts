import { derivedId } from '../identifier.ts';
import { inputOf, type Input, shown } from '../input.ts';
import { appHostOf, eachOnce, idOf, isRole, ROLE_FORM } from '../permit/parse.ts';
import { InvalidInput, type Problem } from '../problem.ts';

/** An enroll as somebody asks for it. */
export interface EnrollSave {
  readonly id: string;
  /** Host of the app. */
  readonly appHost: string;
  readonly role: string;
  readonly userId: string | undefined;
  readonly contactId: string | undefined;
}

/** Enrolls in one save at most. */
const MOST = 1000;

/** The enrolls of one save: `{"enrolls": [..]}`. `appHost`: the app of those that say none. Throws InvalidInput with every problem at once. */
export function parseEnrolls(value: unknown, appHost: string): readonly EnrollSave[] {
  const problems: Problem[] = [];
  const input = inputOf(value, problems);
  const enrolls = input.list('enrolls', (item) => enrollOf(item, appHost)) ?? [];
  if (enrolls.length === 0 && problems.length === 0) {
    input.problem('enrolls', 'is missing or empty', '{"enrolls": [{"role": "my-svc:editor", "userId": "usr_..."}]}');
  }
  if (enrolls.length > MOST) input.problem('enrolls', `has ${enrolls.length} entries, and ${MOST} are the most`);
  const once = eachOnce(enrolls, 'enrolls', input);
  if (problems.length > 0) throw new InvalidInput(problems);
  return once;
}

/** One enroll. Problems are noted where they are. */
export function enrollOf(input: Input, defaultAppHost: string): EnrollSave {
  const role = input.requiredText('role', ROLE_FORM);
  if (role !== '' && !isRole(role)) input.problem('role', `${shown(role)} is no role`, ROLE_FORM);
  const userId = input.text('userId') || undefined;
  const contactId = input.text('contactId') || undefined;
  if ((userId === undefined) === (contactId === undefined)) {
    const message = userId === undefined ? 'is required, or contactId' : 'and contactId are both there';
    input.problem(
      'userId',
      message,
      'one of them: userId: "usr_..." (see: oo user list), or contactId: "ada@shop.example"',
    );
  }
  const appHost = appHostOf(input) ?? defaultAppHost;
  const id = idOf(input) ?? derivedId('enr', JSON.stringify([appHost, role, userId ?? null, contactId ?? null]));
  return { id, appHost, role, userId, contactId };
}
