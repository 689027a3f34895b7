-- delete_dead_letters: deletes dead letters by their ids.
--
-- ARGV     as lib/dead_letters says; how many, ids
-- Returns  how many existed
--
--- @include lib/administration

return carry_out(function()
  local deleted = 0
  for _ = 1, number() do
    local entry = argument()
    local fields = is_entry_id(entry) and entry_fields(target.dead_letters, entry)
    if fields then deleted = deleted + delete_letter(target, entry, fields) end
  end
  return deleted
end)
