import { leaveChannelsCall, openChannelsCall } from '../commands/channels.js';
import { isTemporary } from '../keys.js';
import { LIMITS } from '../options/defaults.js';
import type { ConsumerParts } from './consumer-parts.js';
import type { ConsumerReports } from './consumer-reports.js';

/** Errors of Redis and of the scripts for a key of another type. */
export const WRONG_TYPE = /WRONGTYPE/;

/** Joining and leaving the channels of a consumer. */
export class ConsumerChannels {
  constructor(
    private readonly parts: Pick<ConsumerParts, 'keys' | 'commands' | 'name'>,
    private readonly channels: readonly string[],
    private readonly reports: ConsumerReports,
  ) {}

  /**
   * Creates what is missing. A channel whose keys have other types is reported and left out.
   * @throws BrokerUnavailableError, BrokerRefusedError if Redis refuses for another reason
   */
  async open(): Promise<void> {
    const { keys, commands } = this.parts;
    const call = openChannelsCall(this.channels, keys);
    const [problems] = await Promise.all([commands().runAgain<string[]>(call), this.list()]);
    problems.forEach((problem, n) => this.noteProblem(this.channels[n]!, problem));
  }

  /** The same, but reports what goes wrong. Returns whether it was done. */
  async openAgain(): Promise<boolean> {
    try {
      await this.open();
      return true;
    } catch (problem) {
      this.reports.lasting(problem);
      return false;
    }
  }

  /** Removes the consumer from the channels where it has nothing in flight. */
  async leave(): Promise<void> {
    const { keys, commands, name } = this.parts;
    if (!commands().isReady) return;
    await commands().run(leaveChannelsCall(name, this.channels, keys), { timeout: LIMITS.wakeTimeout });
  }

  /** Adds the channels to the list. Best effort: a full server refuses it, and publishers do it, too. */
  private async list(): Promise<void> {
    const { keys, commands } = this.parts;
    const lasting = this.channels.filter((channel) => !isTemporary(channel));
    if (lasting.length === 0) return;
    await commands()
      .sendAgain((client) => client.sadd(keys.channels, ...lasting))
      .catch(() => undefined);
  }

  private noteProblem(channel: string, problem: string): void {
    if (problem === '') return;
    if (!WRONG_TYPE.test(problem)) throw this.parts.commands().refused(problem);
    this.reports.ofChannel(channel, problem);
  }
}
