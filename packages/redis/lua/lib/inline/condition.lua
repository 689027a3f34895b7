-- Tells whether a bucket meets the condition of a job that waits for it.
-- Reads the locals `condition` ('success', 'failure', 'settled') and `state` ('succeeded', 'failed', 'skipped'). Declares
-- `condition_is_met`.
local condition_is_met = condition == 'settled' or state == (condition == 'success' and 'succeeded' or 'failed')
