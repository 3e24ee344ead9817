-- Each request is the vote of another person for another item, or for one, as the vote button sends it; or takes it back.
local items = tonumber(os.getenv("BENCH_ITEMS"))
local people = tonumber(os.getenv("BENCH_PEOPLE"))
local count = tonumber(os.getenv("BENCH_FROM") or "0")
local one = os.getenv("BENCH_ITEM")
local act = os.getenv("BENCH_ACT") or "vote"

function request()
  count = count + 1
  local person = count % people + 1
  local round = math.floor(count / people) -- in each, a person votes for something else
  local item = one or (count * 7919 + round) % items + 1
  return wrk.format("POST", "/items/" .. item .. "/" .. act, {
    ["Cookie"] = "session=bench-" .. person,
    ["Content-Type"] = "application/x-www-form-urlencoded",
    ["Sec-Fetch-Site"] = "same-origin",
    ["HX-Request"] = "true",
    ["HX-Current-URL"] = "http://localhost/",
  }, "")
end

-- wrk itself tells no 95th percentile.
function done(_summary, latency, _requests)
  io.write(string.format("p95 %d\n", latency:percentile(95)))
end
