-- Whether a suspect was given to a consumer and does not run yet: the number of its marks is odd. See lib/takeover.
-- Reads the local `deliveries`. Declares `is_given_alone`.
local is_given_alone = math.floor(deliveries / TS.suspectMark) % 2 == 1
