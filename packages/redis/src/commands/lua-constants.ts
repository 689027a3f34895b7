import {
  DEFAULTS as CORE_DEFAULTS,
  HEADER,
  MalformedMessageError,
  NOT_IN_DEAD_LETTERS,
  OWN_ARGS,
  REPLY_CHANNELS,
  ROOT_CAUSE,
} from '@repid/core';
import { FIELD_NAMES, INPUT_FIELD } from '../codec/field-names.js';
import { encodeReason, reasonOf } from '../codec/reason.js';
import { CHANNEL_ENDINGS, ENDINGS, LETTER, NOT_STORED, PAUSE_EPOCH } from '../keys.js';
import { LIMITS } from '../options/defaults.js';

/** The value of a placeholder: a number, text, or Lua code. */
type LuaConstant = number | string | { readonly lua: string };

/** The names of a channel in scripts: the letter of a priority, or snake_case. */
const CHANNEL_NAMES = Object.keys(CHANNEL_ENDINGS).map((name) => ({
  field: name in LETTER ? LETTER[name as keyof typeof LETTER] : name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`),
  ending: CHANNEL_ENDINGS[name as keyof typeof CHANNEL_ENDINGS],
  isStored: !NOT_STORED.includes(name),
}));

const { channels: _, ...endings } = ENDINGS;

/** The values of `TS.<name>` in the Lua sources. The generator fills them in. */
export const LUA_CONSTANTS: Readonly<Record<string, LuaConstant>> = {
  ...endings,
  channelKeyCount: CHANNEL_NAMES.length,
  passedChannelKeys: list(CHANNEL_NAMES.map(({ field }, n) => `${field} = KEYS[at + ${n + 1}]`)),
  namedChannelKeys: list(CHANNEL_NAMES.map(({ field, ending }) => `${field} = start .. '${ending}'`)),
  storedChannelKeys: list(CHANNEL_NAMES.filter(({ isStored }) => isStored).map(({ field }) => `target.${field}`)),
  pauseEpoch: PAUSE_EPOCH,
  replyChannels: REPLY_CHANNELS,

  idHeader: HEADER.id,
  topicHeader: HEADER.topic,
  nonceHeader: HEADER.nonce,
  argsBucketHeader: HEADER.argsBucket,
  resultBucketHeader: HEADER.resultBucket,
  resultTtlHeader: HEADER.resultTtl,
  notInDeadLetters: list(NOT_IN_DEAD_LETTERS.map((name) => `'${name}'`)),
  fieldsByLetter: list(Object.entries(FIELD_NAMES).map(([letter, name]) => `${letter} = '${name}'`)),
  inputField: INPUT_FIELD,
  ownArgs: OWN_ARGS,
  defaultResultTtl: CORE_DEFAULTS.resultTtl,

  consumerAliveFor: LIMITS.pollInterval * LIMITS.missedPolls,
  entryFields: LIMITS.entryFields,
  exhaustion: LIMITS.exhaustion,
  inlinedResultSize: LIMITS.inlinedResultSize,
  lossesAlone: LIMITS.lossesAlone,
  exhaustedMarks: LIMITS.exhaustedMarks,
  refusedDelay: LIMITS.refusedDelay,
  suspectMark: LIMITS.suspectMark,

  rootCause: ROOT_CAUSE,
  damagedReason: reasonFor('The record of a delayed message is damaged. It was moved to the dead letters.'),
  tooLargeReason: reasonFor(
    `A delayed message has more than ${LIMITS.entryFields} fields. It was moved to the dead letters.`,
  ),
};

function list(items: readonly string[]): LuaConstant {
  return { lua: items.join(', ') };
}

function reasonFor(message: string): string {
  return encodeReason(reasonOf(new MalformedMessageError(message), 0, 0));
}
