/** Seconds between SIGTERM and SIGKILL of every container that is stopped. */
export const GRACE_SECONDS = 10;
