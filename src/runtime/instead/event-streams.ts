/**
 * In the bundle, replaces `@smithy/core/event-streams`. Data Exchange streams no events, so nothing calls it. The SDK
 * imports it when it is needed, by `import()`, and esbuild then puts every module that it shares with the rest of the
 * SDK into a function of its own, which makes the whole SDK slower to load.
 */
export class EventStreamSerde {
  constructor() {
    throw new Error('Data Exchange has no event streams.');
  }
}
