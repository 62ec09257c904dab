export { createEventFeed, type EventFeed, type FeedEvent } from './event-feed.ts';
export { relayOnce } from './relay.ts';
