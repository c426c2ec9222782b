/** Each touches one key, so that a cluster runs it too, and is one step, so that of two nodes one sees an edge. */

/** The user is on this node. Answers 1 when the user was nowhere before. */
export const ENTER = `
  if redis.call('SADD', KEYS[1], ARGV[1]) == 0 then return 0 end
  return redis.call('SCARD', KEYS[1]) == 1 and 1 or 0`;

/** The user is no longer on that node. Answers 1 when the user is nowhere now. */
export const LEAVE = `
  if redis.call('SREM', KEYS[1], ARGV[1]) == 0 then return 0 end
  return redis.call('SCARD', KEYS[1]) == 0 and 1 or 0`;

/**
 * This node lives. By the clock of Redis, since those of nodes differ. Answers what was known of this node ('new',
 * 'alive' or 'buried'), then each node that has been silent for longer than the lease, and when it was last heard.
 * A buried node is kept for an hour, as the negative of when: if it lives after all it has to hear that.
 */
export const BEAT = `
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
  redis.call('ZADD', KEYS[1], now, ARGV[1])
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '(' .. (3600000 - now), '(0')
  local known = not score and 'new' or (tonumber(score) < 0 and 'buried' or 'alive')
  local silent = redis.call('ZRANGEBYSCORE', KEYS[1], 0, '(' .. (now - ARGV[2]), 'WITHSCORES')
  table.insert(silent, 1, known)
  return silent`;

/** The users of a dead node are all gone. Not when it has been heard meanwhile. */
export const BURY = `
  if redis.call('ZSCORE', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
  return redis.call('ZADD', KEYS[1], '-' .. ARGV[2], ARGV[1])`;
