import type { Note } from '../../payload.js';
import type { Place } from '../subject.js';

/** The channels that notes are spread over; the default channel is the first. */
export function channelsAt({ channels = 1 }: Place): readonly string[] {
  return Array.from({ length: channels }, (_, n) => (n === 0 ? 'default' : `channel-${n}`));
}

/** Which of them a note goes to: one after the other. */
export function channelFor(place: Place): (note: Note) => string {
  const channels = channelsAt(place);
  return ({ id }) => channels[id % channels.length]!;
}
