-- Each request is a page of the board that nobody has asked for before: it begins at another place of its order.
local sorts = { "trending", "new", "votes", "answered", "waiting" }
local filters = {
  "", "&kind=idea", "&kind=defect", "&status=new", "&status=planned", "&status=in_progress", "&status=declined&kind=idea",
  "&board=mobile", "&board=integrations", "&tag=tag-3", "&tag=tag-25", "&tag=tag-800", "&tag=tag-6&status=shipped",
}
local count = tonumber(os.getenv("BENCH_FROM") or "0")

local function moment()
  return os.date("!%Y-%m-%dT%H:%M:%SZ", os.time() - count * 7919 % 77760000)
end

local begins = {
  trending = function() return 100 + count * 37 % 8000 / 100 end,
  votes = function() return count % 50 + 1 end,
  new = moment, answered = moment, waiting = moment,
}

function request()
  count = count + 1
  local sort = sorts[count % #sorts + 1]
  local filter = filters[math.floor(count / #sorts) % #filters + 1]
  return wrk.format("GET", "/?sort=" .. sort .. filter .. "&after=" .. count .. "_" .. begins[sort]())
end

-- wrk itself tells no 95th percentile.
function done(_summary, latency, _requests)
  io.write(string.format("p95 %d\n", latency:percentile(95)))
end
