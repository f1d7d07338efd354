-- Renewed tokens: `fresh` until first used, `in-use`, then `replaced` once a newer one was used. A
-- replaced one is kept, so that its use is told apart from a guess.
ALTER TABLE tokens ADD COLUMN stage TEXT NOT NULL DEFAULT 'in-use';
CREATE INDEX tokens_by_device ON tokens (device_id);
