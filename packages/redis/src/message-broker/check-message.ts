/** What a script would stumble over is refused before anything is sent, as every broker does it. */
export { checkBucketRecord as checkBucket, checkOutgoingMessage as checkMessage, checkSettlement } from '@repid/core';
