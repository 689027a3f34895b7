-- Best effort: listeners also poll, so a lost or denied PUBLISH is harmless.
local function notify(listeners, text)
  redis.pcall('PUBLISH', listeners, text)
end
