export {
  type CallOptions,
  type Client,
  type ClientOptions,
  ConnectionError,
  createClient,
  ProblemError,
  urlOf,
} from './client.ts';
