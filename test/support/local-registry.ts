import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** The manifest of a published version, as far as tests read it. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly keywords?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** The body of `npm publish`, and the document that `npm install` reads. */
interface Packument {
  readonly name: string;
  readonly versions: Readonly<Record<string, Manifest>>;
  readonly _attachments?: Readonly<Record<string, { readonly data: string }>>;
}

/**
 * A registry for packages of one version each, on a random port. It has the two calls that publishing and installing need.
 * Verdaccio would do the same with several hundred dependencies.
 */
export class LocalRegistry {
  private readonly packages = new Map<string, Packument>();
  private readonly tarballs = new Map<string, Buffer>();
  private readonly server: Server = createServer((request, response) => void this.handle(request, response));

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  get manifests(): Manifest[] {
    return [...this.packages.values()].flatMap(({ versions }) => Object.values(versions));
  }

  /** Variables that have npm use this registry for the packages of a scope, such as `@repid`, and publish to it. */
  envFor(scope: string): Record<string, string> {
    const host = `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return { [`npm_config_${scope}:registry`]: `http://${host}/`, [`npm_config_//${host}/:_authToken`]: 'local' };
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = decodeURIComponent(request.url ?? '/')
      .split('?', 1)[0]!
      .slice(1);
    if (request.method === 'PUT') return this.publish((await json(request)) as Packument, response);
    const found = this.tarballs.get(path) ?? this.documentOf(path);
    response.writeHead(found ? 200 : 404).end(found ?? '{"error":"not found"}');
  }

  private publish(document: Packument, response: ServerResponse): void {
    const { _attachments = {}, ...packument } = document;
    this.packages.set(document.name, packument);
    for (const [file, { data }] of Object.entries(_attachments))
      this.tarballs.set(`${document.name}/-/${file}`, Buffer.from(data, 'base64'));
    response.writeHead(201).end('{"ok":true}');
  }

  private documentOf(name: string): string | undefined {
    const packument = this.packages.get(name);
    return packument && JSON.stringify(packument);
  }
}
