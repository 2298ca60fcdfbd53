/** Seconds after which somebody may ask again where nothing is ready: what every router says in `Retry-After`. */
export const RETRY_AFTER_SECONDS = 1;
