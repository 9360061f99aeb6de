import { chmod, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { testBinary } from './mongod.ts';

/** A mongod whose disk gets full. */
export interface SmallDisk {
  /** To be run in place of mongod. */
  readonly file: string;
  /** Makes room: whatever is started from now on has a disk without an end. */
  free(): Promise<void>;
}

// No disk can be made small by everybody; a limit of the size of files can. mongod meets it in the same place and ends
// itself in the same way as on a file system that is full (tried with a tmpfs of 24 MB): its journal can't be written
// (EFBIG instead of ENOSPC), and WiredTiger panics. What the files hold already counts, so it can't start either.
const script = (mongod: string, size: string) => `#!/bin/sh
trap '' XFSZ
ulimit -c 0
previous= folder=
for argument; do
  if [ "$previous" = --dbpath ]; then folder=$argument; fi
  previous=$argument
done
if [ -n "$folder" ] && [ -e '${size}' ]; then
  left=$(($(cat '${size}') - $(du -sk "$folder" | cut -f1)))
  if [ $left -lt 0 ]; then left=0; fi
  ulimit -f $((left * 2))
fi
exec '${mongod}' "$@"
`;

/** A mongod on a disk of so many megabytes; `folder` holds what makes it so. */
export async function smallDisk(folder: string, megabytes: number): Promise<SmallDisk> {
  const { file: mongod } = await testBinary();
  const [file, size] = [join(folder, 'mongod'), join(folder, 'size')];
  await writeFile(size, String(megabytes * 1_024));
  await writeFile(file, script(mongod, size));
  await chmod(file, 0o755);
  return { file, free: () => rm(size) };
}
