-- delete_dead_letters: deletes dead letters by their ids.
--
-- KEYS     as lib/keys says
-- ARGV     as lib/dead_letters says; how many, ids
-- Returns  how many existed
--
--- @include lib/dead_letters
--- @include lib/changes

return carry_out(function()
  local c, deleted = channel(1), 0
  for _ = 1, number() do
    local entry = argument()
    local fields = is_entry_id(entry) and entry_fields(c.dead_letters, entry)
    if fields then deleted = deleted + delete_letter(c, entry, fields) end
  end
  return deleted
end)
