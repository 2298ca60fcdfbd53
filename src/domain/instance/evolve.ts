import type { EventOf } from '../event.ts';

export type InstanceEvent = EventOf<'InstanceRegistered' | 'InstanceStatusChanged' | 'InstanceRemoved'>;

/** A running replica, or a service that registered itself, as the registry shows it. */
export interface InstanceState extends Omit<EventOf<'InstanceRegistered'>['data'], 'instanceId'> {
  readonly id: string;
  readonly removed: boolean;
}

/** One event further. */
export function evolveInstance(state: InstanceState | undefined, event: InstanceEvent): InstanceState | undefined {
  switch (event.type) {
    case 'InstanceRegistered': {
      const { instanceId, ...rest } = event.data;
      return { ...rest, id: instanceId, removed: false };
    }
    case 'InstanceStatusChanged': {
      const { status, details, by } = event.data;
      return state && { ...state, status, details, by };
    }
    case 'InstanceRemoved':
      return state && { ...state, removed: true };
    default:
      return event satisfies never;
  }
}
