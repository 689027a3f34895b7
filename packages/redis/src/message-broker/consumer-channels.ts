import { isPassing } from '../keys.js';
import { LIMITS } from '../options/defaults.js';
import { ScriptCall } from '../script/script-call.js';
import type { ConsumerParts } from './consumer-parts.js';
import type { ConsumerReports } from './consumer-reports.js';

/** What Redis and the scripts say where something else lies at a key. */
export const WRONG_TYPE = /WRONGTYPE/;

/** Joining and leaving the channels of a consumer. */
export class ConsumerChannels {
  constructor(
    private readonly parts: Pick<ConsumerParts, 'keys' | 'commands' | 'name'>,
    private readonly channels: readonly string[],
    private readonly reports: ConsumerReports,
  ) {}

  /**
   * Makes what is not there of them. One that can't be opened for what lies at its keys is left aside.
   * @throws BrokerUnavailableError, BrokerRefusedError where Redis says no for another reason
   */
  async open(): Promise<void> {
    const { keys, commands } = this.parts;
    const { channels } = this;
    const call = new ScriptCall(keys, 'consume.open').add(channels.length);
    for (const channel of channels) call.channel(channel);
    const [problems] = await Promise.all([commands().runAgain<string[]>(call), this.writeDown()]);
    problems.forEach((problem, n) => this.noteClosed(channels[n]!, problem));
  }

  /** The same, and what goes wrong is told. Returns whether it was done. */
  async openAgain(): Promise<boolean> {
    try {
      await this.open();
      return true;
    } catch (problem) {
      this.reports.lasting(problem);
      return false;
    }
  }

  /** Takes the consumer's name away where it has nothing in flight. */
  async leave(): Promise<void> {
    const { keys, commands, name } = this.parts;
    const call = new ScriptCall(keys, 'consume.leave').add(this.channels.length, name);
    for (const channel of this.channels) call.channel(channel);
    if (commands().isReady) await commands().run(call, LIMITS.wakeTimeout);
  }

  /** Best effort: a full server, which is to be drained, refuses it; and who publishes does it as well. */
  private async writeDown(): Promise<void> {
    const { keys, commands } = this.parts;
    const lasting = this.channels.filter((channel) => !isPassing(channel));
    if (lasting.length === 0) return;
    await commands()
      .sendAgain((client) => client.sadd(keys.channels, ...lasting))
      .catch(() => undefined);
  }

  private noteClosed(channel: string, problem: string): void {
    if (problem === '') return;
    if (!WRONG_TYPE.test(problem)) throw this.parts.commands().refused(problem);
    this.reports.ofChannel(channel, problem);
  }
}
