-- Each request is a view of the board that nobody has asked for before.
local sorts = { "trending", "new", "votes", "answered", "waiting" }
local filters = { "", "&kind=idea", "&kind=defect", "&status=planned", "&status=new", "&status=declined&kind=idea" }
local count = 0

function request()
  count = count + 1
  local sort = sorts[count % #sorts + 1]
  local filter = filters[math.floor(count / #sorts) % #filters + 1]
  return wrk.format("GET", "/?sort=" .. sort .. filter .. "&unseen=" .. count)
end

-- wrk itself tells no 95th percentile.
function done(_summary, latency, _requests)
  io.write(string.format("p95 %d\n", latency:percentile(95)))
end
