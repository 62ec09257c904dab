/**
 * What HAProxy cannot do by itself: a request waits while its service has no server that takes it, in a bounded number,
 * for a bounded time. On the command line `set hold SERVICE REQUESTS SECONDS` says how many and how long, and `show held`
 * how many wait.
 */
export const holdScript = `local held = {}
local limits = {}
core.register_action("hold", { "http-req" }, function(txn, service)
  local limit = limits[service]
  if limit == nil or (held[service] or 0) >= limit.requests then return end
  held[service] = (held[service] or 0) + 1
  local waited = 0
  while limits[service] ~= nil and waited < limits[service].milliseconds and tonumber(txn.f:nbsrv(service)) == 0 do
    core.msleep(20)
    waited = waited + 20
  end
  held[service] = held[service] - 1
end, 1)
core.register_cli({ "show", "held" }, "show held", function(applet)
  for service, count in pairs(held) do applet:send(service .. " " .. count .. "\\n") end
end)
core.register_cli({ "set", "hold" }, "set hold SERVICE REQUESTS SECONDS", function(applet, ...)
  local words = table.concat({ ... }, " ")
  local service, requests, seconds = words:match("(%S+) (%d+) ([%d.]+)$")
  if tonumber(requests) == 0 then limits[service] = nil
  else limits[service] = { requests = tonumber(requests), milliseconds = tonumber(seconds) * 1000 } end
end)
`;
