"""The load's script: requests that differ in every key and value, made as wrk sends them, and one line of results.

A request is one concatenation of constants and holes, so that the load's core makes more of them than any server
here answers. The headers are those that boto3 sends; the signature has the right shape, and servers do not check it.
"""

from __future__ import annotations

from benchmarks.mixes import SPREAD, ZIPFIAN_CONSTANT, Choice, Mix, zipfian
from benchmarks.templates import NUMBER_DIGITS, PREFIX, STRIDE, Hole, Template, width

RESULT_MARK = "RESULT "

AUTHORIZATION = (
    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/dynamodb/aws4_request, "
    "SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=" + "0123456789abcdef" * 4
)
HEADERS = {
    "Accept-Encoding": "identity",
    "Content-Type": "application/x-amz-json-1.0",
    "User-Agent": "Boto3/1.40.0 md/Botocore#1.40.0 ua/2.1 os/linux md/arch#x86_64 lang/python#3.11 Botocore/1.40.0",
    "X-Amz-Date": "20260101T000000Z",
    "Authorization": AUTHORIZATION,
    "amz-sdk-invocation-id": "01234567-89ab-cdef-0123-456789abcdef",
    "amz-sdk-request": "attempt=1",
}
TARGET = "DynamoDB_20120810."

# A value is a piece of a pool of random text, from a random place: new text each time for the price of a copy
_SCRIPT = """
local POOL_BYTES = 1048576
local pool, head = nil, {}

function init(args)
   math.randomseed(@SEED@)
   local pieces = {}
   for i = 1, POOL_BYTES / 4 do
      pieces[i] = string.format("%04x", math.random(0, 65535))
   end
   pool = table.concat(pieces)
   local host = wrk.host .. ":" .. wrk.port
@HEADS@
end

local function value(length)
   local place = math.random(POOL_BYTES - length)
   return pool:sub(place, place + length - 1)
end

local function key(prefix, number)
   return prefix .. string.format("%0@DIGITS@d", number)
end

-- Keys inserted by this run so far
local inserted = 0

local function fresh(prefix)
   inserted = inserted + 1
   return key(prefix, @FRESH_FIRST@ + inserted - 1)
end

local function limit(width, most)
   return string.format("%" .. width .. "d", math.random(most))
end

local function zipfian(keys, zeta, eta, alpha)
   return function()
      local uniform = math.random()
      local place = uniform * zeta
      if place < 1 then return 0 end
      if place < 1 + 0.5 ^ @CONSTANT@ then return 1 end
      return math.floor(keys * (eta * uniform - eta + 1) ^ alpha)
   end
end

local function spread(keys, rank)
   return function() return rank() * @SPREAD@ % keys end
end

local function latest(keys, rank)
   return function()
      local visible = math.max(0, inserted - @FRESH_LAG@)
      local place = visible - 1 - rank()
      if place >= 0 then return @FRESH_FIRST@ + place end
      return (keys + place) % keys
   end
end

local function uniform(keys)
   return function() return math.random(0, keys - 1) end
end

local requests = {
@REQUESTS@
}

-- Requests sent in turn on one key, with the sum of the shares up to here
local parts = {
@PARTS@
}

local part, step, first = nil, 0, 0

local function next_part()
   local place = math.random()
   for i = 1, #parts do
      if place < parts[i].up_to then return parts[i] end
   end
   return parts[#parts]
end

function request()
   if part == nil or step == #part.steps then
      part, step = next_part(), 0
      first = part.choose()
   end
   step = step + 1
   return requests[part.steps[step]](first)
end

function done(summary, latency, _)
   local errors = summary.errors
   io.write(string.format(
      '@MARK@{"requests":%d,"duration_us":%d,"p50_us":%d,"p99_us":%d,"p999_us":%d,' ..
      '"answers refused":%d,"connections refused":%d,"failed reads":%d,"failed writes":%d,"timeouts":%d}\\n',
      summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), latency:percentile(99.9),
      errors.status, errors.connect, errors.read, errors.write, errors.timeout))
end
"""


def script(mix: Mix, seed: int) -> str:
    """A wrk script that sends these requests in random order, in their shares."""
    templates = [template for part in mix.parts for template in part.steps]
    holes = {
        "SEED": seed,
        "HEADS": "\n".join(_head(index, template) for index, template in enumerate(templates, 1)),
        "REQUESTS": ",\n".join(_request(index, template) for index, template in enumerate(templates, 1)),
        "PARTS": _parts(mix),
        "DIGITS": NUMBER_DIGITS,
        "FRESH_FIRST": mix.fresh_first,
        "FRESH_LAG": mix.fresh_lag,
        "CONSTANT": ZIPFIAN_CONSTANT,
        "SPREAD": SPREAD,
        "MARK": RESULT_MARK,
    }
    filled = _SCRIPT
    for name, value in holes.items():
        filled = filled.replace(f"@{name}@", str(value))
    return filled


def _parts(mix: Mix) -> str:
    whole = sum(part.share for part in mix.parts)
    lines, up_to, index = [], 0.0, 0
    for part in mix.parts:
        up_to += part.share / whole
        steps = ", ".join(str(index + place) for place in range(1, len(part.steps) + 1))
        index += len(part.steps)
        chooser = _chooser(mix.choice, part.steps[0].keys)
        lines.append(f"   {{ up_to = {up_to!r}, steps = {{ {steps} }}, choose = {chooser} }}")
    return ",\n".join(lines)


def _chooser(choice: Choice, keys: int) -> str:
    if choice is Choice.UNIFORM:
        return f"uniform({keys})"
    constants = zipfian(keys)
    rank = f"zipfian({keys}, {constants.zeta!r}, {constants.eta!r}, {constants.alpha!r})"
    return f"{'latest' if choice is Choice.LATEST else 'spread'}({keys}, {rank})"


def _head(index: int, template: Template) -> str:
    lines = [f"X-Amz-Target: {TARGET}{template.operation}", f"Content-Length: {template.body_bytes}"]
    lines += [f"{name}: {value}" for name, value in HEADERS.items()]
    rest = _quoted("\r\n" + "\r\n".join(lines) + "\r\n\r\n")
    return f'   head[{index}] = "POST / HTTP/1.1\\r\\nHost: " .. host .. {rest}'


def _request(index: int, template: Template) -> str:
    parts = " .. ".join(_part(part, template.keys) for part in template.parts)
    return f"   function(first)\n      return head[{index}] .. {parts}\n   end"


def _part(part: str | Hole, keys: int) -> str:
    if isinstance(part, str):
        return _quoted(part)
    if part.kind == "value":
        return f"value({part.number})"
    if part.kind == "limit":
        return f"limit({width(part)}, {part.number})"
    prefix = _quoted(PREFIX[part.kind])
    if part.kind == "fresh":
        return f"fresh({prefix})"
    # A key that this run inserted lies beyond the table's own, and has no place to move on to
    return (
        f"key({prefix}, first)"
        if not part.number
        else f"key({prefix}, (first + {part.number * STRIDE}) % {keys})"
    )


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\r", "\\r").replace("\n", "\\n")
    return f'"{escaped}"'
