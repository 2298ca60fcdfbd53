import type { RequestHandler } from 'express';

import { Refusal } from '../../services/refusal.ts';
import { MAX_URL_LENGTH } from './limits.ts';

/** Refuses addresses that are longer than any that means something. */
export const limitUrl: RequestHandler = ({ originalUrl }, _response, next) => {
  const { length } = originalUrl;
  if (length > MAX_URL_LENGTH) {
    throw new Refusal(414, `the address has ${length} characters; at most ${MAX_URL_LENGTH} are taken`);
  }
  next();
};
