/** The fields of a message, as they come. */
export const fields = /* lua */ `
local function read_fields(shape, id)
  local fields, names = {}, shape.names
  for i = 1, #names do
    fields[2 * i - 1] = names[i]
    fields[2 * i] = argument()
  end
  if shape.has_id_field then
    fields[#fields + 1] = 'id'
    fields[#fields + 1] = id
  end
  return fields
end
`;
