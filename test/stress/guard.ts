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

/** A process that ends servers and removes their folder when ours is gone, even where that was killed: our end closes its pipe. */
export class Guard {
  private readonly pipe: Writable;

  constructor(folder: string) {
    const guard = spawn('sh', ['-c', `folder=$1; pids=; ${SCRIPT}`, 'sh', folder], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    guard.unref();
    this.pipe = guard.stdin;
  }

  /** Watches over a process. */
  add(pid: number | undefined): void {
    if (pid !== undefined) this.pipe.write(`+${pid}\n`);
  }

  /** The process has ended. */
  remove(pid: number | undefined): void {
    if (pid !== undefined) this.pipe.write(`-${pid}\n`);
  }

  /** The folder stays, for somebody to look at. */
  keepFolder(): void {
    this.pipe.write('keep\n');
  }

  /** Ends it; what it watches over goes with it. */
  end(): void {
    this.pipe.end();
  }
}
