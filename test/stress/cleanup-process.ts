import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

const SCRIPT = `
while read -r line; do
  case $line in
    keep) folder= ;;
    +*) pids="$pids \${line#+}" ;;
    -*) pids=$(for pid in $pids; do [ "$pid" = "\${line#-}" ] || echo "$pid"; done) ;;
  esac
done
[ -n "$pids" ] && kill -9 $pids 2>/dev/null
[ -n "$folder" ] && rm -rf "$folder"
`;

/**
 * A process that kills the registered processes and removes their folder when this process ends, even by SIGKILL: the end
 * of this process closes the pipe.
 */
export class CleanupProcess {
  private readonly pipe: Writable;

  constructor(folder: string) {
    const shell = spawn('sh', ['-c', `folder=$1; pids=; ${SCRIPT}`, 'sh', folder], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    shell.unref();
    this.pipe = shell.stdin;
  }

  /** Registers a process. */
  add(pid: number | undefined): void {
    if (pid !== undefined) this.pipe.write(`+${pid}\n`);
  }

  /** Removes a process that has ended. */
  remove(pid: number | undefined): void {
    if (pid !== undefined) this.pipe.write(`-${pid}\n`);
  }

  /** Keeps the folder for inspection. */
  keepFolder(): void {
    this.pipe.write('keep\n');
  }

  /** Ends the cleanup process, which kills the registered processes. */
  end(): void {
    this.pipe.end();
  }
}
