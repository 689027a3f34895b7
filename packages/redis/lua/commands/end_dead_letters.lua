-- end_dead_letters: a step that deletes all dead letters of a channel.
--
-- KEYS     as lib/keys says
-- ARGV     as lib/dead_letters says
-- Returns  1 where there may be more
--
--- @include lib/dead_letters
--- @include lib/removal

return carry_out(function()
  local page = page_of('XRANGE', target.dead_letters, '-', '+', 'COUNT', STEP)
  for _, letter in ipairs(page) do delete_letter(target, letter[1], letter[2]) end
  return #page < STEP and 0 or 1
end)
