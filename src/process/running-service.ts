/** The product in this process, until it is disposed. */
export interface Service extends AsyncDisposable {
  /** Where the API listens, when this process has that role. */
  readonly url: string | undefined;
  /** Where requests to deployments are let in, when this process has that role. */
  readonly gatewayUrl: string | undefined;
  /** Where the database is reached: further processes join by it. */
  readonly databaseUrl: string;
}
